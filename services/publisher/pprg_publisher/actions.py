"""What people do at the publisher; each function one transaction."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from pprg_publisher import rules
from pprg_publisher.models import Publication
from pprg_shared.acting import Done
from pprg_shared.actor import Actor
from pprg_shared.boxes import publish
from pprg_shared.database import today
from pprg_shared.errors import NotThere, Refused
from pprg_shared.events.publisher import OutcomePublished


def publication_of(session: Session, publication_id: UUID, *, alone: bool = False) -> Publication:
    """A publication, or NotThere; `alone`, so that whoever else acts on it waits until this transaction ends."""
    found = session.get(Publication, publication_id, with_for_update=alone)
    if found is None:
        raise NotThere
    return found


def publish_outcome(session: Session, _actor: Actor, *, publication_id: UUID, title: str, summary: str) -> Done:
    """Put what was learnt before everybody, and say so."""
    found = publication_of(session, publication_id, alone=True)
    if found.state != "draft":
        raise Refused("This outcome has been published already.")
    for field, text in (("title", title), ("summary", summary)):
        if problem := rules.public_problem(text, found.reference):
            raise Refused(problem, field)
    day = today(session)
    slug = rules.slug(title, day.year)
    taken = set(session.scalars(select(Publication.slug).where(Publication.slug.startswith(slug))))
    number = 2
    found.slug = slug
    while found.slug in taken:
        found.slug, number = f"{slug}-{number}", number + 1
    found.title, found.summary, found.state, found.published_on = title, summary, "live", day
    about: dict[str, Any] = {"publication_id": found.id, "case_id": found.case_id, "reference": found.reference}
    publish(session, OutcomePublished(**about, slug=found.slug, published_on=day))
    return Done(f"/learning/{found.slug}", found.reference, str(found.case_id))
