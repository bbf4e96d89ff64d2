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
        from millecafes.common import exports, journal, search, slots
        from millecafes.common.imports import registry as imports
        from millecafes.common.privacy import Purge, register_purge
        from millecafes.partners import (
            feeds,
            privacy,  # noqa: F401 - its declarations
            queries,
            services,
        )
        from millecafes.partners.enums import VERBS
        from millecafes.partners.importing import ORGANISATIONS
        from millecafes.partners.views import organisation_of_hat

        perimeters.register(
            PerimeterKind.ORGANISATION,
            queries.labels,
            queries.keys_above,
            within=queries.keys_within,
            search=queries.answers,
        )
        slots.register("desk", organisation_of_hat, order=20)
        exports.register("partners.organisations", feeds.ORGANISATIONS)
        kind = search.Kind(
            "Organisations", queries.hits, "partners.list_organisations", more="partners:list", order=40
        )
        search.register("organisations", kind)
        journal.register_verbs(VERBS)
        target = journal.Target("Organisation", queries.labels, queries.address)
        journal.register_targets({"partners.organisation": target})
        contacts = Purge("Contacts d’organisations", services.purge_is_due, services.purge_contacts)
        register_purge("partners.contacts", contacts)
        self._take_documents()
        imports.register(ORGANISATIONS)
        self._show()
        self._open()

    def _take_documents(self) -> None:
        """What is kept about an organisation: its documents, and its logo."""
        from millecafes.common.documents import Kind, register_kind
        from millecafes.common.documents.filetypes import IMAGES, OFFICE, PDF

        view, edit, about = "partners.view_organisation", "partners.edit_documents", "partners.organisation"
        taken = (PDF, *IMAGES, *OFFICE)
        register_kind(
            Kind("partners.document", "Document", taken, 20_000_000, view, edit, (320,), keep=5, target=about)
        )
        sizes = (160, 320, 640)
        register_kind(
            Kind(
                *("partners.logo", "Logo", IMAGES, 5_000_000, view, edit, sizes),
                keep=5,
                target=about,
                single=True,
            )
        )

    def _show(self) -> None:
        """The entries of the rail: the list for some, one's own for others."""
        permission = "partners.list_organisations"
        register("organisations", Item("Organisations", "partners:list", ICON, permission, ORDER))
        register("organisation", Item("Mon organisation", "partners:own", ICON, "partners.view_own", ORDER))

    def _open(self) -> None:
        """What programs may read."""
        from millecafes.common import scopes

        scopes.register(
            scopes.Scope(
                "organisations:read",
                "Organisations",
                "Celles du périmètre du jeton, sans les personnes à y joindre.",
                "partners.list_organisations",
                order=40,
            )
        )
