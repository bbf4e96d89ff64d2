"""What the room `cafes` holds of people."""

from millecafes.common.privacy import declare, declare_impersonal

TEAM = "l’équipe nationale et la référence régionale du lieu"

declare(
    "cafes.cafe",
    purpose="Dire au public comment joindre un café",
    basis="intérêt légitime",
    retention="tant que le café est dans le réseau, et sa page publique ensuite",
    # A café run alone gives the address of whoever runs it.
    subject=("email", "email"),
    personal={"email": "adresse e-mail publique", "phone": "téléphone public"},
    not_personal=(
        *("name", "key", "commune", "address", "place_origin", "model", "variant", "origin", "organisation"),
        *("story", "website", "wheelchair", "access_note", "languages", "payment", "osm_ref", "hours"),
        *("latitude", "longitude", "hours_note", "hours_source", "activity", "relation", "kind"),
    ),
    recipients="tout le monde : le café les publie",
    erase="blank",
)
declare(
    "cafes.cafestate",
    purpose="Savoir qui a noté une étape de la vie d’un café",
    basis="intérêt légitime",
    retention="tant que la page du café existe",
    subject="author",
    personal={"author": "qui l’a notée"},
    not_personal=("cafe", "track", "state", "reason"),
    recipients=TEAM,
    erase="blank",
)
declare(
    "cafes.cafeevent",
    purpose="Savoir qui a noté un événement de la vie d’un café",
    basis="intérêt légitime",
    retention="tant que la page du café existe",
    subject="author",
    personal={"author": "qui l’a noté"},
    not_personal=("cafe", "kind", "reason"),
    recipients=TEAM,
    erase="blank",
)
declare_impersonal(
    "cafes.cafeservice", "code", "status", "partner", "hours", "note", reason="ce qu’un café propose"
)
declare_impersonal("cafes.hoursexception", "hours", "note", reason="les jours exceptionnels d’un café")
declare_impersonal(
    "cafes.stop",
    *("name", "commune", "address", "latitude", "longitude", "hours", "note"),
    reason="les arrêts d’un café itinérant",
)
declare_impersonal("cafes.openinterval", reason="calculé d’après les horaires d’un café")
declare(
    "cafes.cafecontact",
    purpose="Savoir à qui parler dans un café",
    basis="intérêt légitime",
    retention=1_095,
    purge="cafes.contacts",
    subject=("email", "email"),
    personal={
        "cafe": "café",
        "name": "nom",
        "role": "fonction",
        "email": "adresse e-mail",
        "phone": "téléphone",
        "confirmed_at": "confirmé le",
    },
    recipients=TEAM,
    erase="delete",
)
declare(
    "cafes.cafenote",
    purpose="Suivre un café : qui a écrit quoi",
    basis="intérêt légitime",
    retention=3_650,
    purge="cafes.following",
    subject="author",
    personal={"author": "qui l’a écrite"},
    not_personal=("cafe", "text"),
    recipients=TEAM,
    erase="blank",
)
declare(
    "cafes.visit",
    purpose="Suivre un café : qui est venu, ce qui a été vu, ce qui reste à faire",
    basis="intérêt légitime",
    retention=3_650,
    purge="cafes.following",
    subject="author",
    personal={"author": "qui l’a notée", "who": "qui y était"},
    not_personal=("cafe", "observations", "follow_ups"),
    recipients=TEAM,
    erase="blank",
)
declare(
    "cafes.keptchange",
    purpose="Annuler un changement fait par erreur",
    basis="intérêt légitime",
    retention=30,
    purge="cafes.changes",
    subject="made_by",
    personal={"made_by": "qui l’a fait"},
    not_personal=("cafe", "token", "kind", "label", "before", "after"),
    recipients="l’équipe du café, et l’équipe nationale",
    erase="blank",
)
declare(
    "cafes.errorreport",
    purpose="Corriger ce qui est faux sur la page d’un café, et répondre à qui l’a signalé",
    basis="intérêt légitime",
    retention=365,
    purge="cafes.reports",
    subject=("email", "email"),
    personal={
        "email": "adresse e-mail",
        "text": "message",
        "about": "sujet",
        "cafe": "café",
        "received_at": "reçu le",
        "handled_by": "qui l’a traité",
    },
    not_personal=("state", "answer"),
    secret=("handled_by",),
    recipients=f"{TEAM}, et l’équipe du café, sauf l’adresse",
    erase="delete",
)
declare(
    "cafes.savedview",
    purpose="Retrouver un filtre de la table des cafés",
    basis="intérêt légitime",
    retention="tant que la personne garde la vue",
    subject="owner",
    personal={"owner": "à qui elle est", "name": "nom de la vue", "query": "filtre"},
    recipients="la personne",
    erase="delete",
)
declare(
    "cafes.osmproposal",
    purpose="Savoir qui a décidé d’un rapprochement avec OpenStreetMap",
    basis="intérêt légitime",
    retention="jusqu’à la comparaison suivante",
    subject="decided_by",
    personal={"decided_by": "qui a décidé"},
    not_personal=("cafe", "osm_ref", "kind", "state", "name", "latitude", "longitude", "differences"),
    recipients=TEAM,
    erase="blank",
)
