"""The columns of cafés: those of their export, and what more a file may say."""

from __future__ import annotations

from typing import Any

from django.db.models import TextChoices

from millecafes.cafes.enums import (
    Activity,
    CafeModel,
    CafeVariant,
    HoursSource,
    Language,
    Origin,
    Payment,
    PlaceOrigin,
    Relation,
    Wheelchair,
)
from millecafes.cafes.importing import cells
from millecafes.common.imports.cells import checked, day_of, email_of, number_of
from millecafes.common.imports.registry import ImportColumn
from millecafes.partners.rules import phone_of, siret_of, site_of


def _list(
    key: str, label: str, other: tuple[str, ...], choices: type[TextChoices], **more: Any
) -> ImportColumn:
    told = tuple((one.value, str(one.label)) for one in choices)
    return ImportColumn(key, label, other, read=cells.one_of(choices), choices=told, **more)


def _day(key: str, label: str, other: tuple[str, ...], **more: Any) -> ImportColumn:
    return ImportColumn(key, label, other, read=day_of, longest=40, example="01/03/2024", **more)


_WHO = (
    ImportColumn(
        "nom",
        "Nom",
        ("nom du café", "café", "enseigne", "nom de l’établissement", "établissement", "dénomination"),
        required=True,
        longest=120,
        help="Le nom du café.",
        example="Le Zinc",
    ),
    _list(
        "modele",
        "Modèle",
        ("type", "type de café", "modèle économique", "statut juridique"),
        CafeModel,
        required=True,
        help="Entrepreneurial, associatif ou itinérant.",
        example="Associatif",
    ),
    _list("variante", "Variante", ("sous-type", "mode de gestion"), CafeVariant),
    _list(
        "origine",
        "Origine",
        ("provenance",),
        Origin,
        help="Ouvert avec le programme (si rien n’est dit), ou indépendant, ouvert avant.",
    ),
    _list(
        "activite",
        "Activité",
        ("statut", "état", "situation", "statut d’activité"),
        Activity,
        help="En ouverture, ouvert, en pause ou fermé ; avec sa date.",
        example="Ouvert",
    ),
    _day(
        "activite_depuis",
        "Activité depuis",
        ("date du statut", "statut depuis", "depuis le", "date d’activité"),
        help="Le jour depuis lequel l’activité est celle-là.",
    ),
    _list(
        "lien",
        "Lien avec le réseau",
        ("relation", "réseau", "lien réseau", "statut réseau"),
        Relation,
        help="Candidat, accompagné, membre ou sorti du réseau ; avec sa date.",
        example="Membre",
    ),
    _day(
        "lien_depuis",
        "Lien depuis",
        ("relation depuis", "date d’adhésion", "adhérent depuis"),
        help="Le jour depuis lequel le lien est celui-là.",
    ),
    _day(
        "ouvert_le",
        "Ouvert le",
        ("date d’ouverture", "ouverture", "premier jour d’ouverture"),
        compared=False,
        help="Premier jour d’ouverture au public : sert à écrire la vie d’un café nouveau.",
    ),
    _day(
        "entre_le",
        "Entré dans le réseau le",
        ("membre depuis", "entrée dans le réseau", "date d’entrée"),
        compared=False,
        help="Pour un café nouveau qui est sorti depuis : le jour où il était entré.",
    ),
)
_WHERE = (
    ImportColumn(
        "code_insee",
        "Code Insee",
        ("insee", "code insee commune", "code commune", "codgeo", "cog"),
        longest=10,
        help="Le code Insee de la commune, si vous l’avez.",
        example="81294",
    ),
    ImportColumn(
        "commune",
        "Commune",
        ("ville", "village", "localité", "nom commune"),
        compared=False,
        help="Le nom de la commune : avec le code postal ou le département, il suffit.",
        example="Técou",
    ),
    ImportColumn(
        "code_postal", "Code postal", ("cp",), longest=10, compared=False, help="Aide à trouver la commune."
    ),
    ImportColumn(
        "departement",
        "Département",
        ("dept", "dpt", "numéro de département"),
        compared=False,
        help="Aide à trouver la commune.",
        example="81",
    ),
    ImportColumn("adresse", "Adresse", ("rue", "adresse postale", "numéro et voie"), help="Numéro et voie."),
    ImportColumn(
        "latitude", "Latitude", ("lat", "y"), read=cells.degrees_of, longest=30, help="En degrés, WGS 84."
    ),
    ImportColumn(
        "longitude",
        "Longitude",
        ("lon", "lng", "long", "x"),
        read=cells.degrees_of,
        longest=30,
        help="En degrés, WGS 84. Sans point, le café est placé au bourg de sa commune.",
    ),
    _list("origine_du_point", "Origine du point", (), PlaceOrigin),
    ImportColumn(
        "structure_parente",
        "Organisation qui le porte",
        ("organisation", "structure", "porteur", "structure porteuse", "association porteuse"),
        longest=160,
        help="Le nom d’une organisation déjà enregistrée.",
    ),
    ImportColumn(
        "pivot",
        "SIRET de l’organisation",
        ("siret",),
        read=checked(siret_of),
        longest=40,
        compared=False,
        help="Il dit laquelle, mieux que son nom.",
    ),
)
_REACH = (
    ImportColumn(
        "telephone",
        "Téléphone public",
        ("téléphone", "tel", "tél.", "numéro de téléphone"),
        read=checked(phone_of),
        longest=40,
    ),
    ImportColumn(
        "courriels",
        "Adresse e-mail publique",
        ("email", "e-mail", "mail", "courriel", "adresse e-mail", "mél"),
        read=email_of,
        longest=254,
    ),
    ImportColumn(
        "site_web",
        "Site",
        ("site internet", "site web", "url", "www"),
        read=checked(site_of),
        longest=300,
        help="Une adresse en https://…",
    ),
    ImportColumn(
        "horaires",
        "Horaires",
        ("horaire", "horaires d’ouverture", "heures d’ouverture", "opening hours"),
        read=cells.hours_of,
        longest=500,
        help="« Tu-Sa 08:00-19:30; PH off », ou en français : « du mardi au samedi 8h-19h30 ».",
        example="mardi 8h-12h",
    ),
    ImportColumn("precision_horaires", "Précision sur les horaires", ("remarque horaires",)),
    _day(
        "horaires_confirmes_le",
        "Horaires confirmés le",
        ("horaires vérifiés le",),
        help="Sans ce jour, des horaires nouveaux sont à confirmer.",
    ),
    _list("origine_horaires", "Horaires donnés par", (), HoursSource),
    ImportColumn(
        "services_en_service",
        "Services en service",
        ("services", "services rendus", "offre"),
        read=cells.services_of,
        longest=600,
        help="Les services que le café rend, par leur nom ou leur code, séparés par | ou une virgule. "
        "Ceux qu’il rendait et qui n’y sont plus sont suspendus.",
        example="Point colis, Dépôt de pain",
    ),
    ImportColumn(
        "services_autres",
        "Services prévus ou suspendus",
        (),
        read=cells.other_services_of,
        longest=600,
        help="Comme « pain : souhaité | presse : suspendu ».",
    ),
)
_WELCOME = (
    _list("acces_fauteuil", "Accès en fauteuil", ("accessibilité", "pmr", "accessible"), Wheelchair),
    ImportColumn("precision_acces", "Précision sur l’accès", ()),
    ImportColumn(
        "langues", "Langues parlées", ("langue",), read=cells.several_of(Language, "une langue de la liste")
    ),
    ImportColumn(
        "paiement",
        "Moyens de paiement",
        ("paiements", "moyens de règlement"),
        read=cells.several_of(Payment, "un moyen de paiement de la liste"),
    ),
    ImportColumn(
        "expresso_euros",
        "Prix de l’expresso",
        ("prix du café", "prix expresso"),
        read=cells.cents_of,
        longest=20,
        help="En euros, comme 1,50.",
    ),
    _day("expresso_releve_le", "Prix relevé le", ()),
    ImportColumn(
        "presentation_detail",
        "Histoire",
        ("présentation", "description", "histoire du café"),
        read=cells.story_of,
        longest=4_000,
        help="Ce que lira le public.",
    ),
    ImportColumn(
        "openstreetmap", "Objet OpenStreetMap", ("osm",), read=cells.osm_of, longest=80, help="node/123456"
    ),
)
_CONTACT = (
    ImportColumn(
        "contact_nom",
        "Contact",
        ("nom du contact", "gérant", "gérante", "responsable", "nom du gérant", "référent"),
        longest=150,
        help="Qui joindre au sujet du café : l’équipe seule le voit.",
    ),
    ImportColumn(
        "contact_fonction", "Fonction du contact", ("fonction", "rôle"), longest=100, example="Gérante"
    ),
    ImportColumn(
        "contact_courriel",
        "E-mail du contact",
        ("mail du contact", "courriel du contact", "email gérant"),
        read=email_of,
        longest=254,
    ),
    ImportColumn(
        "contact_telephone",
        "Téléphone du contact",
        ("portable", "mobile", "téléphone du gérant", "tel contact"),
        read=checked(phone_of),
        longest=40,
    ),
    ImportColumn(
        "id",
        "Numéro du café",
        ("identifiant", "numéro", "n°"),
        read=number_of,
        longest=30,
        compared=False,
        help="Celui des fichiers téléchargés ici : il dit de quel café il s’agit, même si le nom change.",
    ),
)
COLUMNS = (*_WHO, *_WHERE, *_REACH, *_WELCOME, *_CONTACT)
