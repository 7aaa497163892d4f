"""A chronology, page by page and whole."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import BindParameter, Select, Uuid, and_, bindparam, func, select
from sqlalchemy.orm import Session

from pprg_shared.boxes.tables import among
from pprg_shared.chronology import Further
from pprg_shared.database import unseal
from pprg_shared.hand import ask
from pprg_shared.paging import ROWS, Part, before
from pprg_shared.partial_dates import PartialDate, from_json
from pprg_triage import rules
from pprg_triage.models import Request, Row

#: Rows of a chronology in memory at once when all are written out.
WHOLE_ROWS = 500
Selected = TypeVar("Selected", bound=Select[Any])


def chronology_page(
    session: Session, case_id: UUID, *, page: int, agency: str = "", first: date | None = None, last: date | None = None
) -> Part[rules.Entry]:
    """A page of the rows of all agencies in one time order, or of one agency, or of what may lie in a period."""
    chosen = rows_of(case_id, agency, first, last)
    total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    wanted = _ordered(chosen).limit(ROWS).offset(before(page)).subquery()
    rows = session.scalars(_ordered(select(Row).join(wanted, wanted.c.id == Row.id)))
    return Part([entry_of(session, row) for row in rows], total, page)


def whole_chronology(session: Session, case_id: UUID) -> Iterator[rules.Entry]:
    """Every row of all agencies in one time order, a few hundred in memory at a time."""
    numbers = order_of(session, case_id)
    some = _some(sqlite=session.get_bind().dialect.name == "sqlite")
    for start in range(0, len(numbers), WHOLE_ROWS):
        rows = session.scalars(some, {"ids": numbers[start : start + WHOLE_ROWS]})
        yield from (entry_of(session, row) for row in rows)
        session.expunge_all()


def order_of(session: Session, case_id: UUID) -> list[UUID]:
    """The ids of all rows that count, in one time order."""
    return [number for (number,) in ask(session.connection(), _WHOLE, {"of_case": case_id})]


def rows_of(
    case_id: UUID | BindParameter[UUID], agency: str = "", first: date | None = None, last: date | None = None
) -> Select[UUID]:
    """Ids of the rows that count: those of the newest return of each agency that is here whole."""
    of_answer = (Request.case_id == Row.case_id, Request.agency == Row.agency, Request.answer == Row.revision)
    chosen = select(Row.id).join(Request, and_(*of_answer)).where(Row.case_id == case_id)
    if agency:
        chosen = chosen.where(Row.agency == agency)
    if first:
        chosen = chosen.where(Row.until >= first)
    return chosen.where(Row.day <= last) if last else chosen


def _ordered(chosen: Selected) -> Selected:
    """The order of rules.position; a row of an older release, of which nothing is known in clear, comes last."""
    return chosen.order_by(Row.day.is_(None), Row.day, Row.precision, Row.time, Row.number, Row.agency, Row.id)


@cache
def _some(*, sqlite: bool) -> Select[Row]:
    """Rows by their ids, in order; built once, for hundreds of parameters take longer to write down than to find."""
    return _ordered(select(Row).where(among(Row.__table__.c.id, "ids", sqlite=sqlite)))


_WHOLE = _ordered(rows_of(bindparam("of_case", type_=Uuid)))


def entry_of(session: Session, row: Row) -> rules.Entry:
    """A row as people read it."""
    content = unseal(session, row, "content")
    words = {name: content.get(name, "") for name in ("source", "event", "action", "time", "people")}
    further = _further(content["further"]) if content.get("further") else None
    return rules.Entry(_when(content), row.number, row.agency, **words, further=further, row=row.id)


def _further(content: dict[str, Any]) -> Further:
    days = {name: _when(content[name]) if content[name] else None for name in ("end_date", "recorded_at")}
    return Further(**content | days | {"policy_or_practice_point": tuple(content["policy_or_practice_point"])})


def _when(content: dict[str, Any]) -> PartialDate:
    return from_json(content["value"], content["precision"], content["as_entered"], uncertain=content["uncertain"])
