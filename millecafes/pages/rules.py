"""Who reads and answers the messages of the contact form."""

from __future__ import annotations

from typing import Any

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.rules import in_perimeter, is_team, wears
from millecafes.common.actors import Actor
from millecafes.common.permissions import add, predicate
from millecafes.pages.enums import REGIONAL_SUBJECTS

is_lead = wears(RoleKind.REGIONAL)


@predicate
def is_routed_to_leads(actor: Actor, message: Any = None) -> bool:
    """The subject of this message is one that regional leads read."""
    return message is not None and message.subject in REGIONAL_SUBJECTS


reads = is_team | (is_lead & is_routed_to_leads & in_perimeter)

add("pages.list_messages", is_team | is_lead)
add("pages.view_message", reads)
add("pages.answer_message", reads)
add("pages.erase_message", is_team)
