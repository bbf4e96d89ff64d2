"""Application of the room `siting`."""

from django.apps import AppConfig


class SitingConfig(AppConfig):
    name = "millecafes.siting"
    verbose_name = "Implantation"

    def ready(self) -> None:
        """Be told by the journal, shown in the rail and on pages, given as files; keep certificates."""
        from millecafes.common import journal, preparation
        from millecafes.siting import privacy, rules, tasks  # noqa: F401 - what they register
        from millecafes.siting.enums import VERBS
        from millecafes.siting.queries import approaches, scenarios

        journal.register_verbs(VERBS)
        journal.register_targets(
            {
                "siting.scenario": journal.Target("Scénario", scenarios.labels, scenarios.address),
                "siting.planrun": journal.Target("Calcul", scenarios.run_labels, scenarios.run_address),
                "siting.approach": journal.Target("Prise de contact", approaches.labels, approaches.address),
            }
        )
        preparation.register_background("compile_engines")
        self._take_documents()
        self._export()
        self._show()

    def _take_documents(self) -> None:
        """The certificate of each computation, as the engine wrote it."""
        from millecafes.common.documents import Kind, register_kind
        from millecafes.common.documents.filetypes import JSON
        from millecafes.siting.services.runs import CERTIFICATE

        register_kind(
            Kind(
                *(CERTIFICATE, "Certificat", (JSON,), 50_000_000, "siting.view_plans", "siting.edit_plans"),
                single=True,
                made_here=True,
                page="siting:run",
            )
        )

    def _export(self) -> None:
        """The lists as files."""
        from millecafes.common import exports
        from millecafes.siting import feeds

        exports.register("siting.plan", feeds.PLAN)
        exports.register("siting.published", feeds.PUBLISHED)
        exports.register("siting.approaches", feeds.APPROACHES)

    def _show(self) -> None:
        """In the rail, on desks, and on the pages of communes."""
        from millecafes.common import slots
        from millecafes.common.navigation import Item, register
        from millecafes.siting.views.approaches import approaches_of_hat
        from millecafes.siting.views.public import commune_plan

        register("siting", Item("Implantation", "siting:list", "map-trifold", "siting.view_plans", 60))
        register(
            "approaches",
            Item("Mairies à contacter", "siting:approaches", "phone", "siting.list_approaches", 65),
        )
        slots.register("desk", approaches_of_hat, order=30)
        slots.register("commune.after_services", commune_plan, order=30)
