"""Lines of the access matrix: the team's screens of cafés."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.architecture.access_kinds import NOBODY, TEAM, Case, Values, only

if TYPE_CHECKING:
    from tests.architecture.access_world import Side

LEADS = only("team", "regional")
TABLE = "/equipe/cafes/"
# Who keeps the café of a side: its own people, and whoever follows it.
KEEPERS = only("team", "regional", "manager", "volunteer")


def its_view(side: Side) -> dict[str, int]:
    """A view that the asker keeps, or that somebody else does."""
    from millecafes.cafes.models import SavedView

    view, _ = SavedView.objects.get_or_create(owner=side.user, name="La mienne", query="confirmer=on")
    return {"pk": view.pk}


def its_cafe(side: Side) -> dict[str, int]:
    """The café of a side."""
    return {"pk": side.cafe.pk}


def its(kind: str) -> Callable[[Side], dict[str, int]]:
    """Something kept about the café of a side: a new one, where the action removes it."""

    def found(side: Side) -> dict[str, int]:
        from tests.factories import cafes

        return {"pk": side.cafe.pk, "number": getattr(cafes, f"make_{kind}")(side.cafe).pk}

    return found


def a_change(side: Side) -> dict[str, object]:
    """The same model for the café of a side, which changes nothing."""
    return {"quoi": "modele", "modele-model": "entrepreneurial", "choix": side.cafe.pk}


def its_stop(side: Side) -> dict[str, int]:
    """A stop of the café of a side."""
    from django.utils import timezone

    from millecafes.cafes.services import StopDetails, set_stop
    from tests.factories.cafes import ACTOR

    details = StopDetails("Place de l’église", side.cafe.commune)
    stop = set_stop(cafe=side.cafe, details=details, actor=ACTOR, now=timezone.now())
    return {"pk": side.cafe.pk, "stop_pk": stop.pk}


def its_kept_change(side: Side) -> dict[str, int]:
    """A change of the café of a side, which may be undone."""
    from uuid import uuid4

    from django.utils import timezone

    from millecafes.cafes.services.keeping import keep_exception
    from tests.factories.cafes import ACTOR

    now, token = timezone.now(), uuid4().hex
    day = timezone.localdate(now)
    change = keep_exception(cafe=side.cafe, token=token, first=day, actor=ACTOR, now=now)
    return {"pk": side.cafe.pk, "change_pk": change.pk}


def _kept(kwargs: Values) -> Case:
    """A page of those who keep the café."""
    return Case(opens=KEEPERS, foreign=TEAM, kwargs=kwargs)


def _pressed(kwargs: Values) -> Case:
    """A button of those who keep the café."""
    return Case(302, KEEPERS, foreign=TEAM, post=True, kwargs=kwargs, to="/cafes/")


def _seen(kwargs: Values) -> Case:
    """A page about a café, for whoever follows it."""
    return Case(opens=LEADS, foreign=TEAM, kwargs=kwargs)


def _done(kwargs: Values) -> Case:
    """A button on the page of a café."""
    return Case(302, LEADS, foreign=TEAM, post=True, kwargs=kwargs, to=TABLE)


def its_report(side: Side) -> dict[str, int]:
    """An error reported on the café of a side."""
    from tests.factories.cafes import make_report

    return {"number": make_report(side.cafe).pk}


def its_proposal(side: Side) -> dict[str, int]:
    """A café of a side that an extract of OpenStreetMap did not have."""
    from django.utils import timezone

    from millecafes.cafes.models import OsmProposal

    same = {"cafe": side.cafe, "osm_ref": "", "kind": "only_here"}
    row, _ = OsmProposal.objects.get_or_create(**same, defaults={"found_at": timezone.now()})
    return {"number": row.pk}


TEAM_CASES: dict[str, Case] = {
    "cafes:team_list": Case(opens=LEADS),
    "cafes:team_export": Case(opens=LEADS, kwargs={"format": "csv"}),
    "cafes:keep_view": Case(
        302, LEADS, post=True, data={"name": "Mes silencieux", "query": "silencieux=on"}, to=TABLE
    ),
    "cafes:change_view": Case(opens=LEADS, foreign=NOBODY, kwargs=its_view),
    "cafes:add": Case(opens=LEADS),
    # Cafés are chosen by their numbers: those one does not follow are left out of the page.
    "cafes:bulk": Case(opens=LEADS, query="portee=filtre"),
    "cafes:bulk_preview": Case(opens=LEADS, post=True, data=a_change),
    "cafes:bulk_apply": Case(409, LEADS, post=True, data=a_change),  # of what nobody was shown
    **{
        f"cafes:{name}": _seen(its_cafe)
        for name in (
            "office",
            "change",
            "move",
            "add_step",
            "add_service",
            "add_contact",
            "add_note",
            "add_visit",
        )
    },
    "cafes:remove_step": _seen(its("state")),
    "cafes:drop_event": _seen(its("event")),
    "cafes:change_service": _seen(its("service")),
    "cafes:keep_service": _done(its("service")),
    "cafes:drop_service": _seen(its("service")),
    "cafes:change_contact": _seen(its("contact")),
    "cafes:keep_contact": _done(its("contact")),
    "cafes:drop_contact": _seen(its("contact")),
    "cafes:drop_note": _seen(its("note")),
    "cafes:change_visit": _seen(its("visit")),
    "cafes:follow_up_visit": _done(its("visit")),
    "cafes:drop_visit": _seen(its("visit")),
    "cafes:osm": Case(opens=TEAM),
    "cafes:osm_send": Case(opens=TEAM),
    "cafes:osm_export": Case(opens=TEAM, kwargs={"format": "csv"}),
    "cafes:osm_decide": Case(
        302, TEAM, foreign=TEAM, post=True, kwargs=its_proposal, to="/equipe/cafes/openstreetmap/"
    ),
    "cafes:report_list": Case(opens=LEADS | only("manager", "volunteer")),
    "cafes:reports_export": Case(opens=LEADS | only("manager", "volunteer"), kwargs={"extension": "csv"}),
    "cafes:report": _kept(its_report),
    "cafes:own": Case(302, only("manager", "volunteer"), to="/cafes/"),
    **{f"cafes:{name}": _kept(its_cafe) for name in ("keep", "keep_hours", "add_stop", "still_true")},
    "cafes:change_stop": _kept(its_stop),
    "cafes:remove_stop": _pressed(its_stop),
    "cafes:undo": _pressed(its_kept_change),
    # A link that nobody was sent leads to the page that asks who one is.
    "cafes:still_true_link": Case(
        302, KEEPERS, foreign=TEAM, kwargs=lambda side: {**its_cafe(side), "key": "x"}, to="/cafes/"
    ),
    "cafes:drop_view": Case(302, LEADS, foreign=NOBODY, post=True, kwargs=its_view, to=TABLE),
}
