"""What engines need before they are asked anything."""

from __future__ import annotations


def compile_loops() -> None:
    """Compile the loops of the engine of places; numba keeps them beside the code."""
    from millecafes.engines.location.warm import warm

    warm()
