"""Addresses of the room `api`: pages for people who write programs, then what programs ask."""

from django.urls import include, path

from millecafes.api.views.guide import guide
from millecafes.api.views.root import api

pages = [path("", guide, name="guide")]

urlpatterns = [
    path("api/", include((pages, "developers"))),
    path("api/v1/", api.urls),
]
