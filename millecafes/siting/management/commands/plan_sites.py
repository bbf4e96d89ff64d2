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
        parser.add_argument("--instance", type=Path, help="fichier .npz de communes ; sans lui, la base")
        parser.add_argument("--sites", type=whole, default=1000, help="nombre de cafés (1000)")
        parser.add_argument("--minutes", type=positive, default=15.0, help="assez près, en minutes (15)")
        parser.add_argument("--objective", choices=("coverage", "gradual", "p-median"), default="coverage")
        parser.add_argument("--budget", type=Path, help="fichier CSV dep,max : cafés au plus par département")
        parser.add_argument("--time", type=positive, default=30.0, help="secondes, depuis le lancement (30)")
        parser.add_argument("--seed", type=int, default=1, help="graine du hasard (1)")
        parser.add_argument("--out", type=Path, required=True, help="fichier JSON à écrire")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic() - age()
        left = max(options["time"] - (time.monotonic() - started) - WRITING, 0.1)
        try:
            if options["instance"]:
                plan, certificate = from_instance(options, left)
            else:
                plan, certificate = from_database(options, left)
        except ValueError as error:
            raise CommandError(str(error)) from error
        beside = options["out"].with_suffix(".certificate.json")
        plan |= {"seconds": round(time.monotonic() - started, 3), "certificate": str(beside)}
        try:
            beside.write_bytes(certificate)
            options["out"].write_text(json.dumps(plan, ensure_ascii=False, indent=1), encoding="utf-8")
        except OSError as error:
            raise CommandError(f"--out : {options['out']} ne peut pas être écrit ({error}).") from error
        self.stdout.write(
            f"{len(plan['selected'])} communes retenues, écart {100 * plan['gap']:.4f} %"
            f"{' (optimal)' if plan['proved'] else ''}, {plan['seconds']:.1f} s : {options['out']}"
        )


def from_instance(options: dict[str, Any], seconds: float) -> tuple[dict[str, Any], bytes]:
    """The plan of a file of communes, and its certificate."""
    from millecafes.siting.solving import instance as files

    communes = files.read_instance(options["instance"])
    budget = files.read_budget(options["budget"]) if options["budget"] else None
    asked = files.Asked(options["objective"], options["sites"], options["minutes"], options["seed"])
    try:
        solution, certificate = files.plan_instance(
            communes, asked, stop=files.Stop(seconds=seconds), budget=budget
        )
    except files.InfeasibleError as error:
        raise files.InstanceError(f"Aucun plan possible : {error}") from error
    return files.told(solution, certificate), json.dumps(certificate, ensure_ascii=False).encode()


def from_database(options: dict[str, Any], seconds: float) -> tuple[dict[str, Any], bytes]:
    """The plan of the communes of the database, with the product's minutes."""
    from millecafes.siting.enums import BudgetKind
    from millecafes.siting.rules import Budget, Parameters
    from millecafes.siting.solving.instance import read_budget
    from millecafes.siting.solving.plan import find

    limits = read_budget(options["budget"]) if options["budget"] else {}
    asked = Parameters(
        objective=options["objective"],
        sites=options["sites"],
        minutes=options["minutes"],
        budgets=tuple(Budget(BudgetKind.DEPARTEMENT, code, 0, most) for code, most in limits.items()),
        seconds=max(1, int(seconds)),
        seed=options["seed"],
    )
    found = find(asked, lambda _: True)
    plan = {name: getattr(found, name) for name in ("bound", "bound_kind", "checked_bound", "proved", "gap")}
    selected = [pick[0] for pick in found.solved.picks]
    return {"selected": selected, "objective": found.value, **plan}, found.solved.certificate


def age() -> float:
    """Seconds since this process started (0 where the system does not say)."""
    import os

    try:
        ticks = float(Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()[19])
        return max(0.0, float(Path("/proc/uptime").read_text().split()[0]) - ticks / os.sysconf("SC_CLK_TCK"))
    except (OSError, ValueError, IndexError):
        return time.process_time()
