"""`millecafes restore`: put a backup back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from millecafes.common.backup import restoring
from millecafes.common.backup.errors import BackupError
from millecafes.common.management.commands.backup import told


class Command(BaseCommand):
    """Verify a backup, then put it in the place of the database and of the documents."""

    help = "Remet une sauvegarde en place, après l’avoir vérifiée en entier. Le site doit être arrêté."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Which backup, and whether what is here may be replaced."""
        parser.add_argument("file", type=Path, metavar="FICHIER", help="La sauvegarde à remettre.")
        parser.add_argument(
            "--replace", action="store_true", help="Remplace ce qui est là, et le garde sous un autre nom."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and say where the former state is."""
        try:
            with tqdm(desc="Restauration", unit="o", unit_scale=True, disable=None) as bar:
                done = restoring.restore(
                    options["file"], replace=options["replace"], now=timezone.now(), progress=bar.update
                )
        except BackupError as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"Sauvegarde du {done.manifest.made_at} remise : {told(done.manifest)}.")
        for place in done.kept:
            self.stdout.write(f"Ce qui était là est gardé : {place}")
        if done.late:
            self.stdout.write(
                "Elle vient d’une version plus ancienne : lancez `millecafes prepare` avant de servir."
            )
        if done.other_key:
            self.stderr.write(
                "Attention : la clé secrète d’ici n’est pas celle de la sauvegarde. Les seconds facteurs "
                "et les liens déjà envoyés ne pourront pas être lus : remettez l’ancienne clé (SECRET_KEY)."
            )
