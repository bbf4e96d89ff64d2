"""What the token of a program may do."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Field, Router, Schema

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.queries.perimeters import labels
from millecafes.api.admission import ANY, Bearer, token_of
from millecafes.common.scopes import scopes

router = Router(tags=["jeton"])


class ScopeOut(Schema):
    """A scope."""

    key: str = Field(description="Clé de la portée.")
    label: str = Field(description="Ce qu’elle laisse lire.")


class PerimeterOut(Schema):
    """Where it opens."""

    key: str = Field(description="Clé du périmètre : network, region:76, departement:81…")
    label: str = Field(description="Nom du périmètre.")


class MeOut(Schema):
    """A token, without anything that would tell its secret."""

    name: str = Field(description="Nom donné au jeton.")
    tail: str = Field(description="Ses quatre derniers caractères.")
    role: RoleKind = Field(description="Rôle porté.")
    perimeter: PerimeterOut = Field(description="Périmètre du jeton.")
    scopes: list[ScopeOut] = Field(description="Portées données.")
    expires_at: dt.datetime = Field(description="Fin du jeton ; il s’arrête plus tôt si le rôle prend fin.")
    rate: int = Field(description="Demandes permises par minute.")


@router.get(
    "/moi", response={200: MeOut}, summary="Ce que ce jeton peut faire", url_name="me", auth=Bearer(ANY)
)
def me(request: HttpRequest) -> dict[str, Any]:
    """Le rôle, le périmètre et les portées du jeton montré, et quand il prend fin."""
    token = token_of(request)
    assert token is not None  # noqa: S101 - the door asks for one
    words = {scope.key: scope.label for scope in scopes()}
    return {
        "name": token.name,
        "tail": token.tail,
        "role": token.role.kind,
        "perimeter": {"key": token.perimeter, "label": labels([token.perimeter])[token.perimeter]},
        "scopes": [{"key": key, "label": words.get(key, key)} for key in token.scope_keys],
        "expires_at": token.expires_at,
        "rate": settings.API_RATE_TOKEN,
    }
