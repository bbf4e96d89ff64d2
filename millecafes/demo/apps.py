"""Application of the room `demo`: installed in demonstration mode only."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "millecafes.demo"
    verbose_name = "Démonstration"

    def ready(self) -> None:
        """Forbid what the mode forbids; fill the database when it is empty; tell every page."""
        from millecafes.common import guards, preparation, slots
        from millecafes.common.preparation import Step
        from millecafes.demo import queries, services, views

        guards.register("demo", services.refuse_real_use)
        preparation.register("demo", Step("Démonstration", queries.is_empty, "seed_demo"))
        slots.register("site.banner", views.banner)
