"""What may be sent about meetings."""

from marshmallow import Schema, fields, validate

from pprg_triage.schemas.words import words


class MeetingSchema(Schema):
    """When and where the group meets."""

    day = fields.Date(
        required=True,
        metadata={"label": "Day", "hint": "Such as 8 December 2026", "width": 20},
        **words("Enter the day of the meeting with its month and year"),
    )
    starts = fields.Time(
        required=True,
        format="%H:%M",
        metadata={"label": "Starts at", "hint": "London time, such as 10:00", "width": 5},
        **words("Enter when the meeting starts, such as 10:00"),
    )
    ends = fields.Time(
        required=True,
        format="%H:%M",
        metadata={"label": "Ends at", "hint": "Such as 12:00", "width": 5},
        **words("Enter when the meeting ends, such as 12:00"),
    )
    place = fields.String(
        required=True,
        validate=validate.Length(min=1, max=200, error="Say where, in up to 200 characters"),
        metadata={"label": "Where", "hint": "A room or a link. No names of people."},
        **words("Say where the group meets"),
    )
