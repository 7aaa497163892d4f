"""From draft to public page and back: who writes offers, a second person releases, nothing is deleted."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from pprg_publisher import rules
from pprg_publisher.models import CaseMembers, Publication
from pprg_publisher.rules import State
from pprg_shared.access import Relation
from pprg_shared.actor import Actor, Done
from pprg_shared.boxes import publish
from pprg_shared.database import now, today
from pprg_shared.errors import NotThere, Refused
from pprg_shared.events.publisher import OutcomePublished

TEXTS = ("title", "summary", "learning", "recommendations", "author", "model", "label")


def publication_of(
    session: Session, actor: Actor, publication_id: UUID, verb: str, *, alone: bool = False
) -> Publication:
    """A publication, for somebody who may do this with it; to anybody else it is not there (NotThere).

    `alone`: whoever else acts on it waits until this transaction ends.
    """
    members = CaseMembers.id == Publication.case_id
    query = select(Publication, CaseMembers.members).outerjoin(CaseMembers, members)
    query = query.options(lazyload(Publication.theme_rows))  # read once it is known whose it is
    query = query.where(Publication.id == publication_id)
    row = session.execute(query.with_for_update(of=Publication) if alone else query).first()
    if row is None or not rules.may(actor.roles, verb, relation_to(session, actor, *row)):
        raise NotThere
    found: Publication = row[0]
    session.refresh(found, ["theme_rows"])
    return found


def relation_to(session: Session, actor: Actor, found: Publication, members: list[dict[str, Any]] | None) -> Relation:
    """What somebody has to do with a publication, by who is tied to its case."""
    if found.case_id is None:
        return Relation.NO_MATTER
    mine = [each for each in members or () if each["person"] == str(actor.person)]
    return rules.relation((_tie(each) for each in mine), now(session))


def _tie(member: dict[str, Any]) -> rules.Tie:
    until = datetime.fromisoformat(member["until"]) if member["until"] else None
    return rules.Tie(member["role"], datetime.fromisoformat(member["since"]), until)


def save_draft(session: Session, actor: Actor, *, publication_id: UUID, **answers: Any) -> Done:
    """Keep what has been written so far; what is not there is blank."""
    found = _open(session, actor, publication_id)
    write(found, answers)
    return _done(found)


def offer(session: Session, actor: Actor, *, publication_id: UUID, **answers: Any) -> Done:
    """Give a draft, whole and fit to be public, to a second person."""
    found = _open(session, actor, publication_id)
    write(found, answers)
    for name in TEXTS:
        if problem := rules.public_problem(getattr(found, name), found.reference):
            raise Refused(problem, name)
    taken = rules.identity(found.partnership, found.type, found.label, answers["year"])
    if session.scalar(select(Publication.id).where(Publication.identity == taken, Publication.id != found.id)):
        words = "There is a publication of this type, label and year already. Labels recur: make this one different."
        raise Refused(words, "label")
    found.identity, found.state, found.offered_by = taken, State.OFFERED, actor.person
    return _done(found)


def release(session: Session, actor: Actor, *, publication_id: UUID) -> Done:
    """Put what was offered before everybody, as the second person; the first time, say so."""
    found = publication_of(session, actor, publication_id, "release", alone=True)
    if problem := rules.releasing_problem(found.state, found.offered_by, actor.person):
        raise Refused(problem)
    make_public(session, found, actor)
    return Done(f"/learning/{found.slug}", found.reference or found.title, _subject(found))


def reopen(session: Session, actor: Actor, *, publication_id: UUID) -> Done:
    """Make a draft again of what was offered or withdrawn; its address stays its own."""
    found = publication_of(session, actor, publication_id, "reopen", alone=True)
    if problem := rules.reopening_problem(found.state):
        raise Refused(problem)
    found.state, found.offered_by = State.DRAFT, None
    return _done(found)


def withdraw(session: Session, actor: Actor, *, publication_id: UUID) -> Done:
    """Take a page away from everybody; its address says that it is available on request."""
    found = publication_of(session, actor, publication_id, "withdraw", alone=True)
    if problem := rules.withdrawing_problem(found.state):
        raise Refused(problem)
    found.state, found.withdrawn_on, found.changed_at = State.WITHDRAWN, today(session), now(session)
    return _done(found)


def make_public(session: Session, found: Publication, actor: Actor) -> None:
    """Make a publication live at an address that it keeps from now on."""
    first = found.slug is None
    found.published_on = found.published_on or today(session)
    found.slug = found.slug or _free_slug(session, rules.slug(found.title, found.year or found.published_on.year))
    found.state, found.released_by, found.changed_at = State.LIVE, actor.person, now(session)
    if first and found.case_id and found.reference:
        about: dict[str, Any] = {"publication_id": found.id, "case_id": found.case_id, "reference": found.reference}
        publish(session, OutcomePublished(**about, slug=found.slug, published_on=found.published_on))
    session.flush()


def write(found: Publication, answers: dict[str, Any]) -> None:
    """Lay answers into a publication, and with them the words by which it is found."""
    for name in TEXTS:
        setattr(found, name, answers.get(name, ""))
    found.type, found.year = answers.get("type", found.type), answers.get("year")
    found.themes = answers.get("themes", [])
    found.words = rules.fold(" ".join([*(getattr(found, each) for each in TEXTS), found.partnership]))


def _open(session: Session, actor: Actor, publication_id: UUID) -> Publication:
    found = publication_of(session, actor, publication_id, "publish", alone=True)
    if problem := rules.offering_problem(found.state):
        raise Refused(problem)
    return found


def _free_slug(session: Session, slug: str) -> str:
    taken = set(session.scalars(select(Publication.slug).where(Publication.slug.startswith(slug))))
    number, free = 2, slug
    while free in taken:
        free, number = f"{slug}-{number}", number + 1
    return free


def _subject(found: Publication) -> str:
    return str(found.case_id or found.id)


def _done(found: Publication) -> Done:
    return Done(f"/publications/{found.id}", found.reference or found.title, _subject(found))
