"""The coordinator's first page, and the case."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from pprg_shared.acting import actor, needs, reading, runtime, saw
from pprg_shared.calendar import london_date
from pprg_shared.errors import NotThere
from pprg_shared.web.forms import Form
from pprg_triage import actions, rules
from pprg_triage.pages.blueprint import pages, typed
from pprg_triage.projections import (
    Step,
    find_case,
    history_of,
    latest_news,
    listed_cases,
    returns_of,
    steps_of,
    told_of,
    whole_case,
)
from pprg_triage.schemas import FindSchema, RatificationSchema, Wording

LINES = 8


#: How the sheets and pages of a case say in what way a clock stands.
CLOCKS = {"clock_state": rules.clock_state, "ended_words": rules.ended_words}
COLOURS = {"Next": "blue", "Waiting": "yellow", "To do": "grey"}


@pages.route("/cases", methods=["GET", "POST"])
def cases() -> ResponseReturnValue:
    """Show what is new, and the cases with their clocks; lead to the one of which somebody has typed the reference.

    A reference from a list may hold a name, so it is sent and never stands in an address.
    """
    needs("read")
    form = Form(FindSchema(), typed())
    if form.is_valid():
        with reading() as session:
            found = find_case(session, actor(), form.data["reference"])
        if found:
            return redirect(f"/cases/{found}", 303)
        form.refuse("No case has this reference, nor did one have it in a list", "reference")
    return _list_of_cases(form)


def _list_of_cases(form: Form) -> ResponseReturnValue:
    page, today = request.args.get("page", 1, type=int), london_date(runtime().clock())
    with reading() as session:
        found = listed_cases(session, actor(), runtime().profile, today, page)
        news = latest_news(session, actor(), LINES) if page == 1 else []
    if page not in range(1, found.part.pages + 1):
        raise NotThere
    return render_template("cases.html", form=form, found=found, news=news), 422 if form.errors else 200


@pages.get("/cases/<uuid:case_id>")
def case(case_id: UUID) -> ResponseReturnValue:
    """Show one case."""
    needs("read")
    return case_page(case_id, Form(RatificationSchema()))


def case_page(case_id: UUID, form: Form) -> ResponseReturnValue:
    """The case; with what is wrong about a form that was sent from it."""
    today = london_date(runtime().clock())
    with reading() as session:
        found = whole_case(session, actor(), case_id, runtime().profile)
    told = told_of(found, runtime().profile, today)
    saw(case_id, phase="receipt")
    shown = {
        "told": told,
        "words": found.words(runtime().profile, today),
        "tasks": [_task(each) for each in steps_of(found)],
        "may": found.may,
        "outcomes": rules.OUTCOMES,
        **CLOCKS,
    }
    return render_template("case.html", found=found, form=form, today=today, **shown), 422 if form.errors else 200


@pages.get("/cases/<uuid:case_id>/history")
def history(case_id: UUID) -> ResponseReturnValue:
    """Show what happened, in time order."""
    needs("read")
    with reading() as session:
        about, relation = actions.related(session, actor(), case_id)
        names = rules.may(actor().roles, "names", relation)
        happened = history_of(session, about, runtime().profile, Wording(runtime().profile, names), names=names)
    saw(case_id, phase="receipt")
    return render_template("history.html", case=about, happened=happened)


@pages.get("/cases/<uuid:case_id>/print")
def on_paper(case_id: UUID) -> ResponseReturnValue:
    """Show the case as it is printed: everything, and the marking on every sheet."""
    needs("read")
    now = runtime().clock()
    with reading() as session:
        found = whole_case(session, actor(), case_id, runtime().profile)
        names = found.may("names")
        happened = history_of(session, found.case, runtime().profile, Wording(runtime().profile, names), names=names)
        returns = returns_of(session, found.requests, names=found.may("names"))
    told = told_of(found, runtime().profile, london_date(now))
    saw(case_id, phase="receipt")
    words = found.words(runtime().profile, london_date(now))
    about = {
        "told": told,
        "returns": returns,
        "happened": happened,
        "words": words,
        "outcomes": rules.OUTCOMES,
        "may": found.may,
        **CLOCKS,
    }
    return render_template("print.html", found=found, today=london_date(now), printed=now, **about)


def _task(step: Step) -> dict[str, Any]:
    """A step as the task list of the Design System draws it."""
    status: dict[str, Any] = {"text": step.state}
    if step.state in COLOURS:
        status = {"tag": {"text": step.state, "classes": f"govuk-tag--{COLOURS[step.state]}"}}
    task = {"title": {"text": step.title}, "href": step.href, "status": status}
    return task | ({"hint": {"text": step.hint}} if step.hint else {})
