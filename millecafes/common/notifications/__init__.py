"""Telling people things: on the site, and by mail that is spaced, explained, and stopped with one click.

A room registers its topics in its `apps.py` and calls `notify` in the transaction of what happened; a job
sends what is due, grouped by person. `remind` says a thing again until `stop_reminders`.
"""

from millecafes.common.notifications.services import forget_target, notify, remind, stop_reminders
from millecafes.common.notifications.topics import Rhythm, Topic, register_topic

__all__ = ["Rhythm", "Topic", "forget_target", "notify", "register_topic", "remind", "stop_reminders"]
