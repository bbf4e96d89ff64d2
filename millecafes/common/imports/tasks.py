"""Jobs of imports too long for a request."""

from __future__ import annotations

from millecafes.common.imports import services
from millecafes.common.imports.analysing import WRITTEN, Seen, analyse_piece, pieces, store
from millecafes.common.imports.applying import Report
from millecafes.common.imports.models import ImportRun, ImportState
from millecafes.common.jobs import Run, task
from millecafes.common.jobs.telling import tell_asker
from millecafes.common.notifications import Topic

ENDED = Topic("common.import_ended", "Imports terminés", "vous avez envoyé ce fichier")


def _report(run: Run, total: int, words: str) -> Report:
    return lambda done: run.progress(done, total, words)


def _over(run: Run, found: ImportRun, text: str) -> None:
    """Say how it ended, on the job and to who asked; in the transaction that ends it."""
    run.result(text=text, url=found.get_absolute_url())
    said = f"{found.file_name} : {text[0].lower()}{text[1:]}"
    tell_asker(run.job, topic=ENDED, text=said, url=found.get_absolute_url(), now=run.now)


@task("common.analyse_import", title="Analyse d’un fichier à importer", atomic=False)
def analyse_import(run: Run, *, run_id: int) -> None:
    """Say what every line of a file would do; each piece is kept, the whole is ready at the end."""
    with run.effects():
        found = services.step_of_job(run_id, run.job.pk, ImportState.ANALYSING)
    kind, seen = services.kind_of(found), Seen()
    total, done = found.lines.count(), 0
    for lines in pieces(found):
        run.progress(done, total, "Lecture et comparaison des lignes")
        analyse_piece(kind, found, lines, run.actor, seen)
        with run.effects():
            store(lines, *WRITTEN)
        done += len(lines)
    with run.effects(final=True):
        services.step_of_job(run_id, run.job.pk, ImportState.ANALYSING)
        _over(run, found, "L’aperçu est prêt.")
        services.set_state(found, ImportState.READY)


@task("common.apply_import", title="Écriture d’un import")
def apply_import(run: Run, *, run_id: int) -> None:
    """Write the good lines of an import; one transaction with the end of the job."""
    found = services.step_of_job(run_id, run.job.pk, ImportState.APPLYING)
    report = _report(run, found.lines.count(), "Écriture des fiches")
    services.apply_now(run=found, actor=run.actor, now=run.now, report=report)
    _over(run, found, "L’import est fait.")


@task("common.undo_import", title="Annulation d’un import")
def undo_import(run: Run, *, run_id: int) -> None:
    """Take back what an import wrote; one transaction with the end of the job."""
    found = services.step_of_job(run_id, run.job.pk, ImportState.UNDOING)
    report = _report(run, found.lines.count(), "Remise des fiches comme avant")
    services.undo_now(run=found, actor=run.actor, now=run.now, report=report)
    _over(run, found, "L’import est annulé.")
