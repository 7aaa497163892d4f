"""Who saw or received what about a case, page by page and as a file."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from pprg_shared import spreadsheet
from pprg_shared.acting import actor, needs, reading, runtime, saw
from pprg_shared.calendar import moment
from pprg_shared.errors import NotThere
from pprg_shared.service import Runtime
from pprg_shared.web.api import asked
from pprg_shared.web.forms import END, Form
from pprg_shared.web.streaming import gathered
from pprg_triage import actions
from pprg_triage.pages.blueprint import pages
from pprg_triage.projections import access_page, whole_access
from pprg_triage.schemas import AccessSchema

HEADS = ("When", "Instant", "Who", "Agency", "What", "Service")


@pages.get("/cases/<uuid:case_id>/access")
def access(case_id: UUID) -> ResponseReturnValue:
    """Show who saw or received what about a case between two moments, the newest first."""
    needs("who saw")
    form = Form(AccessSchema(), MultiDict({**request.args, END: "1"}))
    valid = form.is_valid()
    chosen = form.data if valid else AccessSchema().load({})
    with reading() as session:
        about = actions.case_of(session, actor(), case_id, "who saw")
        part = access_page(session, runtime().profile, case_id, **chosen)
    if valid and part.page > part.pages:
        raise NotThere
    saw(case_id, phase="receipt")
    kept = {name: value for name, value in request.args.items() if value and name != "page"} if valid else {}
    shown = {"part": part, "chosen": kept, "links": part.links(kept)}
    shown["file"] = f".csv?{urlencode(kept)}" if kept else ".csv"
    return render_template("access.html", case=about, form=form, **shown), 200 if valid else 422


@pages.get("/cases/<uuid:case_id>/access.csv")
def access_file(case_id: UUID) -> ResponseReturnValue:
    """Give the same as a file for a spreadsheet, named by the marking, bit by bit."""
    needs("who saw")
    chosen = asked(AccessSchema())
    with reading() as session:
        about = actions.case_of(session, actor(), case_id, "who saw")
    saw(case_id, kind="export")
    answer = Response(gathered(_lines(runtime(), case_id, chosen)), mimetype="text/csv")
    name = f"{runtime().profile.marking} {about.reference} who saw what.csv"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _lines(alive: Runtime, case_id: UUID, chosen: dict[str, Any]) -> Iterator[str]:
    yield spreadsheet.MARK + spreadsheet.line(HEADS)
    with alive.database.reading(in_pieces=True) as session:
        for each in whole_access(session, alive.profile, case_id, start=chosen["start"], end=chosen["end"]):
            at = (moment(each.at), each.at.isoformat())
            yield spreadsheet.line((*at, each.who, each.agency, each.what, each.service))
