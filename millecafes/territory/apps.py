"""Application of the room `territory`."""

from django.apps import AppConfig


class TerritoryConfig(AppConfig):
    name = "millecafes.territory"
    verbose_name = "Territoire"

    def ready(self) -> None:
        """Answer the site's search, and tell what must be ready before, and when, the site is served."""
        from millecafes.common import journal, scopes, search, slots, warmup
        from millecafes.territory import privacy  # noqa: F401 - its declarations
        from millecafes.territory.enums import VERBS
        from millecafes.territory.queries import communes, datasets
        from millecafes.territory.queries.area_search import area_hits
        from millecafes.territory.queries.place_index import current_index
        from millecafes.territory.queries.search import commune_hits
        from millecafes.territory.services import preparation
        from millecafes.territory.views.desk import commune_of_hat

        search.register("communes", search.Kind("Communes", commune_hits, more="territory:search", order=10))
        search.register("areas", search.Kind("Territoires", area_hits, order=20))
        scopes.register(
            scopes.Scope(
                "territory:read",
                "Données publiques du territoire",
                "Communes, territoires, carte et sources : lisibles aussi sans jeton, à un débit plus bas.",
                order=10,
            )
        )
        warmup.register("place_index", current_index)
        journal.register_verbs(VERBS)
        journal.register_targets(
            {
                "territory.territory": journal.Target("Territoire"),
                "territory.commune": journal.Target("Commune", communes.labels),
                "territory.dataset": journal.Target("Jeu de données", datasets.labels),
            }
        )
        preparation.register()
        slots.register("desk", commune_of_hat, order=10)
