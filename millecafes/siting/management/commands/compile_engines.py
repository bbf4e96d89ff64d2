"""`millecafes compile_engines`: compile the loops of engines, so that the first computation does not wait."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from millecafes.siting.solving.ready import compile_loops


class Command(BaseCommand):
    help = "Compile les boucles de calcul ; ce qui l’est déjà est gardé."
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own idiom

    def handle(self, *args: Any, **options: Any) -> None:
        compile_loops()
        self.stdout.write("Boucles de calcul prêtes.")
