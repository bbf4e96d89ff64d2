"""The HTML of a mail, made from its text: the same words, in the identity, with links that are links."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.template.loader import render_to_string

TEMPLATE = "common/mail/base.html"
URL = re.compile(r"https?://[^\s<>«»\"]*[^\s<>«»\".,;:!?)\]]")
# Beyond, an address is not for reading: the words before it become the link.
READABLE = 60
SOFT = ("Vous recevez ce message parce que", "Choisir le rythme")


@dataclass(frozen=True)
class Piece:
    """Some words of a line, and where they lead."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Block:
    """A paragraph: its lines, or the address of a button. `soft`: what comes after the message itself."""

    lines: tuple[tuple[Piece, ...], ...] = ()
    button: str = ""
    soft: bool = False


def html_of(subject: str, body: str) -> str:
    """The HTML of a message. Nothing of it is asked from elsewhere: no image, no font, no script."""
    context = {"subject": subject, "blocks": blocks_of(body)}
    return render_to_string(TEMPLATE, context)


def blocks_of(body: str) -> list[Block]:
    """The paragraphs of a text, which blank lines part."""
    return [_block(part.splitlines()) for part in re.split(r"\n\s*\n", body.strip())]


def _block(lines: list[str]) -> Block:
    if len(lines) == 1 and URL.fullmatch(lines[0].strip()):
        return Block(button=lines[0].strip())
    found: list[tuple[Piece, ...]] = []
    for line in lines:
        if found and URL.fullmatch(line.strip()):
            # An address alone under a sentence: the sentence leads there.
            found[-1] = (Piece("".join(piece.text for piece in found[-1]), line.strip()),)
        else:
            found.append(tuple(_pieces(line)))
    return Block(tuple(found), soft=lines[0].startswith(SOFT))


def _pieces(line: str) -> list[Piece]:
    before, _, address = line.rpartition(" : ")
    if before and len(address) > READABLE and URL.fullmatch(address.strip()):
        return [Piece(before, address.strip())]
    found, start = [], 0
    for match in URL.finditer(line):
        found += [Piece(line[start : match.start()]), Piece(match.group(), match.group())]
        start = match.end()
    return [piece for piece in [*found, Piece(line[start:])] if piece.text]
