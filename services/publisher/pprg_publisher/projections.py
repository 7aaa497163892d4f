"""What pages, feed and catalogue show of publications, put together for reading."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session, raiseload, selectinload

from pprg_publisher import rules
from pprg_publisher.actions.publishing import relation_to
from pprg_publisher.models import CaseMembers, Publication, PublicationTheme
from pprg_publisher.rules import State
from pprg_shared.actor import Actor
from pprg_shared.database import profile_of
from pprg_shared.errors import NotThere
from pprg_shared.paging import Part, before
from pprg_shared.partial_dates import PartialDate
from pprg_shared.profile import Profile

ON_A_PAGE, IN_A_FEED = 20, 50
PRECISE = {"year": 4, "month": 7, "day": 10}
_LIVE = Publication.state == State.LIVE
_NEWEST = (Publication.published_on.desc(), Publication.title, Publication.id)


@dataclass(frozen=True)
class Choices:
    """What live publications have, so that a search offers nothing that finds nothing."""

    themes: set[str]
    types: set[str]
    years: list[int]


def search(session: Session, wanted: Mapping[str, Any]) -> Part[Publication]:
    """The live publications that meet everything wanted, the newest first; NotThere beyond the last page."""
    return _results(session, wanted, ON_A_PAGE, _NEWEST)


def changes(session: Session, wanted: Mapping[str, Any]) -> Part[Publication]:
    """The same, but the last to have changed first, as a feed wants them."""
    return _results(session, wanted, IN_A_FEED, (Publication.changed_at.desc(), Publication.id))


def _results(session: Session, wanted: Mapping[str, Any], size: int, order: tuple[Any, ...]) -> Part[Publication]:
    conditions = _conditions(profile_of(session), wanted)
    count = session.scalar(select(sa.func.count()).select_from(Publication).where(*conditions)) or 0
    page = wanted.get("page", 1)
    if page > 1 and count <= before(page, size):
        raise NotThere
    rows = select(Publication).where(*conditions).order_by(*order).limit(size).offset(before(page, size))
    return Part(session.scalars(rows).all(), count, page, size)


def everything(session: Session, wanted: Mapping[str, Any]) -> Sequence[Publication]:
    """All live publications that meet everything wanted, the newest first."""
    return session.scalars(
        select(Publication).where(*_conditions(profile_of(session), wanted)).order_by(*_NEWEST)
    ).all()


def _conditions(profile: Profile, wanted: Mapping[str, Any]) -> list[Any]:
    conditions: list[Any] = [_LIVE]
    if "type" in wanted:
        conditions.append(Publication.type == wanted["type"])
    if "year" in wanted:
        conditions.append(Publication.year == wanted["year"])
    if "theme" in wanted:
        conditions.append(_has_theme([wanted["theme"]]))
    if "text" in wanted:
        words = [rules.fold(each) for each in wanted["text"].split()]
        conditions += [_says(profile, each) for each in words if each] or [sa.false()]
    return conditions


def _has_theme(codes: Iterable[str]) -> Any:
    return Publication.id.in_(select(PublicationTheme.publication_id).where(PublicationTheme.theme.in_(list(codes))))


def _says(profile: Profile, word: str) -> Any:
    """Whether a publication holds a folded word: in its texts, or in the names of its type and themes."""
    themes = [each.code for each in profile.themes.values() if word in rules.fold(each.label)]
    kinds = profile.publication.types.values()
    types = [each.code for each in kinds if word in rules.fold(f"{each.label} {each.short}")]
    held: list[Any] = [Publication.words.like(f"%{word}%")]
    if themes:
        held.append(_has_theme(themes))
    if types:
        held.append(Publication.type.in_(types))
    return sa.or_(*held)


def choices(session: Session) -> Choices:
    """The themes, types and years of what is live."""
    live = select(Publication.id).where(_LIVE)
    themes = session.scalars(select(PublicationTheme.theme).where(PublicationTheme.publication_id.in_(live)).distinct())
    pairs = session.execute(select(Publication.type, Publication.year).where(_LIVE).distinct()).all()
    years = sorted({each.year for each in pairs if each.year}, reverse=True)
    return Choices(set(themes), {each.type for each in pairs}, years)


def at_address(session: Session, slug: str) -> Publication:
    """The publication that has this address, live or withdrawn; raises NotThere."""
    found = session.scalar(select(Publication).where(Publication.slug == slug))
    if found is None:
        raise NotThere
    return found


def last_change(session: Session) -> datetime | None:
    """When something that the public can see, or could, last changed."""
    return session.scalar(select(sa.func.max(Publication.changed_at)))


def for_office(session: Session, actor: Actor) -> Sequence[Publication]:
    """Everything that somebody may release, what is still to be done first; without texts, which lists do not show."""
    order = sa.case(
        {State.OFFERED.value: 0, State.DRAFT.value: 1, State.SCHEDULED.value: 2, State.LIVE.value: 3},
        value=Publication.state,
        else_=4,
    )
    chosen = select(Publication).options(raiseload(Publication.theme_rows)).order_by(order, *_NEWEST)
    return _releasable(session, actor, chosen)


def of_case(session: Session, actor: Actor, case_id: UUID) -> Sequence[Publication]:
    """The publications of a case that somebody may release, drafts too, by their type."""
    chosen = select(Publication).where(Publication.case_id == case_id).order_by(Publication.type, Publication.id)
    return _releasable(session, actor, chosen)


def _releasable(session: Session, actor: Actor, chosen: sa.Select[Publication]) -> Sequence[Publication]:
    with_members = chosen.add_columns(CaseMembers.members).outerjoin(CaseMembers, CaseMembers.id == Publication.case_id)
    rows = session.execute(with_members)
    return [row for row, tied in rows if rules.may(actor.roles, "release", relation_to(session, actor, row, tied))]


def of_import(session: Session, import_id: UUID) -> Sequence[Publication]:
    """What an import made; raises NotThere when it made nothing."""
    found = select(Publication).where(Publication.import_id == import_id).options(selectinload(Publication.theme_rows))
    if rows := session.scalars(found.order_by(*_NEWEST)).all():
        return rows
    raise NotThere


def published_words(found: Publication) -> str:
    """When it was published, for people: `November 2021`, and no more exactly than that is known."""
    if found.published_on is None:
        return ""
    return PartialDate(found.published_on, found.precision, False, "", found.published_on).words()


def record(found: Publication, profile: Profile, base: str) -> dict[str, Any]:
    """A publication as the catalogue lists it; the fields are those of `rules.FIELDS`."""
    kinds, themes = profile.publication.types, profile.themes
    kept = {name: getattr(found, name) for name in ("author", "summary", "learning", "recommendations", "model")}
    return {
        "id": str(found.id),
        "title": found.title,
        "publisher": found.partnership or profile.partnership.short_name,
        "year": found.year,
        "published": str(found.published_on)[: PRECISE[found.precision]],
        "type": found.type,
        "type_name": kinds[found.type].label if found.type in kinds else found.type,
        "label": found.label,
        **kept,
        "keywords": [themes[each].label if each in themes else each for each in found.themes],
        "documents": [document_words(each, profile) for each in found.documents],
        "url": f"{base.rstrip('/')}/learning/{found.slug}",
        "updated": found.updated.isoformat(timespec="seconds"),
    }


def document_words(document: Mapping[str, Any], profile: Profile) -> str:
    """`Full report, PDF, 1.4 MB`."""
    kinds = profile.publication.documents
    name = kinds[document["kind"]].label if document["kind"] in kinds else document["kind"]
    size = rules.size_words(document["bytes"]) if document["bytes"] else ""
    return ", ".join(each for each in (name, document["format"], size) if each)
