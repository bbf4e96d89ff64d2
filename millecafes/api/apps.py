"""Application of the room `api`."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "millecafes.api"
    verbose_name = "API"
