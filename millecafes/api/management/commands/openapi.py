"""`millecafes openapi`: the description of the API, as the site gives it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser


def description() -> str:
    """The OpenAPI description, as text."""
    from millecafes.api.views.root import api

    return json.dumps(api.get_openapi_schema(), ensure_ascii=False, indent=1) + "\n"


class Command(BaseCommand):
    """Print the description, or write it to a file."""

    help = "Écrit la description OpenAPI de l’API (celle de /api/v1/openapi.json)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to write."""
        parser.add_argument(
            "--to", type=Path, metavar="FICHIER", help="écrit ce fichier au lieu de l’afficher"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it."""
        if options["to"] is None:
            self.stdout.write(description(), ending="")
            return
        options["to"].write_text(description(), encoding="utf-8")
        self.stdout.write(f"{options['to']} est écrit.")
