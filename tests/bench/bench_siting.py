"""The choice of places, national, against its peers: `python -m tests.bench.bench_siting`.

Seconds and CPU run from the call, arrays loaded and loops compiled, on two cores; medians of three seeds.
Peers are measured in the same run: HiGHS tuned (our presolve, none of its own) and spopt. Each measure is
written as soon as it is made, and not made again: `--again` forgets them. `--only NAME` makes one.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench.siting_extent import bench_memory, bench_neighbours

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("MILLECAFES_SHARED") or ROOT.parent / "shared")
INSTANCE = SHARED / "instances" / "siting_france_2026_baseline.npz"
KEPT = ROOT / "var" / "bench-siting.json"
PAGE = ROOT / "docs" / "bench-siting.md"
SEEDS = (1, 2, 3)


def problem(objective: str, sites: int, minutes: float = 15.0, budget: dict[str, int] | None = None) -> Any:
    """The problem of the national instance."""
    from millecafes.siting.solving.instance import problem_of, read_instance

    return problem_of(
        read_instance(INSTANCE), objective=objective, sites=sites, minutes=minutes, budget=budget
    )[0]


def runs(made: Any, seconds: float) -> list[Any]:
    """One answer per seed, on two cores."""
    from millecafes.engines.location.solution import Stop
    from millecafes.engines.location.solve import solve

    return [solve(made, stop=Stop(seconds=seconds), seed=seed, workers=2) for seed in SEEDS]


def reached(answer: Any, gap: float, *, checked: bool) -> float:
    """Seconds until the gap was at most this (inf: never), of the checked bound or of the best one."""
    for moment in answer.trace:
        bound = moment.checked_bound if checked else moment.bound
        if moment.value >= bound * (1 - gap):
            return float(moment.seconds)
    return float("inf")


def gap_at(answer: Any, seconds: float, *, checked: bool, whole: float = 0.0) -> float:
    """Gap after so many seconds, in percent of the bound (of `whole` less it, for a cost)."""
    done = [moment for moment in answer.trace if moment.seconds <= seconds]
    if not done:
        return float("inf")
    bound = done[-1].checked_bound if checked else done[-1].bound
    return 100 * (bound - done[-1].value) / (whole - bound if whole else bound)


def line(name: str, found: float, limit: float, unit: str, detail: str) -> dict[str, Any]:
    """One line of the report; `limit` is never passed."""
    return {
        "name": name,
        "found": found,
        "limit": limit,
        "unit": unit,
        "ok": found <= limit,
        "detail": detail,
    }


def median(values: list[float]) -> float:
    """Of three seeds."""
    return float(statistics.median(values))


def tuned_highs(made: Any, *, gap: float, seconds: float) -> float:
    """Seconds that HiGHS takes to this gap with our presolve and none of its own (inf: not in time)."""
    import highspy

    from millecafes.engines.location import programs
    from millecafes.engines.location.arrays import Plan, arrays_of
    from millecafes.engines.location.solve import undominated

    started = time.monotonic()
    arrays = arrays_of(made)
    program = programs.write(arrays, undominated(arrays), np.zeros(arrays.demands, np.int64), made.scale)
    programs.bind(program, arrays, Plan(arrays), arrays.count)
    solver = programs.solver_of(program, seconds=seconds, gap=0.999)
    solver.setOptionValue("mip_rel_gap", gap)
    solver.run()
    ended = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return time.monotonic() - started if ended else float("inf")


def bench_fifteen() -> list[dict[str, Any]]:
    """15 minutes, 1,000 sites."""
    made = problem("coverage", 1000)
    answers = runs(made, 120)
    first = median([reached(one, 0.001, checked=True) for one in answers])
    highs = tuned_highs(made, gap=0.001, seconds=240)
    middle = median([gap_at(one, 25, checked=False) for one in answers])
    last = median([gap_at(one, 120, checked=False) for one in answers])
    best = max(one.objective for one in answers)
    return [
        line(
            "15 min, 1 000 : 0,1 % (borne vérifiable)", first, 6, "s", f"meilleur plan {best:.0f} habitants"
        ),
        line(
            "15 min, 1 000 : notre temps / HiGHS réglé",
            first / highs,
            0.1,
            "",
            f"HiGHS : {highs:.1f} s à 0,1 %",
        ),
        line("15 min, 1 000 : écart à 25 s", middle, 0.05, "%", "borne du solveur"),
        line("15 min, 1 000 : écart à 120 s", last, 0.02, "%", "borne du solveur"),
    ]


def bench_ten() -> list[dict[str, Any]]:
    """10 minutes, 1,000 sites."""
    answers = runs(problem("coverage", 1000, 10), 90)
    proof = median([reached(one, 0.0, checked=False) if one.proved else float("inf") for one in answers])
    detail = f"{answers[0].objective:.0f} habitants, attendu 6865089"
    return [
        line(
            "10 min, 1 000 : écart à 10 s, vérifiable",
            median([gap_at(a, 10, checked=True) for a in answers]),
            0.06,
            "%",
            "",
        ),
        line(
            "10 min, 1 000 : écart à 10 s",
            median([gap_at(a, 10, checked=False) for a in answers]),
            0.01,
            "%",
            "borne du solveur",
        ),
        line("10 min, 1 000 : optimum prouvé", proof, 45, "s", detail),
    ]


def bench_three_hundred() -> list[dict[str, Any]]:
    """15 minutes, 300 sites."""
    made = problem("coverage", 300)
    answers = runs(made, 60)
    ours = median([reached(one, 0.0, checked=False) if one.proved else float("inf") for one in answers])
    highs = median([tuned_highs(made, gap=0.0, seconds=120) for _ in SEEDS])
    detail = f"{ours:.2f} s contre {highs:.2f} s, {answers[0].objective:.0f} habitants, attendu 3566289"
    return [line("15 min, 300 : preuve / HiGHS réglé", ours / highs, 1.2, "", detail)]


def bench_twenty() -> list[dict[str, Any]]:
    """20 minutes, 500 sites."""
    answers = runs(problem("coverage", 500, 20), 30)
    return [
        line(
            "20 min, 500 : 0,1 %",
            median([reached(one, 0.001, checked=False) for one in answers]),
            7,
            "s",
            "borne du solveur",
        ),
        line(
            "20 min, 500 : écart à 30 s",
            median([gap_at(one, 30, checked=False) for one in answers]),
            0.05,
            "%",
            "visé",
        ),
    ]


def bench_median() -> list[dict[str, Any]]:
    """p-median, in share of the cost that remains."""
    from millecafes.siting.solving import instance as files

    communes = files.read_instance(INSTANCE)
    before = files.minutes_before(communes)
    cost = float((before * communes.people[communes.small]).sum())
    answers = runs(problem("p-median", 1000), 15)
    return [
        line(
            f"p-médiane, 1 000 : écart à {at} s",
            median([gap_at(one, at, checked=True, whole=cost) for one in answers]),
            limit,
            "% du coût",
            "borne vérifiable",
        )
        for at, limit in ((6, 0.05), (15, 0.02))
    ]


def bench_gradual() -> list[dict[str, Any]]:
    """Gradual covering, and budgets by département."""
    answers = runs(problem("gradual", 1000), 15)
    found = [
        line(
            "couverture graduée, 1 000 : écart à 15 s",
            median([gap_at(one, 15, checked=False) for one in answers]),
            0.1,
            "%",
            "visé",
        )
    ]
    answers = runs(problem("coverage", 1000, budget=budgets(1000)), 15)
    found.append(
        line(
            "budgets par département, 1 000 : écart à 15 s",
            median([gap_at(one, 15, checked=False) for one in answers]),
            0.1,
            "%",
            "visé",
        )
    )
    return found


def budgets(sites: int) -> dict[str, int]:
    """Sites by département, in proportion of people not covered at 15 minutes (largest remainders)."""
    from millecafes.siting.solving import instance as files

    communes = files.read_instance(INSTANCE)
    left = communes.people[communes.small] * (files.minutes_before(communes) > 15)
    names, group = np.unique(communes.departements[communes.small], return_inverse=True)
    share = np.bincount(group, left) / left.sum() * sites
    whole = np.floor(share).astype(int)
    whole[np.argsort(whole - share, kind="stable")[: sites - whole.sum()]] += 1
    return dict(zip(names.tolist(), whole.tolist(), strict=True))


def around_bourges() -> Any:
    """The 5,000 candidates nearest to Bourges, and every existing café."""
    from millecafes.siting.solving import instance as files

    communes = files.read_instance(INSTANCE)
    lon, lat = communes.points.lon, communes.points.lat
    order = np.argsort((lon - 2.4) ** 2 * 0.47 + (lat - 47.08) ** 2, kind="stable")
    small = order[communes.people[order] < files.SUPPLIED][:5000]
    part = np.sort(np.concatenate((small, communes.large)))
    return files.Instance(
        communes.codes[part], communes.departements[part], communes.points.take(part), communes.people[part]
    )


def bench_spopt() -> list[dict[str, Any]]:
    """spopt on 5,000 communes around Bourges: the same plan, how much more CPU."""
    import pulp
    import spopt.locate

    from millecafes.engines.location.problem import Problem
    from millecafes.engines.location.solution import Stop
    from millecafes.engines.location.solve import solve
    from millecafes.siting.solving import instance as files

    cut = around_bourges()
    started = time.process_time()
    made, rows, _ = files.problem_of(cut, objective="coverage", sites=150, minutes=15)
    ours = solve(made, stop=Stop(seconds=60), seed=1)
    our_cpu = time.process_time() - started
    assert isinstance(made, Problem)
    started = time.process_time()
    minutes = np.full(made.gains.shape, 99.0)
    row = np.repeat(np.arange(made.gains.shape[0]), np.diff(made.gains.indptr))
    minutes[row, made.gains.indices] = 10.0
    model = spopt.locate.MCLP.from_cost_matrix(minutes, cut.people[rows], 15.0, p_facilities=150)
    model.solve(pulp.PULP_CBC_CMD(msg=False))
    peer_cpu = time.process_time() - started + resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    same = round(model.problem.objective.value()) == ours.value
    detail = f"{our_cpu:.2f} s contre {peer_cpu:.1f} s de CPU ; {ours.value}, {'' if same else 'NON '}égal"
    return [
        line(
            "5 000 communes : notre CPU / spopt",
            our_cpu / peer_cpu if same else float("inf"),
            1 / 90,
            "",
            detail,
        )
    ]


BENCHES: dict[str, Callable[[], list[dict[str, Any]]]] = {
    "fifteen": bench_fifteen,
    "ten": bench_ten,
    "three_hundred": bench_three_hundred,
    "twenty": bench_twenty,
    "median": bench_median,
    "gradual": bench_gradual,
    "spopt": bench_spopt,
    "memory": lambda: bench_memory(line),
    "neighbours": lambda: bench_neighbours(line, INSTANCE),
}


def page(kept: dict[str, Any]) -> str:
    """The report."""
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cœurs"
    lines = [
        "# Le choix des lieux : mesures",
        "",
        f"Écrit par `make bench-siting` le {datetime.now(tz=UTC).date()} sur {machine}, instance",
        "`siting_france_2026_baseline.npz`. Secondes depuis l’appel, tableaux chargés et boucles compilées ;",
        "médianes de trois graines. « Visé » : un but, non un engagement.",
        "",
        "| Mesure | Obtenu | Limite | Tenue | Détail |",
        "|---|---|---|---|---|",
    ]
    for name in BENCHES:
        for row in kept.get(name, []):
            held = "oui" if row["ok"] else "**non**"
            limit = "" if row["limit"] > 1e300 else f"{row['limit']:.4g}"
            lines.append(
                f"| {row['name']} | {row['found']:.4g} {row['unit']} | {limit} | {held} | {row['detail']} |"
            )
    return "\n".join([*lines, ""])


def say(text: str) -> None:
    """Tell how it goes."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """Measure what is not measured yet, and write the report."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--only", choices=sorted(BENCHES))
    asked = parser.parse_args()
    kept: dict[str, Any] = {} if asked.again or not KEPT.is_file() else json.loads(KEPT.read_text())
    from millecafes.engines.location.warm import warm

    warm()
    for name, bench in BENCHES.items():
        if name in kept or (asked.only and name != asked.only):
            continue
        say(f"{name}…")
        kept[name] = bench()
        KEPT.parent.mkdir(exist_ok=True)
        KEPT.write_text(json.dumps(kept))
        for row in kept[name]:
            say(f"  {row['name']} : {row['found']:.4g} {row['unit']} ({row['limit']:.4g}) {row['detail']}")
    PAGE.write_text(page(kept))
    return 0 if all(row["ok"] for rows in kept.values() for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
