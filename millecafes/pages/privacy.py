"""What the room `pages` holds of people."""

from millecafes.common.privacy import SOFTWARE, declare

declare(
    "pages.contactmessage",
    purpose="Répondre aux messages écrits par la page de contact",
    basis="intérêt légitime",
    retention=730,
    purge="pages.messages",
    subject=("email", "email"),
    personal={
        "subject": "objet",
        "name": "nom",
        "email": "adresse e-mail",
        "commune": "commune",
        "body": "message",
        "created_at": "reçu le",
        "purge_after": "à effacer après le",
        "answered_at": "répondu le",
        "answered_by": "répondu par (numéro)",
    },
    secret=("answered_by",),
    recipients="l’équipe nationale ; la référence régionale du lieu, quand il s’agit d’un café",
    erase="delete",
)
declare(
    "pages.contactattempt",
    purpose="Empêcher l’envoi de messages en masse",
    basis="intérêt légitime",
    retention=1,
    purge="pages.messages",
    subject=None,
    recipients=SOFTWARE,
    personal={"fingerprint": "empreinte de l’adresse réseau"},
    erase="delete",
    reason="l’empreinte change chaque jour et ne permet pas de retrouver une personne",
)
