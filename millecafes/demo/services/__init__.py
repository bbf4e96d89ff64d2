"""What the demonstration does: refuse real use, and invent people and cafés through the services of rooms."""

from millecafes.demo.services.people import cast, refuse_real_use, seed

__all__ = ["cast", "refuse_real_use", "seed"]
