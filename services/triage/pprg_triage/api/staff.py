"""Who the members of staff are whom agencies name by role, by API."""

from dataclasses import asdict
from uuid import UUID

from flask import jsonify
from flask.typing import ResponseReturnValue

from pprg_shared.acting import actor, needs, reading, saw
from pprg_shared.web.api import gives
from pprg_triage import actions, answers
from pprg_triage.api.blueprint import api
from pprg_triage.projections import named_staff


@api.get("/<uuid:case_id>/staff")
@gives(answers.Staff)
def staff(case_id: UUID) -> ResponseReturnValue:
    """Tell the office, and who reviews the case if they were granted it, whom agencies name by role."""
    needs("staff names")
    with reading() as session:
        actions.case_of(session, actor(), case_id, "staff names")
        found = named_staff(session, case_id)
    saw(case_id)
    return jsonify({"agencies": [asdict(each) | {"named_on": each.named_on.isoformat()} for each in found]})
