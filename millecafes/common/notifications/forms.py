"""The form of what somebody wants to be told by mail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms

from millecafes.common.forms import HouseForm
from millecafes.common.notifications.topics import Rhythm, Topic


class ChoicesForm(HouseForm):
    """One question per topic."""

    def __init__(self, rhythms: list[tuple[Topic, Rhythm]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.rhythms = rhythms
        for topic, rhythm in rhythms:
            choices = [choice for choice in Rhythm.choices if topic.can_stop or choice[0] != Rhythm.NEVER]
            self.fields[topic.name] = forms.ChoiceField(
                label=topic.label,
                choices=choices,
                initial=rhythm.value,
                widget=forms.Select(attrs={"class": "select"}),
                help_text=f"Vous recevez ces messages parce que {topic.reason}.",
            )

    def changes(self) -> Iterator[tuple[Topic, Rhythm]]:
        """What was chosen otherwise than it is."""
        for topic, rhythm in self.rhythms:
            chosen = Rhythm(self.cleaned_data[topic.name])
            if chosen != rhythm:
                yield topic, chosen
