"""What may be sent about lists of open cases."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from pprg_shared.spreadsheet import NotATable, Table, read_text
from pprg_triage import rules
from pprg_triage.schemas.words import words

LONGEST_LIST = 600_000
SAMPLES = 3
MOST_COLUMNS = 60
CHOICES = {name: column.label for name, column in rules.COLUMNS.items()}
EXAMPLE = "Ref,Date received,Name\n23/014,3 November 2026,AB\n"


def _known() -> validate.OneOf:
    return validate.OneOf([rules.UNUSED, *CHOICES], error="Choose from the list what the column holds")


class ListSchema(Schema):
    """A list of open cases as CSV."""

    text = fields.String(
        required=True,
        validate=validate.Length(min=1, max=LONGEST_LIST, error=f"Import at most {LONGEST_LIST} characters at a time"),
        metadata={"label": "Or paste the list here", "widget": "textarea", "rows": 8, "example": EXAMPLE},
        **words("Choose a file or paste a list"),
    )


class OpenCasesSchema(ListSchema):
    """A list of open cases, what its columns hold in their order, and whether rows that look known are left out.

    Without `columns` they are taken for what their headings say.
    """

    columns = fields.List(
        fields.String(validate=_known()),
        load_default=None,
        validate=validate.Length(max=MOST_COLUMNS, error=f"A list may have {MOST_COLUMNS} columns"),
        metadata={"example": ["reference", "received", "subject"]},
        **words("Send a list of what the columns hold"),
    )
    leave_out_alike = fields.Boolean(load_default=False, **words("Say true or false"))

    @validates_schema
    def columns_fit(self, data: dict[str, Any], **_options: Any) -> None:
        """The text is a table, and each thing stands in one of its columns."""
        table = table_of(data["text"])
        columns = data.get("columns")
        if columns is not None and (wrong := rules.columns_problems(table, columns)):
            raise ValidationError({"columns": [wrong[place] for place in sorted(wrong)]})


def table_of(text: str) -> Table:
    """A list as a table; ValidationError with advice about one that is none or too wide."""
    try:
        table = read_text(text)
    except NotATable as error:
        raise ValidationError(f"{error}.", "text") from None
    if not table.lines:
        raise ValidationError("The list has headings and no rows.", "text")
    if len(rules.guessed(table, {})) > MOST_COLUMNS:
        raise ValidationError(f"A list may have {MOST_COLUMNS} columns.", "text")
    return table


class _ChosenSchema(Schema):
    """A list that is carried along unseen, and what each of its columns holds."""

    table: Table

    text = fields.String(required=True, validate=validate.Length(1, LONGEST_LIST), metadata={"widget": "hidden"})

    @validates_schema
    def columns_fit(self, data: dict[str, Any], **_options: Any) -> None:
        """Each thing stands in one column, and the date received in one of them."""
        wrong = rules.columns_problems(self.table, chosen(data, self.table))
        if wrong:
            raise ValidationError({f"column_{place}" if place >= 0 else "_schema": [w] for place, w in wrong.items()})


def chosen_schema(table: Table, *, confirming: bool = False) -> Schema:
    """A choice for each column of a table; unseen, with the button that imports it, when `confirming`."""
    columns: dict[str, Any] = {
        f"column_{place}": fields.String(
            load_default=rules.UNUSED,
            validate=_known(),
            metadata={
                "label": rules.heading(table, place),
                "hint": "; ".join(rules.samples(table, place, SAMPLES)) or "Nothing stands in it",
                "widget": "hidden" if confirming else "select",
                "choices": CHOICES,
                "none": "Leave this column out",
            },
            **words("Choose from the list what the column holds"),
        )
        for place in rules.filled(table)
    }
    if confirming:
        columns["leave_out_alike"] = fields.Boolean(
            load_default=False,
            truthy={True, "true"},
            falsy={False, "false"},
            metadata={
                "label": "Rows that are perhaps here already",
                "widget": "checkboxes",
                "choices": {"true": "Leave these rows out"},
            },
            **words("Say whether these rows are left out"),
        )
    made = type("ChosenSchema", (_ChosenSchema,), {**columns, "table": table})
    schema: Schema = made()
    return schema


def chosen(data: dict[str, Any], table: Table) -> list[str]:
    """What each column holds, in order, of the answers of a form."""
    last = max([0, *rules.filled(table)])
    return [data.get(f"column_{place}", rules.UNUSED) for place in range(last + 1)]
