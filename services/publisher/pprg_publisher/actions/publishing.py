"""From draft to public page and back: who writes offers, a second person releases, nothing is deleted."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session, lazyload

from pprg_publisher import rules
from pprg_publisher.models import CaseMembers, Publication, embargoes
from pprg_publisher.rules import State
from pprg_shared.access import Relation
from pprg_shared.actor import Actor, Done
from pprg_shared.boxes import publish
from pprg_shared.calendar import london_date
from pprg_shared.database import now, profile_of, today
from pprg_shared.errors import NotThere, Refused
from pprg_shared.events.publisher import OutcomePublished
from pprg_shared.profile import Deadline, notices

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
    return _tied(session, actor.person, members)


def is_closed(session: Session, person: UUID | None, case_id: UUID | None) -> bool:
    """Whether an interest closes a case to somebody."""
    members = session.scalar(select(CaseMembers.members).where(CaseMembers.id == case_id))
    return _tied(session, person, members) is Relation.CLOSED


def _tied(session: Session, person: UUID | None, members: list[dict[str, Any]] | None) -> Relation:
    mine = [each for each in members or () if each["person"] == str(person)]
    return rules.relation((_tie(each) for each in mine), now(session))


def _tie(member: dict[str, Any]) -> rules.Tie:
    until = datetime.fromisoformat(member["until"]) if member["until"] else None
    return rules.Tie(member["role"], datetime.fromisoformat(member["since"]), until)


def save_draft(session: Session, actor: Actor, *, publication_id: UUID, **answers: Any) -> Done:
    """Keep what has been written so far; what is not there is blank."""
    found = _open(session, actor, publication_id)
    write(found, answers)
    return done(found)


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
    return done(found)


def release(session: Session, actor: Actor, *, publication_id: UUID) -> Done:
    """Put what was offered before everybody, as the second person; at once, unless it is planned for later."""
    found = publication_of(session, actor, publication_id, "release", alone=True)
    if problem := rules.releasing_problem(found.state, found.offered_by, actor.person):
        raise Refused(problem)
    told_in_time(session, found)
    found.released_by = actor.person
    if rules.waits(found.planned_at, now(session)):
        let_wait(session, found)
        return done(found)
    make_public(session, found)
    return Done(f"/learning/{found.slug}", found.reference or found.title, _subject(found))


def reopen(session: Session, actor: Actor, *, publication_id: UUID) -> Done:
    """Make a draft again of what was offered or withdrawn; its address stays its own."""
    found = publication_of(session, actor, publication_id, "reopen", alone=True)
    if problem := rules.reopening_problem(found.state):
        raise Refused(problem)
    found.state, found.offered_by = State.DRAFT, None
    return done(found)


def withdraw(session: Session, actor: Actor, *, publication_id: UUID) -> Done:
    """Take a page away from everybody; its address says that it is available on request."""
    found = publication_of(session, actor, publication_id, "withdraw", alone=True)
    if problem := rules.withdrawing_problem(found.state):
        raise Refused(problem)
    found.state, found.withdrawn_on, found.changed_at = State.WITHDRAWN, today(session), now(session)
    return done(found)


def notices_of(session: Session, found: Publication) -> list[Deadline]:
    """Who must be told before it is published, and by when; nobody of what was public before."""
    if found.import_id or found.slug:
        return []
    planned = london_date(found.planned_at) if found.planned_at else None
    return notices(profile_of(session), found.type, max(planned, today(session)) if planned else None)


def told_in_time(session: Session, found: Publication) -> None:
    """Raise Refused unless those who must be told first have had their time."""
    if problem := rules.notice_problem(notices_of(session, found), found.copies_on):
        raise Refused(f"{problem[0]}.")


def let_wait(session: Session, found: Publication) -> None:
    """Have the loop publish what was released once its moment has come, and not at another that was planned before."""
    session.execute(delete(embargoes).where(embargoes.c.publication_id == found.id, embargoes.c.done_at.is_(None)))
    row = {"id": uuid4(), "type": "publish", "subject": _subject(found), "publication_id": found.id}
    # The row begins to wait when it is due; patience with its faults counts from then.
    session.execute(insert(embargoes), row | {"created_at": found.planned_at, "due_at": found.planned_at})
    found.state = State.SCHEDULED


def make_public(session: Session, found: Publication) -> None:
    """Make a publication live at an address that it keeps from now on; the first time, say so."""
    first = found.slug is None
    found.published_on = found.published_on or today(session)
    found.slug = found.slug or _free_slug(session, rules.slug(found.title, found.year or found.published_on.year))
    found.state, found.changed_at = State.LIVE, now(session)
    if first and found.case_id and found.reference:
        about: dict[str, Any] = {"publication_id": found.id, "case_id": found.case_id, "reference": found.reference}
        about |= {"slug": found.slug, "publication_type": found.type}
        publish(session, OutcomePublished(**about, published_on=found.published_on))
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


def done(found: Publication) -> Done:
    """Back to the publication."""
    return Done(f"/publications/{found.id}", found.reference or found.title, _subject(found))
