"""The site as it is served, with the twins of `pages_urls` (benchmark only)."""

from __future__ import annotations

from django.conf import settings

from millecafes.config.wsgi import application

settings.ROOT_URLCONF = "tests.bench.pages_urls"

__all__ = ["application"]
