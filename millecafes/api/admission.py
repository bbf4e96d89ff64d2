"""What every address of the API does before it answers: who asks, how often, with which parameters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError, ValidationErrorContext
from ninja.operation import Operation
from ninja.security.base import AuthBase

from millecafes.accounts.models import ApiToken
from millecafes.accounts.queries.tokens import actor_with, token_shown
from millecafes.accounts.rules import InPerimeter
from millecafes.api import openapi
from millecafes.api.problems import Fault, ProblemError, refused
from millecafes.api.rules import Rate
from millecafes.api.services import count_request, note_use
from millecafes.api.wording import fault_of
from millecafes.common.actors import ANONYMOUS, actor_of
from millecafes.common.permissions import can
from millecafes.common.requests import client_address

Run = Callable[..., HttpResponseBase]


REALM = "Mille cafes"
CHALLENGE = f'Bearer realm="{REALM}"'
# What is public is read without a token; a token that reads it must have been given this.
PUBLIC_SCOPE = "territory:read"
# Any token.
ANY = ""


class Bearer(AuthBase):
    """A token that has a scope. Nothing else tells who asks: no cookie, so nothing for a form elsewhere."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = "Un jeton d’accès, créé sur /compte/jetons/."

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> bool:
        """Whether a token was shown (and verified before)."""
        return token_of(request) is not None


def token_of(request: HttpRequest) -> ApiToken | None:
    """The token of a request, verified."""
    found: ApiToken | None = getattr(request, "api_token", None)
    return found


class Api(NinjaAPI):
    """Ninja's API, with our refusals and our description."""

    def validation_error_from_error_contexts(
        self, error_contexts: list[ValidationErrorContext[Any]]
    ) -> ValidationError:
        """Pydantic's errors with what was found, which Ninja leaves out."""
        found = []
        for context in error_contexts:
            names = context.model.__ninja_flatten_map_reverse__
            for error in context.pydantic_validation_error.errors(include_url=False):
                place = names.get(error["loc"], error["loc"])
                found.append({**error, "loc": (context.model.__ninja_param_source__, *place)})
        return ValidationError(found)

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The name of the address."""
        return str(operation.url_name)

    def get_openapi_schema(self, **options: Any) -> Any:
        """The description, with every refusal."""
        return openapi.completed(super().get_openapi_schema(**options))


def make_api(**options: Any) -> Api:
    """An API whose refusals are problems; a failure goes on to Django, which logs it."""
    api = Api(**options)
    api.add_exception_handler(ProblemError, _problem)
    api.add_exception_handler(ValidationError, _bad_parameters)
    api.add_exception_handler(HttpError, _http_error)
    api._exception_handlers.pop(Exception)
    api.add_decorator(admitted, mode="view")
    return api


def _problem(request: HttpRequest, error: Any) -> HttpResponse:
    problem: ProblemError = error
    return problem.response()


def _bad_parameters(request: HttpRequest, error: Any) -> HttpResponse:
    return refused(map(fault_of, error.errors)).response()


def _http_error(request: HttpRequest, error: Any) -> HttpResponse:
    keys = {400: "illisible", 401: "identite", 403: "refuse"}
    headers = {"WWW-Authenticate": CHALLENGE} if error.status_code == 401 else {}
    return ProblemError(keys.get(error.status_code, "introuvable"), headers=headers).response()


def admitted(run: Run) -> Run:
    """Do what comes first, then run the operation."""
    operation: Operation = run.__self__  # type: ignore[attr-defined]
    known = _parameters(operation)

    @wraps(run)
    def guarded(request: HttpRequest, **path: Any) -> HttpResponseBase:
        try:
            _admit(request, _door_of(operation), timezone.now())
            _check_parameters(request, known)
        except ProblemError as problem:
            return problem.response()
        return run(request, **path)

    return guarded


def _door_of(operation: Operation) -> Bearer | None:
    """What an address asks of whoever comes; None when it is public."""
    return next((door for door in operation.auth_callbacks if isinstance(door, Bearer)), None)


def _admit(request: HttpRequest, door: Bearer | None, now: dt.datetime) -> None:
    """Know who asks, count the request, and let in a token that has the scope.

    Raises
    ------
    ProblemError
    """
    secret = _shown(request)
    token = None if secret is None else token_shown(secret, now)
    rate = count_request(token=token, address=client_address(request), now=now)
    request.api_headers = rate.headers()  # type: ignore[attr-defined]
    request.actor = ANONYMOUS if token is None else actor_with(token)  # type: ignore[attr-defined]
    request.api_token = token  # type: ignore[attr-defined]
    if rate.is_over:
        raise ProblemError("debit", _too_often(rate))
    if secret is not None and token is None:
        raise ProblemError("jeton", headers={"WWW-Authenticate": f'{CHALLENGE}, error="invalid_token"'})
    if token is None:
        if door is not None:
            raise ProblemError("identite", headers={"WWW-Authenticate": CHALLENGE})
        return
    _check_scope(token, PUBLIC_SCOPE if door is None else door.scope)
    note_use(token=token, now=now)


def _shown(request: HttpRequest) -> str | None:
    """The secret shown; None when none is. What other schemes say is not for us."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else None


def _too_often(rate: Rate) -> str:
    wider = "" if rate.policy == "jeton" else " Un jeton donne un débit plus large : /compte/jetons/"
    return (
        f"Plus de {rate.limit} demandes en une minute. Attendez {rate.wait} s (en-tête Retry-After).{wider}"
    )


def _check_scope(token: ApiToken, scope: str) -> None:
    """Raises ProblemError when the token was not given this scope."""
    if scope == ANY or scope in token.scope_keys:
        return
    detail = (
        f"Ce jeton n’a pas la portée « {scope} » ; il a : {', '.join(token.scope_keys)}. "
        "Créez un jeton qui l’a : /compte/jetons/"
    )
    if scope == PUBLIC_SCOPE:
        detail += " (ou demandez sans jeton : ces données sont publiques)"
    challenge = f'{CHALLENGE}, error="insufficient_scope", scope="{scope}"'
    raise ProblemError("portee", detail, headers={"WWW-Authenticate": challenge})


def within(request: HttpRequest, permission: str, thing: InPerimeter) -> bool:
    """Whether the token's hat gives a permission on a thing that lies in the token's perimeter.

    A hat may open more than its token: a token of the team, kept to a département, reads nothing else.
    """
    actor = actor_of(request)
    return can(actor, permission, thing) and actor.perimeter in set(thing.perimeter_keys())


def _parameters(operation: Operation) -> dict[str, bool]:
    """The names of the parameters of an address, and whether each may be given several times."""
    models = (model for model in operation.models if model.__ninja_param_source__ == "query")
    return {
        name: name in model.__ninja_collection_fields__
        for model in models
        for name in model.__ninja_flatten_map__
    }


def _check_parameters(request: HttpRequest, known: Mapping[str, bool]) -> None:
    """A filter that is not followed must not look like one that was.

    Raises
    ------
    ProblemError
    """
    expected = ", ".join(sorted(known)) or "aucun paramètre"
    faults = [
        Fault(name[:60], f"« {name[:60]} » n’est pas un paramètre de cette adresse. Attendu : {expected}.")
        for name in request.GET
        if name not in known
    ]
    faults += [
        Fault(name, f"{name} : donné {len(values)} fois. Attendu : une seule valeur.")
        for name, values in request.GET.lists()
        if len(values) > 1 and not known.get(name, True)
    ]
    if faults:
        raise refused(faults)
