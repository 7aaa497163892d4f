"""Who is told before something is published: what goes by letter, and what a person has told somebody."""

from typing import Any
from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue
from marshmallow import Schema

from pprg_shared.acting import act, actor, needs, reading, runtime, saw, submitted
from pprg_shared.actor import Done
from pprg_shared.errors import NotThere
from pprg_shared.web.forms import Form
from pprg_triage import actions
from pprg_triage.models import Case
from pprg_triage.pages.blueprint import form_page, pages, typed
from pprg_triage.projections import Announced, announced_of
from pprg_triage.rules import announcing
from pprg_triage.schemas import ToldSchema

PHASE = "publishing"


@pages.get("/cases/<uuid:case_id>/publications")
def who_is_told(case_id: UUID) -> ResponseReturnValue:
    """Show who has been told before something is published, and who has not."""
    needs("announce")
    return _page(case_id, Form(Schema()))


@pages.post("/cases/<uuid:case_id>/publications/<uuid:publication_id>/letters")
def tell_before(case_id: UUID, publication_id: UUID) -> ResponseReturnValue:
    """Have letters written to all who do not know yet."""
    needs("announce")
    form = Form(Schema(), typed())

    def send(_data: dict[str, Any]) -> Done:
        return act(actions.tell_before, phase=PHASE, case_id=case_id, publication_id=publication_id)

    return submitted(form, send) or _page(case_id, form)


@pages.route("/cases/<uuid:case_id>/publications/<uuid:publication_id>/by-hand", methods=["GET", "POST"])
def note_told(case_id: UUID, publication_id: UUID) -> ResponseReturnValue:
    """Take that a person has told somebody to whom no letter goes."""
    needs("announce")
    about, all_of_it = _read(case_id)
    found = next((each for each in all_of_it if each.id == publication_id), None)
    if found is None:
        raise NotThere

    def send(data: dict[str, Any]) -> Done:
        return act(actions.note_told, phase=PHASE, case_id=case_id, publication_id=publication_id, **data)

    return form_page("note_told.html", Form(ToldSchema(told_by_hand(found)), typed()), send, case=about, found=found)


def told_by_hand(found: Announced) -> dict[str, str]:
    """Whom a person may have told, in words by key."""
    agencies, people = runtime().agencies, runtime().people
    named = {each.whom: each.words or agencies.name(each.agency) for each in found.hands if not each.person}
    named |= {each.whom: people.name(each.person) for each in found.hands if each.person}
    return {**named, announcing.SOMEBODY: announcing.HANDS[announcing.SOMEBODY]}


def _read(case_id: UUID) -> tuple[Case, list[Announced]]:
    with reading() as session:
        about = actions.case_of(session, actor(), case_id, "announce")
        return about, announced_of(session, about)


def _page(case_id: UUID, form: Form) -> ResponseReturnValue:
    about, found = _read(case_id)
    saw(case_id, phase=PHASE)
    return render_template("who_is_told.html", case=about, announced=found, form=form), 422 if form.errors else 200
