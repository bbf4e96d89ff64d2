"""What several addresses of the API say: problems, lists given piece by piece, places."""

from __future__ import annotations

from typing import Any, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from ninja import Field, Schema

from millecafes.api.problems import Fault, refused
from millecafes.common import keyset

M = TypeVar("M", bound=Model)
LARGEST = 500


class FaultOut(Schema):
    """What is wrong with one parameter."""

    field: str = Field(description="Le paramètre.")
    detail: str = Field(description="Ce qui a été trouvé, et ce qui est attendu.")


class Problem(Schema):
    """A refusal (RFC 9457)."""

    type: str = Field(description="Nature du problème : l’adresse de son explication.")
    title: str = Field(description="Ce qui ne va pas.")
    status: int = Field(description="Code HTTP.")
    detail: str = Field(description="Ce que l’on peut faire.")
    errors: list[FaultOut] = Field([], description="Les paramètres à corriger ; absent s’il n’y en a pas.")
    code: str = Field(
        "", description="Ce qui retrouve la requête dans nos journaux ; absent si « errors » dit tout."
    )


class PieceQuery(Schema):
    """Where to start in a list, and how much to give."""

    limit: int = Field(100, ge=1, le=LARGEST, description=f"Nombre de lignes au plus, de 1 à {LARGEST}.")
    cursor: str = Field(
        "",
        max_length=keyset.MAX_CURSOR,
        description="La suite : le curseur que donne « next », avec les mêmes filtres ; vide : le début.",
    )


class PieceOut(Schema):
    """Common to all lists."""

    total: int = Field(description="Nombre de lignes qui répondent aux filtres, à cet instant.")
    next: str | None = Field(description="Adresse de la suite ; null : c’est la fin.")


def list_name(request: HttpRequest) -> str:
    """The name of a list, that a cursor keeps: its address and its filters."""
    filters = sorted(
        (name, value) for name, value in request.GET.items() if name not in {"cursor", "limit"} and value
    )
    return f"{request.path}?{urlencode(filters)}"


def page_of(request: HttpRequest, piece: keyset.Piece[Any], total: int) -> dict[str, Any]:
    """One piece of a list as the API gives it; the middleware makes a Link header of `next`."""
    following = None
    if piece.cursor:
        query = request.GET.copy()
        query["cursor"] = piece.cursor
        following = f"{request.path}?{query.urlencode()}"
        request.api_next = following  # type: ignore[attr-defined]
    return {"total": total, "next": following, "items": piece.rows}


def rows_asked(request: HttpRequest, rows: QuerySet[M], asked: PieceQuery, *, key: str) -> dict[str, Any]:
    """The piece of a query that was asked for, with how many rows there are (two queries).

    Raises
    ------
    ProblemError
    """
    try:
        piece = keyset.piece_of(rows, key=key, cursor=asked.cursor, limit=asked.limit, of=list_name(request))
    except keyset.CursorError as error:
        raise bad_cursor(error) from error
    return page_of(request, piece, rows.count())


def list_asked(request: HttpRequest, rows: list[Any], asked: PieceQuery) -> dict[str, Any]:
    """The same, for rows at hand that have a code.

    Raises
    ------
    ProblemError
    """
    try:
        piece = keyset.piece_of_list(
            rows,
            key=lambda row: row.code,
            cursor=asked.cursor,
            limit=asked.limit,
            of=list_name(request),
        )
    except keyset.CursorError as error:
        raise bad_cursor(error) from error
    return page_of(request, piece, len(rows))


def bad_cursor(error: keyset.CursorError) -> Exception:
    """The problem of a cursor."""
    return refused([Fault("cursor", f"cursor : {error}.")])
