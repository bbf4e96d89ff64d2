"""`millecafes create_team EMAIL`: the first person of the national team, on a real installation."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.services.people import PersonError, create_person
from millecafes.accounts.services.roles import grant_role
from millecafes.common import actors


class Command(BaseCommand):
    """Open an account with the role of the national team."""

    help = "Ouvre le compte d’une personne de l’équipe nationale (la première d’une vraie installation)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """An address, and a name."""
        parser.add_argument("email", help="son adresse e-mail")
        parser.add_argument("--name", default="", help="son nom")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse in demonstration mode; else make the account, and say what comes next."""
        if settings.DEMO:
            raise CommandError(
                "La démonstration n’accueille que des comptes inventés. Pour un vrai compte :"
                " MILLECAFES_DEMO=0 millecafes create_team …"
            )
        now, actor = timezone.now(), actors.command("create_team")
        try:
            with transaction.atomic():
                user = create_person(email=options["email"], full_name=options["name"], actor=actor, now=now)
                grant_role(user=user, kind=RoleKind.TEAM, perimeter="network", actor=actor, now=now)
        except PersonError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"Le compte de {user.email} est ouvert. Il reste à se connecter à /connexion/ avec un code reçu"
            " par courriel, puis à enregistrer une seconde preuve (clé d’accès ou application)."
        )
        if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
            self.stdout.write(
                "Aucun serveur d’envoi n’est réglé (EMAIL_URL) :"
                f" les courriels sont écrits dans {settings.EMAIL_FILE_PATH}."
            )
