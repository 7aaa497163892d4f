"""Pages of triage: the coordinator's first page, the case, and a form for each thing done about it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from pprg_shared.acting import Done, act, may, needs, opened, reading, runtime, submitted
from pprg_shared.calendar import london_date
from pprg_shared.database import unseal
from pprg_shared.errors import NotThere
from pprg_shared.web.forms import Form
from pprg_triage import actions, rules
from pprg_triage.models import Case, News, Return
from pprg_triage.projections import Step, chronology_of, steps_of, whole_case
from pprg_triage.schemas import DecisionSchema, MeetingSchema, RatificationSchema, RequestsSchema

pages = Blueprint("pages", __name__)
LINES = 8
COLOURS = {"Next": "blue", "Waiting": "yellow", "To do": "grey"}
QUESTIONS = "Please summarise your agency's involvement in the two years before, and list the key events with dates."


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
    page = _case_page(case_id, Form(RatificationSchema()))
    opened(str(case_id), "receipt")
    return page


def _case_page(case_id: UUID, form: Form) -> ResponseReturnValue:
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


@pages.get("/cases/<uuid:case_id>/chronology")
def chronology(case_id: UUID) -> ResponseReturnValue:
    """Show the rows of all agencies in one time order."""
    needs("read")
    with reading() as session:
        about = actions.case_of(session, case_id)
        entries = chronology_of(session, case_id)
    opened(str(case_id), "chronology")
    return render_template("chronology.html", case=about, entries=entries)


@pages.get("/cases/<uuid:case_id>/returns/<uuid:return_id>")
def one_return(case_id: UUID, return_id: UUID) -> ResponseReturnValue:
    """Show what an agency answered."""
    needs("read")
    with reading() as session:
        found = session.get(Return, return_id)
        if found is None or found.case_id != case_id:
            raise NotThere
        content = unseal(session, found, "content")
        about = actions.case_of(session, case_id)
    opened(str(case_id), "returns")
    return render_template("return.html", case=about, found=found, content=content)


def _form_page(template: str, form: Form, send: Callable[[dict[str, Any]], Done], **about: Any) -> ResponseReturnValue:
    """One shape for all forms about a case: draw, check, do, go on; a rule's no is shown above the form."""
    return submitted(form, send) or (render_template(template, form=form, **about), 422 if form.errors else 200)


def _typed() -> "MultiDict[str, str] | None":
    return request.form if request.method == "POST" else None


@pages.route("/cases/<uuid:case_id>/requests/new", methods=["GET", "POST"])
def ask(case_id: UUID) -> ResponseReturnValue:
    """Take which agencies are asked."""
    needs("ask")
    with reading() as session:
        about = actions.case_of(session, case_id)
        asked = actions.agencies_asked(session, case_id)
    due = rules.clock(about.received_on, runtime().profile.working_days()).targets["agency_return"].due
    initial = {"agencies": [each for each in about.named.split() if each not in asked], "questions": QUESTIONS}

    def send(data: dict[str, Any]) -> Done:
        return act(actions.release_requests, phase="requests", case_id=case_id, due_on=due, **data)

    return _form_page("ask.html", Form(RequestsSchema(), _typed(), initial), send, case=about, due=due, asked=asked)


@pages.route("/cases/<uuid:case_id>/meetings/new", methods=["GET", "POST"])
def meet(case_id: UUID) -> ResponseReturnValue:
    """Take when the group meets."""
    needs("call")
    with reading() as session:
        about = actions.case_of(session, case_id)
    target = rules.clock(about.received_on, runtime().profile.working_days()).targets["meeting"].due
    members = [each.id for each in runtime().profile.people_with_role("chair", "member")]

    def send(data: dict[str, Any]) -> Done:
        return act(actions.schedule_meeting, phase="meeting", case_id=case_id, members=members, **data)

    return _form_page("meet.html", Form(MeetingSchema(), _typed()), send, case=about, target=target)


@pages.route("/cases/<uuid:case_id>/decision/new", methods=["GET", "POST"])
def decide(case_id: UUID) -> ResponseReturnValue:
    """Take what the group proposes."""
    needs("propose")
    with reading() as session:
        about = actions.case_of(session, case_id)

    def send(data: dict[str, Any]) -> Done:
        return act(actions.propose_decision, phase="decision", case_id=case_id, **data)

    return _form_page("decide.html", Form(DecisionSchema(), _typed()), send, case=about)


@pages.post("/cases/<uuid:case_id>/decision/ratify")
def ratify(case_id: UUID) -> ResponseReturnValue:
    """Take the second person's yes; a no is shown on the case."""
    needs("ratify")
    form = Form(RatificationSchema(), request.form)

    def send(data: dict[str, Any]) -> Done:
        return act(actions.ratify_decision, phase="decision", case_id=case_id, **data)

    return submitted(form, send) or _case_page(case_id, form)
