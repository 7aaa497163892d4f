"""The list of cases: a page of it, with the clock to watch of each in a line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, defer

from pprg_shared.actor import Actor
from pprg_shared.database import unseal
from pprg_shared.paging import ROWS, Part, before
from pprg_shared.profile import Profile
from pprg_triage import rules
from pprg_triage.actions import visible
from pprg_triage.models import Case, ImportedCase, News, Published
from pprg_triage.projections.case import clock_words

#: Cases without a day come last.
_DUE_FIRST = (Case.binds_on.asc().nulls_last(), Case.reference)


@dataclass(frozen=True)
class CaseList:
    """A page of the cases, with the clock of each; `earlier` has the references of those that came from a list."""

    part: Part[Case]
    clocks: dict[UUID, str]
    earlier: dict[UUID, str]


def listed_cases(session: Session, actor: Actor, profile: Profile, today: date, page: int) -> CaseList:
    """A page of the cases of somebody: those due first come first, those with no clock last."""
    theirs = visible(session, actor, Case.id)
    total = session.scalar(select(func.count()).select_from(Case).where(theirs)) or 0
    chosen = _with_earlier(Published.published_on).outerjoin(Published, Published.id == Case.id).where(theirs)
    rows = session.execute(chosen.order_by(*_DUE_FIRST).limit(ROWS).offset(before(page))).all()
    clocks = {case.id: clock_words(case, published, profile, today) for case, _, published in rows}
    named = [each for each in rows if each[1] and rules.relations_of(actor.roles, "names")]
    earlier = {case.id: unseal(session, imported, "known_as") for case, imported, _ in named}
    return CaseList(Part([case for case, *_ in rows], total, page), clocks, earlier)


def latest_news(session: Session, actor: Actor, most: int) -> Sequence[Any]:
    """The newest lines of news about cases of somebody, each with the reference once the case is here."""
    chosen = select(News, Case.reference).outerjoin(Case, Case.id == News.case_id)
    theirs = visible(session, actor, News.case_id)
    return session.execute(chosen.where(theirs).order_by(News.at.desc()).limit(most)).all()


def all_cases(session: Session, actor: Actor) -> list[tuple[Case, str]]:
    """Every case of somebody, the one that is due first before the others, with its reference in a list."""
    rows = session.execute(_with_earlier().where(visible(session, actor, Case.id)).order_by(*_DUE_FIRST))
    names = bool(rules.relations_of(actor.roles, "names"))
    return [(case, unseal(session, imported, "known_as") if imported and names else "") for case, imported in rows]


def _with_earlier(*more: Any) -> Select[Any]:
    """Cases, without what is sealed of them, each with what it was in a list."""
    joined = select(Case, ImportedCase, *more).outerjoin(ImportedCase, ImportedCase.id == Case.id)
    return joined.options(defer(Case.content), defer(ImportedCase.content))


def find_case(session: Session, actor: Actor, reference: str, verb: str = "read") -> UUID | None:
    """The case of this reference, ours or the one that it had in a list, however it is spelt; the first of several.

    One about which the actor may not do this is not found.
    """
    ours = select(Case.id).where(Case.reference == reference.strip().upper(), visible(session, actor, Case.id, verb))
    if found := session.scalar(ours):
        return found
    wanted = rules.fold(reference)
    listed_ones = session.scalars(
        select(ImportedCase)
        .options(defer(ImportedCase.content))
        .where(visible(session, actor, ImportedCase.id, verb))
        .order_by(ImportedCase.number)
    )
    earlier = ((each.id, rules.fold(unseal(session, each, "known_as"))) for each in listed_ones)
    return next((case_id for case_id, known_as in earlier if wanted and known_as == wanted), None)
