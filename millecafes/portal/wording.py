"""What each hat finds on arriving: a sentence, and first things to do. Rooms add theirs (slot `desk`)."""

from __future__ import annotations

from dataclasses import dataclass

from millecafes.accounts.enums import RoleKind


@dataclass(frozen=True)
class Door:
    """One thing to do: what, why, and where (the name of an address)."""

    label: str
    why: str
    url_name: str
    icon: str


@dataclass(frozen=True)
class Welcome:
    """What a hat is for, and its first doors."""

    lead: str
    doors: tuple[Door, ...] = ()


COMMUNE = Door(
    "Lire un diagnostic", "Éligible ou non, et ce qui manque autour.", "territory:search", "map-pin"
)
AREAS = Door(
    "Comparer les territoires", "Les mêmes chiffres, du département à la France.", "territory:areas", "table"
)
MAP = Door("Ouvrir la carte", "Minutes jusqu’au café, au pain, à la poste.", "territory:map", "map-trifold")
PROGRAMME = Door(
    "Relire le programme", "Les trois modèles, et ce qu’ils demandent.", "pages:programme", "books"
)
WRITE = Door("Écrire à l’équipe", "Une question, une erreur, une envie.", "pages:contact", "envelope-simple")

WELCOME: dict[str, Welcome] = {
    "": Welcome(
        "Votre compte n’a pas de rôle aujourd’hui. Une invitation vous en donnera un ;"
        " si le vôtre a pris fin, écrivez à l’équipe.",
        (COMMUNE, WRITE),
    ),
    RoleKind.TEAM: Welcome("Tout le réseau : les personnes, les messages, les organisations.", (MAP, AREAS)),
    RoleKind.REGIONAL: Welcome("Votre territoire, ses mairies et ses cafés.", (MAP, AREAS)),
    RoleKind.BUYER: Welcome("Les achats du réseau. Les catalogues s’ouvriront ici.", (AREAS,)),
    RoleKind.ELECTED: Welcome(
        "Votre commune : son diagnostic d’abord. Vous pouvez inviter le secrétariat de mairie.",
        (PROGRAMME, WRITE),
    ),
    RoleKind.SECRETARY: Welcome(
        "Votre commune, avec l’équipe municipale qui vous a invité·e.", (PROGRAMME, WRITE)
    ),
    RoleKind.EPCI: Welcome("Votre intercommunalité et ses communes.", (AREAS, PROGRAMME)),
    RoleKind.MANAGER: Welcome(
        "Votre café. Ses horaires et ses services s’ouvriront ici.", (PROGRAMME, WRITE)
    ),
    RoleKind.VOLUNTEER: Welcome("Votre association et son café.", (PROGRAMME, WRITE)),
    RoleKind.CANDIDATE: Welcome(
        "Vous voulez tenir un café : regardez les villages avec leurs vrais chiffres.",
        (COMMUNE, MAP, PROGRAMME),
    ),
    RoleKind.PARTNER: Welcome("Votre organisation, telle que le réseau la voit.", (MAP, AREAS)),
    RoleKind.FUNDER: Welcome("Ce que vous soutenez, avec des chiffres sourcés et datés.", (AREAS, MAP)),
}
