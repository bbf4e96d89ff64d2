"""Application of the room `siting`."""

from django.apps import AppConfig


class SitingConfig(AppConfig):
    name = "millecafes.siting"
    verbose_name = "Implantation"

    def ready(self) -> None:
        """What the journal calls things."""
        from millecafes.common import preparation
        from millecafes.siting import privacy, rules  # noqa: F401 - what they register

        preparation.register_background("compile_engines")
