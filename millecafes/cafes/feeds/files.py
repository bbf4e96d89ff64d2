"""The lists of cafés as files: what the public finds, and what the team follows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from django.conf import settings
from django.http import QueryDict
from django.utils import timezone

from millecafes.cafes import catalogue
from millecafes.cafes.enums import SEPARATOR, CafeModel
from millecafes.cafes.feeds.columns import COLUMNS
from millecafes.cafes.forms.filters import CafesFilter
from millecafes.cafes.forms.team import TeamFilter
from millecafes.cafes.models import Cafe
from millecafes.cafes.queries import public, team
from millecafes.cafes.queries.told import Told, told_by_batches
from millecafes.common import exports
from millecafes.common.actors import Actor
from millecafes.common.exports import Table
from millecafes.common.ods import Value

SOURCE = "Mille cafés"
FORMATS = (*exports.registry.SPREADSHEETS, "geojson")


def public_cafes(actor: Actor, asked: QueryDict) -> Table:
    """The cafés of the public list, in its order, for the same filter."""
    now = timezone.now()
    form = CafesFilter(asked)
    numbers = [pk for pk, _ in public.ordered(exports.valid(form).asked, now)]
    return _table(numbers, timezone.localdate(now))


def followed_cafes(actor: Actor, asked: QueryDict) -> Table:
    """The cafés of the team's table, in its order, for the same filter."""
    now = timezone.now()
    form = exports.valid(TeamFilter(asked, departements=team.departements_for(actor)))
    numbers = list(team.filtered(actor, form.asked, now).values_list("pk", flat=True))
    return _table(numbers, timezone.localdate(now))


def _table(numbers: Sequence[int], today: dt.date) -> Table:
    return Table(
        "cafes",
        "Cafés",
        COLUMNS,
        _rows(told_by_batches(numbers, today)),
        geometries=_points(numbers),
        geometry_key="id",
        count=len(numbers),
    )


def _points(numbers: Sequence[int]) -> dict[str, object]:
    rows = Cafe.objects.order_by()
    wanted = set(numbers)
    return {
        str(pk): {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]}
        for pk, lat, lon in rows.values_list("pk", "latitude", "longitude")
        if pk in wanted and lat is not None and lon is not None
    }


def _rows(found: Iterable[Told]) -> Iterator[tuple[Value, ...]]:
    for one in found:
        yield (*_who(one), *_where(one.cafe), *_reach(one), *_welcome(one.cafe), *_rest(one))


def _who(one: Told) -> tuple[Value, ...]:
    cafe = one.cafe
    return (
        str(cafe.pk),
        cafe.name,
        cafe.get_kind_display() if cafe.kind else "",
        cafe.get_model_display(),
        cafe.get_variant_display() if cafe.variant else "",
        cafe.get_origin_display(),
        cafe.get_activity_display() if cafe.activity else "",
        _day(one.activity_since),
        cafe.get_relation_display() if cafe.relation else "",
        _day(one.relation_since),
        _day(cafe.opened_on),
    )


def _where(cafe: Cafe) -> tuple[Value, ...]:
    commune = cafe.commune
    return (
        commune.name,
        commune.code,
        commune.postal_codes.split(" ")[0],
        commune.departement_id,
        cafe.address,
        cafe.latitude,
        cafe.longitude,
        cafe.get_place_origin_display(),
        "Itinérant" if cafe.model == CafeModel.ITINERANT else "Fixe",
    )


def _reach(one: Told) -> tuple[Value, ...]:
    cafe, kinds = one.cafe, catalogue.services()
    confirmed = timezone.localdate(cafe.hours_confirmed_at) if cafe.hours_confirmed_at else None
    themes = dict.fromkeys(kinds[code].inclusion for code in one.services if kinds[code].inclusion)
    return (
        cafe.organisation.name if cafe.organisation else "",
        cafe.organisation.siret if cafe.organisation else "",
        cafe.phone,
        cafe.email,
        cafe.website,
        cafe.hours,
        cafe.hours_note,
        _day(confirmed),
        SEPARATOR.join(one.services),
        SEPARATOR.join(themes),
    )


def _welcome(cafe: Cafe) -> tuple[Value, ...]:
    return (
        cafe.get_wheelchair_display() if cafe.wheelchair else "",
        cafe.access_note,
        SEPARATOR.join(cafe.languages),
        SEPARATOR.join(cafe.payment),
        cafe.espresso_euros,
        _day(cafe.espresso_on),
    )


def _rest(one: Told) -> tuple[Value, ...]:
    cafe = one.cafe
    return (
        cafe.story,
        cafe.osm_ref,
        settings.SITE_URL + cafe.get_absolute_url(),
        _day(one.updated_on),
        SOURCE,
        "oui" if cafe.is_demo else "",
    )


def _day(day: dt.date | None) -> str:
    return day.isoformat() if day else ""


PUBLIC = exports.Export("Cafés", public_cafes, formats=FORMATS)
TEAM = exports.Export("Cafés suivis", followed_cafes, "cafes.list_cafes", FORMATS)
