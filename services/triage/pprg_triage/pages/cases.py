"""The coordinator's first page, and the case."""

from typing import Any
from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from pprg_shared.acting import may, needs, opened, reading, runtime
from pprg_shared.calendar import london_date
from pprg_shared.web.forms import Form
from pprg_triage import rules
from pprg_triage.models import Case, News
from pprg_triage.pages.common import pages
from pprg_triage.projections import Step, steps_of, whole_case
from pprg_triage.schemas import RatificationSchema

LINES = 8


COLOURS = {"Next": "blue", "Waiting": "yellow", "To do": "grey"}


@pages.get("/cases")
def cases() -> ResponseReturnValue:
    """Show what is new and every case with its clock."""
    needs("read")
    today = london_date(runtime().clock())
    with reading() as session:
        rows = session.scalars(select(Case).order_by(Case.due_on)).all()
        news = session.scalars(select(News).order_by(News.at.desc()).limit(LINES)).all()
    references = {each.id: each.reference for each in rows}
    clocks = {each.id: rules.day_words(each.received_on, each.due_on, today) for each in rows}
    return render_template("cases.html", rows=rows, news=news, clocks=clocks, references=references)


@pages.get("/cases/<uuid:case_id>")
def case(case_id: UUID) -> ResponseReturnValue:
    """Show one case."""
    needs("read")
    page = case_page(case_id, Form(RatificationSchema()))
    opened(str(case_id), "receipt")
    return page


def case_page(case_id: UUID, form: Form) -> ResponseReturnValue:
    """The case; with what is wrong about a form that was sent from it."""
    with reading() as session:
        found = whole_case(session, case_id, runtime().profile)
    today = london_date(runtime().clock())
    shown = {
        "words": rules.day_words(found.case.received_on, found.case.due_on, today),
        "tasks": [_task(each) for each in steps_of(found, may)],
        "outcomes": rules.OUTCOMES,
    }
    return render_template("case.html", found=found, form=form, today=today, **shown), 422 if form.errors else 200


def _task(step: Step) -> dict[str, Any]:
    """A step as the task list of the Design System draws it."""
    status: dict[str, Any] = {"text": step.state}
    if step.state in COLOURS:
        status = {"tag": {"text": step.state, "classes": f"govuk-tag--{COLOURS[step.state]}"}}
    return {"title": {"text": step.title}, "hint": {"text": step.hint}, "href": step.href, "status": status}
