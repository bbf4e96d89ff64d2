"""`millecafes data_status`: what is loaded, of what date, and what failed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from millecafes.territory.queries.datasets import SourceState, source_states

HEADER = ("Source", "Millésime", "Chargée le", "Lignes", "État")


class Command(BaseCommand):
    help = "Montre les sources chargées, leur millésime, et les échecs."

    def handle(self, *args: Any, **options: Any) -> None:
        states = source_states()
        table = [HEADER, *(_row(state) for state in states)]
        widths = [max(len(row[column]) for row in table) for column in range(len(HEADER))]
        for row in table:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self.stdout.write("  ".join(cells).rstrip())
        for state in states:
            if state.failed and state.run:
                self.stdout.write(f"{state.source.key} : {state.run.message}")


def _row(state: SourceState) -> tuple[str, ...]:
    dataset = state.dataset
    if dataset is None:
        return state.source.key, "", "", "", state.label
    loaded = f"{dataset.loaded_at:%d/%m/%Y}"
    return state.source.key, dataset.vintage, loaded, str(dataset.rows), state.label
