"""Who the members of staff are whom agencies name by role: for the office and to whom it grants them, here alone."""

from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from pprg_shared.acting import actor, needs, reading, saw
from pprg_triage import actions
from pprg_triage.pages.blueprint import pages
from pprg_triage.projections import named_staff


@pages.get("/cases/<uuid:case_id>/staff")
def staff(case_id: UUID) -> ResponseReturnValue:
    """Show who the members of staff are whom agencies name by role."""
    needs("staff names")
    with reading() as session:
        about = actions.case_of(session, actor(), case_id, "staff names")
        found = named_staff(session, case_id)
    saw(case_id, phase="returns")
    return render_template("staff.html", case=about, found=found)
