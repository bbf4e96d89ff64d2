"""Tests: a private data folder, quick hashing, nothing cached between tests."""

import atexit
import os
import shutil
import tempfile

_folder = tempfile.mkdtemp(prefix="millecafes-test-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["DATA_DIR"] = _folder
os.environ.setdefault("OPEN_DATA", "0")

from millecafes.config.settings.base import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# Tests of the limits set their own; the others ask as often as they like.
API_RATE_ANONYMOUS = API_RATE_TOKEN = 1_000_000
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# The front end may not be built yet when only Python is tested; browser tests build it.
SILENCED_SYSTEM_CHECKS = ["django_vite.W001", "staticfiles.W004"]
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# What tests read of the logs, they ask for (caplog, or a handler of theirs).
LOGGING = {**LOGGING, "root": {"handlers": [], "level": "INFO"}}
