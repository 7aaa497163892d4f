"""Who reads a case: its members, interests that close it to somebody, and the glass that opens it for an hour."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import redirect, render_template
from flask.typing import ResponseReturnValue
from marshmallow import Schema

from pprg_shared.acting import act, actor, needs, reading, submitted
from pprg_shared.actor import Done
from pprg_shared.identity.people import Known, with_role
from pprg_shared.web.forms import Form
from pprg_shared.web.limits import slow
from pprg_triage import actions, rules
from pprg_triage.pages.blueprint import form_page, pages, typed
from pprg_triage.projections import called_as_staff, find_case, tied_to
from pprg_triage.schemas import FindSchema, GlassSchema, InterestSchema, MemberSchema

PHASE = "receipt"


@pages.route("/cases/<uuid:case_id>/members", methods=["GET", "POST"])
def members(case_id: UUID) -> ResponseReturnValue:
    """Show who is tied to a case, and take who else is."""
    needs("name")
    with reading() as session:
        about = actions.case_of(session, actor(), case_id, "name")
        tied = tied_to(session, case_id)
        alike = called_as_staff(session, case_id, tied)
        people = with_role(session, *rules.READERS)

    def send(data: dict[str, Any]) -> Done:
        return act(actions.name_member, phase=PHASE, case_id=case_id, **data)

    shown = {"tied": tied, "untying": Form(Schema()), "can_end": _can_end(tied), "alike": alike}
    return form_page("members.html", Form(MemberSchema(people), typed()), send, case=about, **shown)


def _can_end(tied: Sequence[Any]) -> set[UUID]:
    return {each.id for each in tied if not each.ended and each.role != rules.GLASS}


@pages.post("/cases/<uuid:case_id>/members/<uuid:tie_id>/end")
def end_member(case_id: UUID, tie_id: UUID) -> ResponseReturnValue:
    """Take that somebody is no longer tied to a case."""
    needs("name")
    with reading() as session:
        about = actions.case_of(session, actor(), case_id, "name")

    def send(_data: dict[str, Any]) -> Done:
        return act(actions.end_member, phase=PHASE, case_id=case_id, tie_id=tie_id)

    return form_page("end_member.html", Form(Schema(), typed()), send, case=about)


@pages.route("/cases/<uuid:case_id>/interests/new", methods=["GET", "POST"])
def declare(case_id: UUID) -> ResponseReturnValue:
    """Take an interest in a case: one's own or, from the office, somebody's."""
    needs("declare")
    people: Sequence[Known] = ()
    with reading() as session:
        about, relation = actions.related(session, actor(), case_id, "declare")
        if office := rules.may(actor().roles, "name", relation):
            people = with_role(session, *rules.READERS)

    def send(data: dict[str, Any]) -> Done:
        return act(actions.declare_interest, phase=PHASE, case_id=case_id, **data)

    form = Form(InterestSchema(people), typed(), {"person": actor().person})
    return form_page("declare.html", form, send, case=about, office=office)


@pages.get("/cases/interests")
def own_interests() -> ResponseReturnValue:
    """Show somebody the cases that are closed to them, by reference."""
    needs("own interests")
    return _own_interests(Form(Schema()))


@pages.post("/cases/<uuid:case_id>/interests/withdraw")
def withdraw(case_id: UUID) -> ResponseReturnValue:
    """Take that an interest which somebody declared of themselves is none."""
    needs("own interests")

    def send(_data: dict[str, Any]) -> Done:
        return act(actions.withdraw_interest, phase=PHASE, case_id=case_id)

    form = Form(Schema(), typed())
    return submitted(form, send) or _own_interests(form)


def _own_interests(form: Form) -> ResponseReturnValue:
    with reading() as session:
        found = actions.own_interests(session, actor())
    return render_template("interests.html", found=found, form=form), 422 if form.errors else 200


@pages.route("/cases/break-glass", methods=["GET", "POST"])
def break_glass() -> ResponseReturnValue:
    """Take why somebody must read a case that is not theirs."""
    who = needs("break the glass")

    def send(data: dict[str, Any]) -> Done:
        slow((rules.GLASSES, str(who.person)))
        return act(actions.break_glass, phase=PHASE, **data)

    form = Form(GlassSchema(), typed())
    gone_on = submitted(form, send)
    return gone_on or (render_template("break_glass.html", form=form), 422 if form.errors else 200)


@pages.route("/cases/who-saw", methods=["GET", "POST"])
def find_who_saw() -> ResponseReturnValue:
    """Lead from the reference of a case to who saw what of it; a reference may hold a name, so it is sent."""
    needs("find who saw")
    form = Form(FindSchema(), typed())
    if form.is_valid():
        with reading() as session:
            found = find_case(session, actor(), form.data["reference"], "who saw")
        if found:
            return redirect(f"/cases/{found}/access", 303)
        form.refuse("No case has this reference", "reference")
    return render_template("find_who_saw.html", form=form), 422 if form.errors else 200
