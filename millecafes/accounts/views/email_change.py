"""Changing address: three pages, of which two are opened from a mail."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from millecafes.accounts.forms import EmailForm
from millecafes.accounts.queries import people as queries
from millecafes.accounts.services import email_change as services
from millecafes.accounts.views.signin import proved_recently
from millecafes.common.access import get_or_404, requires
from millecafes.common.actors import actor_of

TWO_STEPS = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@TWO_STEPS
@requires()
@proved_recently
@reauthentication_required
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for another address."""
    form = EmailForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.ask_change(
                user=request.user,  # type: ignore[arg-type]
                email=form.cleaned_data["email"],
                actor=actor_of(request),
                now=timezone.now(),
                confirm_url=request.build_absolute_uri(reverse("accounts:confirm_email", args=["TOKEN"])),
            )
        except services.EmailChangeError as error:
            form.add_error("email", str(error))
        else:
            messages.success(request, "Un lien est parti à la nouvelle adresse : ouvrez-le pour terminer.")
            return HttpResponseRedirect(reverse("accounts:profile"))
    status = 422 if form.errors else 200
    return render(request, "accounts/email.html", {"form": form}, status=status)


@never_cache
@TWO_STEPS
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """From the new address: opening the link changes nothing, the button does."""
    if request.method != "POST":
        return render(request, "accounts/email_link.html", {"undo": False})
    try:
        services.confirm_change(
            token=token,
            actor=actor_of(request),
            now=timezone.now(),
            undo_url=request.build_absolute_uri(reverse("accounts:undo_email", args=["TOKEN"])),
        )
    except services.EmailChangeError as error:
        return render(request, "accounts/email_link.html", {"error": str(error)}, status=410)
    return render(request, "accounts/email_link.html", {"done": "Votre adresse est changée."})


@never_cache
@TWO_STEPS
def undo(request: HttpRequest, token: str) -> HttpResponse:
    """From the old address."""
    if request.method != "POST":
        return render(request, "accounts/email_link.html", {"undo": True})
    try:
        services.undo_change(token=token, actor=actor_of(request), now=timezone.now())
    except services.EmailChangeError as error:
        return render(request, "accounts/email_link.html", {"error": str(error)}, status=410)
    done = "Votre ancienne adresse est rétablie, et toutes les sessions sont fermées."
    return render(request, "accounts/email_link.html", {"done": done})


@never_cache
@TWO_STEPS
@requires("accounts.change_email")
def ask_for(request: HttpRequest, number: int) -> HttpResponse:
    """For somebody who lost their mailbox: the team asks, the new address confirms, the old one may undo."""
    person = get_or_404(
        request, "accounts.change_email", queries.people(), ready=queries.place_person, pk=number
    )
    form = EmailForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.ask_change(
                user=person,
                email=form.cleaned_data["email"],
                actor=actor_of(request),
                now=timezone.now(),
                confirm_url=request.build_absolute_uri(reverse("accounts:confirm_email", args=["TOKEN"])),
            )
        except services.EmailChangeError as error:
            form.add_error("email", str(error))
        else:
            messages.success(request, "Un lien est parti à la nouvelle adresse : elle doit l’ouvrir.")
            return HttpResponseRedirect(reverse("accounts:person", args=[person.pk]))
    context = {"form": form, "person": person, "section": "people"}
    return render(request, "accounts/person_email.html", context, status=422 if form.errors else 200)
