"""What may be sent about meetings."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from pprg_shared.acting import runtime
from pprg_shared.calendar import london_date, long
from pprg_shared.profile import Meetings, standing_dates
from pprg_triage.rules import Gathering, Together, When, still_to_come
from pprg_triage.rules.meetings import Offer, offers
from pprg_triage.schemas.words import words

OTHER = "other"
#: Standing meetings that are offered where no clock limits them.
MOST_OFFERED = 6
MOST_PEOPLE = 100
WHEN = frozenset({"standing", "day", "starts", "ends", "place"})
#: Of a case that is heard with others: what is moved or cancelled.
ONLY, WHOLE = "case", "whole"
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


def _which(verb: str) -> fields.String:
    """Whether something is done about one case alone, or all that are heard with it."""
    return fields.String(
        load_default=ONLY,
        validate=validate.OneOf([ONLY, WHOLE], error=f"Say what is to be {verb}"),
        metadata={"label": f"What is to be {verb}?", "widget": "radios", "example": ONLY},
        **words(f"Say what is to be {verb}"),
    )


class MeetingSchema(Schema):
    """When and where the group meets: at a standing meeting, one that it holds anyway, or an extraordinary one.

    What is loaded is `when`, and what else was sent; a meeting that is chosen has its own time and place.
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

    def __init__(self, offered: Mapping[str, Offer], **options: Any) -> None:
        """Offer these meetings; without any, only an extraordinary one can be called."""
        super().__init__(exclude=() if offered else ("standing",), **options)
        self.offered = offered
        if offered:
            choices = {name: _said(each) for name, each in offered.items()}
            self._add("standing", choices=choices | {OTHER: "An extraordinary meeting, on another day"})
            self._add("day", section="An extraordinary meeting")

    def _add(self, name: str, **more: Any) -> None:
        self.fields[name].metadata = {**self.fields[name].metadata, **more}

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
        offer = self.offered.get(data.get("standing", OTHER))
        when = offer.when if offer else When(data["day"], data["starts"], data["ends"], data["place"])
        return {"when": when, **_done_to(more)}


def _said(offer: Offer) -> str:
    """`Thursday 10 December 2026, 14:00 to 16:00, County Hall: also PPRG-2026-0003`."""
    when = offer.when
    also = f": also {', '.join(offer.references)}" if offer.references else ""
    return f"{long(when.day)}, {when.starts:%H:%M} to {when.ends:%H:%M}, {when.place}{also}"


def _done_to(data: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent, with `whole` for whether all cases are meant, where that was asked."""
    rest = {name: each for name, each in data.items() if name != "which"}
    return rest | ({"whole": data["which"] == WHOLE} if "which" in data else {})


class CallSchema(MeetingSchema):
    """When and where the group is called to meet, whom else to invite, and whom of it to leave out."""

    added = _people("Who else is to come?", "People of the office, the group, and the agencies that are asked.")
    left_out = _people("Who is not to be invited?", "Such as somebody who is away.")

    def __init__(self, offered: Mapping[str, Offer], gathering: Gathering) -> None:
        """Offer these meetings and people."""
        super().__init__(offered)
        for name, choices in (("added", gathering.others), ("left_out", gathering.invited)):
            self._add(name, choices=choices)


class MoveSchema(MeetingSchema):
    """When and where the group meets instead, about one case or all that are heard with it."""

    which = _which("moved")


class CancellationSchema(Schema):
    """That a meeting does not take place, about one case or all that are heard with it."""

    which = _which("cancelled")

    @post_load
    def _all(self, data: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        return _done_to(data)


def call_schema(due_on: date, gathering: Gathering, sittings: Sequence[Together] = ()) -> CallSchema:
    """What may be sent about a meeting that is called: the next ones inside the clock, and who may be there."""
    return CallSchema(_offers(due_on, sittings), gathering)


def move_schema(due_on: date, sittings: Sequence[Together] = ()) -> MoveSchema:
    """What may be sent about one that is moved: the next ones inside the clock are offered."""
    return MoveSchema(_offers(due_on, sittings))


def of_cases(schema: Schema, reference: str, others: Sequence[str]) -> Schema:
    """The same on a page: whether this case alone is meant, or these others too; not asked where there are none."""
    if others:
        choices = {ONLY: f"Only {reference}", WHOLE: f"The whole meeting, with {', '.join(others)}"}
        field = schema.fields["which"]
        field.metadata = {**field.metadata, "choices": choices, "section": "Cases of this meeting"}
    else:
        for known in (schema.fields, schema.load_fields, schema.dump_fields):
            known.pop("which", None)
    return schema


def _offers(due_on: date, sittings: Sequence[Together]) -> dict[str, Offer]:
    meetings, now = runtime().profile.meetings, runtime().clock()
    dates = still_to_come(standing_dates(meetings, london_date(now), due_on), meetings.starts, now)[:MOST_OFFERED]
    return offers([_standing(meetings, each) for each in dates], sittings)


def _standing(meetings: Meetings, day: date) -> When:
    ends = datetime.combine(day, meetings.starts) + timedelta(minutes=meetings.minutes)
    return When(day, meetings.starts, ends.time(), meetings.place)


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
