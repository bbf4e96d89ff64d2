"""Why a file is not taken, in the words of whoever sent it."""

from __future__ import annotations

from http import HTTPStatus


class DocumentError(ValueError):
    """A file that is not taken, or cannot be kept now; `status` is how a program is told."""

    def __init__(self, words: str, *, status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY) -> None:
        super().__init__(words)
        self.words = words
        self.status = status


def too_large(found: str, limit: str) -> DocumentError:
    """A file over the limit of its kind, both in words."""
    return DocumentError(
        f"Ce fichier fait {found}. Attendu : {limit} au plus. Rien n’est enregistré.",
        status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    )
