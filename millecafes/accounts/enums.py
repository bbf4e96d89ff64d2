"""Closed lists of the room `accounts`."""

from django.db.models import TextChoices

from millecafes.common.notifications.topics import Topic


class RoleKind(TextChoices):
    """What somebody does in the programme."""

    TEAM = "team", "Équipe nationale"
    REGIONAL = "regional", "Référence régionale"
    BUYER = "buyer", "Achats"
    ELECTED = "elected", "Mairie : élu·e"
    SECRETARY = "secretary", "Mairie : secrétariat"
    EPCI = "epci", "Intercommunalité"
    MANAGER = "manager", "Gérance d’un café"
    VOLUNTEER = "volunteer", "Bénévole"
    CANDIDATE = "candidate", "Candidature à la gérance"
    PARTNER = "partner", "Partenaire"
    FUNDER = "funder", "Financeur"


class PerimeterKind(TextChoices):
    """What a role is exercised on. A perimeter is written as a key: "commune:81294", "network"."""

    NETWORK = "network", "Tout le réseau"
    REGION = "region", "Région"
    DEPARTEMENT = "departement", "Département"
    EPCI = "epci", "Intercommunalité"
    COMMUNE = "commune", "Commune"
    CAFE = "cafe", "Café"
    ORGANISATION = "organisation", "Organisation"
    PERSON = "person", "Personne"


class InvitationState(TextChoices):
    """Where an invitation stands."""

    PENDING = "pending", "En attente"
    ACCEPTED = "accepted", "Acceptée"
    EXPIRED = "expired", "Expirée"
    REVOKED = "revoked", "Retirée"


class TokenState(TextChoices):
    """Where a token of the API stands."""

    ACTIVE = "active", "Actif"
    EXPIRED = "expired", "Expiré"
    REVOKED = "revoked", "Retiré"
    ROLE_ENDED = "role_ended", "Rôle terminé"


class PersonState(TextChoices):
    """Where somebody stands in the programme, by their roles."""

    ACTIVE = "active", "Rôle en cours"
    COMING = "coming", "Rôle à venir"
    PAST = "past", "Rôle terminé"
    NONE = "none", "Sans rôle"


# Whose sign-in asks for a second factor: they see many people's data, or prices.
SECOND_FACTOR = frozenset({RoleKind.TEAM, RoleKind.REGIONAL, RoleKind.BUYER})

# On what each role may be given.
PERIMETERS: dict[RoleKind, frozenset[PerimeterKind]] = {
    RoleKind.TEAM: frozenset({PerimeterKind.NETWORK}),
    RoleKind.REGIONAL: frozenset({PerimeterKind.REGION, PerimeterKind.DEPARTEMENT}),
    RoleKind.BUYER: frozenset({PerimeterKind.NETWORK}),
    RoleKind.ELECTED: frozenset({PerimeterKind.COMMUNE}),
    RoleKind.SECRETARY: frozenset({PerimeterKind.COMMUNE}),
    RoleKind.EPCI: frozenset({PerimeterKind.EPCI}),
    # Before its café opens, a manager is known by the company or the association that will run it.
    RoleKind.MANAGER: frozenset({PerimeterKind.CAFE, PerimeterKind.ORGANISATION}),
    RoleKind.VOLUNTEER: frozenset({PerimeterKind.CAFE, PerimeterKind.ORGANISATION}),
    RoleKind.CANDIDATE: frozenset({PerimeterKind.PERSON}),
    RoleKind.PARTNER: frozenset({PerimeterKind.ORGANISATION}),
    RoleKind.FUNDER: frozenset(
        {
            PerimeterKind.NETWORK,
            PerimeterKind.REGION,
            PerimeterKind.DEPARTEMENT,
            PerimeterKind.ORGANISATION,
        }
    ),
}

# Who may invite whom, always within their own perimeter. The team may invite everybody.
INVITES: dict[RoleKind, frozenset[RoleKind]] = {
    RoleKind.TEAM: frozenset(RoleKind),
    RoleKind.REGIONAL: frozenset(
        {
            RoleKind.ELECTED,
            RoleKind.SECRETARY,
            RoleKind.EPCI,
            RoleKind.MANAGER,
            RoleKind.VOLUNTEER,
        }
    ),
    RoleKind.ELECTED: frozenset({RoleKind.ELECTED, RoleKind.SECRETARY}),
    RoleKind.EPCI: frozenset({RoleKind.EPCI}),
    RoleKind.MANAGER: frozenset({RoleKind.MANAGER, RoleKind.VOLUNTEER}),
    RoleKind.PARTNER: frozenset({RoleKind.PARTNER}),
    RoleKind.FUNDER: frozenset({RoleKind.FUNDER}),
}

ACCEPTED = Topic("accounts.invitation_accepted", "Invitations acceptées", "vous avez envoyé cette invitation")
TOKEN_ENDS = Topic("accounts.token_ends", "Jetons d’accès qui expirent", "vous avez créé ce jeton d’accès")

# What the journal says of each service of this room.
VERBS = {
    "accounts.account_erased": "a effacé son compte et ses données",
    "accounts.person_erased": "a effacé, à sa demande, le compte et les données d’une personne",
    "accounts.person_created": "a ouvert un compte",
    "accounts.person_renamed": "a corrigé un nom",
    "accounts.email_change_asked": "a demandé à changer d’adresse e-mail",
    "accounts.email_changed": "a changé d’adresse e-mail",
    "accounts.email_change_undone": "a annulé un changement d’adresse e-mail",
    "accounts.session_ended": "a fermé {count} session(s)",
    "accounts.role_granted": "a donné le rôle {kind} sur {perimeter}",
    "accounts.role_ended": "a retiré le rôle {kind} sur {perimeter}",
    "accounts.invited": "a invité quelqu’un au rôle {kind} sur {perimeter}",
    "accounts.invitation_resent": "a renvoyé une invitation au rôle {kind} sur {perimeter}",
    "accounts.invitation_revoked": "a retiré une invitation au rôle {kind} sur {perimeter}",
    "accounts.token_created": "a créé un jeton d’accès à l’API, pour {days} jours, sur {perimeter}",
    "accounts.token_revoked": "a retiré un jeton d’accès à l’API",
    "accounts.invitation_accepted": "a accepté le rôle {kind} sur {perimeter}",
}
