"""`check.py CERTIFICATE INSTANCE.npz`: verify a plan and its bound from coordinates; exit 1 on a mismatch."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

R, PER_KM, MILLION = 6371.0088, 1.3 / 45 * 60, 1_000_000


def micro(at: Any, i: Any, j: Any) -> Any:
    """Whole millionths of a minute: haversine, a detour of 1.3, 45 km/h."""
    (a, b), (c, d) = at[i].T, at[j].T
    h = np.sin((d - b) / 2) ** 2 + np.cos(b) * np.cos(d) * np.sin((c - a) / 2) ** 2
    return np.rint(2 * R * np.arcsin(np.sqrt(np.clip(h, 0, 1))) * PER_KM * MILLION).astype(np.int64)


def gains(c: Any, at: Any, people: Any, small: Any, large: Any) -> Any:
    """Every demand, site and whole gain: what the site is worth less what stands already."""
    lon, lat = at.T
    xyz = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
    before, sites = np.full(len(at), 10**12), cKDTree(xyz[small])
    for k in range(1, min(3, large.size) + 1):
        near = np.ravel(cKDTree(xyz[large]).query(xyz[small], k=[k])[1])
        before[small] = np.minimum(before[small], micro(at, small, large[near]))
    reach = round(c.get("minutes", c.get("zero", 0)) * MILLION) or int(before[small].max())
    span = {"coverage": 1, "gradual": reach - round(c.get("full", 0) * MILLION)}.get(c["objective"], reach)
    chord = 2 * np.sin(min(reach / MILLION / PER_KM / R / 2, np.pi / 2)) + 1e-9
    pair = sites.sparse_distance_matrix(sites, chord, output_type="ndarray")
    i, j = small[pair["i"]], small[pair["j"]]
    worth = [np.clip(reach - t + (span == 1), 0, span) for t in (micro(at, i, j), before[i])]
    return i, j, people[i] * np.maximum(worth[0] - worth[1], 0)


def check(c: Any, data: Any) -> bool:
    """Whether the plan is allowed, worth what it says, and bounded as it says."""
    keep = data["metro"].astype(bool) if "metro" in data else np.ones(len(data["code"]), bool)
    code, dep, people = (data[name][keep] for name in ("code", "dep", "population"))
    at = np.radians(np.stack([data["lon"][keep], data["lat"][keep]], axis=1))
    place = {name: number for number, name in enumerate(code)}
    small, chosen = np.flatnonzero(people < 3500), np.array([place[k] for k in c["selected"]], int)
    i, j, g = gains(c, at, people.astype(np.int64), small, np.flatnonzero(people >= 3500))
    good = set(chosen) <= set(small) and 0 < c["parts"] < 2**62 / max(g.sum(dtype=float), 1)  # nothing wraps
    good &= chosen.size <= c["sites"] and all(sum(dep[chosen] == d) <= n for d, n in c["budget"].items())
    best, price, rho = np.zeros((3, len(code)), np.int64)
    np.maximum.at(best, i[np.isin(j, chosen)], g[np.isin(j, chosen)])
    price[np.array([place[k] for k in c["multipliers"]], int)] = list(c["multipliers"].values())
    np.add.at(rho, j, np.maximum(g * c["parts"] - price[i], 0))
    bound, left, room = sum(price.tolist()), c["sites"], dict(c["budget"])
    for k in small[np.argsort(-rho[small], kind="stable")]:
        if left and room.get(dep[k], 1):
            bound, left, room[dep[k]] = bound + int(rho[k]), left - 1, room.get(dep[k], 10**9) - 1
    return bool(good and price.min() >= 0 and best.sum() == c["value"] and bound // c["parts"] == c["bound"])


if __name__ == "__main__":
    sys.exit(not check(json.loads(Path(sys.argv[1]).read_text()), np.load(sys.argv[2])))
