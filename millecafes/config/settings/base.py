"""Settings shared by every mode. Values that vary come from `config.env` (documented in docs/reglages.md)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from millecafes.common import logs
from millecafes.config import env, log_settings, server_limits
from millecafes.config.secret import secret_key

ROOT = Path(__file__).resolve().parents[3]

DATA_DIR = env.folder(
    "DATA_DIR",
    default=ROOT / "var",
    purpose="Dossier des données : base SQLite, sources, tuiles, clé secrète.",
)
HOST = env.text(
    "HOST",
    default="127.0.0.1",
    purpose="Adresse écoutée par le serveur ; 0.0.0.0 pour toutes (déclarer alors ALLOWED_HOSTS).",
    accepts="une adresse IP de cette machine",
)
PORT = env.integer("PORT", default=8000, low=1, high=65535, purpose="Port du serveur.")
WORKERS = env.integer("WORKERS", default=2, low=1, high=64, purpose="Nombre de processus du serveur.")
THREADS = env.integer("THREADS", default=4, low=1, high=64, purpose="Nombre de fils par processus.")
JOBS = env.integer(
    "JOBS",
    default=1,
    low=0,
    high=64,
    purpose="Nombre de processus de tâches de fond lancés par « serve » ; 0 : lancés ailleurs (« work »).",
)
PROXIES = env.integer(
    "PROXIES",
    default=0,
    low=0,
    high=5,
    purpose="Nombre de serveurs mandataires devant celui-ci, pour lire l’adresse des visiteurs.",
)
OPEN_DATA = env.boolean(
    "OPEN_DATA",
    default=True,
    purpose="Chercher en tâche de fond les petits fichiers de données ouvertes au démarrage.",
)
MAIL = env.mail(
    "EMAIL_URL", purpose="Serveur d’envoi des courriels ; vide : ils sont écrits dans DATA_DIR/courriels."
)
DEFAULT_FROM_EMAIL = env.text(
    "MAIL_FROM",
    default="Mille cafés <ne-pas-repondre@localhost>",
    purpose="Expéditeur des courriels.",
    accepts="une adresse, ou « Nom <adresse> »",
)
DEMO = env.boolean(
    "MILLECAFES_DEMO",
    default=False,
    purpose="Mode de démonstration : comptes fictifs, entrée en un clic, seulement sur cette machine.",
)
API_RATE_ANONYMOUS = env.integer(
    "API_RATE_ANONYMOUS",
    default=120,
    low=1,
    high=1_000_000,
    purpose="Demandes à l’API par minute, pour une adresse réseau sans jeton.",
)
API_RATE_TOKEN = env.integer(
    "API_RATE_TOKEN",
    default=600,
    low=1,
    high=1_000_000,
    purpose="Demandes à l’API par minute, pour un jeton d’accès.",
)
OSRM_URL = env.address(
    "OSRM_URL", purpose="Adresse d’un serveur OSRM pour les temps de trajet ; vide : la formule."
)

# Who answers for this installation: the legal pages say it, or say that it is not filled in.
SITE_OPERATOR = {
    "name": env.text("SITE_OPERATOR", default="", purpose="Nom de l’exploitant du site (mentions légales)."),
    "address": env.text("SITE_ADDRESS", default="", purpose="Adresse postale de l’exploitant."),
    "email": env.text("SITE_EMAIL", default="", purpose="Adresse e-mail de l’exploitant."),
    "director": env.text("SITE_DIRECTOR", default="", purpose="Directeur ou directrice de la publication."),
    "host": env.text("SITE_HOST", default="", purpose="Nom et adresse de l’hébergeur."),
}

SECRET_KEY = secret_key(DATA_DIR)
ALLOWED_HOSTS = env.hosts(
    "ALLOWED_HOSTS",
    default=("localhost", "127.0.0.1", "[::1]"),
    purpose="Noms sous lesquels le site répond.",
)
# Mail written by a job has no request to take the address from.
SITE_URL = (
    env.address("SITE_URL", purpose="Adresse publique du site, pour les liens des courriels.")
    or f"http://localhost:{PORT}"
)

INSTALLED_APPS = [
    "whitenoise.runserver_nostatic",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_vite",
    "ninja",
    "rules.apps.AutodiscoverRulesConfig",
    "millecafes.common",
    "millecafes.territory",
    "millecafes.accounts",
    "millecafes.pages",
    "millecafes.partners",
    "millecafes.cafes",
    "millecafes.siting",
    "millecafes.portal",
    "millecafes.api",
]

MIDDLEWARE = [
    # The first: each answer has its identifier and its line in the logs, whoever makes it.
    "millecafes.common.middleware.Trace",
    "django.middleware.security.SecurityMiddleware",
    "millecafes.common.middleware.CompressPages",
    # Above all that may answer by itself, so that even a refusal carries the policy.
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # What the API answers is for programs, even when something below refuses by itself.
    "millecafes.api.middleware.ApiMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "millecafes.common.middleware.RefuseLarge",
    # Before anything reads what was sent; after what makes a form token, for the page that refuses.
    "millecafes.common.middleware.RefuseNul",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "millecafes.accounts.middleware.HatsMiddleware",
    "millecafes.accounts.middleware.SecondFactorMiddleware",
]

if DEMO:
    # None of it exists when the mode is off.
    INSTALLED_APPS.append("millecafes.demo")
    MIDDLEWARE.append("millecafes.demo.middleware.NoIndexMiddleware")

ROOT_URLCONF = "millecafes.config.urls"
WSGI_APPLICATION = "millecafes.config.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": [
                "django.templatetags.static",
                "django.templatetags.i18n",
                "millecafes.common.templatetags.mille",
                "millecafes.common.templatetags.acces",
            ],
        },
    }
]

# Forms are drawn by the same engine as pages, with the same tags.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES: dict[str, dict[str, Any]] = {
    "default": env.database(
        "DATABASE_URL",
        default=f"sqlite:///{DATA_DIR / 'millecafes.sqlite3'}",
        purpose="Base de données : SQLite par défaut, PostgreSQL pour beaucoup de monde.",
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # Immediate transactions: a writer waits its turn instead of failing half-way.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;"
            "PRAGMA cache_size=-64000;PRAGMA mmap_size=268435456;"
        ),
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Each thread of the server keeps its connection: opening one costs more than the queries of a page.
DATABASES["default"]["CONN_MAX_AGE"] = 60

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["millecafes.accounts.backends.AccountBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Sign-in: an e-mail code, a passkey; a second factor for some roles. No password, no account by oneself.
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:desk"
ACCOUNT_FORMS = {"request_login_code": "millecafes.accounts.forms.CodeRequestForm"}
ACCOUNT_ADAPTER = "millecafes.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # an address is verified by the invitation that it received
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60  # mail is slow in some villages
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "dashed": True, "length": 8}
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
# A whole village may sign in from behind one address; one mailbox is never asked for long.
ACCOUNT_RATE_LIMITS = {
    "login": "600/m/ip",
    # Key: an address, asked from one network address.
    "request_login_code": "200/m/ip,5/m/key,20/h/key",
    "mail_to_address": "60/h/key",
    "login_failed": "200/m/ip,10/5m/key",
    "reauthenticate": "20/m/user",
}
SESSION_COOKIE_AGE = 30 * 24 * 3600
MFA_ADAPTER = "millecafes.accounts.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_RATE_LIMITS = {"webauthn_login": "300/m/ip"}
MFA_TOTP_ISSUER = "Mille cafés"

# Rate limits are shared by all the processes of the server.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "common_cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    },
}

EMAIL_BACKEND = MAIL.backend
EMAIL_FILE_PATH = DATA_DIR / "courriels"
EMAIL_HOST, EMAIL_PORT = MAIL.host, MAIL.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL.user, MAIL.password
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL.starttls, MAIL.ssl
EMAIL_TIMEOUT = 20

# Errors are kept one by one beside the data: an error page gives the code that finds them.
ERRORS_DIR = DATA_DIR / "logs" / "erreurs"
LOG_FORMAT = log_settings.LOG_FORMAT
LOGGING = logs.configuration(form=LOG_FORMAT, level=log_settings.LOG_LEVEL, errors=ERRORS_DIR)

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français")]
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
FRONTEND_DIST = ROOT / "frontend" / "dist"
STATICFILES_DIRS = [FRONTEND_DIST]
DOCUMENTS_DIR = DATA_DIR / "documents"
STORAGES = {
    "documents": env.storage(
        "DOCUMENTS_STORAGE",
        folder=DOCUMENTS_DIR,
        purpose="Rangement des documents : le dossier DATA_DIR/documents, ou une autre classe de Django.",
    ),
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Vite names its files by their content; `prepare` compresses them once (gzip, brotli).
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
DJANGO_VITE = {"default": {"manifest_path": FRONTEND_DIST / "manifest.json"}}
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/assets/.+-[A-Za-z0-9_-]{8}\.\w+$"
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [
    *("jpg", "jpeg", "png", "gif", "webp", "avif", "woff", "woff2"),
    *("gz", "br", "zip", "pmtiles", "pbf", "pdf", "map"),
]
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
# Outside the static files: tiles may be built, or built again, while the server runs.
TILES_DIR = DATA_DIR / "tuiles"
SOURCES_DIR = DATA_DIR / "sources"

# Oversized bodies are refused before any view runs: texts, then all of a request, files included.
REQUEST_MAX_MB = server_limits.REQUEST_MAX_MB
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF, "blob:"],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "object-src": [NONE],
    }
}
CSRF_FAILURE_VIEW = "millecafes.common.views.forbidden"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
