"""Jobs of the room `cafes`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.urls import reverse

from millecafes.cafes.services.comparing import extracting
from millecafes.cafes.services.comparing.storing import compare
from millecafes.cafes.services.freshness import ask_for_news
from millecafes.cafes.services.intervals import DAYS_AHEAD, compute, compute_all
from millecafes.cafes.services.supply import all_ids, declare, follow_supplies
from millecafes.cafes.services.tracks import refresh_states
from millecafes.common import jobs
from millecafes.common.actors import command


@jobs.task("cafes.refresh_states", title="Mise à jour de l’état des cafés")
def refresh_all_states(run: jobs.Run) -> None:
    """Bring to today what is kept of the tracks, and what cafés bring to their communes."""
    changed = refresh_states(now=run.now)
    late = follow_supplies(ids=all_ids(), actor=command("cafes.refresh_states"), now=run.now)
    run.result(text=f"Cafés qui ont changé d’état : {changed} ; d’offre : {late}.")


@jobs.task("cafes.declare_supply", title="Déclaration de l’offre des cafés")
def declare_supply(run: jobs.Run, *, cafes: list[int]) -> None:
    """Tell the territory what cafés bring to their communes."""
    done = declare(ids=cafes, actor=command("cafes.declare_supply"), now=run.now)
    run.result(text=f"Déclarations d’offre : {done}.")


@jobs.task("cafes.compute_intervals", title="Ouvertures des jours à venir")
def compute_intervals(run: jobs.Run) -> None:
    """Compute when cafés are open in the days ahead."""
    made = compute_all(now=run.now)
    run.result(text=f"Ouvertures calculées pour {DAYS_AHEAD} jours : {made}.")


@jobs.task("cafes.compare_osm", title="Comparaison avec OpenStreetMap", attempts=2, atomic=False)
def compare_osm(run: jobs.Run) -> None:
    """Read the extract kept with this job, and propose; the file goes away at the end."""
    with tempfile.TemporaryDirectory() as folder:
        extract = extracting.read_kept(run.job, Path(folder))
    run.progress(1, 2, "Rapprochement des lieux")
    with run.effects(final=True):
        counts = compare(extract=extract, now=run.now)
        extracting.forget(run.job)
        run.result(text=extracting.told(counts), url=reverse("cafes:osm"))


@jobs.task("cafes.compute_some", title="Ouvertures des cafés importés")
def compute_some(run: jobs.Run, *, cafes: list[int]) -> None:
    """Compute when cafés that a file brought are open in the days ahead."""
    made = compute(cafes, now=run.now)
    run.result(text=f"Ouvertures calculées pour {DAYS_AHEAD} jours : {made}.")


@jobs.task("cafes.ask_for_news", title="Horaires à confirmer")
def ask_people_for_news(run: jobs.Run) -> None:
    """Ask those who keep a café whether its hours are still true."""
    run.result(text=f"Cafés dont les horaires sont à confirmer : {ask_for_news(now=run.now)}.")


jobs.schedule("cafes.refresh_states", daily="00:10")
jobs.schedule("cafes.compute_intervals", daily="00:20")
jobs.schedule("cafes.ask_for_news", daily="07:00")
