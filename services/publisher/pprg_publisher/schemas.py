"""What may be sent to the publisher, by form and by API alike."""

from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from pprg_shared.acting import runtime
from pprg_shared.calendar import london_date

FIRST_YEAR = 1945
LONGEST_LIST = 200_000
LAST_PAGE = 100_000


def _words(text: str) -> dict[str, Any]:
    return {"error_messages": dict.fromkeys(("required", "invalid", "null"), text)}


def _types() -> dict[str, str]:
    return {each.code: each.label for each in runtime().profile.publication.types.values()}


def _themes() -> dict[str, str]:
    return {each.code: each.label for each in runtime().profile.themes.values()}


def _type(code: str) -> None:
    if code not in _types():
        raise ValidationError("Choose a type of review from the list")


def _theme(code: str) -> None:
    if code not in _themes():
        raise ValidationError("Choose themes from the list")


def _year(value: int) -> None:
    last = london_date(runtime().clock()).year
    if not FIRST_YEAR <= value <= last:
        raise ValidationError(f"Enter a year from {FIRST_YEAR} to {last}")


def _text(most: int, words: str, least: int = 0, **metadata: Any) -> fields.String:
    """A text of so many characters; one that must be there when `least` says so."""
    length = validate.Length(min=least or None, max=most, error=f"{words}, in {least} to {most} characters")
    if not least:
        length = validate.Length(max=most, error=f"Shorten this to {most} characters")
    return fields.String(required=bool(least), validate=length, metadata=metadata, **_words(words))


class PublicationSchema(Schema):
    """What everybody will read; loaded with `partial`, a draft that may still lack some of it."""

    type = fields.String(
        required=True,
        validate=_type,
        metadata={"label": "Type of review", "widget": "select", "choices": _types},
        **_words("Choose a type of review"),
    )
    label = _text(
        80,
        "Say what the review calls the person or family",
        2,
        label="Label",
        width=20,
        hint="Such as Child H, Family N or a pseudonym. Never a real name.",
        example="Child H",
    )
    year = fields.Integer(
        required=True,
        validate=_year,
        metadata={"label": "Year of the review", "width": 4, "example": 2026},
        **_words("Enter a year such as 2026"),
    )
    title = _text(
        150, "Give the page a title", 5, label="Title of the page", hint="No names, no places, no exact dates."
    )
    summary = _text(
        300,
        "Say in a sentence what the review was about",
        20,
        label="What the review was about",
        widget="textarea",
        rows=3,
        hint="A sentence or two, without dates.",
    )
    learning = _text(
        5000,
        "Say what was learnt",
        50,
        label="What was learnt",
        widget="textarea",
        rows=10,
        hint="Months and years only.",
    )
    recommendations = _text(5000, "Enter text", label="What was recommended (optional)", widget="textarea", rows=6)
    author = _text(150, "Enter text", label="Lead reviewer (optional)", hint="Only with their consent.")
    model = _text(80, "Enter text", label="Method of the review (optional)", width=20)
    themes = fields.List(
        fields.String(validate=_theme),
        required=True,
        validate=validate.Length(min=1, max=30, error="Choose 1 to 30 themes"),
        metadata={"label": "Themes", "choices": _themes, "style": "govuk-checkboxes--small pprg-columns"},
        **_words("Choose at least one theme"),
    )


def offering(*, imported: bool) -> PublicationSchema:
    """What must be there to offer a publication; lists of older reviews do not say all of it."""
    return PublicationSchema(partial=("summary", "learning", "themes") if imported else None)


class WhichCase(Schema):
    """The case whose publications are wanted."""

    case = fields.UUID(required=True)


class NothingSchema(Schema):
    """A button that says all there is to say."""


class PlanSchema(Schema):
    """When something is published, and when those who must be told before got their copies."""

    day = fields.Date(
        required=True,
        metadata={"label": "Day", "hint": "Such as 15 January 2027", "width": 20, "example": "2027-01-15"},
        **_words("Enter the day of publication with its month and year"),
    )
    at = fields.Time(
        required=True,
        format="%H:%M",
        metadata={"label": "Time", "hint": "London time, such as 09:00", "width": 5, "example": "09:00"},
        **_words("Enter the time of publication, such as 09:00"),
    )
    copies_on = fields.Date(
        allow_none=True,
        metadata={
            "label": "Day on which copies were sent (optional)",
            "hint": "To those who must have one before it is published.",
            "width": 20,
            "example": "2026-11-24",
        },
        **_words("Enter the day on which copies were sent with its month and year"),
    )
    why = _text(
        2000,
        "Enter text",
        label="Why is it moved? (optional while nothing is planned yet)",
        widget="textarea",
        rows=3,
        example="The inquest ends later than expected.",
    )


class LiftSchema(Schema):
    """Why something is published without waiting for its day."""

    why = _text(
        2000,
        "Say why it does not wait",
        5,
        label="Why does it not wait?",
        widget="textarea",
        rows=3,
        example="Everybody concerned has agreed.",
    )


class CallOffSchema(Schema):
    """Why no day is planned for a publication any more."""

    why = _text(
        2000,
        "Say why it is called off",
        5,
        label="Why is it called off?",
        widget="textarea",
        rows=3,
        example="A court hearing comes first.",
    )


class ListSchema(Schema):
    """A list of published reviews, as CSV, and the type of those that do not say."""

    text = fields.String(
        required=True,
        validate=validate.Length(min=1, max=LONGEST_LIST, error=f"Import at most {LONGEST_LIST} characters at a time"),
        metadata={
            "label": "Or paste the list here",
            "widget": "textarea",
            "rows": 8,
            "example": "Title,Published,Type\nChild X: Full Report,March 2022,lcspr",
        },
        **_words("Choose a file or paste a list"),
    )
    type = fields.String(
        validate=_type,
        metadata={
            "label": "Type of review where the list does not say (optional)",
            "widget": "select",
            "choices": _types,
            "none": "Leave these rows out",
        },
        **_words("Choose a type of review from the list"),
    )


class ConfirmedListSchema(ListSchema):
    """The list again, carried along unseen by the page that shows what it would make."""

    text = fields.String(required=True, validate=validate.Length(1, LONGEST_LIST), metadata={"widget": "hidden"})
    type = fields.String(validate=_type, metadata={"widget": "hidden"})


class SearchSchema(Schema):
    """What somebody looks for in what was learnt; everything may be combined."""

    text = fields.String(
        validate=validate.Length(max=200, error="Search for at most 200 characters"),
        metadata={"label": "Words", "type": "search"},
    )
    theme = fields.String(
        validate=_theme,
        metadata={"label": "Theme", "widget": "select", "choices": _themes, "none": "Any theme"},
    )
    type = fields.String(
        validate=_type,
        metadata={"label": "Type of review", "widget": "select", "choices": _types, "none": "Any type"},
    )
    year = fields.Integer(
        validate=validate.Range(FIRST_YEAR, date.max.year, error="Enter a year such as 2026"),
        metadata={"label": "Year", "width": 4, "type": "text"},
        error_messages={"invalid": "Enter a year such as 2026"},
    )
    page = fields.Integer(
        validate=validate.Range(1, LAST_PAGE, error="There is no such page"),
        metadata={"widget": "hidden"},
        error_messages={"invalid": "There is no such page"},
    )
