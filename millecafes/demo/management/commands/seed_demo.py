"""`millecafes seed_demo`: invent the people of the demonstration."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from millecafes.common import actors, guards
from millecafes.demo.services import seed


class Command(BaseCommand):
    """Fill the demonstration; what is there already is left alone."""

    help = "Remplit la démonstration : une personne inventée par rôle (seulement avec MILLECAFES_DEMO=1)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse on a real installation; else invent whoever is missing."""
        if not settings.DEMO:
            raise CommandError("La démonstration n’est pas ouverte : MILLECAFES_DEMO=1 millecafes seed_demo.")
        try:
            guards.check()
        except guards.GuardError as refusal:
            raise CommandError(str(refusal)) from None
        given = seed(actor=actors.command("seed_demo"), now=timezone.now())
        self.stdout.write(
            f"Démonstration : {given} rôles donnés." if given else "Démonstration : rien à ajouter."
        )
