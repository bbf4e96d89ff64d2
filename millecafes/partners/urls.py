"""Addresses of the room `partners`."""

from django.urls import path

from millecafes.partners import views

app_name = "partners"
urlpatterns = [
    path("organisations/", views.organisations, name="list"),
    path("organisations/organisations.<str:format>", views.export, name="export"),
    path("organisations/nouvelle/", views.add, name="add"),
    path("organisations/mairie/", views.add_town_hall, name="add_town_hall"),
    path("organisations/la-mienne/", views.own, name="own"),
    path("organisations/<int:pk>/", views.organisation, name="organisation"),
    path("organisations/<int:pk>/modifier/", views.change, name="change"),
    path("organisations/<int:pk>/contacts/nouveau/", views.add_contact, name="add_contact"),
    path(
        "organisations/<int:pk>/contacts/<int:contact_pk>/",
        views.change_contact,
        name="change_contact",
    ),
    path(
        "organisations/<int:pk>/contacts/<int:contact_pk>/retirer/",
        views.remove_contact,
        name="remove_contact",
    ),
]
