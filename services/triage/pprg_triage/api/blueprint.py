"""What all of triage's API shares."""

from flask import Blueprint, Response

from pprg_shared.acting import aside
from pprg_shared.web import problems
from pprg_triage import actions

api = Blueprint("api", __name__, url_prefix="/api/v1/cases")


@api.errorhandler(actions.Closed)
def closed(error: actions.Closed) -> Response:
    """To somebody who declared an interest in it a case is not there; the office is told that they tried."""
    aside(actions.note_tried, case_id=error.case_id)
    return problems.answer("not-found")
