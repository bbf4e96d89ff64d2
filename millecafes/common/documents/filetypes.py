"""The types of file the site knows: how they are called, and how their names end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from millecafes.common import formats


@dataclass(frozen=True)
class FileType:
    """A type of file: its words (« une image PNG »), its short name, its endings, the usual first."""

    words: str
    short: str
    endings: tuple[str, ...]


JPEG, PNG, WEBP, SVG = "image/jpeg", "image/png", "image/webp", "image/svg+xml"
PDF, CSV, TEXT, ZIP = "application/pdf", "text/csv", "text/plain", "application/zip"
JSON, GEOJSON, PARQUET = "application/json", "application/geo+json", "application/vnd.apache.parquet"
XML, HTML = "application/xml", "text/html"
# OpenStreetMap data; https://wiki.openstreetmap.org/wiki/PBF_Format
PBF = "application/vnd.openstreetmap.data+pbf"
_OPEN, _OFFICE = (
    "application/vnd.oasis.opendocument.",
    "application/vnd.openxmlformats-officedocument.",
)
ODT, ODS, ODP = f"{_OPEN}text", f"{_OPEN}spreadsheet", f"{_OPEN}presentation"
DOCX = f"{_OFFICE}wordprocessingml.document"
XLSX = f"{_OFFICE}spreadsheetml.sheet"
PPTX = f"{_OFFICE}presentationml.presentation"
# Known only to be refused by their name.
MACROS = "application/vnd.ms-office.macro"

TYPES: dict[str, FileType] = {
    JPEG: FileType("une photo JPEG", "JPEG", (".jpg", ".jpeg")),
    PNG: FileType("une image PNG", "PNG", (".png",)),
    WEBP: FileType("une image WebP", "WebP", (".webp",)),
    SVG: FileType("un dessin SVG", "SVG", (".svg",)),
    PDF: FileType("un PDF", "PDF", (".pdf",)),
    ODT: FileType("un texte OpenDocument", "ODT", (".odt",)),
    ODS: FileType("un tableur OpenDocument", "ODS", (".ods",)),
    ODP: FileType("une présentation OpenDocument", "ODP", (".odp",)),
    DOCX: FileType("un texte Word", "DOCX", (".docx",)),
    XLSX: FileType("un tableur Excel", "XLSX", (".xlsx",)),
    PPTX: FileType("une présentation PowerPoint", "PPTX", (".pptx",)),
    CSV: FileType("un tableau CSV", "CSV", (".csv",)),
    TEXT: FileType("un texte simple", "texte simple", (".txt",)),
    JSON: FileType("un fichier JSON", "JSON", (".json",)),
    GEOJSON: FileType("un fichier GeoJSON", "GeoJSON", (".geojson",)),
    PARQUET: FileType("un fichier Parquet", "Parquet", (".parquet",)),
    ZIP: FileType("une archive ZIP", "ZIP", (".zip",)),
    PBF: FileType("un extrait d’OpenStreetMap", "extrait OpenStreetMap (.osm.pbf)", (".osm.pbf", ".pbf")),
    XML: FileType("un fichier XML", "XML", (".xml",)),
    HTML: FileType("une page web (HTML)", "HTML", (".html", ".htm")),
    MACROS: FileType(
        "un document Office avec des macros", "document avec macros", (".docm", ".xlsm", ".pptm")
    ),
}

IMAGES = (JPEG, PNG, WEBP)
OFFICE = (ODT, ODS, ODP, DOCX, XLSX, PPTX)
# What a browser shows by itself, and safely; the rest is downloaded.
SHOWN = frozenset({*IMAGES, PDF})


def type_of_name(name: str) -> str:
    """The type that a name says; empty when it says none we know."""
    return next((key for key, known in TYPES.items() if name.lower().endswith(known.endings)), "")


def words_of(content_types: Iterable[str]) -> str:
    """Types in words: « JPEG, PNG ou PDF »."""
    *first, last = (TYPES[name].short for name in content_types)
    return f"{', '.join(first)} ou {last}" if first else last


def endings_of(content_types: Iterable[str]) -> str:
    """The endings of names, as a file field takes them: ".jpg,.jpeg,.pdf"."""
    return ",".join(ending for name in content_types for ending in TYPES[name].endings)


def size_words(size: int) -> str:
    """A size in words: « 3,4 Mo »."""
    for limit, unit in ((1_000_000_000, "Go"), (1_000_000, "Mo"), (1_000, "ko")):
        if size >= limit:
            number = size / limit
            places = 0 if number >= 100 or size % limit == 0 else 1
            return f"{formats.decimal(number, places)}{formats.NARROW}{unit}"
    return f"{size}\u00a0octet{'s' if size > 1 else ''}"
