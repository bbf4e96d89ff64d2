"""OpenDocument spreadsheets written straight to XML.

Measured on the 1,253 EPCI: the XML of `odfpy`'s objects takes a second or more, this a few hundredths.
`odfpy` reads the files again in the tests.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO
from xml.sax.saxutils import escape, quoteattr

Value = str | float | None


@dataclass(frozen=True)
class Sheet:
    """A name, a number of columns, and lines, read once; a number is a number, anything else a text."""

    name: str
    width: int
    lines: Iterable[Sequence[Value]]


# LibreOffice and Excel open no more lines in a sheet.
MOST_LINES = 1_048_576
MEDIA_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_MANIFEST = (
    f'{_HEAD}<manifest:manifest xmlns:manifest="{_NAMESPACE}:manifest:1.0" manifest:version="1.3">'
    f'<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{MEDIA_TYPE}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)
# Characters that XML 1.0 refuses.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Blanks that a reader of XML would merge: at either end, several together, and tabs.
_BLANKS = re.compile(r"^ +| +$| {2,}|\t")


def stream_ods(stream: IO[bytes], sheets: Iterable[Sheet], *, large: bool = False) -> None:
    """Write a spreadsheet (OpenDocument 1.3) of these sheets, line by line; same sheets, same bytes.

    `large`: its content may pass 2 GB, which takes an archive that older software does not read.
    """
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        # The type comes first and unpacked: that is how a file is known for what it is.
        archive.writestr(zipfile.ZipInfo("mimetype"), MEDIA_TYPE, zipfile.ZIP_STORED)
        with archive.open(_entry("content.xml"), "w", force_zip64=large) as content:
            for part in _content(sheets):
                content.write(part.encode("utf-8", "replace"))
        with archive.open(_entry("META-INF/manifest.xml"), "w") as manifest:
            manifest.write(_MANIFEST.encode())


def _entry(name: str) -> zipfile.ZipInfo:
    """A compressed file without the date of the day."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _content(sheets: Iterable[Sheet]) -> Iterator[str]:
    spaces = " ".join(f'xmlns:{name}="{_NAMESPACE}:{name}:1.0"' for name in ("office", "table", "text"))
    yield f'{_HEAD}<office:document-content {spaces} office:version="1.3">'
    yield "<office:body><office:spreadsheet>"
    for sheet in sheets:
        yield f"<table:table table:name={quoteattr(_NOT_XML.sub('', sheet.name))}>"
        yield f'<table:table-column table:number-columns-repeated="{sheet.width}"/>'
        for line in sheet.lines:
            yield f"<table:table-row>{''.join(map(_cell, line))}</table:table-row>"
        yield "</table:table>"
    yield "</office:spreadsheet></office:body></office:document-content>"


def _cell(value: Value) -> str:
    if isinstance(value, int | float):
        shown = str(value).replace(".", ",")
        return (
            f'<table:table-cell office:value-type="float" office:value="{value}">'
            f"<text:p>{shown}</text:p></table:table-cell>"
        )
    # A cell typed as text is never computed, whatever it begins with.
    lines = escape(_NOT_XML.sub("", value or "")).splitlines() or [""]
    paragraphs = "".join(f"<text:p>{_BLANKS.sub(_kept, line)}</text:p>" for line in lines)
    return f'<table:table-cell office:value-type="string">{paragraphs}</table:table-cell>'


def _kept(blanks: re.Match[str]) -> str:
    if blanks[0] == "\t":
        return "<text:tab/>"
    return f'<text:s text:c="{len(blanks[0])}"/>'
