"""The chronology, page by page and as a file."""

from collections.abc import Iterator
from uuid import UUID

from flask import Response, render_template, request, stream_template
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from pprg_shared import spreadsheet
from pprg_shared.acting import actor, needs, reading, runtime, saw
from pprg_shared.errors import NotThere
from pprg_shared.service import Runtime
from pprg_shared.web.forms import END, Form
from pprg_triage import actions
from pprg_triage.pages.common import pages
from pprg_triage.projections import chronology_page, whole_chronology
from pprg_triage.rules import Entry
from pprg_triage.schemas import ChronologySchema

HEADS = ("Date", "Time", "Agency", "Source", "People", "Event", "Action", "Marking")
ON_PAPER = ("When", "Agency", "Source", "Whom it concerns", "What happened", "What was done")


@pages.get("/cases/<uuid:case_id>/chronology")
def chronology(case_id: UUID) -> ResponseReturnValue:
    """Show the rows of all agencies, or some of them, in one time order."""
    needs("read")
    form = Form(ChronologySchema(), MultiDict({**request.args, END: "1"}))
    valid = form.is_valid()
    chosen = form.data if valid else ChronologySchema().load({})
    with reading() as session:
        about = actions.case_of(session, actor(), case_id)
        asked = actions.agencies_asked(session, case_id)
        part = chronology_page(session, case_id, **chosen)
    if valid and part.page > part.pages:
        raise NotThere
    saw(case_id, phase="chronology")
    kept = {name: str(value) for name, value in chosen.items() if value and name != "page"}
    shown = {"part": part, "asked": asked, "chosen": chosen, "links": part.links(kept)}
    return render_template("chronology.html", case=about, form=form, **shown), 200 if valid else 422


@pages.get("/cases/<uuid:case_id>/chronology.csv")
def chronology_file(case_id: UUID) -> ResponseReturnValue:
    """Give all rows as a file for a spreadsheet, with the marking in its name and in each row, bit by bit."""
    needs("read")
    with reading() as session:
        about = actions.case_of(session, actor(), case_id)
    saw(case_id, phase="chronology", kind="export")
    answer = Response(_lines(runtime(), case_id), mimetype="text/csv")
    name = f"{runtime().profile.marking} {about.reference} chronology.csv"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


@pages.get("/cases/<uuid:case_id>/chronology/print")
def chronology_on_paper(case_id: UUID) -> ResponseReturnValue:
    """Show all rows as they are printed, the marking on every sheet, bit by bit: there may be tens of thousands."""
    needs("read")
    with reading() as session:
        about = actions.case_of(session, actor(), case_id)
    saw(case_id, phase="chronology")
    shown = {"printed": runtime().clock(), "heads": ON_PAPER}
    return Response(stream_template("chronology_print.html", case=about, rows=_rows(runtime(), case_id), **shown))


def _rows(alive: Runtime, case_id: UUID) -> Iterator[Entry]:
    with alive.database.reading(in_pieces=True) as session:
        yield from whole_chronology(session, case_id)


def _lines(alive: Runtime, case_id: UUID) -> Iterator[str]:
    names, marking = alive.profile.names()["agency"], alive.profile.marking
    yield spreadsheet.MARK + spreadsheet.line(HEADS)
    for each in _rows(alive, case_id):
        cells = (each.when.as_entered, each.time, names(each.agency), each.source, each.people)
        yield spreadsheet.line((*cells, each.event, each.action, marking))
