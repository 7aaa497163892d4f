"""A case with everything that belongs to it, its steps, and its chronology."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from pprg_shared.calendar import moment, short
from pprg_shared.database import unseal, uuid_of
from pprg_shared.partial_dates import from_json
from pprg_shared.profile import Profile
from pprg_triage import rules
from pprg_triage.actions import case_of, request_of, return_id
from pprg_triage.models import Case, Decision, Letter, Meeting, Published, Request, Return, Row

#: Rows of a chronology on a page, and in memory at once when all are written out.
PAGE_ROWS = 100
WHOLE_ROWS = 500
Selected = TypeVar("Selected", bound=Select[Any])


@dataclass(frozen=True)
class Whole:
    """A case with everything that belongs to it."""

    case: Case
    content: dict[str, Any]
    clock: rules.Clock
    requests: Sequence[Request]
    missing: list[str]
    rows: int
    arriving: dict[str, str]
    meeting: Meeting | None
    place: str
    decisions: list[tuple[Decision, str]]
    letters: int
    failed_letters: int
    published: Published | None

    def answer_of(self, request: Request) -> UUID:
        """The id of the newest return that is here whole."""
        return return_id(request.id, request.answer)

    @property
    def reached(self) -> list[str]:
        """The steps that lie behind the case."""
        decided = any(decision.ratified_on for decision, _ in self.decisions)
        facts = (True, self.requests, self.requests and not self.missing, self.meeting, decided, self.published)
        return [step for step, fact in zip(rules.STEPS, facts, strict=True) if fact]


@dataclass(frozen=True)
class Step:
    """One step of a case: where it stands, what is known of it, and the page where it is taken."""

    title: str
    state: str
    hint: str
    href: str


def steps_of(found: Whole, may: Callable[[str], bool]) -> list[Step]:
    """The steps of a case in order, for somebody who may do some of them."""
    places = _places(found, may)
    titles, hints, states = _titles(found, places), _hints(found), _states(found)
    return [Step(titles[name], states[name], hints[name], places.get(name, "")) for name in rules.STEPS]


def _states(found: Whole) -> dict[str, str]:
    """Done or to do; while agencies are awaited, what comes next is something else."""
    states = {name: "Done" if name in found.reached else "To do" for name in rules.STEPS}
    if found.requests and found.missing:
        states["Returned"] = "Waiting"
    coming = next((name for name, state in states.items() if state == "To do"), None)
    return states | ({coming: "Next"} if coming else {})


def _titles(found: Whole, places: Mapping[str, str]) -> dict[str, str]:
    ask = "Ask more agencies" if "Requested" in places else "Agencies asked"
    ratify = "Decision ratified" if "Decision" in found.reached else "Ratify the decision"
    return {
        "Referred": "Referral received",
        "Requested": ask if found.requests else "Ask agencies",
        "Returned": "Read the chronology" if found.rows else "Returns of the agencies",
        "Meeting": "Meeting called" if found.meeting else "Call the meeting",
        "Decision": ratify if found.decisions else "Propose a decision",
        "Published": "Read what was published" if found.published else "Publish what was learnt",
    }


def _hints(found: Whole) -> dict[str, str]:
    by = {name: f"Target: {short(each.due)}." for name, each in found.clock.targets.items()}
    asked, meeting = len(found.requests), found.meeting
    rows = "1 row" if found.rows == 1 else f"{found.rows} rows"
    returned = f"{asked - len(found.missing)} of {asked} have answered, {rows}. " if asked else ""
    proposed, ratified = len(found.decisions), len([one for one, _ in found.decisions if one.ratified_on])
    decided = f"{proposed} proposed, {ratified} ratified. " if proposed else ""
    published = found.published
    return {
        "Referred": f"{short(found.case.received_on)}.",
        "Requested": (f"{asked} asked. " if asked else "") + by["request_out"],
        "Returned": returned + by["agency_return"],
        "Meeting": f"{moment(meeting.starts_at)}." if meeting else by["meeting"],
        "Decision": decided + by["sign_off"],
        "Published": f"{short(published.published_on)}." if published else "Once a decision is ratified.",
    }


def _places(found: Whole, may: Callable[[str], bool]) -> dict[str, str]:
    here = f"/cases/{found.case.id}"
    places = {"Returned": f"{here}/chronology"} if found.rows else {}
    if may("ask"):
        places["Requested"] = f"{here}/requests/new"
    if may("call") and not found.meeting:
        places["Meeting"] = f"{here}/meetings/new"
    if found.decisions:
        places["Decision"] = "#decision"
    elif may("propose") and found.meeting:
        places["Decision"] = f"{here}/decision/new"
    if found.published:
        places["Published"] = f"/learning/{found.published.slug}"
    elif may("ask") and "Decision" in found.reached:
        places["Published"] = f"/publications/for-case/{found.case.id}"
    return places


def whole_case(session: Session, case_id: UUID, profile: Profile) -> Whole:
    """Read a case; raises NotThere."""
    case = case_of(session, case_id)
    requests = session.scalars(select(Request).where(Request.case_id == case_id).order_by(Request.agency)).all()
    decisions = session.scalars(select(Decision).where(Decision.case_id == case_id)).all()
    meeting = session.scalar(select(Meeting).where(Meeting.case_id == case_id))
    letters = session.scalars(select(Letter.state).where(Letter.case_id == str(case_id))).all()
    return Whole(
        case=case,
        content=unseal(session, case, "content"),
        clock=rules.clock(case.day_zero, profile.working_days()),
        requests=requests,
        missing=rules.still_missing((each.agency, each.state) for each in requests),
        rows=session.scalar(select(func.count()).select_from(_rows_of(case_id, "", None, None).subquery())) or 0,
        arriving=_arriving(session, case_id),
        meeting=meeting,
        place=unseal(session, meeting, "place") if meeting else "",
        decisions=[(each, unseal(session, each, "content")["reasons"]) for each in decisions],
        letters=letters.count("accepted"),
        failed_letters=letters.count("failed"),
        published=session.get(Published, case_id),
    )


@dataclass(frozen=True)
class WholeRequest:
    """A request with what was asked, what was said about it since, and every return."""

    request: Request
    content: dict[str, Any]
    returns: Sequence[Return]
    arriving: str


def whole_request(session: Session, case_id: UUID, request_id: UUID) -> WholeRequest:
    """Read a request; raises NotThere."""
    request = request_of(session, case_id, request_id)
    of_agency = (Return.case_id == case_id, Return.agency == request.agency)
    returns = session.scalars(select(Return).where(*of_agency).order_by(Return.revision.desc())).all()
    content = unseal(session, request, "content") if request.content else {"history": []}
    history = [line | {"by": uuid_of(line["by"])} for line in content["history"]]
    return WholeRequest(
        request, content | {"history": history}, returns, _arriving(session, case_id).get(request.agency, "")
    )


def _arriving(session: Session, case_id: UUID) -> dict[str, str]:
    """Of which agencies a return is here that is not whole, and how much of its chronology."""
    joined = and_(Row.case_id == Return.case_id, Row.agency == Return.agency, Row.revision == Return.revision)
    open_returns = (
        select(Return.agency, Return.rows, func.count(Row.id))
        .join(Request, and_(Request.case_id == Return.case_id, Request.agency == Return.agency))
        .outerjoin(Row, joined)
        .where(Return.case_id == case_id, Return.revision > Request.answer)
        .group_by(Return.agency, Return.revision, Return.rows)
    )
    return {agency: f"{here} of {rows} rows have arrived" for agency, rows, here in session.execute(open_returns)}


@dataclass(frozen=True)
class Part:
    """A page of a chronology, of `total` rows; `page` counts from 1."""

    entries: list[rules.Entry]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE_ROWS))


def chronology_page(
    session: Session, case_id: UUID, *, page: int, agency: str = "", first: date | None = None, last: date | None = None
) -> Part:
    """A page of the rows of all agencies in one time order, or of one agency, or of what may lie in a period."""
    chosen = _rows_of(case_id, agency, first, last)
    total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    wanted = _ordered(chosen).limit(PAGE_ROWS).offset((page - 1) * PAGE_ROWS).subquery()
    rows = session.scalars(_ordered(select(Row).join(wanted, wanted.c.id == Row.id)))
    return Part([_entry(session, row) for row in rows], total, page)


def whole_chronology(session: Session, case_id: UUID) -> Iterator[rules.Entry]:
    """Every row of all agencies in one time order, a few hundred in memory at a time."""
    numbers = session.scalars(_ordered(_rows_of(case_id, "", None, None))).all()
    for start in range(0, len(numbers), WHOLE_ROWS):
        some = numbers[start : start + WHOLE_ROWS]
        yield from (_entry(session, row) for row in session.scalars(_ordered(select(Row).where(Row.id.in_(some)))))
        session.expunge_all()


def _rows_of(case_id: UUID, agency: str, first: date | None, last: date | None) -> Select[UUID]:
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


def _entry(session: Session, row: Row) -> rules.Entry:
    content = unseal(session, row, "content")
    when = from_json(content["value"], content["precision"], content["as_entered"], uncertain=content["uncertain"])
    words = {name: content.get(name, "") for name in ("source", "event", "action", "time", "people")}
    return rules.Entry(when, row.number, row.agency, **words)
