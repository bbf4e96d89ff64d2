"""Application of the room `accounts`."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "millecafes.accounts"
    verbose_name = "Comptes"

    def ready(self) -> None:
        """Declare what is known of people and what is erased in time; say which perimeters there are."""
        from millecafes.accounts import privacy  # noqa: F401 - its declarations
        from millecafes.accounts.enums import VERBS
        from millecafes.accounts.queries import families  # noqa: F401 - its perimeters
        from millecafes.accounts.queries import journal as words
        from millecafes.accounts.queries.hits import invitation_hits, person_hits
        from millecafes.accounts.queries.my_data import addresses_of
        from millecafes.accounts.services import purging
        from millecafes.common import journal, navigation, search
        from millecafes.common.privacy import Purge, know_addresses, register_purge

        register_purge("accounts", Purge("Comptes", purging.purge_is_due, purging.purge_accounts))
        know_addresses(addresses_of)
        journal.register_verbs(VERBS)
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
        team, guest = "users-three", "envelope-simple"
        navigation.register(
            "people", navigation.Item("Personnes", "accounts:people", team, "accounts.view_person", 600)
        )
        navigation.register(
            "invitations",
            navigation.Item("Invitations", "accounts:invitations", guest, "accounts.invite", 610),
        )
