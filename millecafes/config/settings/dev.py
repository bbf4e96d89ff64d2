"""Local mode: what `make run` serves."""

from millecafes.config.settings.base import *  # noqa: F403

MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # passkeys on http://localhost
