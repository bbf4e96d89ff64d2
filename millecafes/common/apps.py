"""Application of the room `common`."""

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate

from millecafes.common import journal, navigation, preparation


class CommonConfig(AppConfig):
    name = "millecafes.common"
    verbose_name = "Socle"

    def ready(self) -> None:
        """Keep the journal and what is known of people; erase in time, before the site is served."""
        from millecafes.common.jobs import privacy as _jobs  # noqa: F401 - its declarations
        from millecafes.common.jobs import queue
        from millecafes.common.journal import privacy, triggers  # noqa: F401 - its declarations
        from millecafes.common.privacy import checking, purging

        post_migrate.connect(triggers.install, sender=self, dispatch_uid="common.journal")
        checks.register(triggers.check_triggers, checks.Tags.database)
        checks.register(checking.check_declarations)
        journal.register_verbs({**purging.VERBS, **queue.VERBS})
        journal.register_targets({"common.purge": journal.Target("Purge", purging.labels_of)})
        navigation.register(
            "journal",
            navigation.Item("Journal", "common:journal", "list-bullets", "common.view_journal", order=900),
        )
        preparation.register(
            "common.journal",
            preparation.Step("Protection du journal", lambda: bool(triggers.missing()), "migrate"),
        )
        preparation.register(
            "common.purge",
            preparation.Step(
                "Données dont le temps de conservation est passé", purging.purge_is_due_now, "purge"
            ),
        )
