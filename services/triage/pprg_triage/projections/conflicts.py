"""What somebody should look at in a chronology, with the rows that it is about."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from pprg_shared.database import unseal, uuid_of
from pprg_shared.paging import Part, before
from pprg_shared.partial_dates import NotADate, PartialDate, parse
from pprg_triage import rules
from pprg_triage.actions import conflict_of
from pprg_triage.models import Conflict, ConflictRow, Row
from pprg_triage.projections.chronology import entry_of

#: Conflicts on a page, and the most rows of one that are shown.
PAGE, MOST = 25, 20


@dataclass(frozen=True)
class Shown:
    """A conflict with its rows in time order, of `total`, and who settled it how and when, the newest last."""

    row: Conflict
    about: str
    entries: Sequence[rules.Entry]
    total: int
    history: Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Marked:
    """How many conflicts of a case are open, and those that rows are about, by row."""

    open: int
    of_row: Mapping[UUID | None, Sequence[Conflict]]


def conflicts_page(session: Session, case_id: UUID, page: int) -> Part[Shown]:
    """A page of what is to look at, what is open first, each in time order."""
    mine = Conflict.case_id == case_id
    total = session.scalar(select(func.count(Conflict.id)).where(mine)) or 0
    order = ((Conflict.state != "open"), Conflict.day, Conflict.kind, Conflict.id)
    some = session.scalars(select(Conflict).where(mine).order_by(*order).limit(PAGE).offset(before(page, PAGE))).all()
    return Part(_shown(session, some), total, page, PAGE)


def one_conflict(session: Session, case_id: UUID, conflict_id: UUID) -> Shown:
    """One conflict with its rows; raises NotThere."""
    return _shown(session, [conflict_of(session, case_id, conflict_id)])[0]


def _shown(session: Session, some: Sequence[Conflict]) -> list[Shown]:
    of_some = ConflictRow.conflict_id.in_([each.id for each in some])
    joined = select(ConflictRow.conflict_id, Row).join(Row, Row.id == ConflictRow.row_id)
    entries: dict[UUID, list[rules.Entry]] = defaultdict(list)
    for number, row in session.execute(joined.where(of_some, ConflictRow.place < MOST).order_by(ConflictRow.place)):
        entries[number].append(entry_of(session, row))
    counted = select(ConflictRow.conflict_id, func.count()).where(of_some).group_by(ConflictRow.conflict_id)
    totals = {number: int(count) for number, count in session.execute(counted)}
    found = []
    for each in some:
        content = unseal(session, each, "content")
        history = [
            line | {"by": uuid_of(line["by"]), "at": datetime.fromisoformat(line["at"])} for line in content["history"]
        ]
        found.append(Shown(each, content["about"], entries[each.id], totals.get(each.id, 0), history))
    return found


def marked(session: Session, case_id: UUID, rows: Iterable[UUID | None] | None = None) -> Marked:
    """Which of these rows, or of all, are to be looked at, and how much there is to look at in the whole case."""
    about = ConflictRow.conflict_id == Conflict.id
    if rows is not None:
        about = and_(about, ConflictRow.row_id.in_([each for each in rows if each]))
    query = select(Conflict, ConflictRow.row_id).outerjoin(ConflictRow, about).where(Conflict.case_id == case_id)
    opened: set[UUID] = set()
    of_row: dict[UUID | None, list[Conflict]] = defaultdict(list)
    for conflict, row in session.execute(query.order_by(Conflict.day, Conflict.kind, Conflict.id)):
        if conflict.state == "open":
            opened.add(conflict.id)
        if row:
            of_row[row].append(conflict)
    return Marked(len(opened), {**of_row})


def lives_of(content: Mapping[str, Any], today: date) -> list[rules.Life]:
    """Whom a case is about, as far as its referral says; of who is not born yet no birth is known."""
    return [
        rules.Life(
            each["name"],
            None if each.get("kind") == "unborn" else _known(each.get("born", ""), today),
            _known(each.get("died_on", ""), today),
        )
        for each in content.get("subjects", [])
    ]


def _known(text: str, today: date) -> PartialDate | None:
    try:
        return parse(text, today=today)
    except NotADate:
        return None
