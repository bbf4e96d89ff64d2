"""What the room `accounts` holds of people, tables of the packages it uses included."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.db.models import QuerySet

from millecafes.common.privacy import SOFTWARE, declare, declare_impersonal

SIGN_IN = "Vous reconnaître quand vous vous connectez"
SESSION = "Garder la connexion ouverte d’une page à l’autre"
ROLES = "Savoir qui fait quoi dans le programme, et ce que chacun peut voir"
CONTRACT = "exécution du service demandé"
INTEREST = "intérêt légitime"
ACCOUNT = "tant que le compte existe"


def sessions_of(user: Any) -> QuerySet[Any]:
    """The sessions open in somebody's name: only the packages' list of sessions knows whose they are."""
    listed = apps.get_model("usersessions", "UserSession").objects.filter(user=user)
    return apps.get_model("sessions", "Session").objects.filter(pk__in=listed.values("session_key"))


def erased_address(row: Any) -> str:
    """An address that reaches nobody, and stays unique."""
    return f"efface-{row.pk}@efface.invalid"


declare(
    "accounts.user",
    purpose=SIGN_IN,
    basis=CONTRACT,
    retention=ACCOUNT,
    subject="pk",
    personal={
        "email": "adresse e-mail",
        "full_name": "nom",
        "key": "nom et adresse, sans accents",
        "date_joined": "compte créé le",
        "last_login": "dernière connexion",
        "password": "empreinte du mot de passe",
        "groups": "groupes de l’outil de réparation",
        "user_permissions": "droits de l’outil de réparation",
    },
    secret=("password", "key"),
    erase="blank",
    blanks={
        "email": erased_address,
        "password": lambda row: make_password(None),
        # Kept: it says nothing any more of whoever it was, and statistics count accounts by year.
        "date_joined": lambda row: row.date_joined,
    },
)
declare(
    "accounts.role",
    purpose=ROLES,
    basis=INTEREST,
    retention="tant que le programme dure ; sans nom une fois le compte effacé",
    subject="user",
    personal={
        "user": "numéro de la personne",
        "kind": "rôle",
        "perimeter": "périmètre",
        "starts_on": "à partir du",
        "ends_on": "jusqu’au",
        "granted_by": "donné par (numéro)",
        "created_at": "donné le",
    },
    secret=("granted_by",),
    erase="keep",
    reason="les rôles passés restent comptés, rattachés à un numéro sans nom",
)
declare(
    "accounts.invitation",
    purpose="Inviter une personne à tenir un rôle",
    basis=INTEREST,
    retention="un an après la fin de l’invitation",
    purge="accounts",
    subject=("email", "email"),
    personal={
        "email": "adresse e-mail",
        "kind": "rôle proposé",
        "perimeter": "périmètre",
        "created_at": "invitée le",
        "expires_at": "jusqu’au",
        "accepted_at": "acceptée le",
        "token": "empreinte du lien",
        "invited_by": "invitée par (numéro)",
        "accepted_by": "acceptée par (numéro)",
    },
    secret=("token", "invited_by", "accepted_by"),
    erase="delete",
)
declare(
    "accounts.apitoken",
    purpose="Laisser un programme lire l’API en votre nom, et pouvoir l’arrêter",
    basis=CONTRACT,
    retention="un an après la fin du jeton",
    purge="accounts",
    subject="user",
    personal={
        "user": "numéro de la personne",
        "name": "nom",
        "tail": "derniers caractères",
        "scopes": "portées",
        "perimeter": "périmètre",
        "created_at": "créé le",
        "expires_at": "expire le",
        "last_used_on": "dernier jour d’usage",
        "revoked_at": "retiré le",
        "fingerprint": "empreinte du secret",
    },
    secret=("fingerprint",),
    recipients="vous, et l’équipe nationale, qui peut le retirer",
    erase="delete",
)
declare(
    "accounts.emailchange",
    purpose="Changer d’adresse, et pouvoir l’annuler",
    basis=CONTRACT,
    retention="30 jours après la fin du délai d’annulation",
    purge="accounts",
    subject="user",
    personal={
        "user": "numéro de la personne",
        "old_email": "ancienne adresse",
        "new_email": "nouvelle adresse",
        "requested_at": "demandé le",
        "confirmed_at": "confirmé le",
        "undone_at": "annulé le",
        "confirm_token": "empreinte du lien de confirmation",
        "undo_token": "empreinte du lien d’annulation",
    },
    secret=("confirm_token", "undo_token"),
    erase="delete",
)
declare(
    "sessions.session",
    purpose=SESSION,
    basis=CONTRACT,
    retention="jusqu’à la déconnexion, trente jours au plus",
    purge="accounts",
    subject=sessions_of,
    personal={
        "session_key": "numéro de la session",
        "session_data": "contenu de la session",
        "expire_date": "valable jusqu’au",
    },
    secret=("session_key", "session_data"),
    recipients=SOFTWARE,
    erase="delete",
)
declare(
    "usersessions.usersession",
    purpose="Vous montrer où votre compte est ouvert, pour fermer ce que vous ne reconnaissez pas",
    basis=CONTRACT,
    retention="autant que la session",
    purge="accounts",
    subject="user",
    personal={
        "user": "numéro de la personne",
        "created_at": "ouverte le",
        "last_seen_at": "vue le",
        "ip": "adresse réseau",
        "user_agent": "navigateur",
        "session_key": "numéro de la session",
        "data": "autres précisions",
    },
    secret=("session_key",),
    recipients="vous seul·e",
    erase="delete",
)
declare(
    "account.emailaddress",
    purpose=SIGN_IN,
    basis=CONTRACT,
    retention=ACCOUNT,
    subject="user",
    personal={"user": "numéro de la personne", "email": "adresse e-mail", "verified": "vérifiée"},
    erase="delete",
)
declare(
    "account.emailconfirmation",
    purpose=SIGN_IN,
    basis=CONTRACT,
    retention="autant que l’adresse",
    subject="email_address__user",
    personal={"email_address": "adresse e-mail", "sent": "envoyée le", "key": "secret du lien"},
    secret=("key",),
    erase="delete",
)
declare(
    "mfa.authenticator",
    purpose="Vérifier que c’est vous, par une clé d’accès ou un code",
    basis=CONTRACT,
    retention=ACCOUNT,
    subject="user",
    personal={
        "user": "numéro de la personne",
        "type": "moyen",
        "created_at": "ajouté le",
        "last_used_at": "utilisé le",
        "data": "secret",
    },
    secret=("data",),
    recipients=SOFTWARE,
    erase="delete",
)
declare(
    "admin.logentry",
    purpose="Garder la trace des réparations faites à la main",
    basis=INTEREST,
    retention=365,
    purge="accounts",
    subject="user",
    personal={
        "user": "numéro de la personne",
        "action_time": "date et heure",
        "object_id": "numéro de l’objet",
        "object_repr": "objet",
        "change_message": "ce qui a été fait",
    },
    erase="delete",
)
declare_impersonal("auth.permission", "name", "codename", reason="droits fixés par le logiciel")
declare_impersonal("auth.group", "name", reason="noms de groupes, fixés par l’équipe")
declare_impersonal("contenttypes.contenttype", "app_label", "model", reason="noms des tables du logiciel")
