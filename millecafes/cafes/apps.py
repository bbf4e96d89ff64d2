"""Application of the room `cafes`."""

from django.apps import AppConfig


class CafesConfig(AppConfig):
    name = "millecafes.cafes"
    verbose_name = "Cafés"

    def ready(self) -> None:
        """Let roles be exercised on cafés; be told by the journal, and purged in time."""
        from millecafes.accounts.enums import PerimeterKind
        from millecafes.accounts.queries import perimeters
        from millecafes.cafes import privacy, queries, rules, tasks  # noqa: F401 - what they register
        from millecafes.cafes.enums import VERBS
        from millecafes.common import journal

        perimeters.register(
            PerimeterKind.CAFE,
            queries.labels,
            queries.keys_above,
            within=queries.keys_within,
            search=queries.answers,
        )
        journal.register_verbs(VERBS)
        target = journal.Target("Café", queries.labels, queries.office_address)
        journal.register_targets({"cafes.cafe": target})
        self._tell()
        self._purge()
        self._take_documents()
        self._register()
        self._export()
        self._show()

    def _tell(self) -> None:
        """What people are told about."""
        from millecafes.cafes.services.hours import FRESHNESS
        from millecafes.cafes.services.reporting import REPORTED
        from millecafes.common.notifications import Topic, register_topic

        register_topic(Topic(FRESHNESS, "Horaires à confirmer", "vous tenez ce café"))
        register_topic(REPORTED)

    def _purge(self) -> None:
        """What is erased in time."""
        from millecafes.cafes.services import purging
        from millecafes.common.privacy import Purge, register_purge

        contacts = Purge("Contacts de cafés", purging.contacts_are_due, purging.purge_contacts)
        register_purge("cafes.contacts", contacts)
        reports = Purge("Erreurs signalées", purging.reports_are_due, purging.purge_reports)
        register_purge("cafes.reports", reports)
        changes = Purge("Changements annulables", purging.changes_are_due, purging.purge_changes)
        register_purge("cafes.changes", changes)
        following = Purge("Notes et visites", purging.following_is_due, purging.purge_following)
        register_purge("cafes.following", following)

    def _take_documents(self) -> None:
        """Photos, for everybody; documents, for who follows the café."""
        from millecafes.cafes.services.comparing.extracting import KIND as OSM_EXTRACT
        from millecafes.common.documents import Kind, register_kind
        from millecafes.common.documents.filetypes import IMAGES, OFFICE, PDF

        about, sizes = "cafes.cafe", (320, 640, 1280)
        register_kind(
            Kind(
                *("cafes.photo", "Photo", IMAGES, 12_000_000, "cafes.view_photo", "cafes.add_photo", sizes),
                keep=3,
                target=about,
            )
        )
        register_kind(OSM_EXTRACT)
        follow = "cafes.follow_cafe"
        taken = (PDF, *IMAGES, *OFFICE)
        register_kind(
            Kind(
                *("cafes.document", "Document", taken, 20_000_000, follow, follow, (320,)),
                keep=5,
                target=about,
                page="cafes:office",
            )
        )

    def _register(self) -> None:
        """What other rooms' pages show of cafés, and what the search finds."""
        from millecafes.cafes.queries import public, team
        from millecafes.cafes.views.keeping import cafe_of_desk
        from millecafes.cafes.views.public import commune_cafes
        from millecafes.common import search, slots

        slots.register("desk", cafe_of_desk, order=10)
        slots.register("commune.after_services", commune_cafes, order=20)
        search.register("cafes", search.Kind("Cafés", public.hits, more="", order=20))
        kind = search.Kind("Cafés suivis", team.hits, "cafes.list_cafes", more="cafes:team_list", order=25)
        search.register("followed", kind)

    def _export(self) -> None:
        """The lists as files, and files as cafés."""
        from millecafes.cafes.feeds import comparing, files, reports
        from millecafes.cafes.importing import CAFES
        from millecafes.common import exports
        from millecafes.common.imports import registry as imports

        exports.register("cafes.cafes", files.PUBLIC)
        exports.register("cafes.followed", files.TEAM)
        imports.register(CAFES)
        exports.register("cafes.reports", reports.REPORTS)
        exports.register("cafes.osm", comparing.DIFFERENCES)

    def _show(self) -> None:
        """The table of cafés: in the rail, and on the desk of whoever follows some."""
        from millecafes.cafes.views.reporting import reports_of_hat
        from millecafes.cafes.views.team import cafes_of_hat
        from millecafes.common import slots
        from millecafes.common.navigation import Item, register

        register("cafes", Item("Cafés", "cafes:team_list", "coffee", "cafes.list_cafes", 50))
        register("own-cafe", Item("Mon café", "cafes:own", "coffee", "cafes.keep_own", 10))
        reports = Item("Erreurs signalées", "cafes:report_list", "warning-circle", "cafes.list_reports", 60)
        register("reports", reports)
        slots.register("desk", cafes_of_hat, order=15)
        slots.register("desk", reports_of_hat, order=16)
