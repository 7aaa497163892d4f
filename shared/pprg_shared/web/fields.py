"""How forms speak, and the kinds of fields that several have."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from marshmallow import ValidationError, fields, validate

from pprg_shared.acting import runtime
from pprg_shared.calendar import london_date
from pprg_shared.partial_dates import NotADate, parse
from pprg_shared.typed import ADDRESS, LONGEST_ADDRESS, TURNING, turning

Choices = Callable[[], Mapping[str, str]]
ONE_ADDRESS = "Enter one email address, such as name@agency.example"
_LENGTH = validate.Length(max=LONGEST_ADDRESS, error=f"Keep this to {LONGEST_ADDRESS} characters")
#: What a work email address must be; a rule may say the same without a form.
WORK_ADDRESS: Sequence[Callable[[str], Any]] = (_LENGTH, validate.Regexp(ADDRESS + r"\Z", error=ONE_ADDRESS))
#: The same, or nothing at all.
WORK_ADDRESS_OR_NONE: Sequence[Callable[[str], Any]] = (
    _LENGTH,
    validate.Regexp(rf"({ADDRESS})?\Z", error=ONE_ADDRESS),
)


def words(text: str) -> dict[str, Any]:
    """The same advice whatever is wrong with a field."""
    return {"error_messages": dict.fromkeys(("required", "invalid", "null"), text)}


def text(label: str, ask: str, longest: int, *checks: Callable[[str], Any], **about: Any) -> fields.String:
    """A required text of at most so many characters, with further checks."""
    long = f"Keep this to {longest} characters"
    lengths = validate.Length(min=1, error=ask), validate.Length(max=longest, error=long)
    return fields.String(required=True, validate=[*lengths, *checks], metadata={"label": label} | about, **words(ask))


def named(label: str, ask: str, longest: int, **about: Any) -> fields.String:
    """A required name: one line, and nothing that a mail program would read as another spelling of something."""
    return text(label, ask, longest, is_name, **about)


def is_name(value: str) -> None:
    """Raises ValidationError for what no name holds: a line end, or `=?`, which mail programs decode."""
    if "\n" in value or "\r" in value or "=?" in value:
        raise ValidationError("Write the name in one line, and without “=?”")


def is_reference(value: str) -> None:
    """Raises ValidationError for what nobody can compare by eye: a mark of direction, or one that is not seen."""
    if turning(value):
        raise ValidationError(TURNING)


def optional(label: str, longest: int, *checks: Callable[[str], Any], **about: Any) -> fields.String:
    """A text of at most so many characters that may be left out, with further checks."""
    long = f"Keep this to {longest} characters"
    return fields.String(
        load_default="",
        validate=[validate.Length(max=longest, error=long), *checks],
        metadata={"label": f"{label} (optional)"} | about,
        **words("Enter text"),
    )


def chosen(
    choices: Mapping[str, str],
    label: str,
    ask: str,
    *,
    widget: str = "radios",
    default: str | None = None,
    **more: Any,
) -> fields.String:
    """One of a fixed list; it must be chosen unless there is a default."""
    needed: dict[str, Any] = {"required": True} if default is None else {"load_default": default}
    check = validate.OneOf(list(choices), list(choices.values()), error=ask)
    return fields.String(validate=check, metadata={"label": label, "widget": widget} | more, **needed, **words(ask))


def maybe(choices: Mapping[str, str], label: str, **about: Any) -> fields.String:
    """One of a fixed list, or nothing said."""
    ask = "Choose from the list, or leave it open"
    about = {"none": "Not said"} | about
    return chosen(choices, f"{label} (optional)", ask, widget="select", default="", **about)


def past_day(label: str, hint: str = "Such as 3 November 2026", **about: Any) -> fields.Date:
    """A day on which something was done, or nothing said."""
    about = {"label": f"{label} (optional)", "hint": hint, "width": 20} | about
    return fields.Date(load_default=None, metadata=about, **words("Enter a day with its month and year"))


def one_of(choices: Choices, error: str) -> Callable[[str], None]:
    """Only what a list offers, which the profile may have written."""

    def check(code: str) -> None:
        if code not in choices():
            raise ValidationError(error)

    return check


def several(choices: Choices, label: str, error: str, *, least: int = 0, **about: Any) -> "fields.List[Any]":
    """Any of what a list offers, each once; `least` of them."""
    needed: dict[str, Any] = {"required": True} if least else {"load_default": list}
    return fields.List(
        fields.String(validate=one_of(choices, error)),
        validate=[
            validate.Length(min=least, max=60, error=error),
            _once,
        ],
        metadata={"label": label, "choices": choices, "style": "govuk-checkboxes--small pprg-columns"} | about,
        **needed,
        **words(error),
    )


def _once(chosen: list[str]) -> None:
    if len(set(chosen)) < len(chosen):
        raise ValidationError("Name each once")


def people_date(value: str) -> None:
    """A date as people know it, not in the future by more than a year."""
    try:
        parse(value, today=london_date(runtime().clock()))
    except NotADate as error:
        raise ValidationError(str(error)) from None
