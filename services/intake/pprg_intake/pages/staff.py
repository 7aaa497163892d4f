"""Who the members of staff are whom an agency names by role."""

from typing import Any
from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from pprg_intake import actions
from pprg_intake.actions.staff import name_staff, staff_of
from pprg_intake.pages.blueprint import pages, typed
from pprg_intake.schemas import StaffSchema
from pprg_shared.acting import act, actor, needs, reading, saw, submitted
from pprg_shared.actor import Done
from pprg_shared.web import takes_rows
from pprg_shared.web.forms import Form


@pages.route("/requests/<uuid:request_id>/staff", methods=["GET", "POST"])
@takes_rows
def staff(request_id: UUID) -> ResponseReturnValue:
    """Show an agency whom of its staff it has listed, and take the list anew."""
    needs("answer")
    with reading() as session:
        asked = actions.request_of(session, actor(), request_id)
        listed = staff_of(session, asked)
    initial = {f"staff-{n}-{name}": text for n, each in enumerate(listed) for name, text in each.items()}
    form = Form(StaffSchema(), typed(), initial)

    def send(data: dict[str, Any]) -> Done:
        return act(name_staff, phase="returns", request_id=request_id, **data)

    if gone_on := submitted(form, send):
        return gone_on
    saw(asked.case_id)
    return render_template("staff.html", asked=asked, form=form), 422 if form.errors else 200
