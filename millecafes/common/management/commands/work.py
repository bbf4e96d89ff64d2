"""`millecafes work`: one worker, which does the jobs asked for until it is told to stop."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from millecafes.common.jobs.working import Worker


class Command(BaseCommand):
    """Take jobs from the queue, one after the other."""

    help = "Fait les tâches de fond demandées, jusqu’à Ctrl-C (le serveur lance les siens : JOBS)."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to stop when nothing is left, and what to be called."""
        parser.add_argument("--once", action="store_true", help="S’arrêter quand il ne reste rien à faire.")
        parser.add_argument("--name", default="", help="Nom du processus, unique ; inventé sinon.")
        parser.add_argument(
            "--parent", type=int, default=0, help="Numéro de qui l’a lancé : s’arrêter quand il disparaît."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Work, and with --once say how much was done."""
        worker = Worker(options["name"][:100], parent=options["parent"])
        count = worker.work(once=options["once"])
        if options["once"]:
            self.stdout.write(f"Tâches faites : {count}." if count else "Aucune tâche à faire.")
