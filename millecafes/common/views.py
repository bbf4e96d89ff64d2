"""Error pages and the style guide."""

from __future__ import annotations

import sys
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe
from django_vite.templatetags.django_vite import vite_asset

from millecafes.common import errors

# The sections of the style guide, in order: anchor (and template), title.
GUIDE = (
    ("couleurs", "Couleurs"),
    ("typo", "Typographie"),
    ("espaces", "Espaces"),
    ("icones", "Icônes"),
    ("boutons", "Boutons"),
    ("champs", "Champs"),
    ("etats", "Étiquettes et états"),
    ("signatures", "Signatures"),
    ("chiffres", "Chiffres clés"),
    ("tableaux", "Tableaux"),
    ("cartes", "Cartes et listes"),
    ("encarts", "Encarts et bandeaux"),
    ("onglets", "Onglets, replis, fil d’Ariane"),
    ("etapes", "Étapes et avancement"),
    ("dialogues", "Dialogue et message bref"),
    ("vide", "Vide, attente, erreur"),
    ("graphiques", "Graphiques"),
    ("legende", "Légende de carte"),
)


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component of the house, on one page."""
    parts = [
        {"anchor": anchor, "title": title, "template": f"common/guide/{anchor}.html"}
        for anchor, title in GUIDE
    ]
    return render(request, "common/styleguide.html", {"parts": parts})


def refusal(request: HttpRequest, template: str, status: int) -> HttpResponse:
    """A page that refuses: the code to tell, and what was typed."""
    if errors.is_for_machines(request):
        return errors.problem(request, status=status, title=HTTPStatus(status).phrase)
    context = {"code": errors.code_of(request), "kept": errors.typed_in(request)}
    return render(request, template, context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: what was asked cannot be read; 413 when it is a text beyond what is read."""
    if isinstance(exception, RequestDataTooBig):
        return too_large(request)
    return refusal(request, "common/400.html", 400)


def too_large(request: HttpRequest) -> HttpResponse:
    """413: what was sent is not even read."""
    context = {
        "code": errors.code_of(request),
        "limit": settings.REQUEST_MAX_MB,
        "texts": settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1_000_000,
    }
    return render(request, "common/413.html", context, status=413)


def forbidden(request: HttpRequest, exception: Exception | None = None, **_: Any) -> HttpResponse:
    """403: an expired form, most often."""
    return refusal(request, "common/403.html", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, with a way to go on."""
    return render(request, "common/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 when the database cannot answer now. Needs neither the database nor the context."""
    status = 503 if errors.is_unavailable(sys.exc_info()[1]) else 500
    if errors.is_for_machines(request):
        title = "La base de données est occupée : réessayez." if status == 503 else "Erreur interne."
        response: HttpResponse = errors.problem(request, status=status, title=title)
    else:
        response = _last_page(request, status)
    if status == 503:
        response["Retry-After"] = "30"
    return response


LAST_PAGES = {500: "common/500.html", 503: "common/503.html"}


def _last_page(request: HttpRequest, status: int) -> HttpResponse:
    context = {
        "assets": style(),
        "code": errors.code_of(request),
        "kept": errors.typed_in(request),
        "again": request.get_full_path() if request.method in {"GET", "HEAD"} else "",
    }
    try:
        return HttpResponse(render_to_string(LAST_PAGES[status], context), status=status)
    except Exception:  # templates themselves are what fails: words remain
        text = f"Une erreur est survenue. Rien n’a été enregistré à moitié. Code : {context['code']}"
        return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")


def style() -> str:
    """The style of pages that must come, styled or not, whatever failed."""
    try:
        return str(vite_asset("src/entries/main.js"))
    except Exception:  # the build of the front end may be what is missing
        return ""
