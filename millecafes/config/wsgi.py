"""WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "millecafes.config.settings.dev")
application = get_wsgi_application()

# A server started by hand obeys the same guards as `millecafes serve`.
from millecafes.common import guards  # noqa: E402 - settings must be ready

guards.check()
