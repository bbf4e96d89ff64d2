"""Files that tests write."""

from __future__ import annotations

import io
from collections.abc import Sequence

from millecafes.common.ods import Sheet, Value, stream_ods


def write_ods(sheets: Sequence[tuple[str, Sequence[Sequence[Value]]]]) -> bytes:
    """A spreadsheet of these sheets: a name and its lines."""
    stream = io.BytesIO()
    wide = (Sheet(name, max(map(len, lines), default=1), lines) for name, lines in sheets)
    stream_ods(stream, wide)
    return stream.getvalue()
