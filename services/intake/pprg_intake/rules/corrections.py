"""What a correction begins with, and whether it corrects anything; pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pprg_intake.rules.columns import CHOICES, choice

#: So many rows can be typed in a form, whose fields are counted; more of them come as a file.
MOST_TYPED = 150
#: How many of its rows, the last ones, an answer had from a file: kept beside it, and no part of it.
UPLOADED = "uploaded"


def split(sent: Mapping[str, Any]) -> tuple[Sequence[dict[str, str]], Sequence[dict[str, str]]]:
    """The rows of an answer that stand in the form again, and those that go as an uploaded chronology again."""
    rows: Sequence[dict[str, str]] = sent.get("rows", [])
    typed = len(rows) - int(sent.get(UPLOADED, 0))
    return (rows[:typed], rows[typed:]) if typed <= MOST_TYPED else ([], rows)


def as_typed_before(sent: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a return's form with what stood in them: days in words, rows under numbered names."""
    typed, _ = split(sent)
    shown = {name: value for name, value in sent.items() if value and name not in {"rows", UPLOADED}}
    if day := shown.get("quality_assured_on"):
        checked = date.fromisoformat(day)
        shown["quality_assured_on"] = f"{checked.day} {checked:%B %Y}"
    for name, rows in (("rows", typed), ("agency_view_on_criteria", shown.pop("agency_view_on_criteria", ()))):
        for number, row in enumerate(rows):
            shown |= {f"{name}-{number}-{each}": _as_chosen(each, text) for each, text in row.items()}
    return shown


def _as_chosen(column: str, text: str) -> str:
    """What a program may have written in other words stands in a form by its code."""
    return choice(column, text) or text if column in CHOICES else text


def changes_nothing(sent: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether two answers say the same; what was left open and what could not be said then are the same."""
    return as_sent(sent) == as_sent(now)


def as_sent(answers: Mapping[str, Any]) -> dict[str, Any]:
    """What an answer says, as it could be sent again: without what was left open."""
    kept = {name: value for name, value in answers.items() if value and name != UPLOADED}
    for name, value in kept.items():
        if isinstance(value, list):
            kept[name] = [{inner: text for inner, text in each.items() if text} for each in value]
    return kept
