"""What the room `partners` holds of people."""

from millecafes.common.privacy import declare

declare(
    "partners.organisation",
    purpose="Joindre les organisations qui travaillent avec le programme",
    basis="intérêt légitime",
    retention="tant que l’organisation travaille avec le programme",
    # A very small organisation gives the address of whoever runs it.
    subject=("email", "email"),
    personal={"email": "adresse e-mail publique", "phone": "téléphone public"},
    not_personal=("name", "key", "kind", "siret", "rna", "website"),
    recipients="l’équipe nationale, la référence régionale du lieu, et l’organisation elle-même",
    erase="blank",
)
declare(
    "partners.organisationcontact",
    purpose="Savoir à qui parler dans une organisation",
    basis="intérêt légitime",
    retention=1_095,
    purge="partners.contacts",
    subject=("email", "email"),
    personal={
        "organisation": "organisation",
        "name": "nom",
        "role": "fonction",
        "email": "adresse e-mail",
        "phone": "téléphone",
        "confirmed_at": "confirmé le",
    },
    recipients="l’équipe nationale, la référence régionale du lieu, et l’organisation elle-même",
    erase="delete",
)
