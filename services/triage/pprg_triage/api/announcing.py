"""Who is told before something is published, by API."""

from typing import Any
from uuid import UUID

from flask import jsonify
from flask.typing import ResponseReturnValue
from marshmallow import Schema

from pprg_shared.acting import act, actor, needs, reading, receipt, saw
from pprg_shared.errors import NotThere
from pprg_shared.web.api import body, gives, takes
from pprg_triage import actions, answers
from pprg_triage.api.blueprint import api
from pprg_triage.projections import Announced, announced_of
from pprg_triage.rules.announcing import SOMEBODY, Whom
from pprg_triage.schemas import ToldSchema

PHASE = "publishing"


@api.get("/<uuid:case_id>/publications")
@gives(answers.Plans)
def plans(case_id: UUID) -> ResponseReturnValue:
    """Show what is planned to be published about a case, and who has been told before."""
    needs("announce")
    found = _read(case_id)
    saw(case_id)
    return jsonify({"publications": [_plan(each) for each in found]})


def _read(case_id: UUID) -> list[Announced]:
    with reading() as session:
        return announced_of(session, actions.case_of(session, actor(), case_id, "announce"))


def _plan(each: Announced) -> dict[str, Any]:
    hands = [{"whom": one.whom, "told_on": one.told_on and one.told_on.isoformat()} for one in each.hands]
    return {
        "id": str(each.id),
        "type": each.type,
        "planned_at": each.planned_at and each.planned_at.isoformat(),
        "told": _whom(each.known),
        "not_told": _whom(each.left),
        "by_hand": hands,
    }


def _whom(whom: Whom) -> dict[str, list[str]]:
    return {"agencies": sorted(whom.agencies), "people": sorted(whom.people)}


@api.post("/<uuid:case_id>/publications/<uuid:publication_id>/letters")
def tell_before(case_id: UUID, publication_id: UUID) -> ResponseReturnValue:
    """Tell the agencies and the group of a planned publication, by letter, all but those who know its moment."""
    needs("announce")
    body(Schema())
    return receipt(act(actions.tell_before, phase=PHASE, case_id=case_id, publication_id=publication_id))


@api.post("/<uuid:case_id>/publications/<uuid:publication_id>/by-hand")
@takes(ToldSchema)
def note_told(case_id: UUID, publication_id: UUID) -> ResponseReturnValue:
    """Note that a person has told somebody of a planned publication to whom no letter goes."""
    needs("announce")
    found = next((each for each in _read(case_id) if each.id == publication_id), None)
    if found is None:
        raise NotThere
    said = body(ToldSchema({each.whom: each.whom for each in found.hands} | {SOMEBODY: SOMEBODY}))
    return receipt(act(actions.note_told, phase=PHASE, case_id=case_id, publication_id=publication_id, **said))
