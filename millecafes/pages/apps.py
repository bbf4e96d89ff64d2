"""Application of the room `pages`."""

from django.apps import AppConfig

from millecafes.common.privacy import Purge, register_purge


class PagesConfig(AppConfig):
    name = "millecafes.pages"
    verbose_name = "Pages"

    def ready(self) -> None:
        """Declare what is known of people; messages past their retention are erased."""
        from millecafes.common import exports, journal, navigation, search, slots
        from millecafes.common.notifications import register_topic
        from millecafes.pages import (
            feeds,
            privacy,  # noqa: F401 - its declarations
            queries,
        )
        from millecafes.pages.enums import RECEIVED, VERBS
        from millecafes.pages.services import purge_is_due, purge_messages
        from millecafes.pages.views import messages_of_hat

        exports.register("pages.messages", feeds.MESSAGES)
        slots.register("desk", messages_of_hat, order=20)
        search.register("pages", search.Kind("Pages du site", queries.page_hits, order=70))
        found = search.Kind("Messages de contact", queries.message_hits, "pages.list_messages", order=50)
        search.register("messages", found)
        journal.register_verbs(VERBS)
        register_topic(RECEIVED)
        journal.register_targets(
            {"pages.contactmessage": journal.Target("Message de contact", queries.labels, queries.address)}
        )
        navigation.register(
            "messages",
            navigation.Item(
                "Messages", "pages:messages", "chat-circle-text", "pages.list_messages", order=400
            ),
        )
        register_purge("pages.messages", Purge("Messages de contact", purge_is_due, purge_messages))
