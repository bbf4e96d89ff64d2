"""What holds for every test: which are run on PostgreSQL too, rows in no order, no empty success."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models.expressions import OrderBy
from django.db.models.functions import Random
from django.db.models.sql.compiler import SQLCompiler

DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences"}
# Their database is the server's own, or none.
NOT_DATABASE = {"e2e", "bench", "architecture"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark `database` whatever uses the database, so that nobody has to remember it."""
    for item in items:
        room = item.path.relative_to(item.config.rootpath / "tests").parts[0]
        uses = item.get_closest_marker("django_db") or DATABASE_FIXTURES & set(
            getattr(item, "fixturenames", ())
        )
        if uses and room not in NOT_DATABASE:
            item.add_marker("database")
        if room == "e2e":
            item.add_marker("e2e")
            item.add_marker(pytest.mark.xdist_group("e2e"))  # one process: one site, one browser


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run in which nothing was executed is not a success."""
    if hasattr(session.config, "workerinput") or session.config.option.collectonly:
        return
    stats = session.config.pluginmanager.get_plugin("terminalreporter").stats
    executed = sum(len(stats.get(outcome, ())) for outcome in ("passed", "failed", "error", "xfailed"))
    if not executed and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED


@pytest.fixture(autouse=True, scope="session")
def rows_in_no_order() -> Iterator[None]:
    """Return rows in random order where the code asks for none: no database promises one.

    Left alone: subqueries, unions, and what groups or removes duplicates (the order would change the
    result itself there).
    """
    original: Any = SQLCompiler._order_by_pairs

    def order_by_pairs(self: SQLCompiler) -> Iterator[Any]:
        pairs = list(original(self))
        query = self.query
        free = not (query.subquery or query.combinator or query.distinct or query.group_by is not None)
        if not pairs and free:
            pairs = [(OrderBy(Random()), False)]
        yield from pairs

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SQLCompiler, "_order_by_pairs", order_by_pairs)
        yield
