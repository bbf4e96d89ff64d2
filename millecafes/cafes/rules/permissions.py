"""Who may do what with cafés."""

from __future__ import annotations

from typing import Any

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.rules import in_perimeter, is_command, is_team, wears
from millecafes.common.actors import Actor
from millecafes.common.permissions import Predicate, add, predicate


@predicate
def is_its_people(actor: Actor, cafe: Any = None) -> bool:
    """A manager or a volunteer of this very café; of one at all, when none is told."""
    if actor.kind not in {RoleKind.MANAGER, RoleKind.VOLUNTEER}:
        return False
    if cafe is None:
        return actor.perimeter.startswith("cafe:")
    return bool(actor.perimeter == f"cafe:{cafe.pk}")


@predicate
def handles_its_own(actor: Actor, report: Any = None) -> bool:
    """The people of the very café that a report is about."""
    return report is not None and is_its_people(actor, report.cafe)


@predicate
def is_seen(actor: Actor, photo: Any = None) -> bool:
    """Everybody sees the photos of a café whose page is public: every café has one."""
    return True


follows: Predicate = is_team | (wears(RoleKind.REGIONAL) & in_perimeter)
keeps: Predicate = follows | is_its_people

add("cafes.list_cafes", is_team | wears(RoleKind.REGIONAL))
add("cafes.add_cafe", is_team | wears(RoleKind.REGIONAL))
add("cafes.import_cafes", is_team)
add("cafes.follow_cafe", follows)  # its page in the back office: tracks, services, contacts, notes, visits
add("cafes.edit_cafe", follows)
add("cafes.keep_cafe", keeps)  # hours, exceptional days, services of every day, photos
add("cafes.keep_own", is_its_people)
add("cafes.add_photo", keeps)
add("cafes.view_photo", is_seen)
add("cafes.list_reports", is_team | wears(RoleKind.REGIONAL) | is_its_people)
add("cafes.handle_report", follows | handles_its_own)
add("cafes.compare_osm", is_team)
add("cafes.compute", is_command | is_team)
