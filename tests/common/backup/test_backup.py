"""Backup and restore as operators run them, on both databases."""

from __future__ import annotations

import json
import re
import resource
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.common.backup.sites import Place, address, on_postgresql
from tests.common.backup.writer import content_of

pytestmark = pytest.mark.database


def test_a_restore_is_equal_row_by_row_and_file_by_file(
    place: Place, new_place: Callable[..., Place]
) -> None:
    rows, documents = place.rows(), place.documents()
    assert rows["territory_commune"]
    assert len(documents) == 3
    archive = place.backup()
    other = new_place()
    said = other.does("restore", str(archive))
    assert other.rows() == rows
    assert other.documents() == documents
    assert re.search(r"remise : base \w+ de \d+ tables et \d+ lignes, 3 documents", said)
    # What was restored works, protections of the journal included, and can be backed up in its turn.
    other.does("migrate", "--check")
    other.does("check", "--database", "default", "--fail-level", "WARNING")
    again = new_place()
    again.does("restore", str(other.backup()))
    assert (again.rows(), again.documents()) == (rows, documents)


def test_the_secret_key_is_not_in_it(place: Place, new_place: Callable[..., Place]) -> None:
    archive = place.backup()
    assert (place.folder / "secret_key").read_bytes() not in archive.read_bytes()
    assert archive.stat().st_mode & 0o777 == 0o600
    other = new_place()
    result = other.run("restore", str(archive))
    assert "la clé secrète d’ici n’est pas celle de la sauvegarde" in result.stderr
    again = new_place()
    (again.folder / "secret_key").write_bytes((place.folder / "secret_key").read_bytes())
    assert "clé" not in again.run("restore", str(archive)).stderr


def test_a_backup_while_others_write_is_one_moment(place: Place, new_place: Callable[..., Place]) -> None:
    command = [sys.executable, "-m", "tests.common.backup.writer", str(place.folder)]
    command += [address(place.database)] if place.database else []
    with subprocess.Popen(
        command, env=place.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdin
        assert writer.stdout
        archives = []
        for _ in range(3):
            assert writer.stdout.readline()  # a hundred steps more
            archives.append(place.run("backup", "--to", str(place.folder / f"s{len(archives)}")))
            assert writer.poll() is None
        assert writer.stdout.readline()  # still writing
        writer.stdin.close()
        writer.stdout.read()
    reached = []
    for result in archives:
        assert result.returncode == 0, result.stderr
        other = new_place()
        other.does("restore", result.stdout.split(" : ")[0])
        with other.opened() as connection:
            steps = connection.execute("SELECT number, document FROM step ORDER BY number").fetchall()
            balance = dict(connection.execute("SELECT side, value FROM balance").fetchall())
        count = len(steps)
        assert [number for number, _ in steps] == list(range(1, count + 1))
        assert balance == {"left": count, "right": -count}
        # Each document that the database names is there, whole.
        documents = other.documents()
        for number, name in steps:
            assert documents[name] == content_of(number)
        reached.append(count)
    assert 0 < reached[0] < reached[1] < reached[2]


def test_what_is_not_empty_is_replaced_only_when_asked(place: Place, archive: Path) -> None:
    rows, documents = place.rows(), place.documents()
    with place.opened() as connection:
        connection.execute("INSERT INTO step VALUES (1, 'arrivé depuis')")
    place.add_document("depuis.txt", b"depuis")
    later = place.rows()
    assert "--replace" in place.refuses("restore", str(archive))
    assert (place.rows(), len(place.documents())) == (later, 4)
    said = place.does("restore", "--replace", str(archive))
    assert (place.rows(), place.documents()) == (rows, documents)
    # The former state is where it is said to be.
    base, folder = re.findall(r"Ce qui était là est gardé : (.*)", said)
    assert (Path(folder) / "depuis.txt").read_bytes() == b"depuis"
    if on_postgresql():
        schema = re.search(r"avant_\w+", base)
        assert schema
        with place.opened() as connection:
            found = connection.execute(f"SELECT document FROM {schema[0]}.step").fetchall()
        assert found == [("arrivé depuis",)]
        # Set aside, it is not taken along.
        assert place.does("backup", "--check", str(place.backup()))
    else:
        kept = Place(place.folder.parent / "garde")
        kept.folder.mkdir()
        shutil.copy(base, kept.folder / "millecafes.sqlite3")
        assert kept.rows() == later


def test_documents_alone_are_something_to_lose(archive: Path, new_place: Callable[..., Place]) -> None:
    other = new_place()
    other.add_document("a.txt", b"a")
    assert "déjà des documents" in other.refuses("restore", str(archive))
    assert other.documents() == {"a.txt": b"a"}


def test_somebody_in_the_database_forbids_a_restore(place: Place, archive: Path) -> None:
    rows = place.rows()
    with place.opened() as connection:
        connection.execute("SELECT count(*) FROM step").fetchone()
        said = place.refuses("restore", "--replace", str(archive))
    assert "arrêtez le site" in said
    assert place.rows() == rows
    assert place.documents()
    assert not list(place.folder.glob("documents.avant-*"))


def limited(size: int) -> Callable[[], None]:
    """What limits the files that a process may write, as a full disk does."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("size", [20_000, 900_000])
def test_a_full_disk_leaves_nothing_half_written(place: Place, tmp_path: Path, size: int) -> None:
    folder = tmp_path / "pleine"
    result = place.run("backup", "--to", str(folder), before=limited(size))
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "Le disque est plein" in result.stderr
    assert list(folder.iterdir()) == []
    assert place.does("backup", "--to", str(folder))


@pytest.mark.parametrize("size", [20_000, 600_000])
def test_a_full_disk_during_a_restore_touches_nothing(place: Place, archive: Path, size: int) -> None:
    rows = place.rows()
    result = place.run("restore", "--replace", str(archive), before=limited(size))
    assert result.returncode == 1
    assert "le disque est plein" in result.stderr
    assert "Traceback" not in result.stderr
    assert (place.rows(), len(place.documents())) == (rows, 3)
    assert {path.name for path in place.folder.iterdir()} <= {
        *("documents", "secret_key", "static", "logs", "sauvegardes", "sources"),
        *("millecafes.sqlite3", "millecafes.sqlite3-wal", "millecafes.sqlite3-shm"),
    }


def test_an_altered_archive_is_refused_before_anything_is_touched(place: Place, archive: Path) -> None:
    content = archive.read_bytes()
    altered = place.folder / "abimee.tar"
    altered.write_bytes(content[: len(content) // 2])
    rows = place.rows()
    for command in (("restore", "--replace", str(altered)), ("backup", "--check", str(altered))):
        assert "n’est pas une sauvegarde complète" in place.refuses(*command)
    assert place.rows() == rows
    assert "ne peut pas être lu" in place.refuses("restore", str(place.folder / "absente.tar"))


def rewritten(archive: Path, other: Path, **changes: object) -> Path:
    """The same archive, as if made by other software: its manifest says something else."""
    from millecafes.common.backup.archive import Manifest, Writer, parsed

    with tarfile.open(archive) as tar, other.open("w+b") as file, Writer(file, lambda _: None) as writer:
        for info in tar.getmembers()[:-2]:
            source = tar.extractfile(info)
            assert source
            name = str(changes.get("rename", "")) if info.name == "documents/vide.txt" else ""
            writer.add(name or info.name, source, mode=info.mode)  # type: ignore[arg-type]
        found = tar.extractfile("manifest.json")
        assert found
        manifest = parsed(found.read(), archive)
        told = {name: value for name, value in changes.items() if name != "rename"}
        writer.finish(Manifest(**{**vars(manifest), **told}))  # type: ignore[arg-type]
    return other


REFUSED: list[tuple[dict[str, object], str]] = [
    ({"migrations": ["territory.0001_initial", "territory.9999_demain"]}, "version plus récente"),
    ({"format": 2}, "version plus récente"),
    ({"engine": "oracle"}, "vient d’une base oracle"),
    ({"rename": "documents/../../ailleurs"}, "n’écrit pas"),
    ({"tables": {"territory_commune": 3}}, "rien n’"),
]


def test_what_this_version_cannot_restore_is_refused(place: Place, archive: Path) -> None:
    rows = place.rows()
    for changes, reason in REFUSED:
        other = rewritten(archive, place.folder / "autre.tar", **changes)
        assert reason in place.refuses("restore", "--replace", str(other))
        assert place.rows() == rows
        assert len(place.documents()) == 3
    assert not list(place.folder.parent.rglob("ailleurs"))


def test_only_the_newest_are_kept(place: Place) -> None:
    folder = place.folder / "sauvegardes"
    folder.mkdir()
    old = [folder / f"millecafes-2020010{day}-000000.tar" for day in range(1, 6)]
    for path in (*old, folder / "millecafes-notes.tar"):
        path.write_bytes(b"x")
    said = place.does("backup", "--keep", "3")
    left = sorted(path.name for path in folder.iterdir())
    assert left[:2] == [old[3].name, old[4].name]
    assert len(left) == 4
    assert left[3] == "millecafes-notes.tar"
    assert said.count("est effacée") == 3
    result = place.run("backup", "--keep", "0")
    assert result.returncode == 2
    assert len(list(folder.iterdir())) == 4


def test_what_a_killed_backup_left_is_removed(place: Place) -> None:
    folder = place.folder / "sauvegardes"
    folder.mkdir()
    for name in ("millecafes-20200101-000000.tar.en-cours", "millecafes-20200101-000000.tar.base"):
        (folder / name).write_bytes(b"x")
    place.backup()
    assert [path.suffix for path in folder.iterdir()] == [".tar"]


def test_documents_kept_elsewhere_or_unfinished_are_not_taken(place: Place) -> None:
    place.add_document("en-cours/tmp1234", b"la moiti")
    said = place.does("backup")
    assert "3 documents" in said
    assert "DOCUMENTS_STORAGE" not in said
    elsewhere = "django.core.files.storage.InMemoryStorage"
    result = place.run("backup", "--to", str(place.folder / "s"), DOCUMENTS_STORAGE=elsewhere)
    assert "DOCUMENTS_STORAGE les range ailleurs" in result.stdout, result.stderr


def test_the_manifest_says_what_is_there(place: Place) -> None:
    archive = place.backup()
    with tarfile.open(archive) as tar:
        found = tar.extractfile("manifest.json")
        assert found
        manifest = json.load(found)
    assert manifest["tables"] == {name: len(rows) for name, rows in place.rows().items()}
    assert "common.0001_journal" in manifest["migrations"]
    assert "est intacte" in place.does("backup", "--check", str(archive))


def test_a_site_without_a_database_has_nothing_to_back_up(new_place: Callable[..., Place]) -> None:
    empty = new_place()
    assert "rien à sauvegarder" in empty.refuses("backup")
    assert not list((empty.folder / "sauvegardes").iterdir())


@pytest.mark.skipif("not on_postgresql()")
def test_programs_of_postgresql_that_are_missing_or_old_are_said(place: Place, tmp_path: Path) -> None:
    said = place.refuses("backup", PATH=str(tmp_path))
    assert re.search(r"« pg_dump » n’est pas installé .* apt install postgresql-client-\d+", said)
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
    old.chmod(0o755)
    said = place.refuses("backup", PATH=f"{tmp_path}:/bin:/usr/bin")
    assert "« pg_dump » (pg_dump (PostgreSQL) 9.6.24) est plus ancien que le serveur" in said
    # Nothing half-written is left.
    assert not list((place.folder / "sauvegardes").glob("*"))
