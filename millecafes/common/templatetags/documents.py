"""`{% load documents %}`: the documents of an object on its page, and images in the sizes that pages need."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Model
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from millecafes.common.actors import actor_of
from millecafes.common.documents.kinds import kind_of
from millecafes.common.documents.models import Document
from millecafes.common.documents.queries import of
from millecafes.common.permissions import can

register = template.Library()


@register.inclusion_tag("common/documents.html", takes_context=True)
def documents(context: Context, thing: Model, kind: str, title: str = "Documents") -> dict[str, Any]:
    """`{% documents thing "room.kind" %}`: the documents, and what adds one for whoever may."""
    rules = kind_of(kind)
    return {
        "request": context["request"],
        "rows": of(thing, kind),
        "title": title,
        "anchor": kind.replace(".", "-"),
        "may_edit": can(actor_of(context["request"]), rules.edit, thing),
        "add": add_address(thing, kind),
    }


@register.simple_tag
def document_of(thing: Model, kind: str) -> Document | None:
    """`{% document_of thing "room.kind" as logo %}`: the latest document of a kind, if there is one."""
    return next(iter(of(thing, kind)), None)


@register.simple_tag(name="document_add")
def add_address(thing: Model, kind: str) -> str:
    """Where a document of this kind is added."""
    return reverse("common:document_add", args=[kind, thing.pk])


@register.simple_tag
def image(document: Document, sizes: str = "100vw", alt: str = "", css: str = "") -> SafeString:
    """`{% image document sizes="20rem" alt="…" %}`: the image in the sizes made for pages, its place kept."""
    version = document.current
    if not version.is_image:
        return SafeString("")
    small = list(version.renditions.all())
    addresses = [
        (reverse("common:document_image", args=[document.uuid, version.number, row.width]), row.width)
        for row in small
    ]
    addresses.append((version.get_absolute_url(), version.width or 0))
    return format_html(
        '<img class="{}" src="{}" srcset="{}" sizes="{}" width="{}" height="{}" alt="{}" loading="lazy" '
        'decoding="async">',
        css,
        addresses[0][0],
        ", ".join(f"{address} {width}w" for address, width in addresses),
        sizes,
        version.width,
        version.height,
        alt,
    )
