"""Which column of ours each title of a file is: by its name, or as somebody said the last time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from millecafes.common.imports.registry import ImportKind
from millecafes.common.imports.sheets import letters
from millecafes.common.matching import fold

if TYPE_CHECKING:
    from millecafes.common.imports.models import ImportRun

# How alike a title and a name must be (0 to 100) to be proposed.
ALIKE = 85
# The titles are looked for in so many lines: some files begin with a title of their own.
MOST_ABOVE = 10


def titles_at(kind: ImportKind, rows: Sequence[tuple[int, list[str]]]) -> int:
    """The rank of the row that holds the titles: the first that names the most of our columns."""
    names = frozenset().union(*(column.names for column in kind.columns))
    known = [sum(fold(cell) in names for cell in cells) for _, cells in rows[:MOST_ABOVE]]
    return known.index(max(known)) if max(known) > 1 else 0


def guessed(kind: ImportKind, headers: Sequence[str], *, user_id: int | None) -> dict[str, str]:
    """The column of each title by rank ({"0": "nom"}): remembered, then of the same name, then alike."""
    found: dict[str, str] = {}
    told = remembered(kind, headers, user_id=user_id)
    left = {column.key: column for column in kind.columns}

    def give(rank: int, key: str) -> None:
        found[str(rank)] = key
        left.pop(key, None)

    for rank, header in enumerate(headers):
        key = told.get(_kept(header))
        if key is not None and (not key or key in left):
            give(rank, key)
    for rank, header in enumerate(headers):
        same = [key for key, column in left.items() if fold(header) in column.names]
        if str(rank) not in found and same:
            give(rank, same[0])
    for rank, header in enumerate(headers):
        if str(rank) not in found:
            give(rank, _alike(fold(header), {key: column.names for key, column in left.items()}))
    return found


def _alike(header: str, left: Mapping[str, frozenset[str]]) -> str:
    from rapidfuzz import fuzz

    scores = [(max(fuzz.ratio(header, name) for name in names), key) for key, names in left.items()]
    score, key = max(scores, default=(0.0, ""))
    return key if header and score >= ALIKE else ""


def _kept(header: str) -> str:
    return fold(header)[:200]


def remembered(kind: ImportKind, headers: Sequence[str], *, user_id: int | None) -> dict[str, str]:
    """What this person said of these titles; else what a colleague said last."""
    from millecafes.common.imports.models import ImportMatching

    rows = ImportMatching.objects.filter(
        kind=kind.name, header__in={_kept(header) for header in headers} - {""}
    )
    keys = {column.key for column in kind.columns} | {""}
    found: dict[str, str] = {}
    for row in sorted(rows.order_by("used_at", "pk"), key=lambda row: row.user_id == user_id):
        # To leave a column out is a choice of one person, not of the team.
        if row.column in keys and (row.column or row.user_id == user_id):
            found[row.header] = row.column
    return found


def remember(run: ImportRun, *, user_id: int, now: dt.datetime) -> None:
    """Keep what somebody said of the titles of a file, for the next one."""
    from millecafes.common.imports.models import ImportMatching

    told = {_kept(header): run.matching.get(str(rank), "") for rank, header in enumerate(run.headers)}
    rows = [
        ImportMatching(user_id=user_id, kind=run.kind, header=header, column=key, used_at=now)
        for header, key in told.items()
        if header
    ]
    ImportMatching.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["user", "kind", "header"],
        update_fields=["column", "used_at"],
    )


def faults(kind: ImportKind, run: ImportRun) -> list[str]:
    """What prevents these columns from being used, in words."""
    found = []
    for column in kind.columns:
        ranks = [int(rank) for rank, key in run.matching.items() if key == column.key]
        if len(ranks) > 1:
            where = " et ".join(f"{letters(rank)} « {run.headers[rank][:60]} »" for rank in sorted(ranks))
            found.append(f"« {column.label} » est donnée par deux colonnes, {where}. Attendu : une seule.")
    if not any(run.matching.values()):
        found.append("Aucune colonne n’est reconnue. Dites au moins laquelle donne le nom.")
    for key, text in run.fixed.items():
        try:
            kind.column(key).value(text)
        except ValueError as error:
            found.append(f"« {kind.column(key).label} », pour toutes les lignes : {error}")
    return found
