"""A case with everything that belongs to it, and its steps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, select
from sqlalchemy.orm import Session

from pprg_shared.access import Relation
from pprg_shared.actor import Actor
from pprg_shared.calendar import london_date, moment, short
from pprg_shared.database import unseal
from pprg_shared.hand import ask, only_read
from pprg_shared.profile import TARGETS, Deadline, Profile
from pprg_triage import rules
from pprg_triage.actions import known, related, return_id
from pprg_triage.models import Case, Decision, Letter, Meeting, Published, Request
from pprg_triage.projections.announcing import Announced, announced_of
from pprg_triage.projections.chronology import rows_of
from pprg_triage.projections.decisions import Decided, decided_of
from pprg_triage.projections.importing import Listed, listed
from pprg_triage.projections.meetings import Met, meetings_of
from pprg_triage.projections.members import Tied, tied_to
from pprg_triage.projections.noted import Closing, Noted, closing_of, noted_of
from pprg_triage.projections.requests import arriving

_OF_CASE = bindparam("of_case", type_=Uuid)
_REQUESTS = select(Request).where(Request.case_id == _OF_CASE).order_by(Request.agency)
_DECISIONS = select(Decision).where(Decision.case_id == _OF_CASE).order_by(Decision.proposed_on, Decision.id)
_LETTERS = select(Letter.state).where(Letter.case_id == bindparam("of_case"))
_ROWS = select(func.count()).select_from(rows_of(_OF_CASE).subquery())


@dataclass(frozen=True)
class Whole:
    """A case with everything that belongs to it, and who reads it."""

    case: Case
    actor: Actor
    relation: Relation
    tied: list[Tied]
    content: dict[str, Any]
    #: What its clocks count from and end with, as far as it is known, and what of it was noted, with its reference.
    facts: rules.Facts
    noted: list[Noted]
    closing: Closing | None
    clock: rules.Clock
    watched: Deadline | None
    requests: Sequence[Request]
    missing: list[str]
    rows: int
    arriving: dict[str, str]
    meetings: list[Met]
    decisions: list[tuple[Decision, Decided]]
    letters: int
    failed_letters: int
    announced: list[Announced]
    published: Published | None
    listed: Listed | None
    #: How often what was referred has been corrected.
    amendments: int

    @property
    def untold(self) -> tuple[list[str], Met | None]:
        """What the referrer had no letter of, who had no address then: routes that were decided, and the meeting.

        Once the office has noted that they were told of the outcome, or invited them, there is nothing to say.
        """
        missed = self.content.get("missed") or {"routes": [], "meeting": ""}
        told = any(each.trigger == rules.TOLD_OUTCOME for each in self.noted)
        coming = [each for each in self.meetings if str(each.row.id) == missed["meeting"]]
        open_ones = [each for each in coming if each.row.state == rules.CALLED]
        left = [each for each in open_ones if str(self.case.referrer_id) not in each.row.invited]
        return ([] if told else missed["routes"]), next(iter(left), None)

    @property
    def planned(self) -> datetime | None:
        """The first moment for which something about it is planned to be published."""
        return min(filter(None, (each.planned_at for each in self.announced)), default=None)

    def may(self, verb: str) -> bool:
        """Whether whoever reads it may do this about it."""
        return rules.may(self.actor.roles, verb, self.relation)

    @property
    def members(self) -> Mapping[str, list[UUID]]:
        """Who is tied to it now or soon, by what they are in it."""
        people: dict[str, list[UUID]] = {}
        for each in self.tied:
            if not each.ended and each.role != rules.GLASS and each.person not in people.get(each.words, ()):
                people.setdefault(each.words, []).append(each.person)
        return people

    @property
    def outside(self) -> list[str]:
        """What lies after the last day of a rapid review, where one is possible."""
        if not self.case.rapid:
            return []
        called = self.meeting if self.meeting and self.meeting.state == rules.CALLED else None
        awaited = [each.due_on for each in self.requests if each.state not in rules.SETTLED]
        meets_on = london_date(called.starts_at) if called else None
        return rules.outside_clock(self.case.due_on, begun=self.case.begun, meets_on=meets_on, answers=awaited)

    @property
    def working(self) -> str:
        """How the clock that binds is counted, or what it waits for."""
        if self.watched:
            return self.watched.words
        return self.clock.words() if self.case.rapid else "no clock binds"

    def words(self, profile: Profile, today: date) -> str:
        """The clock that binds in a line."""
        published_on = self.published.published_on if self.published else None
        return clock_words(self.case, published_on, profile, today)

    def answer_of(self, request: Request) -> UUID:
        """The id of the newest return that is here whole."""
        return return_id(request.id, request.answer)

    @property
    def meeting(self) -> Meeting | None:
        """The latest meeting that was not cancelled."""
        return next((each.row for each in reversed(self.meetings) if each.row.state != rules.CANCELLED), None)

    @property
    def place(self) -> str:
        """Where that meeting is."""
        return next((each.place for each in self.meetings if each.row is self.meeting), "")

    @property
    def held(self) -> bool:
        """Whether the group has met, so that it can decide."""
        return any(each.row.state == rules.HELD for each in self.meetings)

    def correctable(self, decision: Decision) -> bool:
        """Whether what is written for others in this decision is what they read: the newest that was ratified."""
        ratified = [(each, told) for each, told in self.decisions if each.ratified_on and each.route == decision.route]
        said = {each.id: told.content.get("revision", 1) for each, told in ratified}
        return decision.id in said and said[decision.id] == max(said.values())

    @property
    def ratified(self) -> int:
        """How many of the decisions are ratified."""
        return len([decision for decision, _ in self.decisions if decision.ratified_on])

    @property
    def reached(self) -> list[str]:
        """The steps that lie behind the case."""
        asked = self.requests
        facts = (True, asked, asked and not self.missing, self.meeting, self.ratified, self.published)
        return [step for step, fact in zip(rules.STEPS, facts, strict=True) if fact]


def clock_words(case: Case, published_on: date | None, profile: Profile, today: date) -> str:
    """The clock that binds in a line; where none does any more, that what was learnt is published."""
    if published_on and case.watches == rules.NOTHING_BINDS:
        return f"Published {short(published_on)}"
    if case.rapid:
        return rules.day_words(case.day_zero, case.due_on, today)
    if not case.watches:
        return "No clock binds"
    clock = profile.clocks[case.watches]
    waits = f"waits for: {profile.triggers[clock.trigger]}"
    return f"{clock.label}, {waits if case.waits else rules.due_words(case.binds_on, today)}"


@dataclass(frozen=True)
class Step:
    """One step of a case: where it stands, what is known of it, and the page where it is taken."""

    title: str
    state: str
    hint: str
    href: str


def steps_of(found: Whole) -> list[Step]:
    """The steps of a case in order, for whoever reads it and may do some of them."""
    places = _places(found, found.may)
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
        "Meeting": _meeting_title(found.meeting),
        "Decision": ratify if found.decisions else "Propose a decision",
        "Published": "Read what was published" if found.published else "Publish what was learnt",
    }


def _meeting_title(meeting: Meeting | None) -> str:
    if meeting is None:
        return "Call the meeting"
    return "Meeting held" if meeting.state == rules.HELD else "Meeting called"


def _hints(found: Whole) -> dict[str, str]:
    targets = {name: f"Target: {short(each.due)}." for name, each in found.clock.targets.items()}
    by = dict.fromkeys(TARGETS, "") | (targets if found.case.rapid else {})
    asked, meeting = len(found.requests), found.meeting
    rows = "1 row" if found.rows == 1 else f"{found.rows} rows"
    returned = f"{asked - len(found.missing)} of {asked} have answered, {rows}. " if asked else ""
    proposed = len(found.decisions)
    decided = f"{proposed} proposed, {found.ratified} ratified. " if proposed else ""
    published = found.published
    coming = f"Planned for {moment(found.planned)}." if found.planned else "Once a decision is ratified."
    return {
        "Referred": f"{found.listed.received.words() if found.listed else short(found.case.received_on)}.",
        "Requested": (f"{asked} asked. " if asked else "") + by["request_out"],
        "Returned": returned + by["agency_return"],
        "Meeting": f"{moment(meeting.starts_at)}." if meeting else by["meeting"],
        "Decision": decided + by["sign_off"],
        "Published": f"{short(published.published_on)}." if published else coming,
    }


def _places(found: Whole, may: Callable[[str], bool]) -> dict[str, str]:
    here = f"/cases/{found.case.id}"
    places = {"Returned": f"{here}/chronology"} if found.rows else {}
    if may("ask"):
        places["Requested"] = f"{here}/requests/new"
    if may("call"):
        places["Meeting"] = "#meeting" if found.meeting else f"{here}/meetings/new"
    if found.decisions:
        places["Decision"] = "#decision"
    elif may("propose") and found.held:
        places["Decision"] = f"{here}/decision/new"
    if may("ask") and found.ratified > (1 if found.published else 0):  # another may have its draft
        places["Published"] = f"/publications/for-case/{found.case.id}"
    elif found.published:
        places["Published"] = f"/learning/{found.published.slug}"
    return places


def whole_case(session: Session, actor: Actor, case_id: UUID, profile: Profile) -> Whole:
    """Read a case; raises NotThere."""
    case, relation = related(session, actor, case_id)
    content = rules.with_agencies(unseal(session, case, "content"), case.named)
    names, of_case = rules.may(actor.roles, "names", relation), {"of_case": case_id}
    connection = session.connection()
    requests = only_read(connection, Request, _REQUESTS, of_case)
    routes = {code: place for place, code in enumerate(profile.routes)}
    decisions = only_read(connection, Decision, _DECISIONS, of_case)
    decisions.sort(key=lambda each: routes.get(each.route, len(routes)))
    there = known(session, case, decisions)
    letters = [state for (state,) in ask(connection, _LETTERS, {"of_case": str(case_id)})]
    ((rows,),) = ask(connection, _ROWS, of_case)
    return Whole(
        case=case,
        actor=actor,
        relation=relation,
        tied=tied_to(session, case_id),
        content=content if names else rules.without_names(content),
        facts=there.facts,
        noted=noted_of(session, there),
        closing=closing_of(session, there),
        clock=rules.clock(case.day_zero, profile.working_days()),
        watched=rules.clock_of(profile, case.watches, there.facts) if case.watches else None,
        requests=requests,
        missing=rules.still_missing((each.agency, each.state) for each in requests),
        rows=rows,
        arriving=arriving(session, case_id),
        meetings=meetings_of(session, case_id, actor),
        decisions=[(each, decided_of(session, each, profile)) for each in decisions],
        letters=letters.count("accepted"),
        failed_letters=letters.count("failed"),
        announced=announced_of(session, case),
        published=session.get(Published, case_id),
        listed=listed(session, case_id, names=names),
        amendments=content.get("amendments", 0),
    )
