"""`millecafes prepare`: bring the data folder to the state that serving needs."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from millecafes.common import guards, preparation


class Command(BaseCommand):
    """Migrate, run the steps that rooms registered, gather static files; each only when needed."""

    help = "Prépare la base, le territoire, la carte et les fichiers statiques (ce qui est fait est gardé)."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what is still needed, and say it."""
        call_command("migrate", interactive=False, verbosity=0)
        try:
            guards.check()
        except guards.GuardError as refusal:
            raise CommandError(str(refusal)) from None
        for step in preparation.steps():
            if step.is_needed():
                self.stdout.write(f"{step.label}…")
                self.stdout.flush()
                call_command(step.command, *step.arguments)
        self._gather_static_files()

    def _gather_static_files(self) -> None:
        stamp = Path(settings.STATIC_ROOT) / ".stamp-millecafes"
        wanted = static_fingerprint()
        if stamp.is_file() and stamp.read_text() == wanted:
            return
        self.stdout.write("Fichiers statiques…")
        self.stdout.flush()
        stamp.unlink(missing_ok=True)
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(wanted)


def static_fingerprint() -> str:
    """What the gathered files depend on: the front end as built, and the packages that bring files."""
    total = hashlib.sha256()
    for package in ("django", "django-ninja", "whitenoise"):
        total.update(f"{package} {version(package)}\n".encode())
    dist = Path(settings.FRONTEND_DIST)
    for path in sorted(path for path in dist.rglob("*") if path.is_file()):
        total.update(f"{path.relative_to(dist)}\n".encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
