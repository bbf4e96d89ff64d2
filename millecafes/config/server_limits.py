"""What the server takes of a client: read by Django's settings, and by gunicorn, which starts before them."""

from millecafes.config import env

REQUEST_MAX_MB = env.integer(
    "REQUEST_MAX_MB",
    default=30,
    low=2,
    high=2_000,
    purpose="Taille d’une demande au-delà de laquelle elle est refusée, fichiers compris, en Mo.",
)
HEADERS_SECONDS = env.integer(
    "HEADERS_SECONDS",
    default=10,
    low=1,
    high=120,
    purpose="Secondes données à un client pour dire ce qu’il demande, avant de le quitter.",
)
REQUEST_MAX_BYTES = REQUEST_MAX_MB * 1_000_000
