"""Doors of pages: who may come in, asked in one place. What one may not see does not exist (404)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from millecafes.common.actors import Actor, actor_of
from millecafes.common.permissions import can

M = TypeVar("M", bound=Model)
View = Callable[..., HttpResponse]

# Larger than any identifier: beyond, SQLite would fail where PostgreSQL finds nothing.
LARGEST_ID = 2**63 - 1


class OtherHatError(Exception):
    """The hat worn does not open this page; another hat of the same person does."""

    def __init__(self, actor: Actor) -> None:
        super().__init__("other hat")
        self.actor = actor


def other_actors(request: HttpRequest) -> list[Actor]:
    """The same person under each of their other hats."""
    found: Callable[[], list[Actor]] = getattr(request, "other_actors", list)
    return found()


def refuse(request: HttpRequest, permission: str, thing: object = None) -> None:
    """Refuse: say which other hat opens this page, or that there is no such page.

    Raises
    ------
    OtherHatError, Http404
    """
    for actor in other_actors(request):
        if can(actor, permission, thing):
            raise OtherHatError(actor)
    raise Http404


def check(request: HttpRequest, permission: str, thing: object = None) -> None:
    """Go on only if the hat worn gives the permission.

    Raises
    ------
    OtherHatError, Http404
    """
    if not can(actor_of(request), permission, thing):
        refuse(request, permission, thing)


def get_or_404(
    request: HttpRequest,
    permission: str,
    rows: QuerySet[M],
    *,
    ready: Callable[[M], object] | None = None,
    **lookup: Any,
) -> M:
    """The one row found by `lookup`, if the hat worn gives `permission` on it.

    `ready` reads what the permission needs, such as the perimeters the row lies in.

    Raises
    ------
    OtherHatError
        When only another hat of this person opens it.
    Http404
        When there is no such row, or when it is not for this person: the answers are the same.
    """
    if any(isinstance(value, int) and not 0 <= value <= LARGEST_ID for value in lookup.values()):
        raise Http404
    thing = rows.filter(**lookup).order_by("pk").first()
    if thing is None:
        raise Http404
    if ready is not None:
        ready(thing)
    check(request, permission, thing)
    return thing


def sign_in_address(request: HttpRequest) -> str:
    """Where to sign in, and then come back here."""
    return f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}"


def requires(permission: str = "") -> Callable[[View], View]:
    """Let only signed-in people in, and with this permission (on nothing in particular) when given.

    Others are asked to sign in; signed-in people without the permission get a 404.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not actor_of(request).is_person:
                return HttpResponseRedirect(sign_in_address(request))
            if permission:
                check(request, permission)
            return view(request, *args, **kwargs)

        return guarded

    return decorate
