"""Who has been told before something is published about a case, and who has not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from pprg_shared.database import now, unseal
from pprg_triage import actions
from pprg_triage.models import Case, Notice, Planned
from pprg_triage.rules import announcing
from pprg_triage.rules.announcing import Whom


@dataclass(frozen=True)
class Hand:
    """Somebody whom a person tells: whom, and on which day they were told of this moment, or of another one before."""

    whom: str
    told_on: date | None
    before: date | None
    how: str = ""

    @property
    def words(self) -> str:
        """Whom, where it is no agency and nobody of the directory: `The family`."""
        return announcing.HANDS.get(self.whom, "")

    @property
    def agency(self) -> str:
        """The agency that it is, or nothing."""
        return self.whom.removeprefix("agency:") if self.whom.startswith("agency:") else ""

    @property
    def person(self) -> str:
        """Who of the directory it is, or nothing."""
        return self.whom.removeprefix("person:") if self.whom.startswith("person:") else ""


@dataclass(frozen=True)
class Announced:
    """One publication of a case: its moment, who knows it by letter, who does not yet, and whom a person tells."""

    id: UUID
    type: str
    planned_at: datetime | None
    known: Whom
    left: Whom
    hands: Sequence[Hand]
    #: Why nobody can be told, where they cannot.
    problem: str | None

    @property
    def waiting(self) -> list[Hand]:
        """Whom a person has still to tell of this moment."""
        return [each for each in self.hands if each.told_on is None]


def announced_of(session: Session, case: Case) -> list[Announced]:
    """All that is or was planned to be published about a case."""
    plans = actions.planned_of(session, case.id)
    if not plans:
        return []
    notices, public = actions.notices_of(session, case.id), actions.public_of(session, case.id)
    concerned = actions.concerned(session, case)
    return [_announced(session, each, notices, concerned, public=each.id in public) for each in plans]


def _announced(
    session: Session, plan: Planned, notices: Sequence[Notice], concerned: actions.Concerned, *, public: bool
) -> Announced:
    at = None if plan.called_off else plan.planned_at
    known = actions.known_of(notices, plan.id)
    there = known.whom if known.planned_at == at else Whom()
    told = [
        (each, unseal(session, each, "content") if each.content else {})
        for each in notices
        if each.publication_id == plan.id and each.what == announcing.BY_HAND
    ]
    always = [announcing.FAMILY, *([] if concerned.reviewer else [announcing.REVIEWER]), *concerned.by_hand]
    noted = [said["whom"] for _, said in told if said["whom"] not in {*always, announcing.SOMEBODY}]
    hands = [_hand(each, told, at) for each in dict.fromkeys([*always, *noted])]
    hands += [_hand(announcing.SOMEBODY, [each], at) for each in told if each[1]["whom"] == announcing.SOMEBODY]
    problem = announcing.telling_problem(at, now(session), public=public)
    return Announced(plan.id, plan.type, at, there, concerned.by_letter - there, hands, problem)


def _hand(whom: str, told: Sequence[tuple[Notice, dict[str, Any]]], at: datetime | None) -> Hand:
    """How it stands with somebody; the newest note counts."""
    days = [(each.planned_at == at, said) for each, said in told if said["whom"] == whom]
    of_this = [said for same, said in days if same]
    before = [date.fromisoformat(said["on"]) for same, said in days if not same]
    last = of_this[-1] if of_this else None
    on = date.fromisoformat(last["on"]) if last else None
    return Hand(whom, on, before[-1] if before else None, days[-1][1]["how"] if days else "")
