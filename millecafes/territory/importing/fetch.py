"""Download a source: resumed when interrupted, bounded in size and time, checked by its SHA-256."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import httpx

from millecafes.territory.importing.errors import DownloadError

Progress = Callable[[int, int | None], None]

TIMEOUT = httpx.Timeout(30.0, connect=10.0)
ATTEMPTS = 3
MAX_PAGES = 100
CHUNK = 1 << 16
_UNSAFE = re.compile(r"[^\w.\- ]+")


def file_name(address: str) -> str:
    """A safe file name from an address."""
    name = unquote(urlsplit(address).path).rsplit("/", 1)[-1]
    return _UNSAFE.sub("_", name).strip(". ") or "fichier"


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def new_client() -> httpx.Client:
    """A client that follows a few redirections and does not wait for ever."""
    return httpx.Client(
        timeout=TIMEOUT,
        follow_redirects=True,
        max_redirects=5,
        headers={"User-Agent": "millecafes", "Accept-Encoding": "identity"},
    )


def download(address: str, target: Path, *, max_bytes: int, progress: Progress) -> None:
    """Download `address` to `target`, resuming `target.part`; DownloadError says what went wrong."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    failure: Exception = httpx.TransportError("")
    with new_client() as client:
        for _ in range(ATTEMPTS):
            try:
                _attempt(client, address, part, max_bytes, progress)
            except (httpx.TransportError, _StalePartError) as error:
                failure = error
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise DownloadError(_words(address, error)) from None
            except OSError as error:
                raise DownloadError(f"{target.name} : écriture impossible ({error.strerror}).") from None
            else:
                part.replace(target)
                _mark(part).unlink(missing_ok=True)
                return
    raise DownloadError(_words(address, failure))


class _StalePartError(Exception):
    """The part kept on disk is not the beginning of today's file."""


def _mark(part: Path) -> Path:
    """Where the version (ETag or date) of a partial file is remembered."""
    return part.with_name(part.name + ".version")


def _attempt(client: httpx.Client, address: str, part: Path, max_bytes: int, progress: Progress) -> None:
    mark = _mark(part)
    start = part.stat().st_size if part.exists() and mark.exists() else 0
    headers = {"Range": f"bytes={start}-", "If-Range": mark.read_text()} if start else {}
    with client.stream("GET", address, headers=headers) as answer:
        if answer.status_code == 416:
            part.unlink(missing_ok=True)
            raise _StalePartError("fichier partiel périmé")
        answer.raise_for_status()
        _refuse_page(address, answer)
        if answer.status_code != 206:
            start = 0
        elif not answer.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
            part.unlink(missing_ok=True)
            raise _StalePartError("reprise refusée")
        total = _total(answer, start)
        if total and total > max_bytes:
            raise DownloadError(_too_big(address, max_bytes))
        version = answer.headers.get("ETag") or answer.headers.get("Last-Modified")
        if version and not version.startswith("W/"):
            mark.write_text(version)
        else:
            mark.unlink(missing_ok=True)
        _write(answer, part, start, max_bytes, lambda done: progress(done, total))


def _write(
    answer: httpx.Response, part: Path, start: int, max_bytes: int, progress: Callable[[int], None]
) -> None:
    done = start
    with part.open("ab" if start else "wb") as file:
        for chunk in answer.iter_bytes(CHUNK):
            done += len(chunk)
            if done > max_bytes:
                file.close()
                part.unlink(missing_ok=True)
                raise DownloadError(_too_big(str(answer.url), max_bytes))
            file.write(chunk)
            progress(done)


def _total(answer: httpx.Response, start: int) -> int | None:
    length = answer.headers.get("Content-Length", "")
    return int(length) + start if length.isdigit() else None


def _refuse_page(address: str, answer: httpx.Response) -> None:
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        raise DownloadError(f"{address} : le site a répondu par une page web au lieu du fichier.")


def _too_big(address: str, max_bytes: int) -> str:
    return f"{address} : plus de {max_bytes // 1_000_000} Mo, bien plus que prévu par le catalogue."


def _words(address: str, error: Exception) -> str:
    """A failure in plain words."""
    if isinstance(error, httpx.HTTPStatusError):
        return f"{address} : le site a répondu {error.response.status_code}."
    if isinstance(error, httpx.TimeoutException):
        return f"{address} : le site n’a pas répondu à temps."
    if isinstance(error, httpx.TooManyRedirects):
        return f"{address} : trop de redirections."
    if isinstance(error, httpx.ConnectError):
        return f"{address} : site injoignable (pas de réseau, ou adresse changée)."
    return f"{address} : téléchargement interrompu ({error})."


def download_pages(address: str, target: Path, *, max_bytes: int, progress: Progress) -> None:
    """Follow the `next` links of a JSON list and write one file of all its `results`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    records: list[Any] = []
    done, following, pages = 0, address, 0
    with new_client() as client:
        while following:
            pages += 1
            if pages > MAX_PAGES:
                raise DownloadError(f"{address} : plus de {MAX_PAGES} pages.")
            try:
                answer = client.get(following)
                answer.raise_for_status()
                _refuse_page(address, answer)
                page = answer.json()
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise DownloadError(_words(address, error)) from None
            except ValueError:
                raise DownloadError(f"{address} : réponse illisible (json attendu).") from None
            if not isinstance(page, dict) or not isinstance(page.get("results"), list):
                raise DownloadError(f"{address} : réponse d’une autre forme (liste « results » attendue).")
            done += len(answer.content)
            if done > max_bytes:
                raise DownloadError(_too_big(address, max_bytes))
            records += page["results"]
            progress(done, None)
            following = _next(following, page)
    part = target.with_name(target.name + ".part")
    part.write_text(json.dumps({"results": records}, ensure_ascii=False), encoding="utf-8")
    part.replace(target)


def _next(address: str, page: dict[str, Any]) -> str:
    """The next page's address, on the same host only."""
    link = page.get("next")
    if not link or not page["results"]:
        return ""
    following = urljoin(address, str(link))
    if urlsplit(following).netloc != urlsplit(address).netloc:
        raise DownloadError(f"{address} : la page suivante est sur un autre site.")
    return following
