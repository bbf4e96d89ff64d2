"""What a café's page gives to print and to share: a sign, a sheet, a QR code, the image of its links."""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from millecafes.cafes.enums import CafeKind, CafeModel, ServiceStatus
from millecafes.cafes.models import Cafe
from millecafes.cafes.queries import cafes
from millecafes.cafes.queries.public import MARKS
from millecafes.cafes.rules.hours import in_words
from millecafes.common import formats, typesetting
from millecafes.common.access import LARGEST_ID

_HOUR = "public, max-age=3600"


def _cafe(pk: int) -> Cafe:
    rows = cafes().select_related("organisation").exclude(kind="")
    return get_object_or_404(rows, pk=pk if pk <= LARGEST_ID else 0)


@require_safe
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """`panneau.pdf`: the QR code of a café's page, for its door."""
    cafe = _cafe(pk)
    made = typesetting.pdf("cafes/papers/sign.typ", {**_who(cafe), **_address(cafe)})
    return _sent(request, made, "application/pdf", f"panneau-cafe-{cafe.pk}.pdf")


@require_safe
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """`fiche.pdf`: hours, place and services of a café on one A5 page."""
    cafe = _cafe(pk)
    made = typesetting.pdf("cafes/papers/sheet.typ", _sheet(cafe))
    return _sent(request, made, "application/pdf", f"fiche-cafe-{cafe.pk}.pdf")


@require_safe
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """`partage.png`: what other sites show when somebody shares the page."""
    cafe = _cafe(pk)
    data = {**_who(cafe), "kind": cafe.get_kind_display(), "mark": MARKS[CafeKind(cafe.kind)]}
    made = typesetting.png("cafes/papers/card.typ", data)
    return _sent(request, made, "image/png", f"cafe-{cafe.pk}.png", cache=_HOUR)


@require_safe
def qr(request: HttpRequest, pk: int) -> HttpResponse:
    """`qr.svg`: the QR code alone, for other papers."""
    cafe = _cafe(pk)
    drawn = typesetting.qr_svg(_page(cafe)).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return _sent(request, drawn.encode(), "image/svg+xml", f"qr-cafe-{cafe.pk}.svg", cache=_HOUR)


def _sent(
    request: HttpRequest, body: bytes, content_type: str, name: str, *, cache: str = "public, no-cache"
) -> HttpResponse:
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response: HttpResponse
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(body, content_type)
        response["Content-Disposition"] = f'inline; filename="{name}"'
    response["ETag"], response["Cache-Control"] = etag, cache
    return response


def _page(cafe: Cafe) -> str:
    return settings.SITE_URL + cafe.get_absolute_url()


def _who(cafe: Cafe) -> dict[str, Any]:
    commune = cafe.commune
    return {"name": cafe.name, "place": f"{commune.name}, {commune.departement.name}", "demo": cafe.is_demo}


def _address(cafe: Cafe) -> dict[str, Any]:
    page = _page(cafe)
    return {"address": page.split("://", 1)[-1], "qr": typesetting.qr_svg(page)}


def _sheet(cafe: Cafe) -> dict[str, Any]:
    running = cafe.services.filter(status=ServiceStatus.RUNNING).order_by("code")
    espresso = f"{formats.decimal(cafe.espresso_euros, 2)} €" if cafe.espresso_euros is not None else ""
    return {
        **_who(cafe),
        **_address(cafe),
        "hours": _hours(cafe),
        "hours-note": cafe.hours_note,
        "reach": [line for line in _reach(cafe) if line],
        "services": [service.label for service in running],
        "espresso": espresso,
        "printed": formats.day(timezone.localdate()),
    }


def _hours(cafe: Cafe) -> list[tuple[str, str]]:
    """The lines of the week; for a café that moves, those of its stops."""
    lines = [(_capital(day), words) for day, words in in_words(cafe.hours)]
    if cafe.model != CafeModel.ITINERANT:
        return lines
    for stop in cafe.stops.select_related("commune").order_by("name", "pk"):
        place = f"{stop.name}, {stop.commune.name}"
        lines += [(place, f"{day} {words}") for day, words in in_words(stop.hours) if words != "fermé"]
    return lines


def _reach(cafe: Cafe) -> tuple[str, ...]:
    postal_code = cafe.commune.postal_codes.split(" ")[0]
    access = f"{cafe.get_wheelchair_display()} en fauteuil" if cafe.wheelchair else ""
    return (
        ", ".join(filter(None, [cafe.address, f"{postal_code} {cafe.commune.name}".strip()])),
        cafe.phone,
        cafe.website,
        access,
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
