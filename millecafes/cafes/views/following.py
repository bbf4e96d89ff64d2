"""The team follows a café: whom to reach, notes, visits."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from millecafes.cafes.forms.following import ContactForm, NoteForm, VisitForm
from millecafes.cafes.queries import following
from millecafes.cafes.services import CafeError
from millecafes.cafes.services import following as services
from millecafes.cafes.views.office import Words, asked_first, row_of, to_edit, written
from millecafes.cafes.views.team import write_methods
from millecafes.cafes.views.writing import office_of
from millecafes.common.access import requires
from millecafes.common.actors import actor_of

_PEOPLE = (
    "Ces données servent à joindre le café. Prévenez la personne : elle peut les voir, les corriger et les "
    "faire effacer."
)


@write_methods
@requires()
def add_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody more to reach about a café."""
    cafe, actor = to_edit(request, pk), actor_of(request)
    form = ContactForm(request.POST if request.method == "POST" else None)

    def write() -> object:
        return services.add_contact(cafe=cafe, details=form.details, actor=actor, now=timezone.now())

    words = Words("Ajouter un contact", done="Le contact est enregistré.", anchor="contacts", about=_PEOPLE)
    return written(request, cafe, form, write, words)


@write_methods
@requires()
def change_contact(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """What is said of a contact; saving it as it is confirms it."""
    cafe, actor = to_edit(request, pk), actor_of(request)
    contact = row_of(following.contacts_of(cafe), number)
    name = contact.name
    form = ContactForm(request.POST if request.method == "POST" else None, contact=contact)

    def write() -> object:
        return services.change_contact(contact=contact, details=form.details, actor=actor, now=timezone.now())

    words = Words(name, "Enregistrer et confirmer", "Le contact est à jour.", "contacts", _PEOPLE)
    return written(request, cafe, form, write, words, remove=("cafes:drop_contact", contact.pk))


@require_POST
@requires()
def keep_contact(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Say that what is known of a contact is still true."""
    cafe = to_edit(request, pk)
    contact = row_of(following.contacts_of(cafe), number)
    services.confirm_contact(contact=contact, actor=actor_of(request), now=timezone.now())
    messages.success(request, f"{contact.name} : c’est confirmé.")
    return HttpResponseRedirect(office_of(cafe, "contacts"))


@write_methods
@requires()
def drop_contact(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Erase a contact, after asking."""
    cafe = to_edit(request, pk)
    contact = row_of(following.contacts_of(cafe), number)
    words = Words(
        f"Retirer {contact.name} ?",
        "Effacer ce contact",
        "Le contact est effacé.",
        "contacts",
        f"Ses coordonnées sont effacées de {cafe}. Cela ne se défait pas.",
    )
    return asked_first(
        request,
        cafe,
        lambda: services.remove_contact(contact=contact, actor=actor_of(request), now=timezone.now()),
        words,
    )


@write_methods
@requires()
def add_note(request: HttpRequest, pk: int) -> HttpResponse:
    """Something the team writes down about a café."""
    cafe, actor = to_edit(request, pk), actor_of(request)
    form = NoteForm(request.POST if request.method == "POST" else None)

    def write() -> object:
        text = form.cleaned_data["text"]
        return services.add_note(cafe=cafe, text=text, actor=actor, now=timezone.now())

    words = Words("Écrire une note", done="La note est enregistrée.", anchor="notes")
    return written(request, cafe, form, write, words)


@write_methods
@requires()
def drop_note(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Take back a note, after asking."""
    cafe = to_edit(request, pk)
    note = row_of(following.notes_of(cafe), number)
    words = Words(
        f"Retirer la note du {timezone.localtime(note.written_at):%d/%m/%Y} ?",
        "Retirer cette note",
        "La note est retirée.",
        "notes",
        note.text[:300],
    )
    return asked_first(
        request,
        cafe,
        lambda: services.remove_note(note=note, actor=actor_of(request), now=timezone.now()),
        words,
    )


@write_methods
@requires()
def add_visit(request: HttpRequest, pk: int) -> HttpResponse:
    """A visit to a café."""
    cafe, actor, now = to_edit(request, pk), actor_of(request), timezone.now()
    form = VisitForm(
        request.POST if request.method == "POST" else None,
        today=timezone.localdate(now),
        who=str(request.user),
    )

    def write() -> object:
        return services.add_visit(cafe=cafe, details=form.details, actor=actor, now=now)

    words = Words("Noter une visite", done="La visite est enregistrée.", anchor="visites")
    return written(request, cafe, form, write, words)


@write_methods
@requires()
def change_visit(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """What is said of a visit."""
    cafe, actor = to_edit(request, pk), actor_of(request)
    visit = row_of(following.visits_of(cafe), number)
    form = VisitForm(request.POST if request.method == "POST" else None, visit=visit)
    words = Words(f"Visite du {visit.on:%d/%m/%Y}", done="La visite est à jour.", anchor="visites")

    def write() -> object:
        return services.change_visit(visit=visit, details=form.details, actor=actor, now=timezone.now())

    return written(request, cafe, form, write, words, remove=("cafes:drop_visit", visit.pk))


@require_POST
@requires()
def follow_up_visit(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Say that what was to be done after a visit is done."""
    cafe = to_edit(request, pk)
    visit = row_of(following.visits_of(cafe), number)
    try:
        services.follow_up_visit(visit=visit, actor=actor_of(request), now=timezone.now())
    except CafeError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Visite du {visit.on:%d/%m/%Y} : les suites sont données.")
    return HttpResponseRedirect(office_of(cafe, "visites"))


@write_methods
@requires()
def drop_visit(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Take back a visit that was a mistake, after asking."""
    cafe = to_edit(request, pk)
    visit = row_of(following.visits_of(cafe), number)
    words = Words(
        f"Retirer la visite du {visit.on:%d/%m/%Y} ?",
        "Retirer cette visite",
        "La visite est retirée.",
        "visites",
        "Ce qui y a été écrit est effacé. Cela ne se défait pas.",
    )
    return asked_first(
        request,
        cafe,
        lambda: services.remove_visit(visit=visit, actor=actor_of(request), now=timezone.now()),
        words,
    )
