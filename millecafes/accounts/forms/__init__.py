"""Forms of the room `accounts`."""

from millecafes.accounts.forms.account import CodeRequestForm, EmailForm, NameForm

__all__ = ["CodeRequestForm", "EmailForm", "NameForm"]
