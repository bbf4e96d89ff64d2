"""Exports: a table whose columns are declared once, as CSV, ODS, Parquet or GeoJSON, whatever its length.

Every format holds the numbers of the screen, rounded as they are there. Where a number is unknown, the
screen's word stands in its place (CSV, ODS); typed formats hold null, and the word in `<key>_etat`.

A room registers an `Export` in `apps.py`; its view returns `exports.answer(request, name, extension)`.
"""

from millecafes.common.exports.answering import answer, export_response
from millecafes.common.exports.columns import Column, Table, safe_text
from millecafes.common.exports.formats import FORMATS, content_of
from millecafes.common.exports.kind import KIND, TOPIC
from millecafes.common.exports.reading import by_batches
from millecafes.common.exports.registry import Export, RefusedError, labels_of, register, valid
from millecafes.common.exports.snapshot import snapshot

__all__ = [
    "FORMATS",
    "KIND",
    "TOPIC",
    "Column",
    "Export",
    "RefusedError",
    "Table",
    "answer",
    "by_batches",
    "content_of",
    "export_response",
    "labels_of",
    "register",
    "safe_text",
    "snapshot",
    "valid",
]
