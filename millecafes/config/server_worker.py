"""Gunicorn's threads, kept from slow clients: a thread takes a request only once all of it has come.

Whoever sends slowly, on a bad network or on purpose, waits in the loop of events, which holds hundreds of
connections, and not in one of a few threads. Gunicorn alone gives a thread to the first byte, for ever.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import time
from functools import partial
from http import HTTPStatus
from typing import Any

from gunicorn import http
from gunicorn.http.errors import (
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.workers.gthread import ThreadWorker

from millecafes.config.server_incoming import Incoming, State

# A page fits in it: whoever reads slowly keeps the kernel waiting, not a thread.
SEND_BUFFER = 1024 * 1024
SEND_SECONDS = 120
LINGER_SECONDS = 5

PAGE = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><title>{title} · Mille cafés</title></head>
<body><h1>{title}</h1><p>{text}</p><p>Erreur {status}</p></body></html>
"""
HEADERS = (
    "Content-Type: text/html; charset=utf-8\r\n"
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\nReferrer-Policy: same-origin\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\nCache-Control: no-store\r\nConnection: close\r\n"
)
WORDS = {
    400: ("Cette demande n’est pas lisible", "Le serveur ne l’a pas comprise. Rien n’a été enregistré."),
    408: (
        "Cette demande n’est pas arrivée",
        "Elle arrivait trop lentement. Réessayez avec un meilleur réseau.",
    ),
    411: ("Cette demande ne dit pas sa taille", "Attendu : un en-tête Content-Length."),
    414: ("Cette adresse est trop longue", "Retirez des filtres, ou recommencez depuis l’accueil."),
    431: (
        "Cette demande est trop longue",
        "Ses en-têtes dépassent ce que le serveur lit. Effacez les cookies.",
    ),
    500: ("Le serveur a échoué", "Rien n’a été enregistré à moitié. Réessayez dans un moment."),
}

REFUSALS = {State.UNMEASURED: 411, State.LONG_ADDRESS: 414, State.LONG_HEAD: 431}
# What the site itself wrote badly.
OURS = (InvalidResponseHeader, InvalidResponseHeaderName)


def refusal(status: int) -> bytes:
    """A whole answer, in words, for what never reaches the site."""
    title, text = WORDS[status]
    body = PAGE.format(title=title, text=text, status=status).encode()
    head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{HEADERS}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class PatientWorker(ThreadWorker):
    """Gathers each request before giving it to a thread."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Connections of which something is expected, the oldest first; those that are being closed.
        self._receiving: dict[Any, None] = {}
        self._closing: dict[Any, float] = {}

    def enqueue_req(self, conn: Any) -> None:
        """Wait for a whole request on this connection (every way to the threads goes through here)."""
        start = b""
        if getattr(conn, "incoming", None) is None:
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
            conn.incoming = Incoming(conn.sock)
            conn.parser = http.get_parser(self.cfg, conn.incoming, conn.client)
            conn.data_ready = True
            self._make_room()
        else:
            start = conn.parser.unreader.take_buffered()
            conn.incoming.begin(start)
        conn.sock.setblocking(False)
        state = conn.incoming.receive()
        if state is State.PARTIAL:
            self._receiving[conn] = None
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._receive, conn))
        else:
            self._settle(conn, state)

    def _make_room(self) -> None:
        """When all places are taken, the slowest gives its own."""
        if self.nr_conns >= self.worker_connections and self._receiving:
            self._leave(next(iter(self._receiving)))

    def _receive(self, conn: Any, _: Any) -> None:
        state = conn.incoming.receive()
        if state is not State.PARTIAL:
            self._forget(conn)
            self._settle(conn, state)

    def _settle(self, conn: Any, state: State) -> None:
        if state is State.WHOLE:
            super().enqueue_req(conn)
        elif state is State.GONE:
            self._leave(conn)
        else:
            self._refuse(conn, REFUSALS[state])

    def _forget(self, conn: Any) -> None:
        self._receiving.pop(conn, None)
        with contextlib.suppress(OSError, KeyError, ValueError):
            self.poller.unregister(conn.sock)

    def _leave(self, conn: Any) -> None:
        self._forget(conn)
        conn.incoming.forget()
        self.nr_conns -= 1
        conn.close()

    def _refuse(self, conn: Any, status: int) -> None:
        self._forget(conn)
        conn.incoming.forget()
        with contextlib.suppress(OSError):
            conn.sock.send(refusal(status))
        self._linger(conn)

    def murder_pending(self) -> None:
        """Leave those whose time is over (asked about every second)."""
        super().murder_pending()
        now = time.monotonic()
        for conn in [conn for conn in self._receiving if conn.incoming.deadline < now or not self.alive]:
            self._refuse(conn, 408)
        for conn in [conn for conn, deadline in self._closing.items() if deadline < now]:
            self._close(conn)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer; a client that reads nothing is left."""
        conn.sock.settimeout(SEND_SECONDS)
        if conn.incoming.is_cut:
            # What is left of it would be taken for another request.
            req.force_close()
        try:
            return super().handle_request(req, conn)
        except TimeoutError:
            return False

    def finish_request(self, conn: Any, fs: Any) -> None:
        """Once answered: the next request of this connection, or its end."""
        conn.incoming.forget()
        try:
            stays = not fs.cancelled() and bool(fs.result())
        except Exception:
            stays = False
        if not stays:
            self._linger(conn)
        elif conn.incoming.surplus:
            self.enqueue_req(conn)
        else:
            super().finish_request(conn, fs)

    def _linger(self, conn: Any) -> None:
        """Let the client read the answer before the connection ends, without a thread for it."""
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._drain, conn))
        except (OSError, KeyError, ValueError):
            self.nr_conns -= 1
            conn.close()
            return
        self._closing[conn] = time.monotonic() + LINGER_SECONDS

    def _drain(self, conn: Any, _: Any) -> None:
        try:
            if conn.sock.recv(SEND_BUFFER):
                return
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            pass
        self._close(conn)

    def _close(self, conn: Any) -> None:
        self._closing.pop(conn, None)
        with contextlib.suppress(OSError, KeyError, ValueError):
            self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """What cannot be read, and what failed outside of the site: in words, with our headers."""
        kinds = (LimitRequestLine, 414), (LimitRequestHeaders, 431), (OURS, 500), (ParseException, 400)
        status = next((status for kind, status in kinds if isinstance(exc, kind)), 500)
        if status == 500:
            self.log.exception("Error handling request")
        with contextlib.suppress(OSError):
            client.sendall(refusal(status))
