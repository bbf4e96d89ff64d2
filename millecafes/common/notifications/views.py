"""Pages of notifications: what one was told, the rhythm chosen, and the link that stops."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from millecafes.common.access import get_or_404, requires
from millecafes.common.actors import actor_of
from millecafes.common.notifications import queries, services, stopping
from millecafes.common.notifications.forms import ChoicesForm

PAGE_LENGTH = 50


def _me(request: HttpRequest) -> int:
    """Whose page it is; `requires` let only people in."""
    return int(actor_of(request).user_id or 0)


@never_cache
@require_safe
@requires()
def notifications(request: HttpRequest) -> HttpResponse:
    """What this person was told, the latest first. Showing the list reads nothing for them."""
    rows = queries.of_person(_me(request))
    page = Paginator(rows, PAGE_LENGTH).get_page(request.GET.get("page"))
    return render(request, "common/notifications.html", {"section": "notifications", "page": page})


@require_POST
@requires()
def read_notification(request: HttpRequest, number: int) -> HttpResponse:
    """Mark one as read."""
    found = get_or_404(request, "common.read_notification", queries.every_notification(), pk=number)
    services.mark_read(queries.one(found), now=timezone.now())
    return HttpResponseRedirect(reverse("common:notifications"))


@require_POST
@requires()
def read_notifications(request: HttpRequest) -> HttpResponse:
    """Mark them all as read."""
    services.mark_read(queries.of_person(_me(request)), now=timezone.now())
    messages.success(request, "Tout est marqué comme lu.")
    return HttpResponseRedirect(reverse("common:notifications"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires()
def notification_choices(request: HttpRequest) -> HttpResponse:
    """How this person wants each topic."""
    user_id = _me(request)
    form = ChoicesForm(queries.rhythms_of(user_id), request.POST or None)
    if request.method == "POST" and form.is_valid():
        for topic, rhythm in form.changes():
            services.choose(user_id=user_id, topic=topic, rhythm=rhythm, now=timezone.now())
        messages.success(request, "Vos choix sont enregistrés.")
        return HttpResponseRedirect(request.path)
    status = 422 if form.errors else 200
    return render(request, "common/notification_choices.html", {"form": form}, status=status)


# Without sign-in, and without the token of forms: mail software posts here by itself (RFC 8058), and the
# signed token of the address is the proof. The worst that whoever holds it may do is undone by one click.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop_notifications(request: HttpRequest, token: str) -> HttpResponse:
    """Stop the messages that a mail was about. Opening the page changes nothing."""
    found = stopping.read(token)
    if found is None:
        raise Http404
    done = ""
    if request.method == "POST":
        done = "undone" if "annuler" in request.POST else "stopped"
        act = services.undo_stop if done == "undone" else services.stop
        act(user_id=found.user_id, topics=found.topics, now=timezone.now())
    context = {"topics": found.topics, "done": done}
    return render(request, "common/stop_notifications.html", context)
