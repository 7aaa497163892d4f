"""What may be sent about meetings."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from pprg_shared.acting import runtime
from pprg_shared.calendar import london_date, long
from pprg_shared.profile import Meetings, standing_dates
from pprg_triage.rules import Gathering, When, still_to_come
from pprg_triage.schemas.words import words

OTHER = "other"
#: Standing meetings that are offered where no clock limits them.
MOST_OFFERED = 6
MOST_PEOPLE = 100
WHEN = frozenset({"standing", "day", "starts", "ends", "place"})
#: What leads to who is invited and who was there besides the group and the referrer.
INVITE, BEYOND = "Change who is invited", "Write down who else was there"


def _people(label: str, hint: str) -> fields.List[str]:
    """People whom a meeting concerns besides those whom it usually does, or not, by id."""
    return fields.List(
        fields.String(),
        load_default=list,
        validate=validate.Length(max=MOST_PEOPLE, error=f"Choose at most {MOST_PEOPLE} people"),
        metadata={"label": label, "hint": hint, "further": INVITE},
        **words("Choose people in the list"),
    )


class MeetingSchema(Schema):
    """When and where the group meets: at one of its standing meetings, or an extraordinary one.

    What is loaded is `when`, and what else was sent; the time and place of a standing meeting are those of the profile.
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
    def _when(self, data: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        more = {name: each for name, each in data.items() if name not in WHEN}
        day = self.offered.get(data.get("standing", OTHER))
        if day is None:
            return {"when": When(data["day"], data["starts"], data["ends"], data["place"]), **more}
        ends = datetime.combine(day, self.meetings.starts) + timedelta(minutes=self.meetings.minutes)
        return {"when": When(day, self.meetings.starts, ends.time(), self.meetings.place), **more}


class CallSchema(MeetingSchema):
    """When and where the group is called to meet, whom else to invite, and whom of it to leave out."""

    added = _people("Who else is to come?", "People of the office, the group, and the agencies that are asked.")
    left_out = _people("Who is not to be invited?", "Such as somebody who is away.")

    def __init__(self, meetings: Meetings, standing: Sequence[date], gathering: Gathering) -> None:
        """Offer these standing meetings and people."""
        super().__init__(meetings, standing)
        for name, choices in (("added", gathering.others), ("left_out", gathering.invited)):
            self._add(name, choices=choices)


def meeting_schema(due_on: date) -> MeetingSchema:
    """What may be sent about a meeting: the next standing ones inside the clock are offered."""
    return MeetingSchema(runtime().profile.meetings, _standing(due_on))


def call_schema(due_on: date, gathering: Gathering) -> CallSchema:
    """The same of one that is called, with who may be there."""
    return CallSchema(runtime().profile.meetings, _standing(due_on), gathering)


def _standing(due_on: date) -> list[date]:
    meetings, now = runtime().profile.meetings, runtime().clock()
    dates = standing_dates(meetings, london_date(now), due_on)
    return still_to_come(dates, meetings.starts, now)[:MOST_OFFERED]


class CancellationSchema(Schema):
    """That a meeting does not take place: nothing else has to be said."""


class OtherSchema(Schema):
    """Somebody who was at a meeting besides the group, and for which member, if they stood in for one."""

    person = fields.String(
        required=True,
        metadata={"label": "Who?", "widget": "select"},
        **words("Choose somebody in the list"),
    )
    stood_in_for = fields.String(
        load_default="",
        metadata={"label": "For which member did they stand in?", "widget": "select", "none": "Nobody"},
        **words("Choose a member in the list"),
    )
    interest = fields.Boolean(
        load_default=False,
        metadata={
            "label": "Did they declare an interest?",
            "widget": "checkboxes",
            "choices": {"true": "They declared an interest"},
        },
        **words("Say whether they declared an interest"),
    )


class HeldSchema(Schema):
    """That the group has met: who was there, and who declared an interest in the case.

    What is loaded says in `others` who was there besides, and in `stand_ins` for which members some of them stood in.
    """

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
    others = fields.List(
        fields.Nested(OtherSchema),
        load_default=list,
        validate=validate.Length(max=MOST_PEOPLE, error=f"Name at most {MOST_PEOPLE} people"),
        metadata={
            "label": "Who else was there?",
            "hint": "Whoever stood in for a member counts as one. Who is in no list is added to the directory first.",
            "row": "Person",
            "add": "Add another person",
            "blank": 1,
            "most": MOST_PEOPLE,
            "further": BEYOND,
        },
        **words("Send a list of people"),
    )
    interests = fields.String(
        load_default="",
        validate=validate.Length(max=2000, error="Say it in up to 2000 characters"),
        metadata={"label": "What was declared", "hint": "By whom, and how it was handled.", "widget": "textarea"},
        **words("Say what was declared"),
    )

    def __init__(self, gathering: Gathering) -> None:
        """Offer these people."""
        super().__init__()
        for name in ("attended", "conflicts"):
            _offer(self.fields[name], gathering.invited)
        rows = cast("fields.List[Any]", self.fields["others"])
        inner = cast("fields.Nested", rows.inner).schema.fields
        _offer(inner["person"], gathering.others)
        _offer(inner["stood_in_for"], gathering.members)

    @validates_schema
    def _declared(self, data: Mapping[str, Any], **_: Any) -> None:
        declared = data["conflicts"] or any(each["interest"] for each in data["others"])
        if declared and not data["interests"]:
            raise ValidationError("Say what was declared", "interests")
        if data["interests"] and not declared:
            raise ValidationError("Tick who declared it", "conflicts")
        people = [each["person"] for each in data["others"]]
        if len(set(people)) < len(people):
            raise ValidationError("Say of each person once that they were there", "others")

    @post_load
    def _all(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        others = data["others"]
        data["others"] = [each["person"] for each in others]
        data["conflicts"] = [*data["conflicts"], *(each["person"] for each in others if each["interest"])]
        stand_ins = {each["person"]: each["stood_in_for"] for each in others if each["stood_in_for"]}
        return data | {"stand_ins": stand_ins}


def _offer(field: "fields.Field[Any]", people: Mapping[str, str]) -> None:
    field.metadata = {**field.metadata, "choices": people}
