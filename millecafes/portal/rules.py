"""Permissions of the room `portal`."""

from millecafes.accounts.rules import is_person
from millecafes.common import permissions

permissions.add("portal.view_desk", is_person)
