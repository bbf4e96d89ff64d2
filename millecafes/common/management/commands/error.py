"""`millecafes error CODE`: what is behind the code that an error page gave."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    """Show an error as it was kept."""

    help = "Montre l’erreur dont une page a donné le code."

    def add_arguments(self, parser: CommandParser) -> None:
        """The code."""
        parser.add_argument("code", metavar="CODE", help="Le code donné par la page, comme k3f9-2m1x.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the errors kept under this code."""
        letters = re.sub(r"[\s-]", "", options["code"]).lower()
        if not re.fullmatch(r"[0-9a-z]{8}", letters):
            raise CommandError(f"« {options['code']} » n’est pas un code. Attendu : comme k3f9-2m1x.")
        path = Path(settings.ERRORS_DIR) / f"{letters[:4]}-{letters[4:]}.txt"
        try:
            self.stdout.write(path.read_text(encoding="utf-8"), ending="")
        except FileNotFoundError:
            raise CommandError(
                f"Aucune erreur {letters[:4]}-{letters[4:]} n’est gardée ici. Si le site tourne sur "
                "plusieurs machines, cherchez ce code dans leurs journaux."
            ) from None
