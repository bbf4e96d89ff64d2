"""Template tags and filters of the house (loaded everywhere as builtins)."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from millecafes.common import formats, slots

register = template.Library()

register.filter("thousands", formats.thousands)
register.filter("decimal", formats.decimal)
register.filter("euros", formats.euros)
register.filter("percent", formats.percent)


@register.filter
def day(value: Any) -> str:
    """A date, or a moment in local time, in words."""
    return formats.day(timezone.localtime(value) if hasattr(value, "tzinfo") and value.tzinfo else value)


@register.filter
def ago(value: Any, now: Any) -> str:
    """`{{ moment|ago:now }}`: how many days ago a date, or a moment in local time, was."""
    days = [timezone.localdate(one) if hasattr(one, "tzinfo") and one.tzinfo else one for one in (value, now)]
    return formats.ago(*days)


@register.filter
def span(low: float | None, high: float | None) -> str:
    """`{{ low|span:high }}`: « 8 à 13 »."""
    return formats.span(low, high)


@lru_cache(maxsize=1)
def sprite_url() -> str:
    """Address of the icon sprite, with a fingerprint so that it can be cached for long."""
    path = settings.FRONTEND_DIST / "sprite.svg"
    mark = hashlib.sha256(path.read_bytes()).hexdigest()[:8] if path.exists() else ""
    return f"{static('sprite.svg')}?v={mark}"


register.simple_tag(sprite_url, name="sprite")


@register.simple_tag
def icon(name: str, modifier: str = "") -> SafeString:
    """A Phosphor icon, always beside a word: hidden from screen readers."""
    css = f"icon icon--{modifier}" if modifier else "icon"
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#i-{}"/></svg>',
        css,
        sprite_url(),
        name,
    )


@register.simple_tag
def mark(kind: str) -> SafeString:
    """The mark of a kind of café (network, independent, mobile, association): shape, then colour."""
    return format_html(
        '<svg class="kind__mark" viewBox="0 0 20 20" aria-hidden="true" focusable="false">'
        '<use href="{}#k-{}" class="mark-{}"/></svg>',
        sprite_url(),
        kind,
        kind,
    )


# What would end the element, or begin a comment of HTML (as Django's json_script).
_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@register.simple_tag
def json_ld(data: Any) -> SafeString:
    """`{% json_ld data %}`: a block of data for programs, which the content policy does not run."""
    told = json.dumps(data, ensure_ascii=False).translate(_ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(told))  # noqa: S308 - escaped


@register.simple_tag(takes_context=True)
def slot(context: Context, name: str, subject: Any = None) -> SafeString:
    """Render what upper rooms registered for this slot; empty when nobody did."""
    parts = [provider(context["request"], subject) for provider in slots.providers(name)]
    return mark_safe("".join(parts))  # noqa: S308 - providers return rendered templates
