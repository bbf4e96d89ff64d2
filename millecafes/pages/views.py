"""Editorial pages, the contact form, and its messages for whoever answers."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages as told
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from millecafes.common import exports
from millecafes.common.access import get_or_404, requires
from millecafes.common.actors import Actor, actor_of
from millecafes.common.permissions import can
from millecafes.common.privacy import treatments
from millecafes.common.requests import client_address
from millecafes.pages import queries, services
from millecafes.pages.enums import MessageState, Subject
from millecafes.pages.forms import ContactForm, MessageFilter
from millecafes.pages.services import TooManyMessagesError, record_message

PAGE_LENGTH = 30


@require_safe
def programme(request: HttpRequest) -> HttpResponse:
    """What the programme is, in the words of its brochure."""
    return render(request, "pages/programme.html", {"section": "programme"})


@require_safe
def faq(request: HttpRequest) -> HttpResponse:
    """Questions people ask."""
    return render(request, "pages/faq.html")


@require_safe
def legal(request: HttpRequest) -> HttpResponse:
    """Legal notice; what the operator did not fill in is said so."""
    return render(request, "pages/legal.html", {"operator": settings.SITE_OPERATOR})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What personal data is kept, why, how long: as the rooms declare it."""
    # What concerns every visitor comes first, the groundwork last.
    order = {"pages": 0, "common": 2}
    found = sorted(treatments(), key=lambda treatment: order.get(treatment.room, 1))
    context = {"operator": settings.SITE_OPERATOR, "treatments": found}
    return render(request, "pages/privacy.html", context)


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return render(request, "pages/accessibility.html")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every public page of the site."""
    return render(request, "pages/sitemap.html")


@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest) -> HttpResponse:
    """Write to the team. What was typed stays when something is wrong."""
    if request.method != "POST":
        subject = request.GET.get("objet", "")
        initial = {
            "subject": subject if subject in Subject.values else "",
            "commune": request.GET.get("commune", "")[:80],
        }
        return render(request, "pages/contact.html", {"form": ContactForm(initial=initial)})
    form = ContactForm(request.POST)
    if form.is_robot:
        return redirect("pages:contact_sent")
    if form.is_valid():
        try:
            record_message(
                subject=Subject(form.cleaned_data["subject"]),
                name=form.cleaned_data["name"],
                email=form.cleaned_data["email"],
                commune=form.chosen_commune,
                body=form.cleaned_data["body"],
                address=client_address(request),
                actor=actor_of(request),
                now=timezone.now(),
            )
        except TooManyMessagesError:
            form.add_error(
                None,
                "Trop de messages sont partis de cette connexion depuis une heure. "
                "Le vôtre est resté ici : renvoyez-le dans une heure.",
            )
            return render(request, "pages/contact.html", {"form": form}, status=429)
        return redirect("pages:contact_sent")
    return render(request, "pages/contact.html", {"form": form}, status=422)


@require_safe
def contact_sent(request: HttpRequest) -> HttpResponse:
    """The message arrived."""
    return render(request, "pages/contact_sent.html")


@require_safe
@requires("pages.list_messages")
def messages(request: HttpRequest) -> HttpResponse:
    """The messages of a filter; those to answer, the oldest first, unless told otherwise."""
    actor = actor_of(request)
    form = MessageFilter(request.GET, subjects=queries.subjects_for(actor))
    context: dict[str, Any] = {"section": "messages", "form": form}
    if not form.is_valid():
        return render(request, "pages/messages.html", context, status=422)
    found = queries.messages_for(actor, form.asked)
    query = request.GET.copy()
    query.pop("page", None)
    context |= {
        "page": Paginator(found, PAGE_LENGTH).get_page(request.GET.get("page")),
        "query": query.urlencode(),
        "is_waiting": form.asked.state == MessageState.WAITING,
        "is_filtered": bool(query),
        "exports": exports.labels_of("pages.messages"),
    }
    return render(request, "pages/messages.html", context)


@require_safe
@requires("pages.list_messages")
def messages_export(request: HttpRequest, extension: str) -> HttpResponse:
    """The messages of a filter as a file."""
    return exports.answer(request, "pages.messages", extension)


def messages_of_hat(request: HttpRequest, actor: Actor) -> str:
    """On somebody's desk: how many messages wait for this hat; nothing for hats that read none."""
    if not can(actor, "pages.list_messages"):
        return ""
    count = queries.messages_for(actor, queries.Asked(state=MessageState.WAITING)).count()
    return render_to_string("pages/desk.html", {"count": count}, request=request)


@require_safe
@requires()
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """One message."""
    found = get_or_404(request, "pages.view_message", queries.messages(), pk=pk)
    return render(request, "pages/message.html", {"section": "messages", "message": found})


@require_POST
@requires()
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a message has its answer, or waits for one again."""
    found = get_or_404(request, "pages.answer_message", queries.messages(), pk=pk)
    write = services.reopen if request.POST.get("etat") == MessageState.WAITING else services.mark_answered
    write(message=found, actor=actor_of(request), now=timezone.now())
    return redirect(found)


@require_http_methods(["GET", "HEAD", "POST"])
@requires()
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Erase a message, after asking."""
    found = get_or_404(request, "pages.erase_message", queries.messages(), pk=pk)
    if request.method == "POST":
        services.erase_message(message=found, actor=actor_of(request), now=timezone.now())
        told.success(request, "Le message est effacé.")
        return redirect("pages:messages")
    return render(request, "pages/message_erase.html", {"section": "messages", "message": found})
