"""Pages that add, replace and remove a document, for every kind that says what it is about."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Mapping
from typing import IO, Any

from django.contrib import messages
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from millecafes.common.access import check, requires
from millecafes.common.actors import actor_of
from millecafes.common.bodies import takes_files
from millecafes.common.documents import services
from millecafes.common.documents.errors import DocumentError
from millecafes.common.documents.forms import DocumentForm
from millecafes.common.documents.kinds import Kind, find_kind, kinds
from millecafes.common.documents.models import Document, find_target
from millecafes.common.documents.views import find
from millecafes.common.permissions import can

write_methods = require_http_methods(["GET", "HEAD", "POST"])
Keep = Callable[[IO[bytes], str], Document]


def _largest(names: Mapping[str, Any]) -> int:
    rules = find_kind(names["kind"])
    return rules.max_bytes if rules else 0


def _largest_of_all(names: Mapping[str, Any]) -> int:
    """The kind of a document is known once it is read: what the largest of them takes."""
    return max(rules.max_bytes for rules in kinds().values() if rules.target)


@takes_files(_largest)
@write_methods
@requires()
def add(request: HttpRequest, kind: str, target: str) -> HttpResponse:
    """One more document about an object."""
    rules = find_kind(kind)
    about = find_target(rules.target, target) if rules and rules.target else None
    if rules is None or about is None:
        raise Http404
    check(request, rules.edit, about)

    def keep(file: IO[bytes], name: str) -> Document:
        return services.add(
            kind=kind, file=file, name=name, target=about, actor=actor_of(request), now=timezone.now()
        )

    form = _form(request, rules)
    return _kept(request, form, keep, about) or _page(request, "common/document_add.html", form, rules, about)


@takes_files(_largest_of_all)
@write_methods
@requires()
def sheet(request: HttpRequest, number: uuid.UUID) -> HttpResponse:
    """What is known of a document: its versions; for whoever may, another one."""
    found = find(request, number, to_edit=request.method == "POST")
    rules, about = find_kind(found.kind), found.target()
    if rules is None or about is None or not rules.target:
        raise Http404

    def keep(file: IO[bytes], name: str) -> Document:
        return services.replace(
            document=found, file=file, name=name, actor=actor_of(request), now=timezone.now()
        )

    form = _form(request, rules)
    more = {"document": found, "may_edit": can(actor_of(request), rules.edit, about)}
    return _kept(request, form, keep, found) or _page(
        request, "common/document_sheet.html", form, rules, about, more
    )


@write_methods
@requires()
def remove(request: HttpRequest, number: uuid.UUID) -> HttpResponse:
    """Delete a document and its versions, after asking."""
    found = find(request, number, to_edit=True)
    about = found.target()
    if about is None or found.rules is None or not found.rules.target:
        raise Http404
    if request.method == "POST":
        services.remove(document=found, actor=actor_of(request), now=timezone.now())
        messages.success(request, "Le document est retiré.")
        return HttpResponseRedirect(address_of(about, found.rules))
    context = {"document": found, "about": about, "back": address_of(about, found.rules)}
    return render(request, "common/document_remove.html", context)


def address_of(about: Model, rules: Kind | None) -> str:
    """The page of what a document is about, or the one where its kind is shown."""
    if rules is not None and rules.page and about._meta.label_lower == rules.target:
        return reverse(rules.page, args=[about.pk])
    return str(about.get_absolute_url())  # type: ignore[attr-defined] # each object that has documents has a page


def _form(request: HttpRequest, rules: Kind) -> DocumentForm:
    data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    return DocumentForm(*data, kind=rules, actor=actor_of(request))


def _kept(request: HttpRequest, form: DocumentForm, keep: Keep, then: Model) -> HttpResponseRedirect | None:
    """Keep the file of a valid form and leave; None when it cannot be, which the form then says."""
    if not form.is_valid():
        return None
    with contextlib.closing(form.received) as file:
        try:
            found = keep(file, getattr(file, "name", None) or "")
        except DocumentError as error:
            form.refuse(error)
            return None
    messages.success(request, f"« {found.name} » est enregistré.")
    return HttpResponseRedirect(address_of(found.target() or then, found.rules))


def _page(
    request: HttpRequest,
    template: str,
    form: DocumentForm,
    rules: Kind,
    about: Model,
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    status = form.refused_status if form.errors else 200
    context = {"form": form, "kind": rules, "about": about, "back": address_of(about, rules), **(more or {})}
    return render(request, template, context, status=status)
