"""When the first twenty cafés are painted on a slow line (400 kbit/s, 400 ms), and that the map comes after.

    DATA_DIR=… python -m tests.bench.bench_paint

Needs a database with cafés. Prints a JSON list of {name, ratio, limit, ok, detail}: medians of the turns, in
seconds, of visits without any cache, on a phone and on a wide screen.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.e2e.conftest import QUIET, free_port

LIMIT_SECONDS, TURNS, CAFES = 2.0, 5, 20
# 400 kbit/s each way, and 400 ms before each answer begins.
LINE = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
SCREENS = {"téléphone": (360, 740), "écran large": (1280, 800)}
# The first frame after which the twentieth café is there and styled; and when the map asked for its cafés.
WATCH = """(() => {
  const look = () => {
    const painted = performance.getEntriesByName("first-contentful-paint")[0];
    if (painted && document.querySelectorAll(".cafe").length >= COUNT) {
      requestAnimationFrame(() => { window.paintedAt = performance.now(); });
    } else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()""".replace("COUNT", str(CAFES))


def main() -> None:
    """Measure and print."""
    port = free_port()
    environment = {**os.environ, "PORT": str(port), "OPEN_DATA": "off"}
    server = subprocess.Popen(
        [sys.executable, "-m", "millecafes", "serve"], env=environment, stdout=sys.stderr
    )
    address = f"http://localhost:{port}/cafes/"
    try:
        _wait(address)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=os.environ.get("CHROMIUM") or "/usr/bin/chromium", args=list(QUIET)
            )
            report = [_measured(browser, address, name) for name in SCREENS]
            browser.close()
    finally:
        server.terminate()
        server.wait(30)
    sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")


def _measured(browser: Browser, address: str, screen: str) -> dict[str, Any]:
    turns = [_visit(browser, address, screen) for _ in range(TURNS)]
    painted = statistics.median(turn["painted"] for turn in turns)
    read = round(statistics.median(turn["bytes"] for turn in turns) / 1_000)
    map_at = [turn["map"] for turn in turns if turn["map"]]
    map_words = (
        f"la carte demande ses cafés {statistics.median(map_at):.1f} s" if map_at else "carte non demandée"
    )
    is_after = all(turn["map"] > turn["painted"] for turn in turns if turn["map"])
    detail = f"{painted:.2f} s à 400 kbit/s et 400 ms de délai ; {read} ko reçus avant ; {map_words}"
    return {
        "name": f"les {CAFES} premiers cafés, {screen}",
        "ratio": round(painted / LIMIT_SECONDS, 2),
        "limit": 1.0,
        "ok": painted <= LIMIT_SECONDS and is_after,
        "detail": detail,
    }


def _visit(browser: Browser, address: str, screen: str) -> dict[str, float]:
    width, height = SCREENS[screen]
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", LINE)
    page.add_init_script(WATCH)
    page.goto(address, wait_until="commit")
    deadline = time.monotonic() + 60
    while not page.evaluate("window.paintedAt || 0"):
        if time.monotonic() > deadline:
            sys.exit(f"Moins de {CAFES} cafés sur {address} : chargez la démonstration.")
        time.sleep(0.05)
    painted = float(page.evaluate("window.paintedAt")) / 1_000
    received = page.evaluate(
        """(at) => ["navigation", "resource"].flatMap((type) => performance.getEntriesByType(type))
          .filter((entry) => entry.responseEnd && entry.responseEnd <= at)
          .reduce((sum, entry) => sum + entry.transferSize, 0)""",
        painted * 1_000,
    )
    map_at = _map_time(page, width)
    context.close()
    return {"painted": painted, "bytes": float(received), "map": map_at}


def _map_time(page: Any, width: int) -> float:
    """When the map asked for its cafés, in seconds; 0 on a phone, where it waits to be asked for."""
    deadline = time.monotonic() + (60 if width > 960 else 3)
    while time.monotonic() < deadline:
        found = page.evaluate(
            """() => (performance.getEntriesByType("resource")
              .find((entry) => entry.name.includes("/cafes/carte.json")) || {}).startTime || 0"""
        )
        if found:
            return float(found) / 1_000
        time.sleep(0.2)
    return 0.0


def _wait(address: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    sys.exit("Le serveur n’a pas démarré.")


if __name__ == "__main__":
    main()
