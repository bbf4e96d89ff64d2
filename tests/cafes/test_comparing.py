"""Cafés compared with extracts of OpenStreetMap: read, matched, proposed, decided; nothing by itself."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.cafes import services
from millecafes.cafes.enums import ProposalKind, ProposalState
from millecafes.cafes.models import Cafe, OsmProposal
from millecafes.cafes.services import CafeError
from millecafes.cafes.services.comparing.deciding import leave, take
from millecafes.cafes.services.comparing.matching import likeness
from millecafes.cafes.services.comparing.reading import Extract, ExtractError, OsmObject, read_extract
from millecafes.cafes.services.comparing.storing import Counts, compare
from millecafes.common.documents.models import Document
from millecafes.common.jobs.models import Job, JobState
from millecafes.common.jobs.testing import run_pending
from tests.factories.cafes import ACTOR, make_cafe, make_service
from tests.factories.people import client_wearing

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
PAGE, SEND = "/equipe/cafes/openstreetmap/", "/equipe/cafes/openstreetmap/comparer/"
TAGS = {"amenity": "cafe", "name": "Le Zinc de Técou", "opening_hours": "Tu-Sa 08:00-19:00"}


def place(ref: str = "node/1", lat: float = 43.8514, lon: float = 1.9502, **tags: str) -> OsmObject:
    return OsmObject(ref, {**TAGS, **tags}, lat, lon)


def zinc(**details: Any) -> Cafe:
    return make_cafe("Le Zinc", **{"latitude": 43.8510, "longitude": 1.9500, **details})


def run(*objects: OsmObject) -> Counts:
    return compare(extract=Extract(objects, dt.date(2026, 11, 1)), now=NOW)


def only(kind: ProposalKind) -> OsmProposal:
    return OsmProposal.objects.get(kind=kind)


def fields(proposal: OsmProposal) -> dict[str, dict[str, Any]]:
    return {one["field"]: one for one in proposal.differences}


def written(folder: Path, *, cut: int = 0) -> Path:
    """A small extract: a café, a bar drawn as a building, a bench, and the points of the building."""
    import osmium
    from osmium.osm.mutable import Node, Way

    path = folder / "small.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for number, (lon, lat) in enumerate(((1.95, 43.85), (1.9504, 43.85), (1.9504, 43.8506)), 10):
            writer.add_node(Node(id=number, location=(lon, lat)))
        writer.add_node(Node(id=1, location=(1.9502, 43.8514), tags=TAGS))
        writer.add_node(Node(id=2, location=(1.951, 43.851), tags={"amenity": "bench", "name": "Banc"}))
        writer.add_way(Way(id=3, nodes=[10, 11, 12, 10], tags={"amenity": "bar", "name": "Le Préau"}))
        writer.add_way(Way(id=4, nodes=[99], tags={"amenity": "bar", "name": "Sans point"}))
    if cut:
        path.write_bytes(path.read_bytes()[:-cut])
    return path


def overpass(folder: Path, told: Any) -> Path:
    path = folder / "answer.json"
    path.write_text(told if isinstance(told, str) else json.dumps(told))
    return path


class TestReading:
    def test_points_and_buildings_of_a_pbf(self, tmp_path: Path) -> None:
        found = {one.ref: one for one in read_extract(written(tmp_path), is_json=False).objects}
        assert set(found) == {"node/1", "way/3"}
        assert dict(found["node/1"].tags) == TAGS
        building = found["way/3"]
        assert (building.latitude, building.longitude) == pytest.approx((43.8503, 1.9502), abs=1e-6)

    def test_an_answer_of_overpass(self, tmp_path: Path) -> None:
        elements = [
            {"type": "node", "id": 1, "lat": 43.85, "lon": 1.95, "tags": TAGS},
            {"type": "relation", "id": 2, "center": {"lat": 43.86, "lon": 1.96}, "tags": {"amenity": "pub"}},
            {"type": "way", "id": 3, "tags": {"amenity": "bar"}},  # « out center » was forgotten
            {"type": "node", "id": 4, "lat": 43.85, "lon": 1.95, "tags": {"amenity": "bench"}},
            {"type": "node", "id": 5, "lat": "x", "lon": 1.95, "tags": {"amenity": "bar"}},
            {"type": "node", "id": 6, "lat": 430, "lon": 1.95, "tags": {"amenity": "bar"}},
            "rien",
        ]
        base = {"timestamp_osm_base": "2026-11-01T05:00:00Z"}
        found = read_extract(overpass(tmp_path, {"osm3s": base, "elements": elements}), is_json=True)
        assert [one.ref for one in found.objects] == ["node/1", "relation/2"]
        assert found.dated == dt.date(2026, 11, 1)

    @pytest.mark.parametrize(
        ("told", "said"),
        [
            ("{", "ne se lit pas"),
            ("[" * 100_000, "ne se lit pas"),
            ([1], "pas de liste"),
            ({"elements": 3}, "pas de liste"),
            ({"elements": []}, "aucun lieu"),
        ],
    )
    def test_a_wrong_answer_is_told(self, tmp_path: Path, told: Any, said: str) -> None:
        with pytest.raises(ExtractError, match=said):
            read_extract(overpass(tmp_path, told), is_json=True)

    def test_a_broken_pbf_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(ExtractError, match="abîmé ou incomplet"):
            read_extract(written(tmp_path, cut=40), is_json=False)
        other = tmp_path / "other.osm.pbf"
        other.write_bytes(b"pas un extrait" * 50)
        with pytest.raises(ExtractError, match="abîmé ou incomplet"):
            read_extract(other, is_json=False)

    @pytest.mark.national
    def test_a_real_country(self, shared_dir: Path) -> None:
        found = read_extract(shared_dir / "data" / "andorra.osm.pbf", is_json=False)
        assert len(found.objects) > 50
        assert any(one.name == "Surf" for one in found.objects)
        assert all(42.4 < one.latitude < 42.7 and 1.4 < one.longitude < 1.8 for one in found.objects)
        assert found.dated == dt.date(2013, 5, 28)


class TestMatching:
    def test_same_place_only_there_only_here(self) -> None:
        cafe = zinc()
        missing = make_cafe("La Roulotte", latitude=43.88, longitude=1.97)
        far = make_cafe("Au bout du monde", latitude=44.05, longitude=1.95)
        counts = run(place(), place("node/2", 43.90, 1.99, name="Le Préau"))
        assert counts == Counts(read=2, same=1, only_there=1, only_here=1, waiting=3)
        same = only(ProposalKind.MATCH)
        assert (same.cafe, same.osm_ref, same.state) == (cafe, "node/1", ProposalState.WAITING)
        assert same.metres is not None
        assert 40 < same.metres < 60
        assert only(ProposalKind.ONLY_OSM).name == "Le Préau"
        assert only(ProposalKind.ONLY_HERE).cafe == missing
        assert not OsmProposal.objects.filter(cafe=far).exists()  # the extract says nothing of there

    def test_a_place_without_a_name_is_not_proposed_alone(self) -> None:
        zinc()
        run(place(), OsmObject("node/2", {"amenity": "bar"}, 43.9, 1.99))
        assert not OsmProposal.objects.filter(kind=ProposalKind.ONLY_OSM).exists()

    def test_one_place_for_one_café_the_most_alike_first(self) -> None:
        zinc()
        other = make_cafe("Le Zinc de Técou", latitude=43.8513, longitude=1.9501)
        run(place())
        assert only(ProposalKind.MATCH).cafe == other

    def test_another_name_at_the_same_door_is_proposed_and_farther_is_not(self) -> None:
        zinc()
        run(place(lat=43.8511, lon=1.9500, name="Chez Ginette"))
        assert only(ProposalKind.MATCH).likeness == likeness("Le Zinc", "Chez Ginette")
        OsmProposal.objects.all().delete()
        run(place(lat=43.8530, lon=1.9500, name="Chez Ginette"))
        assert not OsmProposal.objects.filter(kind=ProposalKind.MATCH).exists()

    def test_words_that_all_share_do_not_make_a_likeness(self) -> None:
        assert likeness("Café de la Place", "Le Café de la Gare") < 60
        assert likeness("Café de la Place", "Bar de la Place") == 100
        assert likeness("Le Café", "Café") > 60

    def test_what_differs_both_ways(self) -> None:
        cafe = zinc()
        services.set_hours(cafe=cafe, hours="Tu-Sa 08:00-12:00", actor=ACTOR, now=NOW)
        make_service(cafe, "pain")
        run(place(post_office="post_partner", **{"sells:bread": "no"}))
        told = fields(only(ProposalKind.MATCH))
        assert (told["hours"]["here"], told["hours"]["there"]) == ("Tu-Sa 08:00-12:00", "Tu-Sa 08:00-19:00")
        assert (told["name"]["there"], told["osm_ref"]["there"]) == ("Le Zinc de Técou", "node/1")
        assert told["point"]["there"] == "43.85140, 1.95020"
        assert (told["service:relais-postal"]["here"], told["service:relais-postal"]["there"]) == ("", "oui")
        bread = told["service:pain"]
        assert (bread["here"], bread["there"], bread["can_take"]) == ("en service", "non", False)

    def test_the_same_said_otherwise_is_no_difference(self) -> None:
        cafe = zinc(latitude=43.8514, longitude=1.9502, osm_ref="node/1")
        make_service(cafe, "boissons")
        services.set_hours(cafe=cafe, hours="Tu-Sa 08:00-12:00,14:00-19:00", actor=ACTOR, now=NOW)
        run(place(name="LE ZINC", amenity="bar", opening_hours="Tu-Sa 8:00-12:00, 14:00-19:00"))
        same = only(ProposalKind.MATCH)
        assert same.differences == []
        assert same.state == ProposalState.TAKEN

    def test_hours_that_cannot_be_read_are_shown_and_not_taken(self) -> None:
        zinc()
        run(place(opening_hours="selon l'humeur"))
        told = fields(only(ProposalKind.MATCH))["hours"]
        assert (told["there"], told["can_take"]) == ("selon l'humeur", False)


class TestDeciding:
    def decide(self, what: Any, field: str) -> OsmProposal:
        return what(proposal=only(ProposalKind.MATCH), field=field, actor=ACTOR, now=NOW)

    def test_a_comparison_changes_no_café(self) -> None:
        zinc()
        before = list(Cafe.objects.values())
        run(place())
        assert list(Cafe.objects.values()) == before

    def test_each_thing_is_taken_by_itself(self) -> None:
        cafe = zinc()
        run(place(**{"sells:bread": "yes"}))
        self.decide(take, "hours")
        cafe.refresh_from_db()
        assert (cafe.hours, cafe.name) == ("Tu-Sa 08:00-19:00", "Le Zinc")
        for field in ("osm_ref", "name", "point", "service:pain", "service:boissons"):
            assert only(ProposalKind.MATCH).state == ProposalState.WAITING
            self.decide(take, field)
        cafe.refresh_from_db()
        assert (cafe.name, cafe.osm_ref, cafe.latitude) == ("Le Zinc de Técou", "node/1", 43.8514)
        assert set(cafe.services.values_list("code", flat=True)) == {"pain", "boissons"}
        assert only(ProposalKind.MATCH).state == ProposalState.TAKEN
        run(place(**{"sells:bread": "yes"}))
        assert only(ProposalKind.MATCH).differences == []

    def test_the_same_extract_twice_doubles_nothing_and_keeps_decisions(self) -> None:
        zinc()
        make_cafe("La Roulotte", latitude=43.88, longitude=1.97)
        objects = (place(), place("node/2", 43.90, 1.99, name="Le Préau"))
        run(*objects)
        self.decide(leave, "name")
        for kind in (ProposalKind.ONLY_HERE, ProposalKind.ONLY_OSM):
            leave(proposal=only(kind), actor=ACTOR, now=NOW)
        run(*objects)
        assert OsmProposal.objects.count() == 3
        assert fields(only(ProposalKind.MATCH))["name"]["decision"] == "left"
        assert only(ProposalKind.ONLY_HERE).state == ProposalState.KEPT
        assert only(ProposalKind.ONLY_OSM).state == ProposalState.KEPT
        # What was left is asked again once it says something else.
        run(place(name="Le Zinc du bourg"), objects[1])
        assert fields(only(ProposalKind.MATCH))["name"]["decision"] == ""

    def test_two_places_said_apart_stay_apart(self) -> None:
        zinc()
        run(place())
        assert self.decide(leave, "osm_ref").state == ProposalState.KEPT
        run(place())
        kinds = {(row.kind, row.state) for row in OsmProposal.objects.all()}
        assert kinds == {
            (ProposalKind.MATCH, ProposalState.KEPT),
            (ProposalKind.ONLY_OSM, ProposalState.WAITING),
            (ProposalKind.ONLY_HERE, ProposalState.WAITING),
        }

    def test_a_café_found_later_is_no_longer_missing(self) -> None:
        zinc()
        run(place("node/2", 43.90, 1.99, name="Le Préau"))
        leave(proposal=only(ProposalKind.ONLY_HERE), actor=ACTOR, now=NOW)
        run(place(), place("node/2", 43.90, 1.99, name="Le Préau"))
        assert only(ProposalKind.MATCH).osm_ref == "node/1"
        assert not OsmProposal.objects.filter(kind=ProposalKind.ONLY_HERE).exists()

    def test_what_changed_meanwhile_is_not_overwritten(self) -> None:
        cafe = zinc()
        run(place())
        services.set_hours(cafe=cafe, hours="Mo 10:00-12:00", actor=ACTOR, now=NOW)
        with pytest.raises(CafeError, match="a changé depuis la comparaison"):
            self.decide(take, "hours")
        cafe.refresh_from_db()
        assert cafe.hours == "Mo 10:00-12:00"
        self.decide(take, "name")
        with pytest.raises(CafeError, match="n’est plus à décider"):
            self.decide(take, "name")

    def test_one_place_is_tied_to_one_café(self) -> None:
        zinc()
        run(place())
        make_cafe("Autre", latitude=43.9, longitude=2.0, osm_ref="node/1")
        with pytest.raises(CafeError, match="déjà tenu pour ce lieu"):
            self.decide(take, "osm_ref")


class TestPages:
    def send(self, client: Client, content: bytes, name: str) -> Any:
        return client.post(SEND, {"file": SimpleUploadedFile(name, content)}, follow=True)

    def test_a_file_a_job_proposals_a_decision(self, tmp_path: Path) -> None:
        client, cafe = client_wearing(RoleKind.TEAM, "network"), zinc()
        assert "Aucune comparaison n’a encore été faite" in client.get(PAGE).content.decode()
        html = self.send(client, written(tmp_path).read_bytes(), "midi.osm.pbf").content.decode()
        assert "la comparaison commence" in html
        assert not OsmProposal.objects.exists()
        run_pending()
        assert Job.objects.get(name="cafes.compare_osm").state == JobState.DONE
        assert not Document.objects.exists()  # read, and forgotten
        html = client.get(PAGE).content.decode()
        for said in ("Mêmes lieux", "Le Zinc", "node/1", "ODbL", "C’est le même lieu"):
            assert said in html, said
        told = {"champ": "name", "decision": "reprendre", "retour": f"{PAGE}?nature=match"}
        response = client.post(f"{PAGE}{only(ProposalKind.MATCH).pk}/", told)
        assert response["Location"] == f"{PAGE}?nature=match"
        cafe.refresh_from_db()
        assert cafe.name == "Le Zinc de Técou"
        again = client.post(f"{PAGE}{only(ProposalKind.MATCH).pk}/", {**told, "retour": "//ailleurs.fr/"})
        assert again["Location"] == PAGE
        assert "n’est plus à décider" in client.get(PAGE).content.decode()
        assert client.get(f"{PAGE}?nature=bleue").status_code == 422

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"%PDF-1.4 %%EOF", "est un PDF"),
            (b"", "vide"),
            (b"\x00\x00\x00\x0d\n\tOSMHeader", "abîmé ou incomplet"),
            (b'{"elements": []}', "aucun lieu"),
        ],
    )
    def test_a_wrong_file_is_told_and_nothing_is_kept(self, content: bytes, said: str) -> None:
        client = client_wearing(RoleKind.TEAM, "network")
        html = self.send(client, content, "extrait.osm.pbf").content.decode()
        run_pending()
        assert said in html + client.get(PAGE).content.decode()
        assert not OsmProposal.objects.exists()

    def test_the_differences_leave_as_a_file(self) -> None:
        client = client_wearing(RoleKind.TEAM, "network")
        cafe = zinc()
        make_service(cafe, "pain")
        run(place())
        text = client.get(f"{PAGE}ecarts.csv").getvalue().decode("utf-8-sig")
        assert "https://www.openstreetmap.org/node/1" in text
        assert "sells:bread=yes" in text
        assert text.count("\n") == len(only(ProposalKind.MATCH).differences) + 1
        assert client.get(f"{PAGE}ecarts.csv?nature=bleue").status_code != 200

    def test_the_list_takes_as_many_queries_for_one_as_for_three(self) -> None:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        client, counts = client_wearing(RoleKind.TEAM, "network"), []
        client.get(PAGE)
        for number in (1, 3):
            told = range(number)
            for rank in told:
                make_cafe(f"Zinc {number} {rank}", latitude=43.85 + rank / 50, longitude=1.95)
            run(
                *(
                    place(f"node/{rank}", 43.85 + rank / 50, 1.95, name=f"Zinc {number} {rank}")
                    for rank in told
                )
            )
            with CaptureQueriesContext(connection) as seen:
                client.get(PAGE)
            counts.append(len(seen))
        assert counts[0] == counts[1]


@pytest.mark.national
def test_a_café_of_ours_in_a_real_extract(shared_dir: Path) -> None:
    extract = read_extract(shared_dir / "data" / "andorra.osm.pbf", is_json=False)
    surf = next(one for one in extract.objects if one.name == "Surf")
    cafe = make_cafe("Le Surf")
    Cafe.objects.filter(pk=cafe.pk).update(latitude=surf.latitude, longitude=surf.longitude + 0.0005)
    counts = compare(extract=extract, now=timezone.now())
    assert only(ProposalKind.MATCH).osm_ref == surf.ref
    assert counts.only_there >= 10
    assert counts == compare(extract=extract, now=timezone.now())
