"""Closed lists of the room `partners`."""

from django.db.models import TextChoices


class OrganisationKind(TextChoices):
    """What an organisation is for the programme."""

    TOWN_HALL = "town_hall", "Mairie"
    EPCI = "epci", "Intercommunalité"
    ASSOCIATION = "association", "Association"
    SUPPLIER = "supplier", "Fournisseur"
    POST = "post", "La Poste"
    PARCELS = "parcels", "Réseau de colis"
    PRESS = "press", "Presse"
    FUNDER = "funder", "Financeur"
    STATE = "state", "État ou collectivité"
    COMPANY = "company", "Entreprise"
    OTHER = "other", "Autre"


# What the journal says of each service of this room.
VERBS = {
    "partners.organisation_added": "a enregistré {object}",
    "partners.town_hall_added": "a fait entrer {object} dans les organisations",
    "partners.organisation_changed": "a modifié {object} : {fields}",
    "partners.organisation_withdrawn": "a retiré {object}, entrée par un import annulé",
    "partners.contact_added": "a ajouté un contact à {object}",
    "partners.contact_changed": "a mis à jour un contact de {object}",
    "partners.contact_removed": "a retiré un contact de {object}",
}
