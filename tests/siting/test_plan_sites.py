"""Plans of instances from the command line, and the checker that trusts nobody."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from millecafes.engines.location.check import check
from millecafes.siting.management.commands import plan_sites


@pytest.fixture(autouse=True)
def just_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command counts its time from the start of its process, which is here that of all the tests."""
    monkeypatch.setattr(plan_sites, "age", lambda: 0.0)


def made(path: Path, *, seed: int = 5, **changed: Any) -> Path:
    """An instance of 90 small communes and 4 large ones around Bourges, and one overseas."""
    rng = np.random.default_rng(seed)
    arrays: dict[str, Any] = {
        "code": np.array([f"{18000 + k}" for k in range(94)] + ["97101"]),
        "dep": np.array(["18"] * 50 + ["36"] * 44 + ["971"]),
        "lon": np.append(rng.uniform(2.0, 2.9, 94), -61.5),
        "lat": np.append(rng.uniform(46.8, 47.4, 94), 16.2),
        "population": np.append(rng.integers(60, 3000, 94), 500),
        "metro": np.append(np.ones(94, dtype=bool), False),
    }
    arrays["population"][:4] = 5000
    arrays |= changed
    np.savez(path, **{name: value for name, value in arrays.items() if value is not None})
    return path


def planned(tmp_path: Path, *arguments: str, instance: Path | None = None) -> dict[str, Any]:
    """What the command writes."""
    instance = instance or made(tmp_path / "communes.npz")
    out = tmp_path / "plan.json"
    call_command("plan_sites", "--instance", str(instance), "--out", str(out), "--time", "60", *arguments)
    plan: dict[str, Any] = json.loads(out.read_text())
    return plan


def checker(tmp_path: Path, certificate: Path) -> int:
    """Exit code of the checker, run as its users do."""
    command = [sys.executable, "-m", "millecafes.engines.location.check", str(certificate)]
    return subprocess.run([*command, str(tmp_path / "communes.npz")], check=False).returncode


@pytest.mark.parametrize("objective", ["coverage", "gradual", "p-median"])
@pytest.mark.parametrize("with_budget", [False, True])
def test_a_plan_is_proved_and_its_certificate_is_verified(
    tmp_path: Path, objective: str, with_budget: bool
) -> None:
    budget = tmp_path / "budget.csv"
    budget.write_text("dep,max\n18,2\n36,3\n")
    asked = ("--sites", "6", "--minutes", "12", "--objective", objective)
    plan = planned(tmp_path, *asked, *(("--budget", str(budget)) if with_budget else ()))
    certificate = Path(plan["certificate"])
    assert plan["proved"]
    assert plan["gap"] == 0
    assert plan["checked_bound"] >= plan["objective"] > 0
    assert len(plan["selected"]) == len(set(plan["selected"])) == (5 if with_budget else 6)
    assert "97101" not in plan["selected"]
    assert checker(tmp_path, certificate) == 0
    assert set(plan) == {
        *("selected", "objective", "bound", "bound_kind", "checked_bound", "proved", "gap", "seconds"),
        "certificate",
    }


def worth_more(certificate: dict[str, Any]) -> None:
    certificate["value"] += 1


def bounded_lower(certificate: dict[str, Any]) -> None:
    certificate["bound"] -= 1


def another_place(certificate: dict[str, Any]) -> None:
    certificate["selected"][0] = next(
        code for code in (f"{18000 + k}" for k in range(4, 94)) if code not in certificate["selected"]
    )


def one_place_more(certificate: dict[str, Any]) -> None:
    certificate["sites"] = len(certificate["selected"]) - 1


def a_large_commune(certificate: dict[str, Any]) -> None:
    certificate["selected"][-1] = "18000"


def a_negative_price(certificate: dict[str, Any]) -> None:
    code = next(iter(certificate["multipliers"]))
    certificate["multipliers"][code] *= -1


def over_budget(certificate: dict[str, Any]) -> None:
    certificate["budget"] = {"18": 0, "36": 0}


@pytest.mark.parametrize(
    "lie",
    [
        *(worth_more, bounded_lower, another_place, one_place_more, a_large_commune),
        *(a_negative_price, over_budget),
    ],
)
def test_a_certificate_that_lies_is_refused(tmp_path: Path, lie: Callable[[dict[str, Any]], None]) -> None:
    plan = planned(tmp_path, "--sites", "6", "--minutes", "12")
    certificate = json.loads(Path(plan["certificate"]).read_text())
    with np.load(tmp_path / "communes.npz") as data:
        assert check(certificate, data)
        lie(certificate)
        assert not check(certificate, data)


def test_the_checker_ends_with_1_when_it_refuses(tmp_path: Path) -> None:
    plan = planned(tmp_path, "--sites", "6", "--minutes", "12")
    certificate = json.loads(Path(plan["certificate"]).read_text())
    worth_more(certificate)
    false = tmp_path / "false.json"
    false.write_text(json.dumps(certificate))
    assert checker(tmp_path, false) == 1


BAD_LON = np.append(np.full(94, 2.0), np.nan)


@pytest.mark.parametrize(
    ("changed", "arguments", "words"),
    [
        ({"dep": None}, (), "tableaux manquants : dep"),
        ({"lon": np.full(95, np.nan)}, (), "lon de 18000"),
        ({"lat": np.full(95, 91.0)}, (), "lat de 18000"),
        ({"population": np.full(95, -1)}, (), "population de 18000"),
        ({"code": np.array(["1"] * 95)}, (), "deux fois"),
        ({"lat": np.full(3, 47.0)}, (), "même longueur"),
        ({"population": np.full(95, 9000)}, (), "no candidate"),
        ({"population": np.full(95, 900)}, ("--objective", "p-median"), "aucune commune de 3 500"),
        ({}, ("--sites", "91"), "from 1 to 90"),
    ],
)
def test_what_cannot_be_used_is_said_and_nothing_is_written(
    tmp_path: Path, changed: dict[str, Any], arguments: tuple[str, ...], words: str
) -> None:
    instance = made(tmp_path / "communes.npz", **changed)
    with pytest.raises(CommandError, match=words):
        planned(tmp_path, "--sites", "5", *arguments, instance=instance)
    assert not (tmp_path / "plan.json").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("dep,max\n18,beaucoup\n", "ligne 2"),
        ("dep,max\n18,2\n18,3\n", "ligne 3"),
        ("dep,max\n", "aucune ligne"),
        ("département\n18\n", "ligne 2"),
    ],
)
def test_a_budget_that_cannot_be_read_is_said(tmp_path: Path, text: str, words: str) -> None:
    budget = tmp_path / "budget.csv"
    budget.write_text(text)
    with pytest.raises(CommandError, match=words):
        planned(tmp_path, "--budget", str(budget))


def test_a_file_that_is_no_instance_is_said(tmp_path: Path) -> None:
    wrong = tmp_path / "communes.npz"
    wrong.write_text("bonjour")
    with pytest.raises(CommandError, match=r"ce n’est pas un fichier \.npz"):
        planned(tmp_path, instance=wrong)


@pytest.mark.parametrize(("option", "value"), [("--sites", "0"), ("--minutes", "nan"), ("--time", "-3")])
def test_a_number_that_makes_no_sense_is_said(tmp_path: Path, option: str, value: str) -> None:
    with pytest.raises(CommandError, match="positif"):
        planned(tmp_path, f"{option}={value}")


def test_a_place_that_gains_nothing_is_not_opened(tmp_path: Path) -> None:
    """Three communes, each an hour from the others: two cafés for two villages, not three."""
    instance = made(
        tmp_path / "communes.npz",
        code=np.array(["a", "b", "c", "d"]),
        dep=np.array(["1", "1", "1", "1"]),
        lon=np.array([2.0, 2.0, 4.0, 6.0]),
        lat=np.array([47.0, 47.0, 47.0, 47.0]),
        population=np.array([5000, 100, 200, 300]),
        metro=np.ones(4, dtype=bool),
    )
    plan = planned(tmp_path, "--sites", "3", instance=instance)
    assert sorted(plan["selected"]) == ["c", "d"]
    assert plan["objective"] == 500


def test_prices_so_large_that_their_sum_would_wrap_prove_nothing(tmp_path: Path) -> None:
    """Reduced gains of 0, and prices whose sum in 64 bits is that of a worthless plan said to be the best."""
    plan = planned(tmp_path, "--sites", "6", "--minutes", "12")
    certificate = json.loads(Path(plan["certificate"]).read_text())
    with np.load(tmp_path / "communes.npz") as data:
        small = [str(code) for code in data["code"][4:94]]
        prices = dict.fromkeys(small, 2**40)
        wanted = certificate["value"] * certificate["parts"]
        large = (wanted - 86 * 2**40) % 2**64
        prices |= dict(zip(small[:4], [large // 4 + (k < large % 4) for k in range(4)], strict=True))
        assert sum(prices.values()) == 2**64 + wanted
        certificate |= {"multipliers": prices, "bound": certificate["value"]}
        assert not check(certificate, data)
