"""`millecafes build_tiles`: the map's vector tiles and the contours of areas."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from millecafes.territory.importing import tiles
from millecafes.territory.queries.contours import commune_shapes


class Command(BaseCommand):
    """Build the tiles, unless those in place come from the same contours and the same recipe."""

    help = "Construit les tuiles de la carte et les contours des territoires (rien si rien n’a changé)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--force", action="store_true", help="reconstruit même si rien n’a changé")

    def handle(self, *args: Any, **options: Any) -> None:
        """Build, or say that nothing has changed."""
        folder = Path(settings.TILES_DIR)
        shapes = [tiles.Shape(*row) for row in commune_shapes()]
        if not shapes:
            raise CommandError("Aucun contour : lancez d’abord `millecafes load_territory`.")
        if not options["force"] and tiles.is_current(folder, tiles.fingerprint(shapes)):
            os.utime(folder / tiles.TILES)  # as recent as the contours: nothing to build at the next start
            self.stdout.write("Les tuiles sont à jour.")
            return
        with tqdm(total=1.0, desc="Carte", disable=None, bar_format="{l_bar}{bar}| {postfix}") as bar:

            def tell(step: str, share: float) -> None:
                bar.set_postfix_str(step, refresh=False)
                bar.update(max(0.0, share - bar.n))

            try:
                tiles.build(shapes, folder, progress=tell)
            except tiles.TilesError as error:
                self.stderr.write(str(error))
                return
        size = (folder / tiles.TILES).stat().st_size / 1e6
        self.stdout.write(f"Tuiles construites : {len(shapes)} communes, {size:.1f} Mo.")
