"""The HTML of mails: the words of the text, links that are links, nothing from elsewhere."""

from __future__ import annotations

import datetime as dt
import html
import re
from pathlib import Path

import pytest

from millecafes.common import mail, mail_html
from millecafes.common.mail_html import Block, Piece, blocks_of

ROOT = Path(__file__).resolve().parents[2]
NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
CONTEXT = {
    "link": "https://cafes.example/invitation/abc/",
    "code": "12345678",
    "what": "Une clé <b>a été ajoutée</b>.",
    "security": "https://cafes.example/compte/securite/",
    "sign_in": "https://cafes.example/connexion/",
    "until": NOW,
    "invitation": {"invited_by": "Zoé <Martin>", "expires_at": NOW, "role_ends_on": NOW.date()},
    "new_email": "zoe@example.org",
}
TEMPLATES = sorted(path for path in ROOT.glob("millecafes/*/templates/*/mail/*.txt"))


def words(page: str) -> list[str]:
    text = re.sub(r"<style>.*?</style>|<title>.*?</title>", "", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", text)).split()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_every_mail_says_the_same_in_both(path: Path) -> None:
    name = str(path.relative_to(path.parents[2])).removesuffix(".txt")
    message = mail.compose(template=name, to="zoe@example.org", context=CONTEXT)
    (alternative,) = message.alternatives
    content, kind = alternative
    assert kind == "text/html"
    page = str(content)
    said = words(page)
    assert [word for word in words(html.escape(str(message.body))) if word not in said] == []
    assert not re.search(r"<(img|script|link|iframe|object|form)\b|url\(|@import", page)
    assert page.count("https://") >= str(message.body).count("https://")


def test_there_are_mails_to_look_at() -> None:
    assert len(TEMPLATES) > 9


def test_what_somebody_wrote_is_words_only() -> None:
    page = mail_html.html_of("<script>", 'Bonjour <b>"Zoé"</b> & https://x.fr/?a=1&b="><script>')
    assert "<script>" not in page
    assert "<b>" not in page
    assert 'href="https://x.fr/?a=1&amp;b="' in page


def test_links_are_found_without_the_point_that_ends_the_sentence() -> None:
    assert blocks_of("Voyez https://x.fr/a/, puis (https://x.fr/b/).") == [
        Block(
            (
                (
                    Piece("Voyez "),
                    Piece("https://x.fr/a/", "https://x.fr/a/"),
                    Piece(", puis ("),
                    Piece("https://x.fr/b/", "https://x.fr/b/"),
                    Piece(")."),
                ),
            )
        )
    ]


def test_an_address_alone_is_a_button_and_under_a_sentence_its_link() -> None:
    url = "https://x.fr/a/"
    assert blocks_of(f"Ouvrez :\n\n{url}\n") == [Block(((Piece("Ouvrez :"),),)), Block(button=url)]
    assert blocks_of(f"Le comité a décidé.\n{url}") == [Block(((Piece("Le comité a décidé.", url),),))]


def test_an_address_too_long_to_read_is_under_the_words() -> None:
    url = "https://x.fr/" + "a" * 60
    assert blocks_of(f"Arrêter : {url}") == [Block(((Piece("Arrêter", url),),))]


def test_a_header_is_kept() -> None:
    message = mail.compose(
        template="accounts/mail/erased", to="zoe@example.org", context={}, headers={"List-Unsubscribe": "<x>"}
    )
    assert message.extra_headers == {"List-Unsubscribe": "<x>"}
    assert mail.unpacked(mail.packed(message), identifier="7").extra_headers["List-Unsubscribe"] == "<x>"
