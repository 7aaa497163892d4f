"""What may be sent about meetings."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from pprg_shared.acting import runtime
from pprg_shared.calendar import london_date, long
from pprg_shared.profile import Meetings, standing_dates
from pprg_triage.rules import When, still_to_come
from pprg_triage.schemas.words import words

OTHER = "other"
#: Standing meetings that are offered where no clock limits them.
MOST_OFFERED = 6


class MeetingSchema(Schema):
    """When and where the group meets: at one of its standing meetings, or an extraordinary one.

    What is loaded is `when`; the time and place of a standing meeting are those of the profile.
    """

    standing = fields.String(load_default=OTHER, metadata={"label": "Which meeting?", "widget": "radios"})
    day = fields.Date(
        metadata={"label": "Day", "hint": "Such as 8 December 2026", "width": 20, "example": "2026-12-08"},
        **words("Enter the day of the meeting with its month and year"),
    )
    starts = fields.Time(
        format="%H:%M",
        metadata={"label": "Starts at", "hint": "London time, such as 10:00", "width": 5, "example": "10:00"},
        **words("Enter when the meeting starts, such as 10:00"),
    )
    ends = fields.Time(
        format="%H:%M",
        metadata={"label": "Ends at", "hint": "Such as 12:00", "width": 5, "example": "12:00"},
        **words("Enter when the meeting ends, such as 12:00"),
    )
    place = fields.String(
        validate=validate.Length(min=1, max=200, error="Say where, in up to 200 characters"),
        metadata={"label": "Where", "hint": "A room or a link. No names of people.", "example": "Room 2"},
        **words("Say where the group meets"),
    )

    def __init__(self, meetings: Meetings, standing: Sequence[date]) -> None:
        """Offer these of the standing meetings; without any, only an extraordinary one can be called."""
        super().__init__(exclude=() if standing else ("standing",))
        self.meetings, self.offered = meetings, {each.isoformat(): each for each in standing}
        if standing:
            choices = {name: f"{long(each)}, {self._period(each)}" for name, each in self.offered.items()}
            self._add("standing", choices=choices | {OTHER: "An extraordinary meeting, on another day"})
            self._add("day", section="An extraordinary meeting")

    def _add(self, name: str, **more: Any) -> None:
        self.fields[name].metadata = {**self.fields[name].metadata, **more}

    def _period(self, day: date) -> str:
        starts = datetime.combine(day, self.meetings.starts)
        return f"{starts:%H:%M} to {starts + timedelta(minutes=self.meetings.minutes):%H:%M}, {self.meetings.place}"

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def _whole(self, data: Mapping[str, Any], original: Mapping[str, Any], **_: Any) -> None:
        chosen = data.get("standing")
        if chosen in self.offered or (chosen is None and "standing" in original):
            return
        if chosen not in {None, OTHER}:
            raise ValidationError("Choose one of the meetings in the list", "standing")
        missing = [name for name in ("day", "starts", "ends", "place") if name not in data]
        if missing:
            raise ValidationError({name: [self.fields[name].error_messages["required"]] for name in missing})

    @post_load
    def _when(self, data: Mapping[str, Any], **_: Any) -> dict[str, When]:
        day = self.offered.get(data.get("standing", OTHER))
        if day is None:
            return {"when": When(data["day"], data["starts"], data["ends"], data["place"])}
        ends = datetime.combine(day, self.meetings.starts) + timedelta(minutes=self.meetings.minutes)
        return {"when": When(day, self.meetings.starts, ends.time(), self.meetings.place)}


def meeting_schema(due_on: date) -> MeetingSchema:
    """What may be sent about a meeting: the next standing ones inside the clock are offered."""
    meetings, now = runtime().profile.meetings, runtime().clock()
    dates = standing_dates(meetings, london_date(now), due_on)
    return MeetingSchema(meetings, still_to_come(dates, meetings.starts, now)[:MOST_OFFERED])


class CancellationSchema(Schema):
    """That a meeting does not take place: nothing else has to be said."""


class HeldSchema(Schema):
    """That the group has met: who was there, and who declared an interest in the case."""

    held_on = fields.Date(
        load_default=None,
        metadata={
            "label": "Day on which the group met",
            "hint": "Leave it empty if it was the day of the meeting that is called.",
            "width": 20,
        },
        **words("Enter the day with its month and year, such as 8 December 2026"),
    )
    attended = fields.List(
        fields.String(),
        required=True,
        validate=validate.Length(min=1, error="Tick who was there"),
        metadata={"label": "Who was there?"},
        **words("Tick who was there"),
    )
    conflicts = fields.List(
        fields.String(),
        load_default=list,
        metadata={
            "label": "Who declared an interest?",
            "hint": "Such as having managed the case. They take no part in the decision.",
        },
        **words("Tick who declared an interest"),
    )
    interests = fields.String(
        load_default="",
        validate=validate.Length(max=2000, error="Say it in up to 2000 characters"),
        metadata={"label": "What was declared", "hint": "By whom, and how it was handled.", "widget": "textarea"},
        **words("Say what was declared"),
    )

    def __init__(self, invited: Mapping[str, str]) -> None:
        """Offer those who were invited: names by id."""
        super().__init__()
        for name in ("attended", "conflicts"):
            self.fields[name].metadata = {**self.fields[name].metadata, "choices": invited}

    @validates_schema
    def _declared(self, data: Mapping[str, Any], **_: Any) -> None:
        if bool(data["conflicts"]) != bool(data["interests"]):
            if data["conflicts"]:
                raise ValidationError("Say what was declared", "interests")
            raise ValidationError("Tick who declared it", "conflicts")
