"""Application of the room `api`."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "millecafes.api"
    verbose_name = "API"

    def ready(self) -> None:
        """Declare what is counted, and until when."""
        from millecafes.api import privacy, services  # noqa: F401 - its declarations
        from millecafes.common.privacy import Purge, register_purge

        counts = Purge("Débit de l’API", services.purge_is_due, services.purge_counts)
        register_purge("api", counts)
