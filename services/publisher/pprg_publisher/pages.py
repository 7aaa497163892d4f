"""Pages of the publisher: drafts for the office, the learning hub for everybody."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from pprg_publisher import actions
from pprg_publisher.models import Publication
from pprg_publisher.schemas import ReleaseSchema
from pprg_shared.acting import Done, act, needs, opened, reading, submitted
from pprg_shared.database import unseal
from pprg_shared.errors import NotThere, Refused
from pprg_shared.web.forms import Form

pages = Blueprint("pages", __name__)


@pages.get("/learning")
def learning() -> ResponseReturnValue:
    """List what was learnt."""
    with reading() as session:
        live = select(Publication).where(Publication.state == "live").order_by(Publication.published_on.desc())
        rows = session.scalars(live).all()
    return render_template("learning.html", rows=rows)


@pages.get("/learning/<slug>")
def outcome(slug: str) -> ResponseReturnValue:
    """Show one outcome."""
    with reading() as session:
        found = session.scalar(select(Publication).where(Publication.slug == slug, Publication.state == "live"))
    if found is None:
        raise NotThere
    return render_template("outcome.html", found=found)


@pages.get("/publications")
def publications() -> ResponseReturnValue:
    """List drafts and what is live."""
    needs("publish")
    with reading() as session:
        rows = session.scalars(select(Publication).order_by(Publication.reference)).all()
    return render_template("publications.html", rows=rows)


@pages.get("/publications/for-case/<uuid:case_id>")
def for_case(case_id: UUID) -> ResponseReturnValue:
    """Lead from a case to its publication."""
    needs("publish")
    with reading() as session:
        found = session.scalar(select(Publication.id).where(Publication.case_id == case_id))
    if found is None:
        raise Refused(
            "There is nothing to publish yet. A draft is there a moment after the decision has been ratified."
        )
    return redirect(f"/publications/{found}", 303)


@pages.route("/publications/<uuid:publication_id>", methods=["GET", "POST"])
def publication(publication_id: UUID) -> ResponseReturnValue:
    """Take what everybody will read."""
    needs("publish")
    form = Form(ReleaseSchema(), request.form if request.method == "POST" else None)
    with reading() as session:
        found = actions.publication_of(session, publication_id)
        content = unseal(session, found, "content")

    def send(data: dict[str, Any]) -> Done:
        return act(actions.publish_outcome, phase="publishing", publication_id=publication_id, **data)

    if answer := submitted(form, send):
        return answer
    if request.method == "GET":
        opened(str(found.case_id), "publishing")
    return render_template("publication.html", form=form, found=found, content=content), 422 if form.errors else 200
