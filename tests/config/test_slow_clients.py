"""The real server, in front of slow, endless and ill-formed clients: real sockets."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.conftest import Site, command, site_environment, start, stop

POLICY = ("content-security-policy", "x-content-type-options", "x-frame-options", "referrer-policy")
NORMAL = b"GET /plan-du-site/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server of one process and two threads, which waits for headers longer than any of these tests."""
    environment = site_environment(tmp_path_factory.mktemp("patient"))
    command(environment, "migrate", "--verbosity", "0")
    few = {"WORKERS": "1", "THREADS": "2", "JOBS": "0"}
    site = start({**environment, **few, "HEADERS_SECONDS": "120", "REQUEST_MAX_MB": "2"})
    yield site
    stop(site)


@pytest.fixture
def hasty(tmp_path: Path) -> Iterator[Site]:
    """A server that waits for headers one second."""
    environment = site_environment(tmp_path)
    command(environment, "migrate", "--verbosity", "0")
    site = start({**environment, "WORKERS": "1", "THREADS": "2", "JOBS": "0", "HEADERS_SECONDS": "1"})
    yield site
    stop(site)


def connect(site: Site) -> socket.socket:
    """A connection to the server."""
    return socket.create_connection(("127.0.0.1", int(site.environment["PORT"])), timeout=60)


def read_all(sock: socket.socket) -> bytes:
    """What the server says until it closes."""
    said = b""
    while piece := sock.recv(65_536):
        said += piece
    return said


def ask(site: Site, sent: bytes) -> tuple[int, dict[str, str], str]:
    """Status, headers and body of the answer to these bytes."""
    with connect(site) as sock:
        sock.sendall(sent)
        return parsed(read_all(sock))


def parsed(said: bytes) -> tuple[int, dict[str, str], str]:
    """Status, headers, body."""
    head, _, body = said.decode(errors="replace").partition("\r\n\r\n")
    first, *lines = head.splitlines()
    return int(first.split()[1]), {k.lower(): v for k, v in (line.split(": ", 1) for line in lines)}, body


def is_held(sock: socket.socket) -> bool:
    """Whether the server still waits for the rest."""
    sock.setblocking(False)
    try:
        sock.recv(1)
    except BlockingIOError:
        return True
    finally:
        sock.setblocking(True)
    return False


HALVES = {
    "nothing": b"",
    "half a line": b"GET /plan-du",
    "half a head": b"GET /plan-du-site/ HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n",
    "half a body": b"POST /contact/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nname=",
}


@pytest.mark.parametrize("sent", HALVES.values(), ids=HALVES)
def test_slow_clients_are_held_while_others_are_answered(patient: Site, sent: bytes) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(connect(patient)) for _ in range(40)]
        for sock in slow:
            sock.sendall(sent)
        for _ in range(3):
            assert ask(patient, NORMAL)[0] == 200
        assert all(map(is_held, slow))


def test_clients_who_do_not_read_hold_no_thread(patient: Site) -> None:
    with ExitStack() as stack:
        for _ in range(12):
            sock = stack.enter_context(socket.socket())
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            sock.settimeout(60)
            sock.connect(("127.0.0.1", int(patient.environment["PORT"])))
            sock.sendall(NORMAL)
        assert ask(patient, NORMAL)[0] == 200


def test_when_all_places_are_taken_the_slowest_leaves_its_own(patient: Site) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(connect(patient)) for _ in range(420)]
        for sock in slow:
            sock.sendall(b"GET / HT")
        assert ask(patient, NORMAL)[0] == 200
        assert not is_held(slow[0])


def test_whoever_says_nothing_is_left_in_words(hasty: Site) -> None:
    with connect(hasty) as sock:
        sock.sendall(b"GET /plan-du-site/ HTTP/1.1\r\nHost: local")
        status, headers, body = parsed(read_all(sock))
    assert status == 408
    assert "trop lentement" in body
    assert set(POLICY) <= headers.keys()


LINE = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
REFUSED = {
    "no length": (
        b"POST /contact/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        411,
    ),
    "a long address": (b"GET /?q=" + b"a" * 5_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
    "an endless address": (b"GET /?q=" + b"a" * 70_000, 414),
    "a long header": (LINE + b"X-A: " + b"a" * 9_000 + b"\r\n\r\n", 431),
    "many headers": (LINE + b"".join(b"X-%d: a\r\n" % n for n in range(200)) + b"\r\n", 431),
    "endless headers": (LINE + b"".join(b"X-%d: aaaaaaaaaa\r\n" % n for n in range(5_000)), 431),
    "two lengths": (LINE + b"Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde", 400),
    "a negative length": (LINE + b"Content-Length: -3\r\n\r\nabcde", 400),
    "not a request": (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400),
    "a header of two lines": (LINE + b"X-A: a\r\n b\r\n\r\n", 400),
}


@pytest.mark.parametrize(("sent", "expected"), REFUSED.values(), ids=REFUSED)
def test_what_is_ill_formed_is_refused_in_words(patient: Site, sent: bytes, expected: int) -> None:
    status, headers, body = ask(patient, sent)
    assert status == expected
    assert re.search("<h1>[^<]+</h1>", body)
    assert set(POLICY) <= headers.keys()
    assert "gunicorn" not in body.lower()


@pytest.mark.parametrize("length", [2_000_001, 2_000_000_000])
def test_two_gigabytes_are_refused_before_they_come(patient: Site, length: int) -> None:
    head = f"POST /contact/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n"
    status, headers, body = ask(patient, head.encode() + b"a" * 10_000)
    assert status == 413
    assert "2&nbsp;Mo" in body
    assert set(POLICY) <= headers.keys()
    assert headers["connection"] == "close"


def form_of(site: Site) -> tuple[str, bytes]:
    """A cookie and the body of a message that would be accepted."""
    status, headers, page = ask(site, NORMAL.replace(b"/plan-du-site/", b"/contact/"))
    assert status == 200
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    body = (
        f"csrfmiddlewaretoken={token[1]}&subject=open&name=Rose&email=rose%40exemple.fr&body=Bonjour+a+tous"
    )
    return headers["set-cookie"].split(";")[0], body.encode()


def posted(cookie: str, body: bytes, *more: str) -> bytes:
    """The head of a message."""
    lines = ("POST /contact/ HTTP/1.1", "Host: localhost", f"Cookie: {cookie}", *more)
    kind = "Content-Type: application/x-www-form-urlencoded"
    return "\r\n".join([*lines, kind, f"Content-Length: {len(body)}", "", ""]).encode()


def test_a_message_that_comes_drop_by_drop_arrives_whole(patient: Site) -> None:
    cookie, body = form_of(patient)
    sent = posted(cookie, body, "Connection: close") + body
    with connect(patient) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for place in range(0, len(sent), 7):
            sock.sendall(sent[place : place + 7])
        status, headers, _ = parsed(read_all(sock))
    assert (status, headers["location"]) == (302, "/contact/merci/")


def test_whoever_asks_before_sending_is_told_to_go_on(patient: Site) -> None:
    cookie, body = form_of(patient)
    with connect(patient) as sock:
        sock.sendall(posted(cookie, body, "Expect: 100-continue", "Connection: close"))
        assert sock.recv(65_536).startswith(b"HTTP/1.1 100 Continue\r\n\r\n")
        sock.sendall(body)
        said = read_all(sock)
    assert b"HTTP/1.1 302 Found" in said


def test_requests_sent_together_are_answered_in_order(patient: Site) -> None:
    first = NORMAL.replace(b"Connection: close\r\n", b"")
    with connect(patient) as sock:
        sock.sendall(first + first.replace(b"/plan-du-site/", b"/nulle-part/") + NORMAL)
        said = read_all(sock)
    assert [int(status) for status in re.findall(rb"HTTP/1.1 (\d+) ", said)] == [200, 404, 200]


def test_a_connection_is_used_again(patient: Site) -> None:
    with connect(patient) as sock:
        for _ in range(3):
            sock.sendall(NORMAL.replace(b"Connection: close\r\n", b""))
            said = b""
            while b"</html>" not in said:
                said += sock.recv(65_536)
            assert said.startswith(b"HTTP/1.1 200")


def test_what_follows_a_refused_body_is_not_taken_for_a_request(patient: Site) -> None:
    head = b"POST /contact/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3000000\r\n\r\n"
    with connect(patient) as sock:
        sock.sendall(head + NORMAL)
        said = read_all(sock)
    assert [int(status) for status in re.findall(rb"HTTP/1.1 (\d+) ", said)] == [413]


def test_a_client_who_leaves_half_way_takes_nothing_away(patient: Site) -> None:
    for sent in (*HALVES.values(), NORMAL):
        for _ in range(5):
            sock = connect(patient)
            sock.sendall(sent)
            sock.close()
    assert ask(patient, NORMAL)[0] == 200
    children = Path(f"/proc/{patient.process.pid}/task/{patient.process.pid}/children").read_text().split()
    assert children  # the process that answers is still the same server's
