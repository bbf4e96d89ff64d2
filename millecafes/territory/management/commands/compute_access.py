"""`millecafes compute_access`: minutes of every commune to each basic service, then figures of areas."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from millecafes.territory.enums import BASIC_SERVICES, Service
from millecafes.territory.osrm import OsrmError
from millecafes.territory.services.access import refresh_access, refresh_statistics


class Command(BaseCommand):
    help = "Calcule les minutes jusqu’au premier et au deuxième lieu de chaque service, puis les agrégats."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--service",
            action="append",
            choices=[service.value for service in BASIC_SERVICES],
            help="un service seulement (à répéter pour plusieurs)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = [Service(value) for value in options["service"] or BASIC_SERVICES]
        start = time.perf_counter()
        try:
            rows = refresh_access(services=chosen, now=timezone.now())
        except OsrmError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{rows} temps d’accès en {time.perf_counter() - start:.1f} s")
        start = time.perf_counter()
        figures = refresh_statistics(now=timezone.now())
        self.stdout.write(f"{figures} agrégats en {time.perf_counter() - start:.1f} s")
