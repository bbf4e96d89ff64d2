"""What holds for every test: which are run on PostgreSQL too, rows in no order, no empty success."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models.expressions import OrderBy
from django.db.models.functions import Random
from django.db.models.sql.compiler import SQLCompiler
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences"}
# Their database is the server's own, or none.
NOT_DATABASE = {"e2e", "bench", "architecture"}
BROWSER = "tests/e2e/"

# A deadline is a timing assertion, which a busy machine breaks: timings live in `make bench`.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


class OneBrowser(LoadScopeScheduling):
    """Browser tests on one process, for one site and one browser; every other test where there is room.

    The groups of pytest-xdist 3.8 do the same with a marker, but pytest 9.2 hides the marker from it.
    """

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER if nodeid.startswith(BROWSER) else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneBrowser:
    """The scheduler of `-n`."""
    return OneBrowser(config, log)


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
