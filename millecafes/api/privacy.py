"""What the room `api` holds of people."""

from millecafes.common.privacy import SOFTWARE, declare

declare(
    "api.ratecount",
    purpose="Limiter le débit de l’API, pour qu’elle réponde à tous",
    basis="intérêt légitime",
    retention=1,
    purge="api",
    subject=None,
    recipients=SOFTWARE,
    personal={"client": "empreinte de l’adresse réseau, ou numéro du jeton"},
    erase="delete",
    reason="l’empreinte change chaque jour et ne permet pas de retrouver une personne",
)
