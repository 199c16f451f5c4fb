from accounts.models.authenticator_app import AuthenticatorApp
from accounts.models.credential import Credential
from accounts.models.refusal import Refusal
from accounts.models.user import User

__all__ = ["AuthenticatorApp", "Credential", "Refusal", "User"]
