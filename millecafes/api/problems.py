"""Refusals, as RFC 9457 writes them: what is wrong, what was found, what was expected, in French."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse, JsonResponse

MEDIA_TYPE = "application/problem+json"
# Where each kind of problem is explained: an anchor of the page for integrators.
EXPLAINED = "/api/#probleme-{}"


@dataclass(frozen=True)
class Kind:
    """A kind of problem: its key, its status, its title, what one may do."""

    key: str
    status: int
    title: str
    detail: str


KINDS = {
    kind.key: kind
    for kind in (
        Kind(
            "illisible",
            400,
            "Requête illisible",
            "L’adresse est trop longue, contient un caractère nul (U+0000), ou ne se lit pas. "
            "Attendu : une adresse de 4 000 caractères au plus, en UTF-8.",
        ),
        Kind(
            "identite",
            401,
            "Qui êtes-vous ?",
            "Cette adresse demande un jeton d’accès : Authorization: Bearer mc_… "
            "On le crée sur le site : /compte/jetons/",
        ),
        Kind(
            "jeton",
            401,
            "Jeton refusé",
            "Ce jeton est inconnu, retiré ou expiré, ou le rôle qu’il porte a pris fin. "
            "Créez-en un autre : /compte/jetons/",
        ),
        Kind(
            "portee",
            403,
            "Portée manquante",
            "Ce jeton n’ouvre pas cette adresse. Créez-en un qui a la portée demandée : /compte/jetons/",
        ),
        Kind("refuse", 403, "Refusé", "Cette requête n’est pas permise."),
        Kind(
            "introuvable",
            404,
            "Introuvable",
            "Il n’y a rien à cette adresse, ou rien pour vous. Les adresses : /api/",
        ),
        Kind("methode", 405, "Méthode refusée", "Cette adresse se lit seulement : GET, HEAD ou OPTIONS."),
        Kind(
            "taille",
            413,
            "Corps trop gros",
            "Le corps de la requête dépasse 1 Mo. Attendu : aucun corps, l’API se lit seulement.",
        ),
        Kind("parametres", 422, "Paramètres à corriger", "Voir « errors » : un paramètre par ligne."),
        Kind(
            "debit",
            429,
            "Trop de requêtes",
            "Attendez le nombre de secondes de l’en-tête Retry-After. Un jeton donne un débit plus large.",
        ),
        Kind(
            "occupe",
            503,
            "Base de données occupée",
            "Rien n’a été fait. Réessayez après le nombre de secondes de l’en-tête Retry-After.",
        ),
        Kind(
            "panne",
            500,
            "Panne de notre côté",
            "Rien n’a été fait. Réessayez ; si cela dure, écrivez-nous avec « code » : /contact/",
        ),
    )
}
# For an answer that did not come from the API itself: the kind that goes with its status.
_BY_STATUS = {400: "illisible", 401: "identite", 403: "refuse", 404: "introuvable", 405: "methode"}
_BY_STATUS |= {413: "taille", 429: "debit", 500: "panne", 503: "occupe"}


@dataclass(frozen=True)
class Fault:
    """What is wrong with one parameter."""

    field: str
    detail: str


class ProblemError(Exception):
    """What an address of the API refuses."""

    def __init__(
        self,
        key: str,
        detail: str = "",
        *,
        errors: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.kind = KINDS[key]
        super().__init__(detail or self.kind.detail)
        self.detail = detail or self.kind.detail
        self.errors = errors
        self.headers = dict(headers or {})

    def response(self) -> HttpResponse:
        """The refusal, as sent."""
        body = _body(self.kind, self.detail)
        if self.errors:
            body["errors"] = [{"field": fault.field, "detail": fault.detail} for fault in self.errors]
        response = JsonResponse(body, status=self.kind.status, content_type=MEDIA_TYPE, headers=self.headers)
        response.is_problem = True  # type: ignore[attr-defined]
        return response


def _body(kind: Kind, detail: str) -> dict[str, Any]:
    return {
        "type": EXPLAINED.format(kind.key),
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
    }


def refused(faults: Iterable[Fault]) -> ProblemError:
    """The problem of parameters that do not do; its detail tells them all."""
    errors = tuple(faults)
    return ProblemError("parametres", " ".join(fault.detail for fault in errors), errors=errors)


def as_problem(response: HttpResponse, *, code: str) -> HttpResponse:
    """Make a problem of a refusal that the site gave by itself, its headers kept.

    `code` finds the request in the logs.
    """
    if getattr(response, "is_problem", False):
        return response
    status = response.status_code
    known = KINDS.get(_BY_STATUS.get(status, ""))
    if known is None:
        title = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Erreur"
        known = Kind("autre", status, title, "La requête n’a pas abouti.")
    body = {**_body(known, known.detail), "code": code}
    if known.key == "autre":
        body["type"] = "about:blank"
    response.content = json.dumps(body).encode()
    response["Content-Type"] = MEDIA_TYPE
    response["Content-Length"] = str(len(response.content))
    return response
