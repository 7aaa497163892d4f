"""The chronology."""

from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from pprg_shared.acting import needs, opened, reading
from pprg_triage import actions
from pprg_triage.pages.common import pages
from pprg_triage.projections import chronology_of


@pages.get("/cases/<uuid:case_id>/chronology")
def chronology(case_id: UUID) -> ResponseReturnValue:
    """Show the rows of all agencies in one time order."""
    needs("read")
    with reading() as session:
        about = actions.case_of(session, case_id)
        entries = chronology_of(session, case_id)
    opened(str(case_id), "chronology")
    return render_template("chronology.html", case=about, entries=entries)
