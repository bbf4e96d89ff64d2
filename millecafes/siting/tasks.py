"""Jobs of the room `siting`."""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING

from django.urls import reverse

from millecafes.common import jobs
from millecafes.common.formats import thousands
from millecafes.siting.models import PlanRun
from millecafes.siting.services import runs
from millecafes.siting.services.errors import ScenarioError

if TYPE_CHECKING:
    from millecafes.siting.solving.plan import Progress

LIMIT = dt.timedelta(minutes=20)
# A page asks every two seconds.
BETWEEN_WRITES = 1.0


@jobs.task(runs.TASK, title="Calcul d’un plan", attempts=2, limit=LIMIT, atomic=False)
def run_scenario(run: jobs.Run, *, plan: int) -> None:
    """Compute a plan; what is found so far is kept as it goes, for the page that watches."""
    asked = PlanRun.objects.filter(pk=plan).first()
    if asked is None:
        raise jobs.JobError("Ce calcul n’existe plus : son scénario a été retiré.", retry=False)
    if asked.is_done:
        return
    try:
        found = runs.compute(asked, _Watch(run, asked).tell)
    except ScenarioError as error:
        raise jobs.JobError(str(error), retry=False) from error
    with run.effects(final=True):
        kept = runs.keep_result(run=asked, found=found, actor=run.actor, now=run.clock())
        gained = thousands(kept.figures["gained"])
        run.result(
            text=f"{len(found.solved.picks)} communes retenues, {gained} habitants rapprochés d’un café.",
            url=reverse("siting:run", args=[kept.pk]),
        )


class _Watch:
    """Tells the page how the plan gets better, and the computation when to stop."""

    def __init__(self, run: jobs.Run, asked: PlanRun) -> None:
        self.run, self.asked = run, asked
        self.seconds = asked.asked.seconds
        self.last = 0.0

    def tell(self, progress: Progress) -> bool:
        """Keep what is found so far; whether to go on. A cancelled job leaves here."""
        now = time.monotonic()
        words = f"plan en cours d’amélioration, {progress.seconds:.0f} secondes"
        self.run.progress(min(round(progress.seconds), self.seconds), self.seconds, words)
        if now - self.last < BETWEEN_WRITES:
            return True
        self.last = now
        with self.run.effects():
            runs.keep_live(run=self.asked, progress=progress)
        return not runs.is_stopped(self.asked)
