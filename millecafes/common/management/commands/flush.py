"""`millecafes flush`: empty the whole database, journal included.

Django's own command, which the journal's triggers would refuse. They are lifted for its time only: to empty
everything is an act of whoever owns the database, and leaves no line that could pass for the truth.
"""

from __future__ import annotations

from typing import Any

from django.core.management.commands import flush

from millecafes.common.journal import triggers


class Command(flush.Command):
    """Ask first, so that the triggers are never lifted while waiting for an answer."""

    help = "Vide TOUTE la base, journal compris (une confirmation est demandée)."

    def handle(self, **options: Any) -> None:
        """Lift the triggers, empty every table, write the triggers again."""
        if options["interactive"] and input("Vider TOUTE la base ? Tapez « oui » : ") != "oui":
            self.stdout.write("Rien n’a été effacé.")
            return
        triggers.remove(using=options["database"])
        try:
            super().handle(**{**options, "interactive": False})
        finally:
            triggers.install(using=options["database"])
