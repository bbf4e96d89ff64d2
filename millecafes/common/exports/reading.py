"""Rows read by batches, so that a list of any length takes the same memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from django.db.models import QuerySet

from millecafes.common.ods import Value

R = TypeVar("R")
# Few enough that what goes with them (names, places) is one query of a fair size.
TOGETHER = 500


def by_batches(
    found: QuerySet[Any, R], rows: Callable[[list[R]], Iterable[tuple[Value, ...]]]
) -> Iterator[tuple[Value, ...]]:
    """The rows of a query put into words a few hundred at a time."""
    reader = found.iterator(chunk_size=TOGETHER)
    while batch := list(islice(reader, TOGETHER)):
        yield from rows(batch)
