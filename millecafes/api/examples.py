"""The examples of the page for integrators: a test takes them out of the page, and runs them.

They hold the address of this site, so that they work as they are; a token comes from the environment, so that
nobody writes one in a file.
"""

from __future__ import annotations

from dataclasses import dataclass

from millecafes.api.schemas import LARGEST

SITE = "https://SITE"
LANGUAGES = {"bash": "curl", "python": "Python", "javascript": "JavaScript"}


@dataclass(frozen=True)
class Example:
    """A program of a few lines: what it does, in which language, and whether it needs a token."""

    key: str
    title: str
    language: str
    code: str
    needs_token: bool = False

    @property
    def tool(self) -> str:
        """What runs it, in words."""
        return LANGUAGES[self.language]


_CURL = f"""\
curl --fail-with-body --silent "{SITE}/api/v1/communes/81294"
"""
_CURL_FILTER = f"""\
curl --fail-with-body --silent --get "{SITE}/api/v1/communes/liste" \\
  --data-urlencode "departement=81" \\
  --data-urlencode "eligible=oui"
"""
_PYTHON = f'''\
import json
import time
import urllib.error
import urllib.request

SITE = "{SITE}"


def lire(adresse):
    """Le JSON d'une adresse ; attend quand le serveur le demande."""
    while True:
        try:
            with urllib.request.urlopen(SITE + adresse) as reponse:
                return json.load(reponse)
        except urllib.error.HTTPError as erreur:
            if erreur.code not in (429, 503):
                raise SystemExit(json.load(erreur)["detail"])
            time.sleep(int(erreur.headers["Retry-After"]))


suite = "/api/v1/communes/liste?departement=81&limit={LARGEST}"
while suite:
    page = lire(suite)
    for commune in page["items"]:
        print(commune["code"], commune["name"], commune["population"])
    suite = page["next"]
'''
_JAVASCRIPT = f"""\
const SITE = "{SITE}";

async function lire(adresse) {{
  const reponse = await fetch(SITE + adresse);
  if (reponse.status === 429) {{
    const secondes = Number(reponse.headers.get("Retry-After"));
    await new Promise((suite) => setTimeout(suite, 1000 * secondes));
    return lire(adresse);
  }}
  const contenu = await reponse.json();
  if (!reponse.ok) throw new Error(contenu.detail);
  return contenu;
}}

lire("/api/v1/communes?q=tecou").then((communes) => {{
  for (const trouve of communes) console.log(trouve.code, trouve.name);
}});
"""
_CURL_TOKEN = f"""\
curl --fail-with-body --silent "{SITE}/api/v1/moi" \\
  --header "Authorization: Bearer $MILLECAFES_JETON"
"""
_PYTHON_TOKEN = f"""\
import csv
import json
import os
import sys
import urllib.request

SITE = "{SITE}"
JETON = os.environ["MILLECAFES_JETON"]

tableau = csv.writer(sys.stdout)
suite = "/api/v1/organisations/?limit=100"
while suite:
    demande = urllib.request.Request(SITE + suite, headers={{"Authorization": f"Bearer {{JETON}}"}})
    with urllib.request.urlopen(demande) as reponse:
        page = json.load(reponse)
    for organisation in page["items"]:
        tableau.writerow([organisation["id"], organisation["name"], organisation["kind"]])
    suite = page["next"]
"""

PUBLIC = (
    Example("commune", "Tout ce que dit la page d’une commune", "bash", _CURL),
    Example("filtre", "Les communes d’un département qui sont éligibles", "bash", _CURL_FILTER),
    Example("liste", "Toute une liste, page après page", "python", _PYTHON),
    Example("recherche", "Chercher une commune, d’une page ou d’un programme", "javascript", _JAVASCRIPT),
)
WITH_TOKEN = (
    Example("moi", "Ce que le jeton peut faire", "bash", _CURL_TOKEN, needs_token=True),
    Example(
        "organisations", "Les organisations, dans un fichier CSV", "python", _PYTHON_TOKEN, needs_token=True
    ),
)


@dataclass(frozen=True)
class Shown:
    """An example as this site shows it."""

    example: Example
    code: str


def shown(examples: tuple[Example, ...], site: str) -> list[Shown]:
    """Examples with the address of this site."""
    return [Shown(example, example.code.replace(SITE, site)) for example in examples]
