"""How the site writes its logs: read by Django's settings, and by gunicorn, which starts before them."""

from millecafes.config import env

LOG_FORMAT = env.choice(
    "LOG_FORMAT",
    default="auto",
    choices=("auto", "json", "text"),
    purpose="Forme des journaux techniques ; auto : du texte dans un terminal, sinon une ligne JSON chacune.",
)
LOG_LEVEL = env.choice(
    "LOG_LEVEL",
    default="info",
    choices=("debug", "info", "warning", "error"),
    purpose="À partir de quelle gravité les journaux techniques s’écrivent ; info : une ligne par demande.",
)
