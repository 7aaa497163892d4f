"""The API of intake: the same schemas and actions as the pages."""

from uuid import UUID

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from pprg_intake import actions, answers
from pprg_intake.models import Request
from pprg_intake.schemas import NilReturnSchema, ReferralSchema, ReturnSchema
from pprg_shared.acting import act, actor, may, needs, reading, receipt, runtime
from pprg_shared.database import unseal
from pprg_shared.web.api import body, gives

api = Blueprint("api", __name__, url_prefix="/api/v1")


@api.get("/agencies")
@gives(answers.Agencies)
def agencies() -> ResponseReturnValue:
    """List the agencies of the partnership."""
    return jsonify({"agencies": [{"slug": each.code, "name": each.name} for each in runtime().profile.agencies]})


@api.post("/referrals")
def create_referral() -> ResponseReturnValue:
    """Submit a referral."""
    needs("refer")
    said = body(ReferralSchema(entering=may("enter")))
    prefix = runtime().profile.partnership.prefix
    return receipt(act(actions.submit_referral, phase="receipt", prefix=prefix, **said))


@api.get("/requests")
@gives(answers.Requests)
def list_requests() -> ResponseReturnValue:
    """List what one's agency is asked."""
    needs("answer")
    with reading() as session:
        rows = session.scalars(select(Request).where(Request.agency == actor().agency).order_by(Request.due_on)).all()
    return jsonify({"requests": [_public(each) for each in rows]})


@api.get("/requests/<uuid:request_id>")
@gives(answers.WholeRequest)
def one_request(request_id: UUID) -> ResponseReturnValue:
    """Show what is asked."""
    needs("answer")
    with reading() as session:
        asked = actions.request_of(session, actor(), request_id)
        return jsonify(_public(asked) | unseal(session, asked, "content"))


@api.post("/requests/<uuid:request_id>/return")
def create_return(request_id: UUID) -> ResponseReturnValue:
    """Answer with a summary and a chronology."""
    needs("answer")
    return receipt(act(actions.answer_request, phase="returns", request_id=request_id, **body(ReturnSchema())))


@api.post("/requests/<uuid:request_id>/nil-return")
def create_nil_return(request_id: UUID) -> ResponseReturnValue:
    """Answer that the agency holds nothing."""
    needs("answer")
    return receipt(act(actions.answer_nil, phase="returns", request_id=request_id, **body(NilReturnSchema())))


def _public(each: Request) -> dict[str, str]:
    return {
        "id": str(each.id),
        "case_id": str(each.case_id),
        "reference": each.reference,
        "agency": each.agency,
        "due_on": each.due_on.isoformat(),
        "state": each.state,
    }
