"""The API of the publisher: the same schemas and actions as the pages."""

from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from pprg_publisher import answers, projections, rules
from pprg_publisher.actions import importing, planning, publishing
from pprg_publisher.models import Publication
from pprg_publisher.rules import Note
from pprg_publisher.schemas import (
    CallOffSchema,
    LiftSchema,
    ListSchema,
    NothingSchema,
    PlanSchema,
    PublicationSchema,
    SearchSchema,
    WhichCase,
    offering,
)
from pprg_shared.acting import act, actor, needs, reading, receipt, runtime
from pprg_shared.boxes.tables import steps
from pprg_shared.web.api import asked, body, gives, second, takes
from pprg_shared.web.limits import slow

api = Blueprint("api", __name__, url_prefix="/api/v1")
PHASE = "publishing"


@api.get("/learning")
@gives(answers.Learning)
def learning() -> ResponseReturnValue:
    """List what was learnt, page by page; the same words narrow it as on the page."""
    with reading() as session:
        found = projections.search(session, asked(SearchSchema()))
    base = runtime().settings.base_url
    records = [projections.record(each, runtime().profile, base) for each in found.entries]
    return jsonify({"publications": records, "count": found.total, "page": found.page, "pages": found.pages})


@api.get("/publications")
@gives(answers.Drafts)
def publications() -> ResponseReturnValue:
    """List the publications of a case, drafts too."""
    needs("release")
    case_id = asked(WhichCase())["case"]
    with reading() as session:
        rows = projections.of_case(session, actor(), case_id)
    return jsonify({"publications": [_draft(row) for row in rows]})


def _draft(row: Publication) -> dict[str, Any]:
    about = {"id": str(row.id), "state": row.state, "slug": row.slug}
    copies = row.copies_on.isoformat() if row.copies_on else None
    return about | {"planned_at": row.planned_at.isoformat() if row.planned_at else None, "copies_on": copies}


@api.get("/publications/steps")
@gives(answers.Steps)
def counted_steps() -> ResponseReturnValue:
    """Count the coordinator's steps here on a case, by phase."""
    needs("publish")
    case_id = asked(WhichCase())["case"]
    summed = select(steps.c.phase, func.sum(steps.c.count)).where(steps.c.subject == str(case_id))
    with reading() as session:
        found = {phase: int(count) for phase, count in session.execute(summed.group_by(steps.c.phase))}
    return jsonify({"total": sum(found.values()), "by_phase": found})


@api.post("/publications/<uuid:publication_id>/draft")
def save_draft(publication_id: UUID) -> ResponseReturnValue:
    """Keep what has been written so far; what is left out is blank."""
    needs("publish")
    said = body(PublicationSchema(partial=True))
    return receipt(act(publishing.save_draft, phase=PHASE, publication_id=publication_id, **said))


@api.post("/publications/<uuid:publication_id>/offer")
@takes(lambda: offering(imported=False))
def offer(publication_id: UUID) -> ResponseReturnValue:
    """Give a whole draft to a second person for release."""
    needs("publish")
    with reading() as session:
        imported = publishing.publication_of(session, actor(), publication_id, "publish").import_id is not None
    said = body(offering(imported=imported))
    return receipt(act(publishing.offer, phase=PHASE, publication_id=publication_id, **said))


@api.post("/publications/<uuid:publication_id>/release")
@second("publish")
def release(publication_id: UUID) -> ResponseReturnValue:
    """Put what somebody else offered before everybody."""
    needs("release")
    body(NothingSchema())
    return receipt(act(publishing.release, phase=PHASE, publication_id=publication_id))


@api.post("/publications/<uuid:publication_id>/reopening")
def reopen(publication_id: UUID) -> ResponseReturnValue:
    """Make a draft again of what was offered or withdrawn."""
    needs("reopen")
    body(NothingSchema())
    return receipt(act(publishing.reopen, phase=PHASE, publication_id=publication_id))


@api.post("/publications/<uuid:publication_id>/withdrawal")
def withdraw(publication_id: UUID) -> ResponseReturnValue:
    """Take a page away from everybody."""
    needs("withdraw")
    body(NothingSchema())
    return receipt(act(publishing.withdraw, phase=PHASE, publication_id=publication_id))


@api.post("/publications/<uuid:publication_id>/plan")
def plan_publication(publication_id: UUID) -> ResponseReturnValue:
    """Plan when it is published, or move that; what is left out is blank."""
    needs("publish")
    return receipt(act(planning.plan, phase=PHASE, publication_id=publication_id, **body(PlanSchema())))


@api.post("/publications/<uuid:publication_id>/lifting")
def lift(publication_id: UUID) -> ResponseReturnValue:
    """Wait no longer for the planned day."""
    needs("publish")
    return receipt(act(planning.lift, phase=PHASE, publication_id=publication_id, **body(LiftSchema())))


@api.post("/publications/<uuid:publication_id>/calling-off")
def call_off(publication_id: UUID) -> ResponseReturnValue:
    """Plan no day any more: what was released waits for a second person again."""
    needs("publish")
    return receipt(act(planning.call_off, phase=PHASE, publication_id=publication_id, **body(CallOffSchema())))


@api.post("/publications/imports/plan")
@gives(answers.Plan)
def plan() -> ResponseReturnValue:
    """Read a list of published reviews and say what it would make; nothing is kept."""
    who, said = needs("publish"), body(ListSchema())
    slow((rules.UPLOADS, str(who.person)))
    with reading() as session:
        found = importing.plan_of(session, said["text"], said.get("type"))
    reading_ = found.reading
    return jsonify(
        {
            "new": [{"title": each.title, "year": each.year, "rows": each.rows} for each in found.new],
            "known": [{"title": each.title, "year": each.year, "rows": each.rows} for each in found.known],
            "problems": _notes(reading_.problems),
            "left_out": _notes(reading_.left_out),
            "remarks": _notes(reading_.remarks),
        }
    )


def _notes(notes: list[Note]) -> list[dict[str, Any]]:
    return [{"row": each.row, "column": each.column, "detail": each.words} for each in notes]


@api.post("/publications/imports")
def create_import() -> ResponseReturnValue:
    """Import what is new in a list, offered for release."""
    who, said = needs("publish"), body(ListSchema())
    slow((rules.UPLOADS, str(who.person)))
    return receipt(act(importing.import_list, phase=PHASE, **said))


@api.post("/publications/imports/<uuid:import_id>/undo")
def undo_import(import_id: UUID) -> ResponseReturnValue:
    """Take back what an import offers, while nothing of it was released."""
    needs("publish")
    body(NothingSchema())
    return receipt(act(importing.undo_import, phase=PHASE, import_id=import_id))


@api.post("/publications/imports/<uuid:import_id>/release")
@second("publish")
def release_import(import_id: UUID) -> ResponseReturnValue:
    """Put everything that an import still offers before everybody."""
    needs("release")
    body(NothingSchema())
    return receipt(act(importing.release_import, phase=PHASE, import_id=import_id))
