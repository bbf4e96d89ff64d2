"""What a connection sends, gathered until a request is whole."""

from __future__ import annotations

import re
import socket
import tempfile
import time
from enum import Enum

from millecafes.config.server_limits import HEADERS_SECONDS, REQUEST_MAX_BYTES

# Gunicorn refuses shorter ones too, by the line.
MAX_HEAD = 64 * 1024
IN_MEMORY = 256 * 1024
PIECE = 64 * 1024
TURN = 16  # pieces read before others have their turn
# A body has this time, and more when it is large: the slowest line that is still a line.
BODY_SECONDS = 30
SLOWEST = 2_000  # bytes per second
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r\n", re.IGNORECASE)
_ENCODED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class State(Enum):
    """Where a request is."""

    PARTIAL = "some of it is still to come"
    WHOLE = "all of it has come"
    GONE = "the client has left"
    UNMEASURED = "its length is not said"
    LONG_ADDRESS = "its address does not end"
    LONG_HEAD = "its headers do not end"


class Incoming:
    """One request after the other, each read by gunicorn's parser as if this were the socket."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.surplus = b""
        self.begin(b"")

    def begin(self, start: bytes) -> None:
        """Expect another request, of which `start` has come already."""
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by `forget`
        self._head: bytearray | None = bytearray()
        self._left = 0
        self.is_cut = False
        self._expects = False
        self.deadline = time.monotonic() + HEADERS_SECONDS
        self._start, self.surplus = self.surplus + start, b""

    def receive(self) -> State:
        """Take what has come, without waiting."""
        if self._start:
            start, self._start = self._start, b""
            state = self._take(start)
            if state is not State.PARTIAL:
                return state
        for _ in range(TURN):
            try:
                piece = self._sock.recv(PIECE)
            except (BlockingIOError, InterruptedError):
                return State.PARTIAL
            except OSError:
                return State.GONE
            if not piece:
                return State.GONE
            state = self._take(piece)
            if state is not State.PARTIAL:
                return state
        return State.PARTIAL

    def _take(self, piece: bytes) -> State:
        if self._head is None:
            return self._take_body(piece)
        seen = max(len(self._head) - 3, 0)
        self._head += piece
        end = self._head.find(b"\r\n\r\n", seen)
        if end < 0:
            if len(self._head) <= MAX_HEAD:
                return State.PARTIAL
            return State.LONG_HEAD if b"\r\n" in self._head else State.LONG_ADDRESS
        head, rest = bytes(self._head[: end + 4]), bytes(self._head[end + 4 :])
        if _ENCODED.search(head):
            return State.UNMEASURED
        found = _LENGTH.findall(head)
        # A length said twice, or badly, is refused by the parser; an excessive one, by the site.
        self._left = int(found[0]) if len(found) == 1 else 0
        self._file.write(head)
        self._head = None
        if self._left > REQUEST_MAX_BYTES:
            self.is_cut = True
            return self._whole(b"")
        if self._left and not rest and _EXPECTS.search(head):
            self._tell_to_go_on()
        self.deadline = time.monotonic() + BODY_SECONDS + self._left / SLOWEST
        return self._take_body(rest)

    def _take_body(self, piece: bytes) -> State:
        body, surplus = piece[: self._left], piece[self._left :]
        self._file.write(body)
        self._left -= len(body)
        return State.PARTIAL if self._left else self._whole(surplus)

    def _whole(self, surplus: bytes) -> State:
        self.surplus = surplus
        self._file.seek(0)
        return State.WHOLE

    def _tell_to_go_on(self) -> None:
        try:
            self._sock.send(CONTINUE)
        except OSError:
            return  # whoever has left is seen when reading

    def recv(self, size: int) -> bytes:
        """The next bytes of the request; nothing after its end."""
        return self._file.read(size)

    def forget(self) -> None:
        """Let go of what was kept."""
        self._file.close()
