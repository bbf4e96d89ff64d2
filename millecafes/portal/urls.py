"""Addresses of the room `portal`."""

from django.urls import path

from millecafes.portal import views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("chercher/", views.search, name="search"),
    path("chercher/suggestions/", views.suggestions, name="suggestions"),
    path("bureau/", views.desk, name="desk"),
]
