"""Reviews that were published before, from a list: what it would make, and making it once."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from pprg_publisher import rules
from pprg_publisher.actions.publishing import make_public, write
from pprg_publisher.models import Publication
from pprg_publisher.rules import Reading, Review, State, Vocabulary
from pprg_shared.actor import Actor, Done
from pprg_shared.database import profile_of, today
from pprg_shared.errors import NotThere, Refused


@dataclass(frozen=True)
class Plan:
    """What a list would make: the reviews that are new, those that are here already, and the notes on its rows."""

    new: list[Review]
    known: list[Review]
    reading: Reading


def plan_of(session: Session, text: str, usual: str | None) -> Plan:
    """Read a list against what is here; `usual` is the type of reviews whose type it does not say."""
    profile = profile_of(session)
    own = profile.partnership.short_name
    words = Vocabulary.of(profile)
    reading = rules.read_list(text, words, partnership=own, today=today(session), usual=usual)
    wanted = [each.identity for each in reading.reviews]
    here = set(session.scalars(select(Publication.identity).where(Publication.identity.in_(wanted))))
    new = [each for each in reading.reviews if each.identity not in here]
    return Plan(new, [each for each in reading.reviews if each.identity in here], reading)


def import_list(session: Session, actor: Actor, *, text: str, type: str | None = None) -> Done:  # noqa: A002 -- as sent
    """Make what is new in a list and offer it for release; what is here already stays as it is."""
    plan = plan_of(session, text, type)
    if not plan.new:
        raise Refused("Nothing in this list is new, so nothing was imported.")
    batch = uuid4()
    for each in plan.new:
        session.add(_offered(each, batch, actor))
    session.flush()
    return Done(f"/publications/imports/{batch}", f"{len(plan.new)} reviews", str(batch))


def release_import(session: Session, actor: Actor, *, import_id: UUID) -> Done:
    """Put everything that an import still offers before everybody, as the second person."""
    rows = _of_import(session, import_id)
    offered = [each for each in rows if each.state == State.OFFERED]
    if not offered:
        raise Refused("Nothing of this import waits for release.")
    for each in offered:
        if problem := rules.releasing_problem(each.state, each.offered_by, actor.person):
            raise Refused(problem)
        each.released_by = actor.person
        make_public(session, each)
    return Done(f"/publications/imports/{import_id}", f"{len(offered)} reviews", str(import_id))


def undo_import(session: Session, _actor: Actor, *, import_id: UUID) -> Done:
    """Forget what an import offers while nothing of it was ever public; the list can then be imported anew."""
    rows = _of_import(session, import_id)
    offered = [each for each in rows if each.state == State.OFFERED]
    released = any(each.slug for each in rows)
    if problem := rules.undoing_problem(released=released, waiting=len(offered)):
        raise Refused(problem)
    for each in offered:
        session.delete(each)
    left = f"/imports/{import_id}" if len(offered) < len(rows) else ""
    return Done(f"/publications{left}", f"{len(offered)} reviews", str(import_id))


def _of_import(session: Session, import_id: UUID) -> Sequence[Publication]:
    """The publications of an import, or NotThere; whoever else acts on one waits until this transaction ends."""
    rows = session.scalars(select(Publication).where(Publication.import_id == import_id).with_for_update()).all()
    if not rows:
        raise NotThere
    return rows


def _offered(review: Review, batch: UUID, actor: Actor) -> Publication:
    made = Publication(id=uuid4(), partnership=review.partnership, import_id=batch, state=State.OFFERED)
    about = {"title": review.title, "label": review.label, "type": review.type, "year": review.year}
    write(made, {**about, **review.texts, "themes": review.themes})
    made.identity, made.documents, made.offered_by = review.identity, review.documents, actor.person
    made.published_on, made.precision = review.published.value, review.published.precision
    return made
