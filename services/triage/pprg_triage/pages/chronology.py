"""The chronology, page by page and as a file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Response, render_template, request, stream_template
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from pprg_shared import spreadsheet
from pprg_shared.acting import actor, needs, reading, runtime, saw
from pprg_shared.errors import NotThere
from pprg_shared.service import Runtime
from pprg_shared.web.forms import END, Form
from pprg_shared.web.streaming import gathered
from pprg_triage import actions, rules
from pprg_triage.models import Conflict
from pprg_triage.pages.blueprint import pages
from pprg_triage.pages.conflicts import WORDS
from pprg_triage.projections import chronology_page, marked, whole_chronology
from pprg_triage.rules import Entry
from pprg_triage.schemas import ChronologySchema

HEADS = (
    *("Date", "Time", "Agency", "Source", "People", "Event", "Action", "End date", "End time", "Contact type", "Seen"),
    *("Seen alone", "Voice", "Outcome", "Impact", "Impact note", "Comment", "RAG", "Significance", "Themes"),
    *("Written on", "Ref", "To look at", "Marking"),
)
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
        marks = marked(session, case_id, [each.row for each in part.entries])
    if valid and part.page > part.pages:
        raise NotThere
    saw(case_id, phase="chronology")
    kept = {name: str(value) for name, value in chosen.items() if value and name != "page"}
    shown = {"part": part, "asked": asked, "chosen": chosen, "links": part.links(kept), "marks": marks, **WORDS}
    return render_template("chronology.html", case=about, form=form, **shown), 200 if valid else 422


@pages.get("/cases/<uuid:case_id>/chronology.csv")
def chronology_file(case_id: UUID) -> ResponseReturnValue:
    """Give all rows as a file for a spreadsheet, with the marking in its name and in each row, bit by bit."""
    needs("read")
    with reading() as session:
        about = actions.case_of(session, actor(), case_id)
    saw(case_id, phase="chronology", kind="export")
    answer = Response(gathered(_lines(runtime(), case_id)), mimetype="text/csv")
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
    shown = {"case": about, "printed": runtime().clock(), "heads": ON_PAPER, **WORDS}
    return Response(gathered(stream_template("chronology_print.html", rows=_rows(runtime(), case_id), **shown)))


def _rows(alive: Runtime, case_id: UUID) -> Iterator[tuple[Entry, Sequence[Conflict]]]:
    """Each row with what is to be looked at about it."""
    with alive.database.reading(in_pieces=True) as session:
        marks = marked(session, case_id).of_row
        yield from ((each, marks.get(each.row, ())) for each in whole_chronology(session, case_id))


def _lines(alive: Runtime, case_id: UUID) -> Iterator[str]:
    names, marking = {**alive.profile.names(), "agency": alive.agencies.name}, alive.profile.marking
    yield spreadsheet.MARK + spreadsheet.line(HEADS)
    for each, marks in _rows(alive, case_id):
        first = (each.when.as_entered, each.time, names["agency"](each.agency), each.source, each.people)
        look_at = "; ".join(f"{rules.KINDS[one.kind]} ({rules.CONFLICT_STATES[one.state].lower()})" for one in marks)
        last = (str(each.number + 1), look_at, marking)
        yield spreadsheet.line((*first, each.event, each.action, *_further(each, names), *last))


def _further(entry: Entry, names: Mapping[str, Callable[[Any], str]]) -> tuple[str, ...]:
    """The cells from the end to when it was written, in the words that intake reads again."""
    told = entry.further
    if told is None:
        return ("",) * FURTHER
    ends, written = (each.as_entered if each else "" for each in (told.end_date, told.recorded_at))
    contact, seen, alone = names["contact"](told.contact_type), names["said"](told.seen), names["said"](told.seen_alone)
    weighed = (names["impact"](told.impact), told.impact_note, told.comment_analysis, names["rating"](told.rag))
    themes = "; ".join(map(names["theme"], told.policy_or_practice_point))
    first = (ends, told.end_time, contact, seen, alone, told.voice, told.outcome)
    return (*first, *weighed, names["significance"](told.significance), themes, written)


#: So many cells a row has between its action and its reference.
FURTHER = HEADS.index("Ref") - HEADS.index("End date")
