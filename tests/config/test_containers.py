"""The container files, as far as can be verified without running a container."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from millecafes.config import env

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


def lint(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a linter of the development environment."""
    return subprocess.run([BIN / command[0], *command[1:]], capture_output=True, text=True, cwd=ROOT)


def test_the_container_file_is_clean(tmp_path: Path) -> None:
    result = lint("hadolint", "Containerfile")
    assert (result.returncode, result.stdout) == (0, "")
    bad = tmp_path / "Containerfile"
    bad.write_text(
        re.sub(r"^FROM python:\S+", "FROM python", (ROOT / "Containerfile").read_text(), flags=re.M)
    )
    assert "DL3006" in lint("hadolint", bad).stdout


def test_the_compose_file_follows_its_schema(tmp_path: Path) -> None:
    schema = ("check-jsonschema", "--builtin-schema", "vendor.compose-spec")
    result = lint(*schema, "compose.yaml")
    assert result.returncode == 0, result.stdout
    bad = tmp_path / "compose.yaml"
    bad.write_text((ROOT / "compose.yaml").read_text().replace("restart:", "restarts:"))
    assert lint(*schema, bad).returncode == 1


def test_what_the_image_takes_exists_and_is_let_in() -> None:
    text = (ROOT / "Containerfile").read_text()
    let_in = (ROOT / ".dockerignore").read_text().splitlines()
    taken = {
        name.rstrip("/")
        for line in re.findall(r"^COPY (?!--from)(.*) \S+$", text, re.M)
        for name in line.split()
    }
    assert {"requirements.lock", "millecafes", "frontend"} <= taken
    for name in taken:
        assert (ROOT / name).exists(), name
        assert f"!{name.split('/')[0]}" in let_in, name


@pytest.mark.parametrize("name", ["Containerfile", "compose.yaml"])
def test_settings_named_there_exist(name: str) -> None:
    known = {*env.DECLARED, "PATH", "DJANGO_SETTINGS_MODULE"}
    if name == "compose.yaml":
        services = YAML(typ="safe").load(ROOT / name)["services"]
        told = set(services["site"]["environment"])
    else:
        block = re.search(r"^ENV (.*?[^\\])$", (ROOT / name).read_text(), re.M | re.S)
        assert block
        told = set(re.findall(r"(\w+)=", block[1]))
    assert told
    assert told <= known
