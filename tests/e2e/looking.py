"""How a page is looked at: accessibility, overflow, what is left when it is enlarged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Every page type of the site: its name, its address in the fixture's territory, the status expected.
PAGES: dict[str, tuple[str, int]] = {
    "home": ("/", 200),
    "site-search": ("/chercher/?q=tarn", 200),
    "site-search-empty": ("/chercher/", 200),
    "site-search-nothing": ("/chercher/?q=zzzzzz", 200),
    "health": ("/sante/", 200),
    "search": ("/communes/?q=la+rochelle", 200),
    "search-empty": ("/communes/", 200),
    "search-nothing": ("/communes/?q=zzzzzz", 200),
    "commune": ("/communes/81294-tecou/", 200),
    "commune-large": ("/communes/75056-paris/", 200),
    "commune-outside": ("/communes/98735-papeete/", 200),
    "commune-unknown": ("/communes/99999-nulle-part/", 404),
    "cafes": ("/cafes/", 200),
    "cafes-wrong": ("/cafes/?sorte=bleue&pres=ici", 200),
    "embed-guide": ("/cafes/integrer/", 200),
    "areas": ("/territoires/", 200),
    "areas-kind": ("/territoires/departement/", 200),
    "map": ("/carte/", 200),
    "data": ("/donnees/", 200),
    "integrators": ("/api/", 200),
    "reference": ("/api/v1/docs", 200),
    "programme": ("/le-programme/", 200),
    "faq": ("/faq/", 200),
    "legal": ("/mentions-legales/", 200),
    "privacy": ("/vie-privee/", 200),
    "accessibility": ("/accessibilite/", 200),
    "sitemap": ("/plan-du-site/", 200),
    "contact": ("/contact/", 200),
    "contact-sent": ("/contact/merci/", 200),
    "styleguide": ("/styleguide/", 200),
    "not-found": ("/nulle-part/", 404),
}

OVERFLOW = """() => {
  const root = document.documentElement, width = root.clientWidth;
  const scrolls = (node) => {
    for (let parent = node.parentElement; parent; parent = parent.parentElement) {
      const style = getComputedStyle(parent);
      if (["auto", "scroll", "hidden", "clip"].includes(style.overflowX)) return true;
    }
    return false;
  };
  const wide = [...document.body.querySelectorAll("*")]
    .filter((node) => node.getClientRects().length && !scrolls(node))
    .filter((node) => node.getBoundingClientRect().right > width + 1)
    .map((node) => `${node.tagName}.${node.getAttribute("class")} ${node.getBoundingClientRect().right}`);
  if (root.scrollWidth > width) wide.unshift(`page ${root.scrollWidth}`);
  return wide.slice(0, 5);
}"""

SMALL_TARGETS = """() => [...document.querySelectorAll("main button, main input, main select, header button")]
  .filter((node) => node.getClientRects().length && !["hidden"].includes(node.type))
  .filter((node) => !(node.getAttribute("class") || "").includes("visually-hidden"))
  .map((node) => [node, (node.type === "radio" || node.type === "checkbox")
    ? (node.labels[0] || node).getBoundingClientRect() : node.getBoundingClientRect()])
  .filter(([, box]) => box.height < 43.5)
  .map(([node, box]) => `${node.outerHTML.slice(0, 80)} ${box.height}`)"""


def axe(page: Page) -> list[str]:
    """What axe finds wrong: rule, help, first elements. (Evaluating passes the strict content policy.)"""
    page.evaluate(AXE.read_text())
    result: dict[str, Any] = page.evaluate(
        "(rules) => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES
    )
    assert result["passes"], "axe did not look at anything"
    return [
        f"{found['id']}: {found['help']} — {[node['html'][:160] for node in found['nodes'][:3]]}"
        for found in result["violations"]
    ]


def overflow(page: Page) -> list[str]:
    """What sticks out of the window on the right."""
    found: list[str] = page.evaluate(OVERFLOW)
    return found


def words(page: Page) -> set[str]:
    """The words that can be read in the page's main part (headings of columns may fold with the table)."""
    text, heads = page.evaluate(
        """() => [document.querySelector("main").innerText,
          [...document.querySelectorAll("main thead")].map((head) => head.innerText).join(" ")]"""
    )
    return set(text.split()) - set(heads.split())
