"""Results as files: the communes of a plan, and town halls to contact."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import QueryDict

from millecafes.common import exports
from millecafes.common.actors import Actor
from millecafes.common.exports import Column, RefusedError, Table
from millecafes.common.formats import day
from millecafes.common.ods import Value
from millecafes.siting.enums import Outcome
from millecafes.siting.forms.filters import ApproachesFilter, ResultFilter
from millecafes.siting.models import Approach, CommuneOutcome, PlanRun
from millecafes.siting.queries import approaches, results, scenarios

FORMATS = (*exports.registry.SPREADSHEETS, "geojson")
MINUTES = "Minutes de voiture estimées, de bourg à bourg."


def _columns(run: PlanRun) -> tuple[Column, ...]:
    """The columns of a plan, with the dates of its data."""
    date = day(run.ended_at.date()) if run.ended_at else ""
    source = f"Mille cafés, plan calculé le {date}"
    return (
        Column("code", "Code Insee"),
        Column("commune", "Commune"),
        Column("departement", "Département"),
        Column(
            "population",
            "Population municipale",
            "habitants",
            "number",
            source=run.data.get("population", ""),
        ),
        Column("effet", "Ce que fait le plan", source=source),
        Column("rang", "Rang dans le plan", "", "number", source=source),
        Column("semestre", "Semestre", source=source),
        Column(
            *("rapproches", "Habitants rapprochés à ce rang", "habitants", "number"),
            definition="Habitants que cette commune rapproche d’un café, après celles d’avant.",
            source=source,
        ),
        Column("minutes_avant", "Minutes avant", "minutes", "number", 1, MINUTES, source),
        Column("minutes_apres", "Minutes après", "minutes", "number", 1, MINUTES, source),
        Column("desservie_par", "Desservie par", definition="Code de la commune retenue la plus proche."),
        Column("plan", "Numéro du plan"),
    )


def plan_communes(actor: Actor, asked: QueryDict) -> Table:
    """The communes of a plan, for the filter of its page."""
    number = asked.get("plan", "")
    run = scenarios.runs().filter(pk=int(number)).first() if number.isdecimal() and len(number) < 18 else None
    if run is None or not run.is_done:
        raise RefusedError("Ce plan n’existe pas, ou n’est pas fini.")
    return _table(run, asked)


def published_communes(actor: Actor, asked: QueryDict) -> Table:
    """The communes of the published plan."""
    run = scenarios.published_run()
    if run is None:
        raise RefusedError("Aucun plan n’est publié aujourd’hui.")
    return _table(run, asked)


def _table(run: PlanRun, asked: QueryDict) -> Table:
    regions, departements = results.places(run)
    form = exports.valid(ResultFilter(asked, regions=regions, departements=departements))
    found = results.ordered(run, form.asked).select_related("commune")

    def rows(batch: list[CommuneOutcome]) -> Iterator[tuple[Value, ...]]:
        for line in results.lines(run, batch):
            yield _row(run, line)

    return Table(
        f"plan-{run.pk}",
        f"Plan n° {run.pk}",
        _columns(run),
        exports.by_batches(found, rows),
        geometries=results.points(run, form.asked),
        count=found.count(),
    )


def _row(run: PlanRun, line: results.ResultLine) -> tuple[Value, ...]:
    commune, pick = line.commune, line.pick
    return (
        commune.code,
        commune.name,
        commune.departement_id,
        commune.population,
        str(Outcome(line.row.outcome).label),
        pick.rank if pick else "",
        pick.semester if pick else "",
        round(pick.people) if pick else "",
        line.row.before,
        line.row.after,
        line.row.site_id or "",
        str(run.pk),
    )


APPROACH_COLUMNS = (
    Column("commune", "Commune"),
    Column("code", "Code Insee"),
    Column("departement", "Département"),
    Column("mairie", "Mairie"),
    Column("telephone", "Téléphone public"),
    Column("courriel", "Adresse e-mail publique"),
    Column("etat", "Où en est-on"),
    Column("notee_le", "Notée le"),
    Column("change_le", "Dernier changement"),
)


def followed_approaches(actor: Actor, asked: QueryDict) -> Table:
    """The town halls that a hat follows, for the filter of the page."""
    form = exports.valid(ApproachesFilter(asked, departements=approaches.departements_of(actor)))
    found = approaches.listed(actor, form.asked)

    def rows(batch: list[Approach]) -> Iterator[tuple[Value, ...]]:
        for row in batch:
            yield (
                row.commune.name,
                row.commune_id,
                row.commune.departement_id,
                row.town_hall.name,
                row.town_hall.phone,
                row.town_hall.email,
                row.get_state_display(),
                row.created_at.date().isoformat(),
                row.changed_at.date().isoformat(),
            )

    return Table(
        "mairies-a-contacter",
        "Mairies à contacter",
        APPROACH_COLUMNS,
        exports.by_batches(found, rows),
        count=found.count(),
    )


PLAN = exports.Export("Communes d’un plan", plan_communes, "siting.view_plans", FORMATS)
PUBLISHED = exports.Export("Communes du plan publié", published_communes, formats=FORMATS)
APPROACHES = exports.Export("Mairies à contacter", followed_approaches, "siting.list_approaches")
