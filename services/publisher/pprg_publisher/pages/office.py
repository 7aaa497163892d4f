"""Pages for the office: drafts, what waits for a second person, what everybody can read."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import Schema

from pprg_publisher import projections, rules
from pprg_publisher.actions import planning, publishing
from pprg_publisher.models import Publication
from pprg_publisher.rules import State
from pprg_publisher.schemas import CallOffSchema, LiftSchema, NothingSchema, PlanSchema, PublicationSchema, offering
from pprg_shared.acting import act, actor, needs, reading, runtime, saw, submitted
from pprg_shared.actor import Done
from pprg_shared.calendar import london_date, moment, time_of_day
from pprg_shared.database import unseal
from pprg_shared.errors import Refused
from pprg_shared.web.forms import Form

pages = Blueprint("office", __name__)
PHASE = "publishing"
USUAL_HOUR = "09:00"
#: Button of the page, which is the verb too, to what it does.
BUTTONS: dict[str, Callable[..., Done]] = {
    "release": publishing.release,
    "reopen": publishing.reopen,
    "withdraw": publishing.withdraw,
}


@pages.get("/publications")
def publications() -> ResponseReturnValue:
    """List drafts, what waits for release and what is live."""
    needs("release")
    with reading() as session:
        rows = projections.for_office(session, actor())
    return _listed(rows)


@pages.get("/publications/for-case/<uuid:case_id>")
def for_case(case_id: UUID) -> ResponseReturnValue:
    """Lead from a case to its publication, or list them where there are several."""
    needs("publish")
    with reading() as session:
        found = projections.of_case(session, actor(), case_id)
    if not found:
        raise Refused(
            "There is nothing to publish yet. A draft is there a moment after a decision that criteria are met, or not."
        )
    return redirect(f"/publications/{found[0].id}", 303) if len(found) == 1 else _listed(found, found[0])


def _listed(rows: Sequence[Publication], of: Publication | None = None) -> ResponseReturnValue:
    """Publications in a table; those of one case, or all of them."""
    return render_template("publications.html", rows=rows, of=of, states=rules.STATES, when=projections.published_words)


@pages.get("/publications/<uuid:publication_id>")
def publication(publication_id: UUID) -> ResponseReturnValue:
    """Show what everybody will read, and what can be done with it."""
    needs("release")
    return _page(publication_id)


@pages.post("/publications/<uuid:publication_id>")
def write(publication_id: UUID) -> ResponseReturnValue:
    """Keep a draft, or offer it for release."""
    needs("publish")
    offered = "_offer" in request.form
    schema = offering(imported=_imported(publication_id)) if offered else PublicationSchema(partial=True)
    form = Form(schema, request.form)
    action = publishing.offer if offered else publishing.save_draft

    def send(data: dict[str, Any]) -> Done:
        return act(action, phase=PHASE, publication_id=publication_id, **data)

    return submitted(form, send) or _page(publication_id, form)


@pages.post("/publications/<uuid:publication_id>/<any(release, reopen, withdraw):what>")
def do(publication_id: UUID, what: str) -> ResponseReturnValue:
    """Release, take back or withdraw."""
    needs(what)
    form = Form(NothingSchema(), request.form)

    def send(_data: dict[str, Any]) -> Done:
        return act(BUTTONS[what], phase=PHASE, publication_id=publication_id)

    return submitted(form, send) or _page(publication_id, form)


@pages.route("/publications/<uuid:publication_id>/plan", methods=["GET", "POST"])
def plan(publication_id: UUID) -> ResponseReturnValue:
    """Take the day and hour of publication, or others than were planned."""
    needs("publish")
    with reading() as session:
        found = publishing.publication_of(session, actor(), publication_id, "publish")
        notices = publishing.notices_of(session, found)
    planned = found.planned_at
    first = {
        "day": _long(london_date(planned)) if planned else "",
        "at": time_of_day(planned) if planned else USUAL_HOUR,
        "copies_on": _long(found.copies_on) if found.copies_on else "",
    }
    form = Form(PlanSchema(), request.form if request.method == "POST" else None, first)

    def send(data: dict[str, Any]) -> Done:
        return act(planning.plan, phase=PHASE, publication_id=publication_id, **data)

    return submitted(form, send) or _form_page("plan.html", form, found, notices=notices)


@pages.route("/publications/<uuid:publication_id>/lift", methods=["GET", "POST"])
def lift(publication_id: UUID) -> ResponseReturnValue:
    """Take why it does not wait for its day."""
    needs("publish")
    return _about_plan(publication_id, "lift.html", LiftSchema(), planning.lift)


@pages.route("/publications/<uuid:publication_id>/call-off", methods=["GET", "POST"])
def call_off(publication_id: UUID) -> ResponseReturnValue:
    """Take why no day is planned any more."""
    needs("publish")
    return _about_plan(publication_id, "call_off.html", CallOffSchema(), planning.call_off)


def _about_plan(
    publication_id: UUID, template: str, schema: Schema, action: Callable[..., Done]
) -> ResponseReturnValue:
    """A form that takes why the plan is changed."""
    with reading() as session:
        found = publishing.publication_of(session, actor(), publication_id, "publish")
    form = Form(schema, request.form if request.method == "POST" else None)

    def send(data: dict[str, Any]) -> Done:
        return act(action, phase=PHASE, publication_id=publication_id, **data)

    return submitted(form, send) or _form_page(template, form, found)


def _form_page(template: str, form: Form, found: Publication, **about: Any) -> ResponseReturnValue:
    saw(found.case_id or found.id, phase=PHASE)
    return render_template(template, form=form, found=found, **about), 422 if form.errors else 200


def _imported(publication_id: UUID) -> bool:
    with reading() as session:
        return publishing.publication_of(session, actor(), publication_id, "publish").import_id is not None


def _page(publication_id: UUID, form: Form | None = None) -> ResponseReturnValue:
    with reading() as session:
        found = publishing.publication_of(session, actor(), publication_id, "release")
        content = unseal(session, found, "content") if found.content else {}
        notices = publishing.notices_of(session, found)
    writing = form if form and isinstance(form.schema, PublicationSchema) else None
    if writing is None and found.state == State.DRAFT:
        writing = Form(PublicationSchema(), None, _initial(found))
    saw(found.case_id or found.id, phase=PHASE)
    late = rules.notice_problem(notices, found.copies_on)
    refusal = rules.releasing_problem(found.state, found.offered_by, actor().person) or (late and f"{late[0]}.")
    forms = [each for each in (form, writing) if each]
    about = {
        "buttons": {each: Form(NothingSchema()) for each in BUTTONS},
        "documents": [projections.document_words(each, runtime().profile) for each in found.documents],
        "found": found,
        "content": content,
        "notices": notices,
        "planned": [_planned(each) for each in content.get("planned", ())],
        "plannable": not rules.planning_problem(found.state, imported=found.import_id is not None),
        "waits": rules.waits(found.planned_at, runtime().clock()),
        "writing": writing,
        "forms": list(dict.fromkeys(forms)),
    }
    page = render_template("publication.html", **about, refusal=refusal, when=projections.published_words(found))
    return page, 422 if form and form.errors else 200


def _long(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _planned(line: dict[str, str]) -> dict[str, str]:
    """When something was planned for when, in words."""
    said = {name: moment(datetime.fromisoformat(line[name])) for name in ("at", "planned_at") if line[name]}
    return line | {"planned_at": "No day"} | said


def _initial(found: Publication) -> dict[str, Any]:
    texts = {name: getattr(found, name) for name in publishing.TEXTS}
    return {**texts, "type": found.type, "year": found.year or "", "themes": found.themes}
