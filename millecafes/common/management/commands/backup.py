"""`millecafes backup`: the database and the documents in one file, while the site runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from millecafes.common.backup import making, restoring
from millecafes.common.backup.archive import Manifest
from millecafes.common.backup.documents import FOLDER, are_here
from millecafes.common.backup.errors import BackupError


def positive(text: str) -> int:
    """A number of backups to keep."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


class Command(BaseCommand):
    """Make a backup, or verify one."""

    help = "Sauvegarde la base et les documents dans un fichier, pendant que le site tourne."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Where, how many to keep, or what to verify."""
        parser.add_argument("--to", type=Path, metavar="DOSSIER", help="Dossier (DATA_DIR/sauvegardes).")
        parser.add_argument(
            "--keep", type=positive, metavar="N", help="Ne garder que les N dernières du dossier."
        )
        parser.add_argument(
            "--check", type=Path, metavar="FICHIER", help="Vérifie cette sauvegarde, sans en faire."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and say what was done."""
        folder = options["to"] or Path(settings.DATA_DIR) / "sauvegardes"
        try:
            with tqdm(desc="Sauvegarde", unit="o", unit_scale=True, disable=None) as bar:
                if options["check"]:
                    found = restoring.check(options["check"], progress=bar.update)
                else:
                    made = making.make(folder, now=timezone.now(), keep=options["keep"], progress=bar.update)
        except BackupError as refusal:
            raise CommandError(str(refusal)) from None
        if options["check"]:
            self.stdout.write(f"{options['check']} est intacte : {told(found)}.")
            return
        self.stdout.write(f"{made.path} : {told(made.manifest)}, {made.size / 1e6:.1f} Mo.")
        if not are_here():
            self.stdout.write("Les documents n’y sont pas : DOCUMENTS_STORAGE les range ailleurs.")
        for path in made.forgotten:
            self.stdout.write(f"{path.name} est effacée (--keep {options['keep']}).")
        self.stdout.write(
            "La clé secrète n’y est pas : gardez-la à part (SECRET_KEY, ou DATA_DIR/secret_key)."
        )


def told(manifest: Manifest) -> str:
    """What a backup holds, in a few words."""
    files = sum(member.name.startswith(f"{FOLDER}/") for member in manifest.members)
    rows = sum(manifest.tables.values())
    return f"base {manifest.engine} de {len(manifest.tables)} tables et {rows} lignes, {files} documents"
