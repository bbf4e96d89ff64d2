"""Addresses of the room `territory`."""

from django.urls import path, register_converter

from millecafes.territory.views import areas, commune, data, map, search


class InseeCode:
    """Five characters of an INSEE code, in either case."""

    regex = r"[0-9][0-9AaBb][0-9]{3}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(InseeCode, "insee")

app_name = "territory"
urlpatterns = [
    path("communes/", search.search, name="search"),
    path("communes/suggestions/", search.suggestions, name="suggestions"),
    path("communes/<insee:code>-<slug:slug>/", commune.commune, name="commune"),
    path("communes/<str:code>/", commune.commune_code, name="commune_code"),
    path("territoires/", areas.areas, name="areas"),
    path("territoires/<slug:kind>.<slug:format>", areas.areas_export, name="areas_export"),
    path("territoires/<slug:kind>/", areas.areas_kind, name="areas_kind"),
    path("carte/", map.carte, name="map"),
    path("carte/valeurs/<slug:key>.json", map.map_values, name="map_values"),
    path("tuiles/communes.pmtiles", map.tiles, name="tiles"),
    path("donnees/", data.data, name="data"),
]
