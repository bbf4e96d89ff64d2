"""« Mes données »: what is known of oneself; taking it away as a file; having it erased."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.core import ratelimit
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from millecafes.accounts.forms.my_data import EraseCodeForm, EraseOtherForm
from millecafes.accounts.models import User
from millecafes.accounts.queries import my_data as queries
from millecafes.accounts.queries import people
from millecafes.accounts.services import my_data as services
from millecafes.common import mail
from millecafes.common.access import get_or_404, requires
from millecafes.common.actors import actor_of

SESSION_KEY = "erasure"
CODE_LASTS = dt.timedelta(minutes=15)
MOST_TRIES = 5
NOT_SENT = "Le courriel n’est pas parti : le serveur de courriel ne répond pas. Réessayez dans un moment."
TOO_MANY = "Trop de codes demandés. Attendez une heure, ou servez-vous du dernier reçu."


def _oneself(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - behind `requires`
    return user


@never_cache
@require_safe
@requires()
def my_data(request: HttpRequest) -> HttpResponse:
    """Everything known of oneself, and what one can do about it."""
    context = {"purposes": queries.known_of(_oneself(request)), "most": queries.MOST_SHOWN}
    return render(request, "accounts/my_data.html", context)


@never_cache
@require_safe
@requires()
def export(request: HttpRequest, extension: str) -> HttpResponse:
    """Everything known of oneself as a file: to read (HTML), or for another program (JSON)."""
    user, now = _oneself(request), timezone.now()
    response: HttpResponse
    if extension == "json":
        response = JsonResponse(
            queries.export_of(user, now=now), json_dumps_params={"ensure_ascii": False, "indent": 2}
        )
    elif extension == "html":
        context = {"purposes": queries.known_of(user, limit=None), "person": user, "now": now}
        response = HttpResponse(render_to_string("accounts/my_data_export.html", context))
    else:
        raise Http404
    response["Content-Disposition"] = f'attachment; filename="mes-donnees-mille-cafes.{extension}"'
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires()
@reauthentication_required
def erase(request: HttpRequest) -> HttpResponse:
    """Erase one's account, once a code received by mail says who asks."""
    user, now = _oneself(request), timezone.now()
    refusal = services.why_not(user, now)
    if request.method != "POST" or refusal:
        return _erase_page(request, EraseCodeForm(), refusal, 409 if request.method == "POST" else 200)
    if "send" in request.POST:
        return _send_code(request, user, now)
    form = EraseCodeForm(request.POST)
    if form.is_valid() and _is_right(request, form, now):
        try:
            services.erase_person(user=user, actor=actor_of(request), now=now)
        except services.ErasureError as error:
            return _erase_page(request, form, str(error), 409)
        request.session.flush()
        return HttpResponseRedirect(reverse("accounts:my_data_erased"))
    return _erase_page(request, form, "", 422)


def _erase_page(request: HttpRequest, form: EraseCodeForm, refusal: str, status: int) -> HttpResponse:
    context = {"form": form, "refusal": refusal, "is_sent": SESSION_KEY in request.session}
    return render(request, "accounts/my_data_erase.html", context, status=status)


def _send_code(request: HttpRequest, user: User, now: dt.datetime) -> HttpResponse:
    """Send a code, and keep what it takes to know it again."""
    problem = ""
    if not ratelimit.consume(request, action="mail_to_address", key=user.email):
        problem = TOO_MANY
    else:
        digits = f"{secrets.randbelow(10**8):08}"
        code = f"{digits[:4]}-{digits[4:]}"
        try:
            mail.send_now(template="accounts/mail/erase_code", to=user.email, context={"code": code})
        except mail.MailError:
            problem = NOT_SENT
        else:
            until = (now + CODE_LASTS).isoformat()
            request.session[SESSION_KEY] = {"digest": _digest(digits, user), "until": until, "tries": 0}
    if problem:
        messages.error(request, problem)
    return HttpResponseRedirect(request.path)


def _digest(digits: str, user: User) -> str:
    return salted_hmac(f"millecafes.erasure.{user.pk}", digits, algorithm="sha256").hexdigest()


def _is_right(request: HttpRequest, form: EraseCodeForm, now: dt.datetime) -> bool:
    """Whether this is the code sent, in time; a few mistakes and it is good for nothing."""
    kept: dict[str, Any] | None = request.session.get(SESSION_KEY)
    if kept is None or dt.datetime.fromisoformat(kept["until"]) < now:
        request.session.pop(SESSION_KEY, None)
        form.add_error("code", "Ce code n’est plus valable. Demandez-en un autre.")
        return False
    if constant_time_compare(kept["digest"], _digest(form.cleaned_data["code"], _oneself(request))):
        return True
    kept["tries"] += 1
    if kept["tries"] >= MOST_TRIES:
        del request.session[SESSION_KEY]
        form.add_error("code", "Trop d’essais : ce code ne vaut plus rien. Demandez-en un autre.")
    else:
        request.session[SESSION_KEY] = kept
        form.add_error("code", "Ce code n’est pas le bon. Recopiez celui du dernier courriel reçu.")
    return False


@require_safe
def erased(request: HttpRequest) -> HttpResponse:
    """Said to whoever has just been erased."""
    return render(request, "accounts/my_data_erased.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires("accounts.erase_person")
@reauthentication_required
def erase_person(request: HttpRequest, number: int) -> HttpResponse:
    """Erase somebody who asked for it."""
    person = get_or_404(request, "accounts.erase_person", people.people(), pk=number)
    if person == request.user:
        return HttpResponseRedirect(reverse("accounts:erase_my_data"))
    form = EraseOtherForm(request.POST if request.method == "POST" else None, address=person.email)
    if form.is_valid():
        try:
            services.erase_person(user=person, actor=actor_of(request), now=timezone.now())
        except services.ErasureError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Le compte et les données de cette personne sont effacés.")
            return HttpResponseRedirect(reverse("accounts:people"))
    context = {"section": "people", "person": person, "form": form}
    return render(request, "accounts/my_data_person.html", context, status=422 if form.errors else 200)
