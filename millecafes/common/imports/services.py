"""Writes of imports: each step, in one transaction, with its line of the journal where something changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from millecafes.common import journal
from millecafes.common.actors import Actor
from millecafes.common.imports import columns
from millecafes.common.imports.analysing import PIECE, WRITTEN, Seen, analyse_piece, pieces, store
from millecafes.common.imports.applying import Report, good_lines, take_back, write_lines
from millecafes.common.imports.models import (
    ImportLine,
    ImportLineState,
    ImportOutcome,
    ImportRun,
    ImportState,
)
from millecafes.common.imports.privacy import LINES_DAYS
from millecafes.common.imports.registry import ImportKind, find
from millecafes.common.imports.sheets import ImportFileError, Sheet
from millecafes.common.jobs import JobError, enqueue

# Up to so many lines, an answer comes faster than a job would start.
AT_ONCE = 500
# Lines are kept so long: to correct, to look again, to undo.
KEPT_DAYS = LINES_DAYS
VERBS = {
    "common.import_sent": "a envoyé un fichier de {lines} lignes à importer dans « {kind} »",
    "common.import_applied": (
        "a importé dans « {kind} » : {created} créées, {changed} mises à jour, {refused} refusées"
    ),
    "common.import_undone": (
        "a annulé un import dans « {kind} » : {undone} fiches remises, {kept} laissées telles quelles"
    ),
    "common.import_dropped": "a abandonné un import dans « {kind} »",
}
# What an import comes back to when the job that worked on it stopped.
BEFORE = {
    ImportState.ANALYSING: ImportState.MATCHING,
    ImportState.APPLYING: ImportState.READY,
    ImportState.UNDOING: ImportState.APPLIED,
}


class ImportStepError(ValueError):
    """A step that cannot be taken now, in the user's words."""


def start_import(
    *, kind: ImportKind, file_name: str, sheet: Sheet, actor: Actor, now: dt.datetime
) -> ImportRun:
    """Keep the lines of a file, with the columns guessed.

    Raises
    ------
    ImportFileError
        When nothing follows the titles.
    """
    rank = columns.titles_at(kind, sheet.rows)
    headers, rows = list(sheet.rows[rank][1]), sheet.rows[rank + 1 :]
    if not rows:
        raise ImportFileError("Ce fichier n’a que des titres. Attendu : une ligne par fiche en dessous.")
    headers += [""] * (max(len(cells) for _, cells in rows) - len(headers))
    notices = list(sheet.notices)
    if rank:
        notices.insert(
            0, f"Les titres sont lus à la ligne {sheet.rows[rank][0]} ; ce qui est au-dessus est laissé."
        )
    with transaction.atomic():
        run = ImportRun.objects.create(
            kind=kind.name,
            file_name=file_name[-200:],
            headers=headers,
            matching=columns.guessed(kind, headers, user_id=actor.user_id),
            notices=notices,
            owner_id=actor.user_id,
            created_at=now,
        )
        for start in range(0, len(rows), PIECE):
            ImportLine.objects.bulk_create(
                ImportLine(run=run, number=number, cells=cells)
                for number, cells in rows[start : start + PIECE]
            )
        _tell(run, "common.import_sent", actor, now, lines=len(rows))
    return run


def _tell(run: ImportRun, verb: str, actor: Actor, now: dt.datetime, **data: int) -> None:
    kind = find(run.kind)
    told = {"kind": kind.label if kind else run.kind, **data}
    journal.record(actor=actor, verb=verb, target=run.journal_target, now=now, data=told)


def is_stopped(run: ImportRun) -> bool:
    """Whether a job was working on it and will not go on by itself."""
    return run.state in BEFORE and (run.job is None or run.job.is_ended)


def _locked(run: ImportRun, *states: ImportState) -> ImportRun:
    """The import, held until the end of the transaction, if it is at one of these steps."""
    found = ImportRun.objects.select_for_update(of=("self",)).filter(pk=run.pk).first()
    if found is None:
        raise ImportStepError("Cet import a été abandonné ou effacé.")
    if is_stopped(found):
        found.state = BEFORE[ImportState(found.state)]
    if found.state not in states:
        raise ImportStepError(
            f"Cet import en est à « {found.get_state_display()} » : quelqu’un l’a fait avancer entre-temps. "
            "Voici où il en est."
        )
    return found


def choose_columns(
    *,
    run: ImportRun,
    matching: Mapping[str, str],
    fixed: Mapping[str, str],
    clears: bool,
    actor: Actor,
    now: dt.datetime,
) -> list[str]:
    """Say which column each title is, remember it, and analyse the lines. Returns what is wrong, if anything.

    Raises
    ------
    ImportStepError
    """
    with transaction.atomic():
        run = _locked(run, ImportState.MATCHING, ImportState.READY)
        kind = kind_of(run)
        run.matching, run.clears = dict(matching), clears
        given = set(matching.values())
        run.fixed = {key: text for key, text in fixed.items() if text and key not in given}
        wrong = columns.faults(kind, run)
        if wrong:
            return wrong
        columns.remember(run, user_id=actor.user_id, now=now) if actor.user_id else None
        _go_on(run, ImportState.ANALYSING, "common.analyse_import", run.lines.count(), actor, now)
    return []


def _go_on(run: ImportRun, state: ImportState, task: str, lines: int, actor: Actor, now: dt.datetime) -> None:
    """Do a step now when it is short, else by a job asked for in this transaction."""
    run.state = state
    run.job = None
    if lines > AT_ONCE:
        arguments = {"run_id": run.pk}
        run.job = enqueue(task, arguments=arguments, actor=actor, now=now, target=run.journal_target)
    run.save()
    if not run.job:
        STEPS[state](run=run, actor=actor, now=now, report=lambda done: None)


def kind_of(run: ImportRun) -> ImportKind:
    """The kind of an import.

    Raises
    ------
    ImportStepError
        When its code was removed.
    """
    kind = find(run.kind)
    if kind is None:
        raise ImportStepError("Cette version du site ne sait plus importer ce genre de fichier.")
    return kind


def analyse(*, run: ImportRun, actor: Actor, now: dt.datetime, report: Report) -> None:
    """Say what every line would do, at once."""
    seen, done = Seen(), 0
    with transaction.atomic():
        for lines in pieces(run):
            analyse_piece(kind_of(run), run, lines, actor, seen)
            store(lines, *WRITTEN)
            done += len(lines)
            report(done)
        set_state(run, ImportState.READY)


def set_state(run: ImportRun, state: ImportState, **values: Any) -> None:
    """The step is over."""
    run.state = state
    ImportRun.objects.filter(pk=run.pk).update(state=state, **values)


def choose_lines(*, run: ImportRun, choices: Mapping[int, str]) -> int:
    """Decide for lines in doubt: "new", "skip", "same:<number>"; empty: not yet. Says how many changed.

    Raises
    ------
    ImportStepError
    """
    with transaction.atomic():
        run = _locked(run, ImportState.READY)
        lines = list(run.lines.filter(state=ImportLineState.DOUBT, number__in=list(choices)))
        changed = []
        for line in lines:
            chosen = choices[line.number]
            proposed = {f"same:{found['id']}" for found in line.candidates if found["id"]}
            if chosen not in {"", "new", "skip", *proposed}:
                raise ImportStepError(f"Ligne {line.number} : cette décision n’est pas proposée.")
            if chosen != line.choice:
                line.choice = chosen
                changed.append(line)
        store(changed, "choice") if changed else None
    return len(changed)


def choose_everywhere(*, run: ImportRun, choice: str) -> int:
    """Decide the same for every line in doubt not decided yet: "new", "skip", or "same" (the only one alike).

    Raises
    ------
    ImportStepError
    """
    with transaction.atomic():
        run = _locked(run, ImportState.READY)
        left = run.lines.filter(state=ImportLineState.DOUBT, choice="")
        if choice in {"new", "skip"}:
            return left.update(choice=choice)
        count = 0
        for lines in pieces(run, state=ImportLineState.DOUBT, choice=""):
            alone = [line for line in lines if len(line.candidates) == 1 and line.candidates[0]["id"]]
            for line in alone:
                line.choice = f"same:{line.candidates[0]['id']}"
            store(alone, "choice") if alone else None
            count += len(alone)
        return count


def apply(*, run: ImportRun, actor: Actor, now: dt.datetime) -> None:
    """Write the good lines, now or by a job.

    Raises
    ------
    ImportStepError
    """
    with transaction.atomic():
        run = _locked(run, ImportState.READY)
        good = run.lines.filter(good_lines()).count()
        if not good:
            raise ImportStepError("Aucune ligne n’est à écrire : rien n’a été fait.")
        _go_on(run, ImportState.APPLYING, "common.apply_import", good, actor, now)


def apply_now(*, run: ImportRun, actor: Actor, now: dt.datetime, report: Report) -> None:
    """Write the good lines, all of them or none."""
    with transaction.atomic():
        write_lines(kind_of(run), run, actor=actor, now=now, report=report)
        counts = outcomes(run)
        set_state(run, ImportState.APPLIED, applied_at=now)
        told = {name: counts.get(name, 0) for name in ("created", "changed", "refused")}
        _tell(run, "common.import_applied", actor, now, **told)


def outcomes(run: ImportRun) -> dict[str, int]:
    """How many lines did what."""
    from django.db.models import Count

    rows = run.lines.exclude(outcome="").order_by().values_list("outcome").annotate(count=Count("pk"))
    return dict(rows)


def undo(*, run: ImportRun, actor: Actor, now: dt.datetime) -> None:
    """Take back what an import wrote, now or by a job.

    Raises
    ------
    ImportStepError
    """
    with transaction.atomic():
        run = _locked(run, ImportState.APPLIED)
        written = run.lines.filter(outcome__in=(ImportOutcome.CREATED, ImportOutcome.CHANGED)).count()
        if not written:
            raise ImportStepError(
                "Il n’y a rien à annuler : cet import n’a rien écrit, ou ses lignes sont effacées "
                f"({KEPT_DAYS} jours)."
            )
        _go_on(run, ImportState.UNDOING, "common.undo_import", written, actor, now)


def undo_now(*, run: ImportRun, actor: Actor, now: dt.datetime, report: Report) -> None:
    """Take back what an import wrote: all that nobody touched since."""
    with transaction.atomic():
        take_back(kind_of(run), run, actor=actor, now=now, report=report)
        counts = outcomes(run)
        set_state(run, ImportState.UNDONE, undone_at=now)
        told = {name: counts.get(name, 0) for name in ("undone", "kept")}
        _tell(run, "common.import_undone", actor, now, **told)


STEPS: dict[ImportState, Callable[..., None]] = {
    ImportState.ANALYSING: analyse,
    ImportState.APPLYING: apply_now,
    ImportState.UNDOING: undo_now,
}


def step_of_job(run_id: int, job_id: int, state: ImportState) -> ImportRun:
    """The import that a job was asked to work on.

    Raises
    ------
    JobError
        When it waits for this job no more: abandoned, erased, or gone on otherwise.
    """
    run = ImportRun.objects.select_for_update(of=("self",)).filter(pk=run_id).first()
    if run is None or run.state != state or run.job_id != job_id:
        raise JobError("Cet import n’attend plus cette tâche : il a été repris ou abandonné.", retry=False)
    if find(run.kind) is None:
        raise JobError("Cette version du site ne sait plus importer ce genre de fichier.", retry=False)
    return run


def drop(*, run: ImportRun, actor: Actor, now: dt.datetime) -> None:
    """Erase an import that wrote nothing.

    Raises
    ------
    ImportStepError
    """
    with transaction.atomic():
        run = _locked(run, ImportState.MATCHING, ImportState.READY)
        _tell(run, "common.import_dropped", actor, now)
        run.delete()
