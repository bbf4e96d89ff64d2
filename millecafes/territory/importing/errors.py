"""What is wrong with a source: which file, which line, what was found, what was expected."""

from __future__ import annotations


class SourceError(Exception):
    """A file that cannot be used; nothing of it is stored. The text is shown to people, in French."""

    def __init__(self, file: str, found: str, expected: str, *, line: int | None = None) -> None:
        self.file = file
        self.line = line
        self.found = found
        self.expected = expected
        place = f"{file}, ligne {line}" if line else file
        super().__init__(f"{place} : trouvé {found} ; attendu {expected}.")


class DownloadError(Exception):
    """A download that did not succeed; the text is shown to people, in French."""
