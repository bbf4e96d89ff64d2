"""Addresses of the room `api`."""

from django.urls import path

from millecafes.api.views.root import api

urlpatterns = [path("api/v1/", api.urls)]
