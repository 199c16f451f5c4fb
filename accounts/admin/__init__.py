from accounts.admin.refusal import RefusalAdmin
from accounts.admin.roles import roles
from accounts.admin.security import security
from accounts.admin.user import UserAdmin

__all__ = ["RefusalAdmin", "UserAdmin", "roles", "security"]
