"""Which reader serves which format of the catalogue, and the file of a folder that serves a source."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from millecafes.territory.catalogue import SOURCES, Source
from millecafes.territory.importing import readers, readers_reference, readers_supply
from millecafes.territory.importing.errors import SourceError
from millecafes.territory.importing.readers import Job, Mapped, Reader

READERS: dict[str, Reader] = {
    "wide": readers.read_wide,
    "iris": readers.read_iris,
    "filosofi_long": readers.read_filosofi_long,
    "passage": readers_reference.read_passage,
    "movements": readers_reference.read_movements,
    "centroids": readers_reference.read_centroids,
    "counts": readers_supply.read_counts,
    "bpe_long": readers_supply.read_bpe,
    "bpe_melodi": readers_supply.read_bpe,
    "establishments": readers_supply.read_establishments,
    "points": readers_supply.read_points,
}


def read_source(path: Path, source: Source, *, this_year: int) -> Mapped:
    """Read a file of `source`; SourceError when its name or its content is not what is expected."""
    rule = source.rule_for(path.name)
    if rule is None:
        names = ", ".join(name for rule in source.files for name in rule.match)
        raise SourceError(path.name, "un nom inconnu", f"l’un de : {names}")
    try:
        with ExitStack() as files:
            mapped = READERS[rule.reader](Job(path, source, rule, this_year, files))
    except OSError as error:
        raise SourceError(
            path.name, f"une lecture impossible ({error.strerror})", "un fichier lisible"
        ) from None
    if not mapped.rows:
        raise SourceError(path.name, "aucune ligne utile", "au moins une commune")
    return mapped


def files_of(folder: Path, source: Source) -> list[Path]:
    """The files of a folder that can serve a source, those of the first rules (the newest) first."""
    files = [path for path in sorted(folder.iterdir()) if path.is_file() and source.rule_for(path.name)]
    files.sort(reverse=True)  # of two names alike, the later year

    def rank(path: Path) -> int:
        return next(n for n, rule in enumerate(source.files) if rule.fits(path.name))

    return sorted(files, key=rank)


def unused_files(folder: Path) -> list[str]:
    """Names of the files of a folder that serve no source."""
    return [
        path.name
        for path in sorted(folder.iterdir())
        if path.is_file() and not any(source.rule_for(path.name) for source in SOURCES.values())
    ]
