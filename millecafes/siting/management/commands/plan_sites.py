"""`millecafes plan_sites`: the best places for new cafés, as a file."""

from __future__ import annotations

import json
import time
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

WRITING = 0.4  # seconds kept to order, verify and write what was found


def positive(text: str) -> float:
    """A number above 0."""
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = 0.0
    if not 0 < number < 1e6:  # refuses nan too
        raise ArgumentTypeError(f"un nombre positif était attendu, trouvé « {text} »")
    return number


def whole(text: str) -> int:
    """A whole number above 0."""
    if not text.isdecimal() or not 0 < int(text) < 10**6:
        raise ArgumentTypeError(f"un nombre entier positif était attendu, trouvé « {text} »")
    return int(text)


class Command(BaseCommand):
    help = "Choisit les meilleurs lieux de nouveaux cafés et écrit le plan, sa borne et son certificat."
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own idiom

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--instance", type=Path, required=True, help="fichier .npz de communes")
        parser.add_argument("--sites", type=whole, default=1000, help="nombre de cafés (1000)")
        parser.add_argument("--minutes", type=positive, default=15.0, help="assez près, en minutes (15)")
        parser.add_argument("--objective", choices=("coverage", "gradual", "p-median"), default="coverage")
        parser.add_argument("--budget", type=Path, help="fichier CSV dep,max : cafés au plus par département")
        parser.add_argument("--time", type=positive, default=30.0, help="secondes, depuis le lancement (30)")
        parser.add_argument("--seed", type=int, default=1, help="graine du hasard (1)")
        parser.add_argument("--out", type=Path, required=True, help="fichier JSON à écrire")

    def handle(self, *args: Any, **options: Any) -> None:
        from millecafes.siting.solving import instance as files
        from millecafes.siting.solving.instance import InfeasibleError

        started = time.monotonic() - age()
        try:
            communes = files.read_instance(options["instance"])
            budget = files.read_budget(options["budget"]) if options["budget"] else None
            asked = files.Asked(options["objective"], options["sites"], options["minutes"], options["seed"])
            left = options["time"] - (time.monotonic() - started) - WRITING
            stop = files.Stop(seconds=max(left, 0.1))
            solution, certificate = files.plan_instance(communes, asked, stop=stop, budget=budget)
        except InfeasibleError as error:
            raise CommandError(f"Aucun plan possible : {error}") from error
        except ValueError as error:
            raise CommandError(str(error)) from error
        plan = files.written(solution, certificate, time.monotonic() - started, options["out"])
        options["out"].write_text(json.dumps(plan, ensure_ascii=False, indent=1), encoding="utf-8")
        self.stdout.write(
            f"{len(plan['selected'])} communes retenues, écart {100 * plan['gap']:.4f} %"
            f"{' (optimal)' if plan['proved'] else ''}, {plan['seconds']:.1f} s : {options['out']}"
        )


def age() -> float:
    """Seconds since this process started (0 where the system does not say)."""
    import os

    try:
        ticks = float(Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()[19])
        return max(0.0, float(Path("/proc/uptime").read_text().split()[0]) - ticks / os.sysconf("SC_CLK_TCK"))
    except (OSError, ValueError, IndexError):
        return time.process_time()
