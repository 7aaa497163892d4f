"""Agencies and people as lists: taken as a file, and brought in from one after a look at what it would do."""

from typing import Any

from flask import Response, g, render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from pprg_intake import rules
from pprg_intake.actions import directory_lists as lists
from pprg_intake.pages.blueprint import pages, typed
from pprg_intake.rules.directory_lists import MOST_ROWS, counted
from pprg_intake.schemas import ListSchema, PlanSchema
from pprg_intake.schemas.directory import LONGEST_LIST
from pprg_shared import spreadsheet
from pprg_shared.acting import act, actor, needs, reading, runtime, submitted
from pprg_shared.actor import Done
from pprg_shared.audit import record
from pprg_shared.spreadsheet import NotATable, Table
from pprg_shared.web import takes_uploads
from pprg_shared.web.forms import Form
from pprg_shared.web.limits import slow
from pprg_shared.web.lists import taken, text_within

#: Entries and problems that a page shows; the counts are of all.
SHOWN = 200


@pages.get("/agencies/list.csv", defaults={"what": "agencies"})
@pages.get("/people/list.csv", defaults={"what": "people"})
def take_list(what: str) -> ResponseReturnValue:
    """Give the directory as a file; who took it is recorded."""
    needs("change directory")
    with runtime().database.writing("action", g.get("request_id")) as session:
        record(session, "directory", "take_list", what, actor())
        text = spreadsheet.MARK + "".join(map(spreadsheet.line, lists.lines_of(session, what)))
    answer = Response(text, mimetype="text/csv")
    name = f"{runtime().profile.marking} {what}.csv"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


@pages.route("/agencies/list", defaults={"what": "agencies"}, methods=["GET", "POST"])
@pages.route("/people/list", defaults={"what": "people"}, methods=["GET", "POST"])
@takes_uploads
def read_list(what: str) -> ResponseReturnValue:
    """Take a list and show what it would do; nothing is kept."""
    who = needs("change directory")
    form = Form(ListSchema(), typed())
    if form.submitted:
        slow((rules.UPLOADS, str(who.person)))
    table = taken(form, _table) if form.submitted else None
    return _first_page(what, form) if table is None else _plan_page(what, table, None)


def _table(text: str) -> Table:
    """A text as a table; raises ValidationError or NotATable with advice."""
    table = spreadsheet.read_text(text_within(text, LONGEST_LIST))
    if not table.lines:
        raise ValidationError("The list has headings and no rows.")
    return table


@pages.post("/agencies/list/confirm", defaults={"what": "agencies"})
@pages.post("/people/list/confirm", defaults={"what": "people"})
@takes_uploads
def bring_list(what: str) -> ResponseReturnValue:
    """Change the directory as was shown."""
    slow((rules.UPLOADS, str(needs("change directory").person)))
    form = Form(PlanSchema(), request.form)
    try:
        table = _table(request.form.get("text", ""))
    except (NotATable, ValidationError):
        return _first_page(what, Form(ListSchema(), request.form))

    def send(data: dict[str, Any]) -> Done:
        return act(lists.bring_list, phase="directory", recorded="directory", what=what, **data)

    return submitted(form, send) or _plan_page(what, table, form)


def _first_page(what: str, form: Form) -> ResponseReturnValue:
    columns = [each.label for each in lists.COLUMNS[what].values()]
    page = render_template("directory_list.html", what=what, form=form, columns=columns, most=MOST_ROWS)
    return page, 422 if form.errors else 200


def _plan_page(what: str, table: Table, sent: Form | None) -> ResponseReturnValue:
    with reading() as session:
        plan = lists.plan_of(session, what, table)
    form = Form(PlanSchema(), None, {"text": spreadsheet.whole(table), "seen": plan.seen})
    if sent is not None:
        form.errors = sent.errors
    columns = lists.COLUMNS[what]
    fresh = [(each, each.words(columns)) for each in plan.entries if not each.same]
    shown = {"entries": fresh[:SHOWN], "more": max(0, len(fresh) - SHOWN), "counts": counted(plan.entries)}
    problems = {"problems": plan.problems[:SHOWN], "more_problems": max(0, len(plan.problems) - SHOWN)}
    page = render_template("directory_plan.html", what=what, form=form, **shown, **problems)
    return page, 422 if plan.problems or form.errors else 200
