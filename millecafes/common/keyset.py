"""Lists given piece by piece, each piece from where the last one ended: nothing is skipped nor given twice.

The place is the value of one unique column, which orders the list: a row that stays in it the whole time
is given exactly once, whatever is added, changed or removed meanwhile. The cursor carries this value, signed,
with the list it belongs to: one that was made up, or taken from another list or other filters, is refused.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db.models import Model, QuerySet

T = TypeVar("T")
M = TypeVar("M", bound=Model)
# Without a date: the same piece of a list is the same text.
_SIGNER = signing.Signer(salt="common.keyset")
# Longer than any cursor we give.
MAX_CURSOR = 500


class CursorError(ValueError):
    """A cursor that leads nowhere, in the user's words."""


@dataclass(frozen=True)
class Piece(Generic[T]):
    """Rows of a list, and the cursor of what follows (empty at the end)."""

    rows: list[T]
    cursor: str


def read_cursor(cursor: str, *, of: str) -> Any:
    """The last value given, out of a cursor of the list named `of`; None without a cursor.

    Raises
    ------
    CursorError
    """
    if not cursor:
        return None
    try:
        owner, value = _SIGNER.unsign_object(cursor[: MAX_CURSOR + 1])
    except (signing.BadSignature, ValueError, TypeError):
        raise CursorError(
            "ce curseur n’est pas l’un de ceux que nous donnons. Attendu : celui de « next », tel quel ; "
            "ou rien, pour reprendre au début"
        ) from None
    if owner != _mark(of):
        raise CursorError(
            "ce curseur vient d’une autre liste, ou d’autres filtres. Attendu : les mêmes filtres qu’à la "
            "page d’avant ; ou rien, pour reprendre au début"
        )
    return value


def _mark(of: str) -> str:
    """The name of a list, short enough to be carried."""
    return hashlib.sha256(of.encode()).hexdigest()[:16]


def _cursor(value: Any, of: str) -> str:
    return _SIGNER.sign_object([_mark(of), value])


def piece_of(rows: QuerySet[M], *, key: str, cursor: str, limit: int, of: str) -> Piece[M]:
    """The `limit` rows that follow the cursor, ordered by the unique column `key` (one query).

    Raises
    ------
    CursorError
    """
    last = read_cursor(cursor, of=of)
    if last is not None:
        rows = rows.filter(**{f"{key}__gt": last})
    found = list(rows.order_by(key)[: limit + 1])
    more = len(found) > limit
    return Piece(found[:limit], _cursor(getattr(found[limit - 1], key), of) if more else "")


def piece_of_list(
    rows: Sequence[T], *, key: Callable[[T], Any], cursor: str, limit: int, of: str
) -> Piece[T]:
    """The same for rows at hand, in any order.

    Raises
    ------
    CursorError
    """
    ordered = sorted(rows, key=key)
    last = read_cursor(cursor, of=of)
    start = 0 if last is None else bisect_right(ordered, last, key=key)
    found = ordered[start : start + limit]
    more = start + limit < len(ordered)
    return Piece(found, _cursor(key(found[-1]), of) if more else "")
