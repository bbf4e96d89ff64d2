"""`millecafes load_open_data`: open data, from official addresses or from a folder; dry unless --apply."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from millecafes.common.actors import command
from millecafes.territory.catalogue import SOURCES, Source
from millecafes.territory.enums import RunState, Service
from millecafes.territory.importing.reading import files_of, unused_files
from millecafes.territory.models import ImportRun
from millecafes.territory.queries.datasets import current_datasets
from millecafes.territory.services.access import refresh_access, refresh_statistics
from millecafes.territory.services.open_data import AlreadyLoadingError, Outcome, load_open_data

_FAILED = {RunState.FAILED, RunState.REFUSED}


class Command(BaseCommand):
    help = "Charge les données ouvertes du catalogue ; compare sans écrire, sauf avec --apply."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "sources", nargs="*", metavar="SOURCE", help="sources du catalogue (toutes sinon)"
        )
        parser.add_argument("--from", dest="folder", type=Path, help="dossier de fichiers déjà téléchargés")
        parser.add_argument("--apply", action="store_true", help="écrit (sinon : compare seulement)")
        parser.add_argument(
            "--small",
            action="store_true",
            help="seulement les petits fichiers pas encore chargés ; un échec n’arrête rien",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["small"]:
            self._small(apply=options["apply"])
            return
        sources = self._chosen(options["sources"], options["folder"])
        try:
            outcome = self._load(sources, folder=options["folder"], apply=options["apply"])
        except AlreadyLoadingError as error:
            raise CommandError(str(error)) from error
        failed = [run.source for run in outcome.runs if run.state in _FAILED]
        if failed:
            raise CommandError("Sources non chargées : " + ", ".join(failed))

    def _small(self, *, apply: bool) -> None:
        """The background step: low priority, and nothing that happens here may stop anything."""
        with suppress(OSError):
            os.nice(10)
        try:
            loaded = current_datasets()
            sources = [s for s in SOURCES.values() if s.small and s.key not in loaded]
            self._load(sources, folder=None, apply=apply)
        except Exception as error:  # whatever happens, the server goes on
            self.stderr.write(f"Données ouvertes : {error}")

    def _chosen(self, names: list[str], folder: Path | None) -> list[Source]:
        unknown = sorted(set(names) - set(SOURCES))
        if unknown:
            raise CommandError(f"Source inconnue : {', '.join(unknown)}. Connues : {', '.join(SOURCES)}.")
        if folder is not None and not folder.is_dir():
            raise CommandError(f"{folder} : dossier introuvable.")
        if names:
            return [source for key, source in SOURCES.items() if key in names]
        if folder is None:
            return [source for source in SOURCES.values() if source.address]
        unused = unused_files(folder)
        if unused:
            self.stdout.write("Fichiers qui ne servent à aucune source : " + ", ".join(unused))
        return [source for source in SOURCES.values() if files_of(folder, source)]

    def _load(self, sources: list[Source], *, folder: Path | None, apply: bool) -> Outcome:
        with tqdm(total=len(sources), desc="Données ouvertes", unit="source", disable=None) as bar:
            outcome = load_open_data(
                sources=sources,
                actor=command("load_open_data"),
                clock=timezone.now,
                folder=folder,
                apply=apply,
                tell=lambda run: self._tell(bar, run),
            )
        self._refresh(outcome)
        return outcome

    def _refresh(self, outcome: Outcome) -> None:
        """Minutes and figures of areas follow what was written."""
        if not outcome.changed:
            return
        if outcome.services:
            services: tuple[Service, ...] = outcome.services
            refresh_access(services=services, now=timezone.now())
        refresh_statistics(now=timezone.now())

    def _tell(self, bar: Any, run: ImportRun) -> None:
        """The bar while it lasts, one line when a source is done."""
        if run.state == RunState.RUNNING:
            share = f" {run.done / 1e6:.1f} Mo" if run.done else ""
            bar.set_postfix_str(f"{run.source} · {run.step}{share}")
            return
        bar.update()
        self.stdout.write(told(run))


def told(run: ImportRun) -> str:
    """One source's outcome in readable lines."""
    title = f"{run.source} : {run.get_state_display()}"
    if run.message:
        return f"{title}. {run.message}"
    summary = run.summary
    before = f"{summary['was']} → " if summary.get("was") else ""
    lines = [
        f"{title}. {summary['file']}, millésime {before}{summary['vintage']}",
        (
            f"  {summary['added']} ajoutées, {summary['changed']} changées, {summary['removed']} retirées, "
            f"{summary['unchanged']} inchangées"
        ),
    ]
    if run.unmatched:
        shown = ", ".join(run.unmatched[:12]) + ("…" if len(run.unmatched) > 12 else "")
        plural = "s" if len(run.unmatched) > 1 else ""
        lines.append(f"  {len(run.unmatched)} code{plural} sans commune : {shown}")
    lines += [f"  {key} : laissé à {other}" for key, other in summary.get("left", {}).items()]
    lines += [f"  {key} : repris de {other}" for key, other in summary.get("taken", {}).items()]
    if summary.get("unknown"):
        lines.append("  rien de sûr pour : " + ", ".join(summary["unknown"]))
    lines += [f"  {note}" for note in summary.get("notes", [])]
    lines += [f"  {example}" for example in summary.get("examples", [])]
    return "\n".join(lines)
