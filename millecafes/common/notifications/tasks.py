"""What notifications do by themselves: every few minutes, what is due is reminded and mailed."""

from __future__ import annotations

import datetime as dt

from millecafes.common.jobs import Run, schedule, task
from millecafes.common.notifications import sending


@task("common.send_notifications", title="Envoi des notifications", atomic=False)
def send_notifications(run: Run) -> None:
    """Mail what is due: rows are marked in the transaction that asks for the mail, so once."""
    with run.effects():
        reminded = sending.tell_reminders(now=run.now)
    mails, last = 0, 0
    while people := sending.due_people(run.now, after=last):
        with run.effects():
            mails += sending.send_due(people, now=run.now)
        last = people[-1]
    run.result(text=f"Rappels : {reminded}. Courriels : {mails}." if reminded or mails else "Rien à envoyer.")


schedule("common.send_notifications", every=dt.timedelta(minutes=5))
