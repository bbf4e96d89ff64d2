"""The list of organisations as a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.http import QueryDict

from millecafes.common import exports
from millecafes.common.actors import Actor
from millecafes.common.exports import Column, Table
from millecafes.common.ods import Value
from millecafes.partners import queries
from millecafes.partners.forms import ListFilter
from millecafes.partners.models import Organisation

COLUMNS = (
    Column("nom", "Nom"),
    Column("nature", "Nature"),
    Column("siret", "SIRET"),
    Column("rna", "Numéro RNA"),
    Column("code_commune", "Code Insee"),
    Column("commune", "Commune"),
    Column("departement", "Département"),
    Column("site", "Site"),
    Column("telephone", "Téléphone public"),
    Column("courriel", "Adresse e-mail publique"),
    Column("demonstration", "Démonstration"),
    Column("numero", "Numéro de fiche"),
)


def organisations(actor: Actor, asked: QueryDict) -> Table:
    """The organisations of a filter; people to reach stay out of it."""
    form = exports.valid(ListFilter(asked, departements=queries.departements_for(actor)))
    found = queries.filtered(actor, form.asked)
    rows = exports.by_batches(found, _rows)
    return Table("organisations", "Organisations", COLUMNS, rows, count=found.count())


def _rows(found: Iterable[Organisation]) -> Iterator[tuple[Value, ...]]:
    for row in found:
        commune = row.commune
        place = (commune.code, commune.name, commune.departement_id) if commune else ("", "", "")
        shown = "oui" if row.is_demo else ""
        who = (row.name, row.get_kind_display(), row.siret, row.rna)
        yield (*who, *place, row.website, row.phone, row.email, shown, str(row.pk))


ORGANISATIONS = exports.Export("Organisations", organisations, "partners.list_organisations")
