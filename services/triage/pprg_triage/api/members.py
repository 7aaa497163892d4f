"""Who reads a case, by API: members, interests, and the glass."""

from typing import Any
from uuid import UUID

from flask import jsonify
from flask.typing import ResponseReturnValue
from marshmallow import Schema

from pprg_shared.acting import act, actor, needs, reading, receipt, saw
from pprg_shared.web.api import body, gives, takes
from pprg_shared.web.limits import slow
from pprg_triage import actions, answers, rules
from pprg_triage.api.blueprint import api
from pprg_triage.projections import Tied, tied_to
from pprg_triage.schemas import GlassSchema, InterestSchema, MemberSchema

PHASE = "receipt"


@api.get("/<uuid:case_id>/members")
@gives(answers.Members)
def members(case_id: UUID) -> ResponseReturnValue:
    """Tell who is, or was, tied to a case: members, interests that close it, and who broke the glass."""
    needs("name")
    with reading() as session:
        actions.case_of(session, actor(), case_id, "name")
        tied = tied_to(session, case_id)
    saw(case_id)
    return jsonify({"members": [_tied(each) for each in tied]})


def _tied(each: Tied) -> dict[str, Any]:
    until = each.until.isoformat() if each.until else None
    about = {"id": str(each.id), "person": str(each.person), "role": each.role, "why": each.why, "ended": each.ended}
    return about | {"since": each.since.isoformat(), "until": until}


@api.post("/<uuid:case_id>/members")
@takes(lambda: MemberSchema(()))
def create_member(case_id: UUID) -> ResponseReturnValue:
    """Give somebody a role in a case."""
    needs("name")
    return receipt(act(actions.name_member, phase=PHASE, case_id=case_id, **body(MemberSchema(()))))


@api.post("/<uuid:case_id>/members/<uuid:tie_id>/end")
def end_member(case_id: UUID, tie_id: UUID) -> ResponseReturnValue:
    """Take somebody off a case, or let an interest no longer close it to them."""
    needs("name")
    body(Schema())
    return receipt(act(actions.end_member, phase=PHASE, case_id=case_id, tie_id=tie_id))


@api.post("/<uuid:case_id>/interests")
@takes(lambda: InterestSchema(None))
def create_interest(case_id: UUID) -> ResponseReturnValue:
    """Declare an interest in a case, one's own or, for the office, somebody's: it closes the case to them."""
    needs("declare")
    return receipt(act(actions.declare_interest, phase=PHASE, case_id=case_id, **body(InterestSchema(None))))


@api.post("/<uuid:case_id>/interests/withdrawal")
def withdraw_interest(case_id: UUID) -> ResponseReturnValue:
    """Withdraw an interest of one's own."""
    needs("own interests")
    body(Schema())
    return receipt(act(actions.withdraw_interest, phase=PHASE, case_id=case_id))


@api.post("/break-glass")
def break_glass() -> ResponseReturnValue:
    """Open a case that is not one's own for an hour; who chairs it is told."""
    who, said = needs("break the glass"), body(GlassSchema())
    slow((rules.GLASSES, str(who.person)))
    return receipt(act(actions.break_glass, phase=PHASE, **said))
