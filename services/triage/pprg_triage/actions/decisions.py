"""Proposing, sending back, ratifying decisions and correcting their words; each route of a case has its own."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from pprg_shared.actor import Actor, Done
from pprg_shared.boxes import publish
from pprg_shared.database import profile_of, seal, today, unseal
from pprg_shared.errors import NotThere, Refused
from pprg_shared.events import triage as says
from pprg_shared.profile import Route
from pprg_triage import rules
from pprg_triage.actions.access import case_of
from pprg_triage.actions.cases import bind_and_note, done, known
from pprg_triage.actions.closing import keep_open
from pprg_triage.actions.meetings import declared_interest, group_has_met
from pprg_triage.actions.requests import agencies_asked
from pprg_triage.actions.ties import ratified, to_ratify
from pprg_triage.models import Case, Decision

#: What of a decision others read.
FOR_OTHERS = ("to_referrer", "to_agency")
PART_OF_A_NAME = (
    "A word that others would read is part of the name of somebody in the case. Take it out, or tick this if it is an "
    "ordinary word here"
)


def propose_decision(session: Session, actor: Actor, *, case_id: UUID, route: str, outcome: str, **said: Any) -> Done:
    """Write down what the group proposes on one route, or again after it was sent back; what was said before stays."""
    case = case_of(session, actor, case_id, "propose", alone=True)
    keep_open(session, case_id)
    group_has_met(session, case_id)
    decision = _to_propose(session, case_id, route)
    content = _content(session, case, profile_of(session).routes[route], outcome, said)
    if decision.returned_on:
        before = unseal(session, decision, "content")
        earlier = {name: value for name, value in before.items() if name != "history"}
        then = {"outcome": decision.outcome, "by": str(decision.proposed_by), "on": decision.proposed_on.isoformat()}
        content["history"] = [*before.get("history", []), {**earlier, **then}]
    decision.outcome, decision.returned_on = outcome, None
    decision.proposed_by, decision.proposed_on = _person(actor), today(session)
    decision.content = seal(session, decision, "content", content)
    session.add(decision)
    review = profile_of(session).routes[route].name
    to_ratify(session, actor, case, decision.id, review, ratifying_roles(session, route))
    return replace(done(case), judged=max(1, len(said["criteria"])))


def _to_propose(session: Session, case_id: UUID, route: str) -> Decision:
    """The decision on this route that was sent back, else a new one; one that could not be made may be made later."""
    there = select(Decision).where(Decision.case_id == case_id, Decision.route == route)
    for each in session.scalars(there.with_for_update()):
        if each.returned_on:
            return each
        if each.ratified_on is None or each.outcome != rules.UNDECIDED:
            raise Refused("There is a decision on this kind of review already.", "route")
    return Decision(id=uuid4(), case_id=case_id, route=route)


def _content(session: Session, case: Case, route: Route, outcome: str, said: dict[str, Any]) -> dict[str, Any]:
    """What is sealed of a decision, once it follows from its own answers."""
    mandates = [each for each in route.mandates if each.enabled]
    replies = {name: each["reply"] for name, each in said["criteria"].items()}
    if problem := rules.decision_problem(mandates, replies, outcome, said.get("mandate", "")):
        raise Refused(*problem)
    if route.next_steps and outcome != rules.UNDECIDED and not said["next_step"]:
        raise Refused("Choose what happens next", "next_step")
    latest = decide_by(session, case, route.code)
    if problem := rules.record_problem(
        said, outcome, about_harm=route.is_about_harm, decided_by=latest, today=today(session)
    ):
        raise Refused(*problem)
    strongest = rules.relied_on(mandates, replies)
    standard = profile_of(session).standard_words(route.code, outcome)
    told = {each: said[each] or words for each, words in standard.items()}
    _names_nobody(session, case, told, standard, confirmed=said.pop("ordinary_words", False))
    return {**said, **told, "mandate": strongest.code if strongest else "", "history": []}


def _names_nobody(
    session: Session, case: Case, told: Mapping[str, str], standard: Mapping[str, str], *, confirmed: bool
) -> None:
    """Raises Refused for words for others with a name in them, or with a part of one unless that is `confirmed`."""
    about = unseal(session, case, "content")
    subjects = about.get("subjects", ())
    whole = [about.get("subject_name", ""), *(each["name"] for each in subjects)]
    names = [*whole, *(each.get("also_known_as", "") for each in subjects)]
    for each, text in told.items():
        if rules.names_somebody(text, whole):
            raise Refused("Leave out the name of the person", each)
        if not confirmed and rules.names_in_part(text, names, standard[each]):
            raise Refused(PART_OF_A_NAME, "ordinary_words")


def decide_by(session: Session, case: Case, route: str) -> date | None:
    """The last day on which this route had to be decided, where a clock says so and its day 0 is known."""
    return rules.decide_by(profile_of(session), route, known(session, case).facts)


def ratify_decision(session: Session, actor: Actor, *, case_id: UUID, decision_id: UUID) -> Done:
    """Confirm for its body a decision that somebody else proposed, and tell everyone."""
    case, decision = _to_ratify(session, actor, case_id, decision_id)
    content = unseal(session, decision, "content") | {"revision": _said(session, decision) + 1}
    decision.ratified_by, decision.ratified_on = _person(actor), today(session)
    ratified(session, case, decision.id)
    bind_and_note(session, actor, case, _started_by(session, decision, content["next_step"]))
    _say(session, case, decision, content)
    return done(case)


def _started_by(session: Session, decision: Decision, next_step: str) -> dict[str, date]:
    """What a decision starts, so that clocks count from this day unless an earlier one has started it."""
    begins = profile_of(session).routes[decision.route].starts.get(next_step)
    if not begins or decision.outcome == rules.UNDECIDED:
        return {}
    return {begins: decision.ratified_on or today(session)}


def correct_words(
    session: Session,
    actor: Actor,
    *,
    case_id: UUID,
    decision_id: UUID,
    why: str,
    ordinary_words: bool = False,
    **words: str,
) -> Done:
    """Correct what others read of a ratified decision, never the decision; what they read before stays with it."""
    case, decision = _decision_of(session, actor, case_id, decision_id, "correct")
    content, last = unseal(session, decision, "content"), _said(session, decision)
    before = {each: content.get(each, "") for each in FOR_OTHERS}
    newest, changed = content.get("revision", 1) == last, words != before
    if problem := rules.correcting_problem(ratified=bool(decision.ratified_on), newest=newest, changed=changed):
        raise Refused(*problem)
    standard = profile_of(session).standard_words(decision.route, decision.outcome)
    _names_nobody(session, case, words, standard, confirmed=ordinary_words)
    day = today(session)
    line = {"by": str(_person(actor)), "on": day.isoformat(), "why": why, "before": before, "revision": last + 1}
    corrections = [*content.get("corrections", ()), line]
    content |= {**words, "revision": last + 1, "corrections": corrections}
    _say(session, case, decision, content, corrected_on=day)
    return done(case)


def _say(
    session: Session, case: Case, decision: Decision, content: dict[str, Any], corrected_on: date | None = None
) -> None:
    """Keep a ratified decision as it stands from now on, and say it to the others."""
    decision.content = seal(session, decision, "content", content)
    publish(
        session,
        says.DecisionRatified(
            decision_id=decision.id,
            case_id=case.id,
            reference=case.reference,
            route=decision.route,
            outcome=decision.outcome,
            decided_on=decision.ratified_on or today(session),
            referrer_id=case.referrer_id,
            agencies=agencies_asked(session, case.id),
            revision=content["revision"],
            corrected_on=corrected_on,
            reasons=content["reasons"],
            **{name: content.get(name, "") for name in ("mandate", "next_step", *FOR_OTHERS)},
        ),
    )


def _said(session: Session, decision: Decision) -> int:
    """The revision of what was last said on the route of this decision; 0 before anything was."""
    mine = (Decision.case_id == decision.case_id, Decision.route == decision.route, Decision.ratified_on.is_not(None))
    rows = session.scalars(select(Decision).where(*mine)).all()
    said: list[int] = [unseal(session, each, "content").get("revision", 1) for each in rows]
    return max([len(rows), *said])


def send_back(session: Session, actor: Actor, *, case_id: UUID, decision_id: UUID, why: str) -> Done:
    """Have the group think a decision over; it can then be proposed again."""
    case, decision = _to_ratify(session, actor, case_id, decision_id)
    decision.returned_on = today(session)
    back = {"by": str(_person(actor)), "on": decision.returned_on.isoformat(), "why": why}
    content = unseal(session, decision, "content")
    decision.content = seal(session, decision, "content", {**content, "sent_back": back})
    return done(case)


def _to_ratify(session: Session, actor: Actor, case_id: UUID, decision_id: UUID) -> tuple[Case, Decision]:
    """A case and a decision on it that this person may now ratify or send back; raises NotThere or Refused."""
    case, decision = _decision_of(session, actor, case_id, decision_id, "ratify")
    problem = rules.ratifying_problem(
        decision.proposed_by,
        actor.person,
        already=decision.ratified_by is not None,
        returned=decision.returned_on is not None,
        belongs=bool(ratifying_roles(session, decision.route) & actor.roles),
        declared=str(actor.person) in declared_interest(session, case_id),
    )
    if problem:
        raise Refused(problem, "decision_id")
    return case, decision


def _decision_of(session: Session, actor: Actor, case_id: UUID, decision_id: UUID, verb: str) -> tuple[Case, Decision]:
    """A case and a decision on it, or NotThere; whoever else acts on it waits until this transaction ends."""
    case = case_of(session, actor, case_id, verb, alone=True)
    decision = session.get(Decision, decision_id, with_for_update=True)
    if decision is None or decision.case_id != case_id:
        raise NotThere
    return case, decision


def ratifying_roles(session: Session, route: str) -> frozenset[str]:
    """The roles whose people ratify decisions on this route: those of its body."""
    profile = profile_of(session)
    found = profile.routes.get(route)
    return frozenset(profile.bodies[found.ratified_by].ratifies) if found and found.ratified_by else frozenset()


def _person(actor: Actor) -> UUID:
    if actor.person is None:
        raise Refused("Say who you are first.")
    return actor.person
