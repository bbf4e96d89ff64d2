"""What every address of the API does before it answers: who asks, how often, with which parameters."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError, ValidationErrorContext
from ninja.operation import Operation
from ninja.security.base import AuthBase

from millecafes.api import openapi
from millecafes.api.problems import Fault, ProblemError, refused
from millecafes.api.wording import fault_of
from millecafes.common.actors import actor_of

Run = Callable[..., HttpResponseBase]


class Session(AuthBase):
    """The session of the site, which the API takes for reading only: a form elsewhere cannot act with it."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = "sessionid"
    openapi_description = "La session du site, pour lire seulement."

    def __call__(self, request: HttpRequest) -> bool:
        """Whether somebody is signed in, and reads."""
        return request.method in {"GET", "HEAD"} and actor_of(request).is_person


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
            _check_parameters(request, known)
        except ProblemError as problem:
            return problem.response()
        return run(request, **path)

    return guarded


def _parameters(operation: Operation) -> frozenset[str]:
    """The names of the parameters of an address."""
    models = (model for model in operation.models if model.__ninja_param_source__ == "query")
    return frozenset(name for model in models for name in model.__ninja_flatten_map__)


def _check_parameters(request: HttpRequest, known: frozenset[str]) -> None:
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
        if name in known and len(values) > 1
    ]
    if faults:
        raise refused(faults)


REALM = "Mille cafes"
CHALLENGE = f'Bearer realm="{REALM}"'


class Bearer(AuthBase):
    """A token of the person who asks."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = "Un jeton d’accès, créé sur /compte/jetons/."

    def __call__(self, request: HttpRequest) -> bool:
        """Whether a token was shown (and verified before)."""
        return getattr(request, "token", None) is not None
