"""Tags that ask who acts (loaded everywhere as builtins)."""

from __future__ import annotations

from typing import Any

from django import template
from django.middleware.csrf import get_token
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from millecafes.common import navigation
from millecafes.common.actors import actor_of
from millecafes.common.permissions import can as has_permission

register = template.Library()


@register.simple_tag(takes_context=True)
def can(context: Context, permission: str, thing: Any = None) -> bool:
    """`{% can "room.verb_object" thing as allowed %}`: whether the hat worn gives the permission."""
    request = context.get("request")
    return request is not None and has_permission(actor_of(request), permission, thing)


@register.simple_tag(takes_context=True)
def form_token(context: Context) -> SafeString:
    """What every POST form carries: the CSRF token, and the hat under which the form was drawn."""
    request = context["request"]
    token = format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(request))
    actor = actor_of(request)
    if not actor.is_person:
        return token
    return format_html('{}<input type="hidden" name="hat" value="{}">', token, actor.role_id or "")


@register.simple_tag(takes_context=True)
def unread(context: Context) -> str:
    """`{% unread as count %}`: how many notifications wait for who is signed in, in words; empty for none."""
    from millecafes.common.notifications.queries import MOST_COUNTED, unread_count

    actor = actor_of(context["request"])
    count = unread_count(actor.user_id) if actor.user_id is not None else 0
    return "" if not count else str(count) if count <= MOST_COUNTED else f"plus de {MOST_COUNTED}"


@register.simple_tag(takes_context=True)
def rail(context: Context) -> list[tuple[str, navigation.Item]]:
    """`{% rail as items %}`: the entries of the back office that open for the hat worn."""
    return navigation.items_for(actor_of(context["request"]))
