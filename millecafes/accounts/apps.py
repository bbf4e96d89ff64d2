"""Application of the room `accounts`."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "millecafes.accounts"
    verbose_name = "Comptes"

    def ready(self) -> None:
        """Declare what is known of people and what is erased in time; say which perimeters there are."""
        from millecafes.accounts import privacy  # noqa: F401 - its declarations
        from millecafes.accounts.enums import ACCEPTED, TOKEN_ENDS, VERBS
        from millecafes.accounts.queries import families  # noqa: F401 - its perimeters
        from millecafes.accounts.queries import journal as words
        from millecafes.accounts.queries.hits import invitation_hits, person_hits
        from millecafes.accounts.queries.my_data import addresses_of
        from millecafes.accounts.services import purging
        from millecafes.common import journal, search
        from millecafes.common.notifications import register_topic
        from millecafes.common.privacy import Purge, know_addresses, register_purge

        self._export()
        register_purge("accounts", Purge("Comptes", purging.purge_is_due, purging.purge_accounts))
        know_addresses(addresses_of)
        journal.register_verbs(VERBS)
        register_topic(ACCEPTED)
        register_topic(TOKEN_ENDS)
        journal.know_people(words.PEOPLE)
        journal.register_targets(words.TARGETS)
        search.register(
            "people",
            search.Kind("Personnes", person_hits, "accounts.view_person", more="accounts:people", order=30),
        )
        search.register(
            "invitations",
            search.Kind("Invitations", invitation_hits, "accounts.invite", "accounts:invitations", 60),
        )
        self._show()

    def _show(self) -> None:
        """The entries of the rail."""
        from millecafes.common import navigation

        team, guest = "users-three", "envelope-simple"
        navigation.register(
            "people", navigation.Item("Personnes", "accounts:people", team, "accounts.view_person", 600)
        )
        navigation.register(
            "tokens",
            navigation.Item("Jetons d’accès", "accounts:all_tokens", "key", "accounts.view_tokens", 620),
        )
        navigation.register(
            "invitations",
            navigation.Item("Invitations", "accounts:invitations", guest, "accounts.invite", 610),
        )

    def _export(self) -> None:
        """Lists as files, prepared as long as whoever asked still has the role for it."""
        from millecafes.accounts import feeds
        from millecafes.accounts.queries.roles import still_wears
        from millecafes.common import actors, exports

        exports.register("accounts.people", feeds.PEOPLE)
        exports.register("accounts.invitations", feeds.INVITATIONS)
        exports.register("accounts.tokens", feeds.TOKENS)
        actors.know_hats(still_wears)
