"""Production: HTTPS behind a proxy that sets X-Forwarded-Proto; ALLOWED_HOSTS names the site."""

from millecafes.config.settings.base import *  # noqa: F403

SECURE_SSL_REDIRECT = True
# Probes ask from this machine or its network, without a certificate.
SECURE_REDIRECT_EXEMPT = [r"^sante/(vivant|pret)/$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
