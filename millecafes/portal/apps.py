"""Application of the room `portal`."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "millecafes.portal"
    verbose_name = "Portail"

    def ready(self) -> None:
        """The first entry of the back office."""
        from millecafes.common import navigation, search
        from millecafes.portal import (
            queries,
            rules,  # noqa: F401 - its permissions
        )

        item = navigation.Item("Mon bureau", "portal:desk", "house", "portal.view_desk", order=0)
        navigation.register("desk", item)
        search.register("desk", search.Kind("Votre bureau", queries.desk_hits, "portal.view_desk", order=15))
