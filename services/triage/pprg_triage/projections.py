"""What pages and API show of a case, put together for reading."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from pprg_shared.database import unseal
from pprg_shared.partial_dates import from_json
from pprg_shared.profile import Profile
from pprg_triage import rules
from pprg_triage.actions import case_of
from pprg_triage.models import Case, Decision, Letter, Meeting, Published, Request, Return, Row


@dataclass(frozen=True)
class Whole:
    """A case with everything that belongs to it."""

    case: Case
    content: dict[str, Any]
    clock: rules.Clock
    requests: Sequence[Request]
    missing: list[str]
    rows: int
    meeting: Meeting | None
    decisions: list[tuple[Decision, str]]
    letters: int
    failed_letters: int
    published: Published | None

    @property
    def reached(self) -> list[str]:
        """The steps that lie behind the case."""
        decided = any(decision.ratified_on for decision, _ in self.decisions)
        facts = (True, self.requests, self.requests and not self.missing, self.meeting, decided, self.published)
        return [step for step, fact in zip(rules.STEPS, facts, strict=True) if fact]


def whole_case(session: Session, case_id: UUID, profile: Profile) -> Whole:
    """Read a case; raises NotThere."""
    case = case_of(session, case_id)
    requests = session.scalars(select(Request).where(Request.case_id == case_id).order_by(Request.agency)).all()
    answered = session.scalars(select(Return.agency).where(Return.case_id == case_id)).all()
    decisions = session.scalars(select(Decision).where(Decision.case_id == case_id)).all()
    letters = session.scalars(select(Letter.state).where(Letter.case_id == str(case_id))).all()
    return Whole(
        case=case,
        content=unseal(session, case, "content"),
        clock=rules.clock(case.received_on, profile.clocks),
        requests=requests,
        missing=rules.still_missing([each.agency for each in requests], answered),
        rows=len(session.scalars(select(Row.id).where(Row.case_id == case_id)).all()),
        meeting=session.scalar(select(Meeting).where(Meeting.case_id == case_id)),
        decisions=[(each, unseal(session, each, "content")["reasons"]) for each in decisions],
        letters=letters.count("accepted"),
        failed_letters=letters.count("failed"),
        published=session.get(Published, case_id),
    )


def chronology_of(session: Session, case_id: UUID) -> list[rules.Entry]:
    """The rows of all agencies in one time order."""
    entries = []
    for row in session.scalars(select(Row).where(Row.case_id == case_id)):
        content = unseal(session, row, "content")
        when = from_json(content["value"], content["precision"], content["as_entered"], uncertain=content["uncertain"])
        words = {name: content[name] for name in ("source", "event", "action")}
        entries.append(rules.Entry(when, row.number, row.agency, **words))
    return rules.in_order(entries)
