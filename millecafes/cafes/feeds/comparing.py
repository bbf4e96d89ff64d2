"""What differs between our cafés and OpenStreetMap, for those who edit it."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.http import QueryDict

from millecafes.cafes.forms.comparing import ProposalFilter
from millecafes.cafes.models import OsmProposal
from millecafes.cafes.queries.comparing import proposals_of
from millecafes.common import exports
from millecafes.common.actors import Actor
from millecafes.common.exports import Column, Table
from millecafes.common.ods import Value

OSM = "https://www.openstreetmap.org/"
_DECISIONS = {"": "à décider", "taken": "repris chez nous", "left": "laissé tel quel"}
COLUMNS = (
    Column("openstreetmap", "openstreetmap", definition="Objet : node/…, way/… ou relation/…"),
    Column("adresse_osm", "adresse_osm", definition="Sa page sur openstreetmap.org (données sous ODbL)."),
    Column("cafe", "cafe", definition="Numéro du café chez nous."),
    Column("nom", "nom", definition="Nom du café chez nous ; à défaut, dans OpenStreetMap."),
    Column("commune", "commune"),
    Column("nature", "nature", definition="Même lieu, seulement dans OpenStreetMap, ou seulement chez nous."),
    Column("champ", "champ", definition="Ce qui diffère."),
    Column("cle_osm", "cle_osm", definition="Clé, ou clé=valeur, à écrire dans OpenStreetMap."),
    Column("chez_nous", "chez_nous"),
    Column("dans_osm", "dans_osm"),
    Column("decision", "decision"),
    Column("latitude", "latitude", kind="number", decimals=6),
    Column("longitude", "longitude", kind="number", decimals=6),
    Column("extrait_du", "extrait_du", definition="Jour des données d’OpenStreetMap."),
    Column("page", "page", definition="Page du café, source de ce qui est dit ici."),
)


def differences(actor: Actor, asked: QueryDict) -> Table:
    """One line for each difference of the proposals of the filter; one for a proposal without any."""
    form = exports.valid(ProposalFilter(asked))
    rows = proposals_of(form.kind, form.state)
    count = sum(max(1, len(told)) for told in rows.values_list("differences", flat=True))
    lines = _rows(rows.iterator(500))
    return Table("ecarts-openstreetmap", "Écarts avec OpenStreetMap", COLUMNS, lines, count=count)


def _rows(found: Iterator[OsmProposal]) -> Iterator[tuple[Value, ...]]:
    for row in found:
        who, where = _who(row), _where(row)
        for one in row.differences or [{"label": "", "key": "", "here": "", "there": "", "decision": ""}]:
            decision = _DECISIONS[one["decision"]] if one["label"] else row.get_state_display().lower()
            yield (*who, one["label"], one["key"], one["here"], one["there"], decision, *where)


def _who(row: OsmProposal) -> tuple[Value, ...]:
    cafe = row.cafe
    return (
        row.osm_ref,
        OSM + row.osm_ref if row.osm_ref else "",
        str(cafe.pk) if cafe else "",
        cafe.name if cafe else row.name,
        cafe.commune.name if cafe else "",
        row.get_kind_display(),
    )


def _where(row: OsmProposal) -> tuple[Value, ...]:
    page = settings.SITE_URL + row.cafe.get_absolute_url() if row.cafe else ""
    return row.latitude, row.longitude, row.dated.isoformat() if row.dated else "", page


DIFFERENCES = exports.Export("Écarts avec OpenStreetMap", differences, "cafes.compare_osm")
