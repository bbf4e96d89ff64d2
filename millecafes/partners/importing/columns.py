"""The columns of organisations, titled as in their export."""

from __future__ import annotations

import re

from millecafes.common.imports.cells import checked, email_of, number_of
from millecafes.common.imports.registry import ImportColumn, as_line
from millecafes.common.matching import fold
from millecafes.partners.enums import OrganisationKind
from millecafes.partners.rules import phone_of, rna_of, siret_of, site_of

_ROUNDED = re.compile(r"[0-9](?:[.,][0-9]+)?e\+?[0-9]+", re.IGNORECASE)
_KINDS = {fold(name): kind.value for kind in OrganisationKind for name in (kind.label, kind.value)}
_KINDS |= {
    fold(name): kind.value
    for kind, names in {
        OrganisationKind.TOWN_HALL: ("commune", "ville"),
        OrganisationKind.EPCI: ("communauté de communes", "communauté d’agglomération", "interco"),
        OrganisationKind.ASSOCIATION: ("asso", "association loi 1901"),
        OrganisationKind.FUNDER: ("financeurs", "fondation"),
        OrganisationKind.STATE: ("état", "collectivité"),
        OrganisationKind.COMPANY: ("société", "sarl", "sas"),
    }.items()
    for name in names
}


def _kind(text: str) -> str:
    found = _KINDS.get(fold(text)) or _KINDS.get(fold(text).removesuffix("s"))
    if found is None:
        expected = ", ".join(kind.label for kind in OrganisationKind)
        raise ValueError(f"« {text[:60]} » n’est pas une nature connue. Attendu : {expected}.")
    return found


def _siret(text: str) -> str:
    if _ROUNDED.fullmatch(text):
        raise ValueError(
            f"« {text[:40]} » : le tableur a arrondi ce nombre, ses derniers chiffres sont perdus. Attendu : "
            "14 chiffres ; mettez la colonne au format texte et recopiez le SIRET."
        )
    return siret_of(as_line(text))


COLUMNS = (
    ImportColumn(
        "nom",
        "Nom",
        ("raison sociale", "dénomination", "organisation", "structure", "nom de la structure", "intitulé"),
        required=True,
        longest=160,
        help="Le nom de l’organisation.",
        example="Brasserie du Tarn",
    ),
    ImportColumn(
        "nature",
        "Nature",
        ("type", "catégorie", "type de structure", "genre"),
        required=True,
        read=_kind,
        choices=tuple((kind.value, str(kind.label)) for kind in OrganisationKind),
        help=f"Une de : {', '.join(kind.label for kind in OrganisationKind)}.",
        example="Fournisseur",
    ),
    ImportColumn(
        "siret",
        "SIRET",
        ("n° siret", "numéro siret", "siret siège"),
        read=_siret,
        longest=40,
        help="14 chiffres, espaces permis.",
        example="73282932000074",
    ),
    ImportColumn(
        "rna",
        "Numéro RNA",
        ("rna", "n° rna", "waldec"),
        read=checked(rna_of),
        longest=40,
        help="Associations : W et 9 chiffres.",
    ),
    ImportColumn(
        "code_commune",
        "Code Insee",
        ("insee", "code insee commune", "code commune", "codgeo", "cog"),
        longest=10,
        help="Le code Insee de la commune, si vous l’avez.",
        example="81294",
    ),
    ImportColumn(
        "commune",
        "Commune",
        ("ville", "localité", "nom commune"),
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
    ImportColumn(
        "site",
        "Site",
        ("site web", "site internet", "url", "www"),
        read=checked(site_of),
        longest=300,
        help="Une adresse en https://…",
    ),
    ImportColumn(
        "telephone",
        "Téléphone public",
        ("téléphone", "tel", "tél.", "numéro de téléphone"),
        read=checked(phone_of),
        longest=40,
        help="Celui que l’organisation donne au public.",
    ),
    ImportColumn(
        "courriel",
        "Adresse e-mail publique",
        ("email", "e-mail", "mail", "courriel", "adresse e-mail", "mél"),
        read=email_of,
        longest=254,
        help="Celle que l’organisation donne au public.",
    ),
    ImportColumn(
        "numero",
        "Numéro de fiche",
        ("n° de fiche", "identifiant"),
        read=number_of,
        longest=30,
        compared=False,
        help="Celui des fichiers téléchargés ici : il dit de quelle fiche il s’agit, même si le nom change.",
    ),
)
