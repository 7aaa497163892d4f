"""The API of the publisher: the same schemas and actions as the pages."""

from uuid import UUID

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from pprg_publisher import actions
from pprg_publisher.models import Publication
from pprg_publisher.schemas import ReleaseSchema
from pprg_shared.acting import act, needs, reading, receipt
from pprg_shared.boxes.tables import steps
from pprg_shared.database import uuid_of
from pprg_shared.web.api import body

api = Blueprint("api", __name__, url_prefix="/api/v1")


@api.get("/learning")
def learning() -> ResponseReturnValue:
    """List what was learnt."""
    with reading() as session:
        rows = session.scalars(select(Publication).where(Publication.state == "live")).all()
    shown = [
        {"slug": row.slug, "title": row.title, "route": row.route, "published_on": str(row.published_on)}
        for row in rows
    ]
    return jsonify({"publications": shown})


@api.get("/publications")
def publications() -> ResponseReturnValue:
    """List the publications of a case, drafts too."""
    needs("publish")
    case_id = uuid_of(request.args.get("case", ""))
    with reading() as session:
        rows = session.scalars(select(Publication).where(Publication.case_id == case_id)).all()
    return jsonify({"publications": [{"id": str(row.id), "state": row.state, "slug": row.slug} for row in rows]})


@api.get("/publications/steps")
def counted_steps() -> ResponseReturnValue:
    """Count the coordinator's steps here on a case, by phase."""
    needs("publish")
    summed = select(steps.c.phase, func.sum(steps.c.count)).where(steps.c.subject == request.args.get("case", ""))
    with reading() as session:
        found = {phase: int(count) for phase, count in session.execute(summed.group_by(steps.c.phase))}
    return jsonify({"total": sum(found.values()), "by_phase": found})


@api.post("/publications/<uuid:publication_id>/release")
def release(publication_id: UUID) -> ResponseReturnValue:
    """Publish an outcome."""
    needs("publish")
    answers = body(ReleaseSchema())
    return receipt(act(actions.publish_outcome, phase="publishing", publication_id=publication_id, **answers))
