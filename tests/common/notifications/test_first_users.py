"""What people are told about today: a message that came in, an invitation accepted, a job that failed."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from millecafes.accounts.enums import RoleKind
from millecafes.accounts.models import User
from millecafes.common import jobs
from millecafes.common.actors import Actor
from millecafes.common.jobs import registry
from millecafes.common.notifications.models import Notification
from tests.factories.people import client_wearing, make_invitation, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def told(to: User | None = None) -> list[str]:
    rows = Notification.objects.filter(to=to) if to else Notification.objects.all()
    return list(rows.order_by("pk").values_list("text", flat=True))


def test_the_team_is_told_of_a_message_and_not_of_who_wrote_it() -> None:
    client_wearing(RoleKind.TEAM, "network")
    sent = {"subject": "press", "email": "rose@example.org", "body": "Bonjour.", "name": "Rose"}
    subjects = Client().get("/contact/").content.decode()
    sent["subject"] = subjects.split('<option value="')[2].split('"')[0]
    assert Client().post("/contact/", sent).status_code == 302
    (text,) = told()
    assert "rose" not in text.lower()
    assert Notification.objects.get().url.startswith("/equipe/messages/")


def test_who_invited_is_told_that_it_was_accepted() -> None:
    sender = make_person("claude@example.org")
    make_invitation("network", kind=RoleKind.BUYER, token="jeton", invited_by=sender, email="lea@example.org")
    Client().post("/invitation/jeton/", {"full_name": "Léa"})
    assert len(told(sender)) == 1


def test_who_asked_is_told_of_a_failure_once_it_is_one() -> None:
    def refuse(run: jobs.Run) -> None:
        raise jobs.JobError("Impossible.")

    registry.tasks()
    registry.task("tests.refuse", title="Essai", attempts=2)(refuse)
    try:
        asker = make_person("zoe@example.org")
        job = jobs.enqueue("tests.refuse", actor=Actor(user_id=asker.pk), now=timezone.now())
        jobs.testing.run_pending()
        assert told(asker) == []  # it will be tried again
        job.refresh_from_db()
        jobs.testing.run_pending(now=job.run_at)
        assert told(asker) == ["La tâche « Essai » que vous avez demandée n’a pas abouti."]
    finally:
        registry.forget("tests.refuse")
