"""Writing the good lines of an import, all of them or none; and taking back what it wrote."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from millecafes.common import journal
from millecafes.common.actors import Actor
from millecafes.common.imports.analysing import pieces, store
from millecafes.common.imports.registry import ImportKind

if TYPE_CHECKING:
    from millecafes.common.imports.models import ImportLine, ImportRun

Report = Callable[[int], Any]
_DONE = ("target", "outcome", "outcome_words", "before", "after_version")
_UNDONE = ("outcome", "outcome_words")
GONE = "La fiche n’existe plus : elle a été effacée depuis."
CHANGED_SINCE = "La fiche a été modifiée par quelqu’un depuis l’aperçu : relancez l’analyse pour la revoir."
TWICE = "Une autre ligne de ce fichier modifie déjà cette fiche."
TOUCHED_SINCE = "La fiche a servi ou a été modifiée depuis l’import : elle est laissée telle quelle."


def good_lines() -> Q:
    """The lines that would be written: new, changed, and those decided otherwise than to be left out."""
    from millecafes.common.imports.models import ImportLineState as State

    decided = Q(state=State.DOUBT) & ~Q(choice__in=("", "skip"))
    return Q(state__in=(State.NEW, State.CHANGED)) | decided


def write_lines(kind: ImportKind, run: ImportRun, *, actor: Actor, now: dt.datetime, report: Report) -> None:
    """Write every good line, in the caller's transaction: changes first, which may free a number."""
    done = 0
    with transaction.atomic():
        for write in (_change, _create):
            for lines in _good_pieces(run):
                chosen = [line for line in lines if _is_new(line) is (write is _create)]
                if chosen:
                    write(kind, chosen, actor, now)
                    store(chosen, *_DONE)
                done += len(chosen)
                report(done)


def _good_pieces(run: ImportRun) -> Any:
    numbers = run.lines.filter(good_lines()).order_by().values("pk")
    return pieces(run, pk__in=numbers)


def _is_new(line: ImportLine) -> bool:
    from millecafes.common.imports.models import ImportLineState as State

    return line.state == State.NEW or line.choice == "new"


def _meant(line: ImportLine) -> tuple[str, str]:
    """The record a line changes, and its fingerprint when it was looked at."""
    if not line.choice.startswith("same:"):
        return line.target, line.version
    number = line.choice.removeprefix("same:")
    return next((found["id"], found["version"]) for found in line.candidates if found["id"] == number)


def _change(kind: ImportKind, lines: list[ImportLine], actor: Actor, now: dt.datetime) -> None:
    from millecafes.common.imports.models import ImportOutcome as Outcome

    meant = {line.number: _meant(line) for line in lines}
    known = kind.current({number for number, _ in meant.values()}, True)
    wanted: dict[str, dict[str, Any]] = {}
    by_target: dict[str, ImportLine] = {}
    for line in lines:
        number, version = meant[line.number]
        record = known.get(number)
        why = GONE if record is None else CHANGED_SINCE if record.version != version else ""
        if why or number in by_target:
            _refuse(line, why or TWICE)
        elif record is not None:
            told = {key: value for key, value in line.values.items() if kind.column(key).compared}
            line.before = {
                key: record.values[key] for key, value in told.items() if record.values[key] != value
            }
            wanted[number], by_target[number] = {**record.values, **told}, line
    written = kind.change(wanted, actor, now) if wanted else None
    after = kind.current(written.done, False) if written and written.done else {}
    for number, line in by_target.items():
        line.target = number
        if number in after:
            line.outcome, line.after_version = Outcome.CHANGED, after[number].version
        elif written:
            _refuse(line, written.refused[number])


def _create(kind: ImportKind, lines: list[ImportLine], actor: Actor, now: dt.datetime) -> None:
    from millecafes.common.imports.models import ImportOutcome as Outcome

    written = kind.create({line.number: line.values for line in lines}, actor, now)
    after = kind.current(set(written.done.values()), False) if written.done else {}
    for line in lines:
        if line.number in written.done:
            line.target = written.done[line.number]
            line.outcome, line.after_version = Outcome.CREATED, after[line.target].version
        else:
            _refuse(line, written.refused[line.number])


def _refuse(line: ImportLine, words: str) -> None:
    from millecafes.common.imports.models import ImportOutcome as Outcome

    line.outcome, line.outcome_words, line.before = Outcome.REFUSED, words[:500], {}


def take_back(kind: ImportKind, run: ImportRun, *, actor: Actor, now: dt.datetime, report: Report) -> None:
    """Put back what an import changed and remove what it created, but for what was touched since."""
    from millecafes.common.imports.models import ImportOutcome as Outcome

    done = 0
    with transaction.atomic():
        # What was created goes first: it may hold a number that a changed record had.
        for outcome, undo in ((Outcome.CREATED, _remove), (Outcome.CHANGED, _restore)):
            for lines in pieces(run, outcome=outcome):
                undo(kind, run, lines, actor, now)
                store(lines, *_UNDONE)
                done += len(lines)
                report(done)


def _remove(
    kind: ImportKind, run: ImportRun, lines: list[ImportLine], actor: Actor, now: dt.datetime
) -> None:
    known = kind.current({line.target for line in lines}, True)
    # Other rooms write on the record's history when they begin to use it.
    used = journal.touched_since(kind.target, known, run.applied_at or now)
    same = {
        line.target: known[line.target].values
        for line in lines
        if line.target in known
        and known[line.target].version == line.after_version
        and line.target not in used
    }
    written = kind.remove(same, actor, now)
    for line in lines:
        if line.target not in known:
            _undone(line, "La fiche avait déjà été effacée.")
        elif line.target in written.done:
            _undone(line, "")
        else:
            _keep(line, written.refused.get(line.target, TOUCHED_SINCE))


def _restore(
    kind: ImportKind, run: ImportRun, lines: list[ImportLine], actor: Actor, now: dt.datetime
) -> None:
    known = kind.current({line.target for line in lines}, True)
    wanted = {}
    for line in lines:
        record = known.get(line.target)
        if record is None:
            _keep(line, GONE)
        elif record.version != line.after_version:
            _keep(line, TOUCHED_SINCE)
        else:
            wanted[line.target] = {**record.values, **line.before}
    written = kind.change(wanted, actor, now) if wanted else None
    for line in lines:
        if written and line.target in written.done:
            _undone(line, "")
        elif written and line.target in written.refused:
            _keep(line, written.refused[line.target])


def _undone(line: ImportLine, words: str) -> None:
    from millecafes.common.imports.models import ImportOutcome as Outcome

    line.outcome, line.outcome_words = Outcome.UNDONE, words


def _keep(line: ImportLine, words: str) -> None:
    from millecafes.common.imports.models import ImportOutcome as Outcome

    line.outcome, line.outcome_words = Outcome.KEPT, words[:500]
