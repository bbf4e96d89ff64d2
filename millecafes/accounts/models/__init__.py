"""Models of the room `accounts`: people, what they may do, and how they sign in."""

from millecafes.accounts.models.people import User, UserManager
from millecafes.accounts.models.roles import Invitation, Role
from millecafes.accounts.models.signin import EmailChange
from millecafes.accounts.models.tokens import ApiToken

__all__ = ["ApiToken", "EmailChange", "Invitation", "Role", "User", "UserManager"]
