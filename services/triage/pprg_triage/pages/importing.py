"""Open cases from a list: it is read, its columns are chosen, what it would make is shown, and it is imported."""

from typing import Any
from uuid import UUID

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import Schema, ValidationError

from pprg_shared import spreadsheet
from pprg_shared.acting import act, actor, needs, reading, runtime, saw, submitted
from pprg_shared.actor import Done
from pprg_shared.spreadsheet import Table
from pprg_shared.typed import clean, unprintable
from pprg_shared.web import takes_uploads
from pprg_shared.web.forms import Form
from pprg_shared.web.limits import slow
from pprg_shared.web.lists import taken, text_within
from pprg_triage import actions, rules
from pprg_triage.pages.blueprint import pages, typed
from pprg_triage.projections import imports, planned, whole_import
from pprg_triage.schemas import LONGEST_LIST, ListSchema, chosen, chosen_schema, table_of

PHASE = "receipt"
CHANGE = "What to change"


@pages.route("/cases/imports/new", methods=["GET", "POST"])
@takes_uploads
def read_list() -> ResponseReturnValue:
    """Take a list and ask what its columns hold; nothing is kept."""
    needs("import")
    form = Form(ListSchema(), typed())
    if form.submitted:
        slow((rules.UPLOADS, str(actor().person)))
    table = taken(form, _table) if form.submitted else None
    if table is None:
        return _first_page(form)
    with reading() as session:
        guesses = rules.guessed(table, actions.remembered(session))
    first = {"text": spreadsheet.whole(table)}
    first |= {f"column_{place}": name for place, name in enumerate(guesses)}
    return _columns_page(Form(chosen_schema(table), None, first))


def _table(text: str) -> Table:
    """A text as a table; raises ValidationError with advice."""
    table = table_of(text_within(text, LONGEST_LIST))
    for row, cells in ((table.first, table.heads), *table.lines):
        if any(unprintable(cell) for cell in cells):
            raise ValidationError(f"Row {row} holds a character that cannot be printed. Type it again", "text")
    return table


def _carried() -> Table | Form:
    """The table that the form carries along, or the first form with what is wrong with it; raises TooMany."""
    slow((rules.UPLOADS, str(actor().person)))
    try:
        return _table(clean(request.form.get("text", "")))
    except ValidationError as error:
        form = Form(ListSchema(), request.form)
        form.refuse(error.messages[0], "text")
        return form


@pages.post("/cases/imports/<any(columns, plan):step>")
@takes_uploads
def choose_columns(step: str) -> ResponseReturnValue:
    """Take what the columns hold and show what the list would make, or ask once more; nothing is kept."""
    needs("import")
    table = _carried()
    if isinstance(table, Form):
        return _first_page(table)
    form = Form(chosen_schema(table), request.form)
    if step == "columns" or not form.is_valid():
        return _columns_page(form)
    return _plan_page(table, Form(chosen_schema(table, confirming=True), None, form.data), chosen(form.data, table))


@pages.post("/cases/imports")
@takes_uploads
def confirm_import() -> ResponseReturnValue:
    """Import what was shown."""
    needs("import")
    table = _carried()
    if isinstance(table, Form):
        return _first_page(table)
    form = Form(chosen_schema(table, confirming=True), request.form)

    def send(data: dict[str, Any]) -> Done:
        about = {"columns": chosen(data, table), "leave_out_alike": data["leave_out_alike"]}
        return act(actions.import_cases, phase=PHASE, text=data["text"], **about)

    if answer := submitted(form, send):
        return answer
    if form.data:
        return _plan_page(table, form, chosen(form.data, table))
    again = Form(chosen_schema(table), request.form)
    again.is_valid()
    return _columns_page(again)


@pages.post("/cases/imports/left-out.csv")
@takes_uploads
def rows_to_change() -> ResponseReturnValue:
    """Give the rows that need changing as a file, each with what to change; nothing is kept."""
    needs("import")
    table = _carried()
    if isinstance(table, Form):
        return _first_page(table)
    form = Form(chosen_schema(table), request.form)
    if not form.is_valid():
        return _columns_page(form)
    with reading() as session:
        problems = actions.plan_of(session, table, chosen(form.data, table)).reading.problems
    wrong: dict[int, list[str]] = {}
    for each in problems:
        wrong.setdefault(each.row, []).append(f"{each.column}: {each.words}" if each.column else each.words)
    width = len(table.heads)
    lines = [[*(*cells, *[""] * width)[:width], " ".join(wrong[row])] for row, cells in table.lines if row in wrong]
    answer = Response(
        spreadsheet.MARK + "".join(map(spreadsheet.line, [[*table.heads, CHANGE], *lines])), mimetype="text/csv"
    )
    name = f"{runtime().profile.marking} rows to change.csv"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


@pages.route("/cases/imports/<uuid:import_id>", methods=["GET", "POST"])
def one_import(import_id: UUID) -> ResponseReturnValue:
    """Show what an import made, and take it back."""
    needs("import")
    form = Form(Schema(), typed())

    def send(_data: dict[str, Any]) -> Done:
        return act(actions.undo_import, phase=PHASE, import_id=import_id)

    if answer := submitted(form, send):
        return answer
    with reading() as session:
        found = whole_import(session, actor(), import_id)
    saw(*{*(each.case.id for each in found.made), *found.named})
    return render_template("imported.html", found=found, form=form), 422 if form.errors else 200


def _first_page(form: Form) -> ResponseReturnValue:
    with reading() as session:
        before = imports(session)
    return render_template("import.html", form=form, before=before), 422 if form.errors else 200


def _columns_page(form: Form) -> ResponseReturnValue:
    return render_template("import_columns.html", form=form), 422 if form.errors else 200


def _plan_page(table: Table, form: Form, columns: list[str]) -> ResponseReturnValue:
    with reading() as session:
        plan, named = planned(session, actor(), table, columns)
    saw(*named)
    unused = [rules.heading(table, each) for each in rules.filled(table) if columns[each] == rules.UNUSED]
    page = render_template("import_plan.html", plan=plan, form=form, unused=unused)
    return page, 422 if form.errors else 200
