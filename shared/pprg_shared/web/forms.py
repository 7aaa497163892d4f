"""Forms drawn from a marshmallow schema: text becomes values before the strict schema sees it, and stays as typed."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import uuid4

from marshmallow import Schema, ValidationError, fields, validate
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from pprg_shared.typed import UNPRINTABLE, clean, unprintable
from pprg_shared.web.flat import flat

END = "_end"
#: Sent with what was typed by whoever goes on typing: the form is shown, and nothing is done yet.
ON = "_on"
BLANK_ROWS = 3
MOST_ROWS = 500
#: What people may type where the schema wants a day or a time, and how the schema reads it.
TYPED: Mapping[type[fields.Field[Any]], tuple[str, tuple[str, ...]]] = {
    fields.Date: ("%Y-%m-%d", ("%d %B %Y", "%d %b %Y", "%A %d %B %Y", "%a %d %b %Y", "%d/%m/%Y", "%d.%m.%Y")),
    fields.Time: ("%H:%M", ("%H.%M", "%I%p", "%I:%M%p", "%I.%M%p", "%I %p", "%I:%M %p", "%I.%M %p")),
}
#: What a schema says of a field that is drawn as it says.
DRAWN = {"hint", "section", "type", "rows", "width", "autocomplete", "style", "row", "further", "attributes"}
_ROW = re.compile(r"(\w+)-(\d{1,4})-(\w+)")


@dataclass
class Drawn:
    """One field as the templates draw it."""

    name: str
    id: str
    label: str
    widget: str
    hint: str = ""
    section: str = ""
    value: str = ""
    type: str = "text"
    rows: int = 5
    width: int | None = None
    longest: int | None = None
    autocomplete: str = ""
    style: str = ""
    first: str = ""
    #: Rows: what one is called, the words of the button that adds one (none when there are enough).
    row: str = "Row"
    add: str = "Add another row"
    #: Whether the rows are questions that stand beforehand.
    fixed: bool = False
    items: list[Any] = field(default_factory=list)
    #: The words that lead to it, where few rows need it; and more attributes of its element, for scripts.
    further: str = ""
    attributes: dict[str, str] = field(default_factory=dict)


class Form:
    """What was typed, checked by a schema, ready to be drawn again; `submitted` is None for a fresh form.

    `mark` begins the ids of its fields where a page has two forms.
    """

    def __init__(
        self,
        schema: Schema,
        submitted: "MultiDict[str, str] | None" = None,
        initial: Mapping[str, Any] | None = None,
        mark: str = "",
    ) -> None:
        self.schema, self.mark = schema, mark
        self.typed: MultiDict[str, str] = MultiDict(submitted or {})
        self.submitted = submitted is not None
        self.initial = dict(initial or {})
        self.errors: dict[str, str] = {}
        self.data: dict[str, Any] = {}
        self.key = self.typed.get("_key") or str(uuid4())
        if self.submitted and END not in self.typed:
            raise BadRequest("The form did not arrive whole. Go back and send it again.")

    @property
    def names(self) -> list[str]:
        """The fields in the order of the schema."""
        return list(self.schema.fields)

    @property
    def runs(self) -> list[tuple[str, list[Drawn]]]:
        """The fields as they are drawn now; those that stand together behind the same words are one run."""
        drawn = groupby(map(self.field, self.names), key=lambda each: each.further)
        return [(words, list(some)) for words, some in drawn]

    def is_valid(self) -> bool:
        """Load what was typed; False for a fresh form, one with errors, and where a row or the form was asked for."""
        if not self.submitted or self.adding or ON in self.typed:
            return False
        values = self._values()
        if self.errors:
            return False
        try:
            self.data = self.schema.load(values)
        except ValidationError as error:
            self.errors = flat(error.messages_dict, self._kept_rows())
        return not self.errors

    @property
    def adding(self) -> str | None:
        """The name of the rows to which one was asked to be added."""
        return self.typed.get("_add")

    def refuse(self, words: str, field: str = "") -> None:
        """Show why a rule said no: beside the field that it is about, else for the whole form."""
        self.errors[field if field in self.schema.fields else ""] = words

    def renew(self, words: str) -> None:
        """Show a sentence, and let the same form be sent once more as a new one."""
        self.key = str(uuid4())
        self.refuse(words)

    def _values(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, declared in self.schema.fields.items():
            if _widget(declared) == "rows":
                value: Any = self._rows(name, declared)
            elif isinstance(declared, fields.List):
                value = [clean(each) for each in self.typed.getlist(name)]
            else:
                value = as_typed(declared, self._text(name))
            if value or value is False:
                values[name] = value
        return values

    def _text(self, name: str) -> str:
        if name in self.schema.fields and _widget(self.schema.fields[name]) == "password":
            return str(self.typed.get(name, ""))  # to the last blank as it was typed
        text = clean(self.typed.get(name, ""))
        if unprintable(text):
            self.errors[name] = UNPRINTABLE
        return text

    def _kept_rows(self) -> dict[str, list[int]]:
        """For each field of rows, which typed rows were not blank."""
        kept = {}
        for name, declared in self.schema.fields.items():
            if _widget(declared) == "rows":
                inner = [each for each, one in _inner(declared).items() if _widget(one) != "hidden"]
                kept[name] = [
                    n
                    for n in range(self._count(name))
                    if any(clean(self.typed.get(f"{name}-{n}-{each}", "")) for each in inner)
                ]
        return kept

    def _rows(self, name: str, declared: fields.Field[Any]) -> list[dict[str, str | list[str]]]:
        inner = _inner(declared)
        found = []
        for number in self._kept_rows()[name]:
            row = {each: self._of_row(f"{name}-{number}-{each}", one) for each, one in inner.items()}
            found.append({each: text for each, text in row.items() if text})
        return found

    def _of_row(self, name: str, declared: fields.Field[Any]) -> str | list[str]:
        """What was typed or ticked in one place of a row."""
        if isinstance(declared, fields.List):
            return [clean(each) for each in self.typed.getlist(name)]
        return self._text(name)

    def _count(self, name: str) -> int:
        given: Mapping[str, Any] = self.typed if self.submitted else self.initial
        numbers = [int(found[1]) for key in given if (found := re.fullmatch(rf"{name}-(\d{{1,4}})-\w+", key))]
        return min(max(numbers, default=-1) + 1, MOST_ROWS)

    def field(self, name: str) -> Drawn:
        """One field as it is drawn now."""
        declared = self.schema.fields[name]
        if _widget(declared) != "rows":
            return self._draw(name, declared)
        drawn = self._draw(name, declared)
        inner = _inner(declared)
        drawn.first = next(iter(inner))
        if "fixed" in declared.metadata:
            drawn.fixed = True
            drawn.items = [self._question(name, inner, *each) for each in declared.metadata["fixed"]()]
            return drawn
        most = int(declared.metadata.get("most", MOST_ROWS))
        asked = self._count(name) + (1 if self.adding == name else 0)
        blank = int(declared.metadata.get("blank", BLANK_ROWS))
        count = max(min(asked if self.submitted else max(asked, blank), most), 1)
        drawn.items = [[self._draw(f"{name}-{n}-{each}", inner[each]) for each in inner] for n in range(count)]
        drawn.add = str(declared.metadata.get("add", drawn.add)) if count < most else ""
        return drawn

    def _question(
        self, name: str, inner: Mapping[str, fields.Field[Any]], number: int, code: str, words: str, hint: str
    ) -> list[Drawn]:
        """A row that stands beforehand: a hidden field says which, the next asks, the last goes with the answer."""
        row = [self._draw(f"{name}-{number}-{each}", inner[each]) for each in inner]
        row[0].value, row[1].label, row[1].hint = code, words, hint
        return row

    def _draw(self, name: str, declared: fields.Field[Any]) -> Drawn:
        about = declared.metadata
        label = str(about.get("label", name.replace("_", " ").capitalize()))
        drawn = Drawn(name, f"{self.mark}{name}", label, _widget(declared), longest=_longest(declared))
        for each in DRAWN & about.keys():
            setattr(drawn, each, about[each])
        chosen = self.typed.getlist(name) if self.submitted else self._at_first(name)
        drawn.value = chosen[0] if chosen and drawn.widget != "password" else ""
        for value, words in choices(declared):
            item = {"value": value, "text": words, "checked": value in chosen, "selected": value in chosen}
            drawn.items.append(item)
        if drawn.widget == "select":
            drawn.items.insert(0, {"value": "", "text": about.get("none", "Choose one")})
        return drawn

    def _at_first(self, name: str) -> list[str]:
        value = self.initial.get(name, "")
        return [str(each) for each in value] if isinstance(value, list | tuple) else [str(value)] if value != "" else []

    @property
    def problems(self) -> list[dict[str, str]]:
        """The error summary: what is wrong, in the order of the fields, and the field that each leads to."""
        return [
            {"text": self._named(name, words)} | ({"href": f"#{self.mark}{name}"} if self._can_lead(name) else {})
            for name, words in sorted(self.errors.items(), key=lambda each: self._place(each[0]))
        ]

    def _can_lead(self, name: str) -> bool:
        declared = self.schema.fields.get(name)
        return bool(name) and (declared is None or _widget(declared) != "hidden")

    def _named(self, name: str, words: str) -> str:
        row = _ROW.fullmatch(name)
        about = self.schema.fields[row[1]].metadata if row and row[1] in self.schema.fields else {}
        if row is None or "fixed" in about:
            return words
        return f"{about.get('row', Drawn.row)} {int(row[2]) + 1}: {words}"

    def _place(self, name: str) -> tuple[int, int, int]:
        """Where a field stands on the page; what belongs to the whole form comes first."""
        row = _ROW.fullmatch(name)
        outer = row[1] if row else name
        if outer not in self.names:
            return -1, 0, 0
        at = self.names.index(outer)
        return (at, int(row[2]), list(_inner(self.schema.fields[outer])).index(row[3])) if row else (at, -1, 0)


def as_typed(declared: fields.Field[Any], text: str) -> str:
    """A day or a time as the schema reads it; what cannot be read stays, for the schema to refuse."""
    shape, accepted = TYPED.get(type(declared), ("", ()))
    for each in accepted:
        with suppress(ValueError):
            return datetime.strptime(" ".join(text.split()), each).strftime(shape)  # noqa: DTZ007 -- on the wall
    return text


def _longest(declared: fields.Field[Any]) -> int | None:
    """The most characters that a text may have, if its schema says."""
    return next((each.max for each in declared.validators if isinstance(each, validate.Length) and each.max), None)


def _widget(declared: fields.Field[Any]) -> str:
    if isinstance(declared, fields.List) and isinstance(declared.inner, fields.Nested):
        return "rows"
    standard = "checkboxes" if isinstance(declared, fields.List) else "input"
    return str(declared.metadata.get("widget", standard))


def _inner(declared: fields.Field[Any]) -> dict[str, fields.Field[Any]]:
    assert isinstance(declared, fields.List)  # noqa: S101 -- _widget said so
    nested = declared.inner
    assert isinstance(nested, fields.Nested)  # noqa: S101 -- the same
    return dict(nested.schema.fields)


def choices(declared: fields.Field[Any]) -> list[tuple[str, str]]:
    """Values and words, from metadata `choices` (a mapping or a function that gives one) or from OneOf."""
    given = declared.metadata.get("choices")
    if given is not None:
        return list((given() if callable(given) else given).items())
    inner = declared.inner if isinstance(declared, fields.List) else declared
    for each in inner.validators:
        if isinstance(each, validate.OneOf):
            labels = each.labels or each.choices
            return [(str(value), str(words)) for value, words in zip(each.choices, labels, strict=False)]
    return []
