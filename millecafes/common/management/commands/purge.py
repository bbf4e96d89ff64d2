"""`millecafes purge`: erase what is past its retention (run daily by cron)."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from millecafes.common import actors, privacy


class Command(BaseCommand):
    """Run every purge that rooms registered, and say what each erased."""

    help = "Efface ce dont la durée de conservation est passée, et l’écrit au journal."

    def handle(self, *args: Any, **options: Any) -> None:
        """One transaction and one line of the journal for each purge."""
        done = privacy.purge(actor=actors.command("purge"), now=timezone.now())
        for key, counts in done.items():
            said = ", ".join(f"{what} : {count}" for what, count in counts.items())
            self.stdout.write(f"{privacy.purges()[key].label} : {said or 'rien à effacer'}.")
