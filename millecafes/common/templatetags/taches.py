"""The tag that shows a job on the page that asked for it."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

register = template.Library()


@register.inclusion_tag("common/job_box.html", takes_context=True)
def job(context: Context, job: Any) -> dict[str, Any]:
    """`{% load taches %}{% job job %}`: where it is, refreshed by itself, and how to stop it."""
    return {"job": job, "request": context["request"]}
