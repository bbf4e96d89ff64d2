"""What each line of a file would do: read, looked up, compared with what is known, a piece at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from millecafes.common.actors import Actor
from millecafes.common.imports.registry import Batch, Current, Draft, ImportKind, Json
from millecafes.common.imports.sheets import letters

if TYPE_CHECKING:
    from millecafes.common.imports.models import ImportLine, ImportRun

# Lines looked up together: few queries, little memory.
PIECE = 500
WRITTEN = ("state", "values", "problems", "changes", "candidates", "label", "choice", "target", "version")


@dataclass
class Seen:
    """What was met higher in the file: keys and records, with the number of their line."""

    keys: dict[str, int] = field(default_factory=dict)
    targets: dict[str, int] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)


def pieces(run: ImportRun, **conditions: Any) -> Iterator[list[ImportLine]]:
    """The lines of an import in order, some at a time."""
    last = 0
    while found := list(run.lines.filter(number__gt=last, **conditions).order_by("number")[:PIECE]):
        yield found
        last = found[-1].number


def store(lines: list[ImportLine], *names: str) -> None:
    """Write these fields of lines already there, in few statements."""
    from millecafes.common.imports.models import ImportLine

    ImportLine.objects.bulk_create(
        lines, update_conflicts=True, unique_fields=["run", "number"], update_fields=list(names)
    )


def analyse_piece(
    kind: ImportKind, run: ImportRun, lines: list[ImportLine], actor: Actor, seen: Seen
) -> None:
    """Say what these lines would do (their fields, not saved)."""
    drafts = [_draft(kind, run, line) for line in lines]
    batch = Batch(drafts, actor, seen.memory)
    kind.prepare(batch)
    kind.find_duplicates(batch)
    wanted = {draft.target for draft in drafts if draft.target}
    wanted |= {candidate.id for draft in drafts for candidate in draft.candidates}
    known = kind.current(wanted, False) if wanted else {}
    places = _Places(kind, run)
    for line, draft in zip(lines, drafts, strict=True):
        _settle(kind, line, draft, known, seen, places)


def _draft(kind: ImportKind, run: ImportRun, line: ImportLine) -> Draft:
    draft = Draft(line.number, {})
    told = {
        key: line.cells[int(rank)] if int(rank) < len(line.cells) else ""
        for rank, key in run.matching.items()
        if key
    }
    for key, text in {**run.fixed, **told}.items():
        column = kind.column(key)
        if not text and not (run.clears and column.compared and not column.required):
            continue
        try:
            draft.values[key] = column.value(text)
        except ValueError as error:
            draft.refuse(key, str(error))
    return draft


class _Places:
    """Where each of our columns is in a file."""

    def __init__(self, kind: ImportKind, run: ImportRun) -> None:
        self.kind, self.headers = kind, run.headers
        self.ranks = {key: int(rank) for rank, key in run.matching.items() if key}

    def rank(self, key: str) -> int:
        """Its rank; those that the file lacks come last."""
        return self.ranks.get(key, len(self.headers))

    def words(self, key: str) -> str:
        """In words: colonne C « SIRET »."""
        if key in self.ranks:
            rank = self.ranks[key]
            return f"colonne {letters(rank)} « {self.headers[rank][:60] or 'sans titre'} »"
        return f"« {self.kind.column(key).label} », qui n’est pas dans le fichier"


def _settle(
    kind: ImportKind,
    line: ImportLine,
    draft: Draft,
    known: Mapping[str, Current],
    seen: Seen,
    places: _Places,
) -> None:
    from millecafes.common.imports.models import ImportLineState as State

    if not draft.target:
        _need(kind, draft)
    twin = _twin(kind, draft, seen)
    record = known.get(draft.target)
    line.values, line.target, line.choice, line.version = draft.values, draft.target, "", ""
    line.label = str(draft.values.get(kind.title) or (record.label if record else ""))[:200]
    problems = sorted(draft.problems, key=lambda problem: places.rank(problem[0]))
    line.problems = [f"Ligne {line.number}, {places.words(key)} : {words}" for key, words in problems]
    line.changes, line.candidates = [], []
    if line.problems:
        line.state = State.ERROR
    elif record is not None:
        line.changes, line.version = changes(kind, draft, record), record.version
        line.state = State.CHANGED if line.changes else State.SAME
    else:
        line.candidates = [
            _told(kind, draft, found.id, found.why, known) for found in draft.candidates if found.id in known
        ]
        if twin:
            line.candidates.append({"id": "", "why": twin, "label": "", "url": "", "changes": []})
        line.state = State.DOUBT if line.candidates else State.NEW


def _need(kind: ImportKind, draft: Draft) -> None:
    """What a new record cannot do without."""
    refused = {key for key, _ in draft.problems}
    for column in kind.columns:
        if column.required and not draft.values.get(column.key) and column.key not in refused:
            example = f" Par exemple : {column.example}." if column.example else ""
            draft.refuse(
                column.key, f"la case est vide. Attendu : {column.help or column.label.lower()}{example}"
            )


def _twin(kind: ImportKind, draft: Draft, seen: Seen) -> str:
    """Another line of the file that says the same: certainly (refused), or perhaps (in words)."""
    if draft.problems:
        return ""
    perhaps = ""
    if draft.target:
        first = seen.targets.setdefault(draft.target, draft.number)
        if first != draft.number:
            draft.refuse(
                kind.title,
                f"la ligne {first} parle déjà de cette fiche. Attendu : une seule ligne par fiche.",
            )
        return ""
    for key in kind.keys(draft):
        first = seen.keys.setdefault(key.value, draft.number)
        if first == draft.number:
            continue
        if key.certain:
            draft.refuse(
                key.column, f"{key.words} que la ligne {first}. Attendu : une seule ligne par fiche."
            )
        perhaps = f"{key.words} que la ligne {first} de ce fichier"
    return perhaps


def changes(kind: ImportKind, draft: Draft, record: Current) -> list[dict[str, Json]]:
    """What a line would change of a record, field by field."""
    found = []
    for key, value in draft.values.items():
        column = kind.column(key)
        before = record.values.get(key)
        if column.compared and value != before:
            found.append(
                {
                    "key": key,
                    "label": column.label,
                    "before": record.shown.get(key, column.words(before)),
                    "after": draft.shown.get(key, column.words(value)),
                }
            )
    return found


def _told(
    kind: ImportKind, draft: Draft, number: str, why: str, known: Mapping[str, Current]
) -> dict[str, Json]:
    record = known[number]
    return {
        "id": number,
        "why": why,
        "label": record.label,
        "url": record.url,
        "changes": changes(kind, draft, record),
        "version": record.version,
    }
