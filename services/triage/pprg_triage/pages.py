"""Pages of triage: the coordinator's first page, the case, and a form for each thing done about it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import Schema
from sqlalchemy import select

from pprg_shared.acting import Done, act, needs, opened, reading, runtime, submitted
from pprg_shared.calendar import london_date
from pprg_shared.database import unseal
from pprg_shared.errors import NotThere
from pprg_shared.web.forms import Form
from pprg_triage import actions, rules
from pprg_triage.models import Case, News, Return
from pprg_triage.projections import chronology_of, whole_case
from pprg_triage.schemas import DecisionSchema, MeetingSchema, RatificationSchema, RequestsSchema

pages = Blueprint("pages", __name__)
LINES = 20
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
    with reading() as session:
        found = whole_case(session, case_id, runtime().profile)
    opened(str(case_id), "receipt")
    names = {each.slug: each.name for each in runtime().profile.agencies}
    today = london_date(runtime().clock())
    words = rules.day_words(found.case.received_on, found.case.due_on, today)
    ratify = Form(RatificationSchema())
    return render_template("case.html", found=found, names=names, words=words, ratify=ratify, outcomes=rules.OUTCOMES)


@pages.get("/cases/<uuid:case_id>/chronology")
def chronology(case_id: UUID) -> ResponseReturnValue:
    """Show the rows of all agencies in one time order."""
    needs("read")
    with reading() as session:
        about = actions.case_of(session, case_id)
        entries = chronology_of(session, case_id)
    opened(str(case_id), "chronology")
    names = {each.slug: each.name for each in runtime().profile.agencies}
    return render_template("chronology.html", case=about, entries=entries, names=names)


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


def _form_page(
    case_id: UUID, schema: Schema, template: str, send: Callable[[dict[str, Any]], Done], initial: dict[str, Any]
) -> ResponseReturnValue:
    """One shape for all forms about a case: draw, check, do, go on; a rule's no is shown above the form."""
    form = Form(schema, request.form if request.method == "POST" else None, initial)
    if answer := submitted(form, send):
        return answer
    with reading() as session:
        about = actions.case_of(session, case_id)
    return render_template(template, form=form, case=about), 422 if form.errors else 200


@pages.route("/cases/<uuid:case_id>/requests/new", methods=["GET", "POST"])
def ask(case_id: UUID) -> ResponseReturnValue:
    """Take which agencies are asked."""
    needs("ask")
    with reading() as session:
        about = actions.case_of(session, case_id)
        due = rules.clock(about.received_on, runtime().profile.clocks).targets["agency_return"].due
    initial = {"agencies": about.named.split(), "questions": QUESTIONS}

    def send(data: dict[str, Any]) -> Done:
        return act(actions.release_requests, phase="requests", case_id=case_id, due_on=due, **data)

    return _form_page(case_id, RequestsSchema(), "ask.html", send, initial)


@pages.route("/cases/<uuid:case_id>/meetings/new", methods=["GET", "POST"])
def meet(case_id: UUID) -> ResponseReturnValue:
    """Take when the group meets."""
    needs("call")
    members = [each.id for each in runtime().profile.people_with_role("chair", "member")]

    def send(data: dict[str, Any]) -> Done:
        return act(actions.schedule_meeting, phase="meeting", case_id=case_id, members=members, **data)

    return _form_page(case_id, MeetingSchema(), "meet.html", send, {})


@pages.route("/cases/<uuid:case_id>/decision/new", methods=["GET", "POST"])
def decide(case_id: UUID) -> ResponseReturnValue:
    """Take what the group proposes."""
    needs("propose")

    def send(data: dict[str, Any]) -> Done:
        return act(actions.propose_decision, phase="decision", case_id=case_id, **data)

    return _form_page(case_id, DecisionSchema(), "decide.html", send, {})


@pages.post("/cases/<uuid:case_id>/decision/ratify")
def ratify(case_id: UUID) -> ResponseReturnValue:
    """Take the second person's yes."""
    needs("ratify")
    form = Form(RatificationSchema(), request.form)
    if not form.is_valid():
        raise NotThere
    done = act(actions.ratify_decision, phase="decision", case_id=case_id, **form.data)
    return redirect(done.location, 303)
