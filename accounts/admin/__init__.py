from accounts.admin.refusal import RefusalAdmin
from accounts.admin.user import UserAdmin

__all__ = ["RefusalAdmin", "UserAdmin"]
