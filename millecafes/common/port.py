"""Whether the server's address is free. Standard library only: `tools/setup.py` asks before anything
is installed, `millecafes serve` asks again just before it listens."""

from __future__ import annotations

import socket


class PortTakenError(Exception):
    """The address cannot be listened on; the message is for the person who typed the command."""


def ensure_free(host: str, port: int) -> None:
    """Raise `PortTakenError` when `host:port` cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As the server does: a port just left by a finished server is not "in use".
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise PortTakenError(
                f"Le port {port} est réservé au système : choisissez-en un autre, "
                "par exemple PORT=8001 make run."
            ) from None
        except OSError:
            raise PortTakenError(
                f"Le port {port} de {host} n’est pas libre : arrêtez le programme qui l’occupe, "
                f"ou choisissez-en un autre, par exemple PORT={port + 1 if port < 65535 else 8000} make run."
            ) from None
