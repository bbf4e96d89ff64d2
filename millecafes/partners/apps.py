"""Application of the room `partners`."""

from django.apps import AppConfig

from millecafes.common.navigation import Item, register

ICON, ORDER = "handshake", 300


class PartnersConfig(AppConfig):
    name = "millecafes.partners"
    verbose_name = "Partenaires"

    def ready(self) -> None:
        """Let roles be exercised on organisations; be found, told by the journal, and purged in time."""
        from millecafes.accounts.enums import PerimeterKind
        from millecafes.accounts.queries import perimeters
        from millecafes.common import journal, search, slots
        from millecafes.common.privacy import Purge, register_purge
        from millecafes.partners import (
            privacy,  # noqa: F401 - its declarations
            queries,
            services,
        )
        from millecafes.partners.enums import VERBS
        from millecafes.partners.views import organisation_of_hat

        perimeters.register(
            PerimeterKind.ORGANISATION,
            queries.labels,
            queries.keys_above,
            within=queries.keys_within,
            search=queries.answers,
        )
        slots.register("desk", organisation_of_hat, order=20)
        kind = search.Kind(
            "Organisations", queries.hits, "partners.list_organisations", more="partners:list", order=40
        )
        search.register("organisations", kind)
        journal.register_verbs(VERBS)
        target = journal.Target("Organisation", queries.labels, queries.address)
        journal.register_targets({"partners.organisation": target})
        contacts = Purge("Contacts d’organisations", services.purge_is_due, services.purge_contacts)
        register_purge("partners.contacts", contacts)
        self._show()

    def _show(self) -> None:
        """The entries of the rail: the list for some, one's own for others."""
        permission = "partners.list_organisations"
        register("organisations", Item("Organisations", "partners:list", ICON, permission, ORDER))
        register("organisation", Item("Mon organisation", "partners:own", ICON, "partners.view_own", ORDER))
