"""The decisions of a case in words, and what the form of one shows first."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from pprg_shared.database import profile_of, unseal
from pprg_shared.errors import NotThere
from pprg_shared.profile import Profile, Route, Subject, answers_from_subjects
from pprg_triage import rules
from pprg_triage.actions import FOR_OTHERS, ratifying_roles
from pprg_triage.models import Case, Decision


@dataclass(frozen=True)
class Decided:
    """A decision in words: its content, its criteria with their answers, and the body that ratifies it."""

    content: dict[str, Any]
    criteria: list[tuple[str, str, str]]
    harm: list[str]
    mandate: str
    next_step: str
    body: str
    roles: frozenset[str]

    def ratified_by(self, roles: frozenset[str]) -> bool:
        """Whether somebody with these roles belongs to the body."""
        return bool(self.roles & roles)


def decided_of(session: Session, decision: Decision, profile: Profile) -> Decided:
    """A decision in the words of the profile."""
    content, route = unseal(session, decision, "content"), profile.routes[decision.route]
    answered = content.get("criteria", {})
    mandates, kinds = {each.code: each.name for each in route.mandates}, profile.kinds_of_harm(route)
    return Decided(
        content=content,
        criteria=[
            (profile.criteria[name].asks, rules.REPLIES[each["reply"]], each["why"])
            for name, each in answered.items()
            if name in profile.criteria
        ],
        harm=[kinds.get(each, each) for each in content.get("harm", ())],
        mandate=mandates.get(content.get("mandate", ""), ""),
        next_step=route.next_steps.get(content.get("next_step", ""), ""),
        body=profile.bodies[route.ratified_by].short if route.ratified_by else "",
        roles=ratifying_roles(session, decision.route),
    )


#: What a proposal says besides its outcome and its answers, by the fields of its form.
SAID = (
    *("mandate", "next_step", "reasons", "harm", "equality", "dissent", "advice", "method", "delay"),
    *FOR_OTHERS,
)


def proposed_before(session: Session, case: Case, route: str) -> dict[str, Any]:
    """What the form of a decision shows first: what was sent back, else what the age of the person answers."""
    there = select(Decision).where(
        Decision.case_id == case.id, Decision.route == route, Decision.returned_on.is_not(None)
    )
    decision = session.scalar(there)
    if decision is None:
        return _at_first(session, case, profile_of(session).routes[route])
    content = unseal(session, decision, "content")
    shown = {"route": route, "outcome": decision.outcome} | {name: content[name] for name in SAID if name in content}
    for name, each in content["criteria"].items():
        shown |= {f"answer_{name}": each["reply"], f"why_{name}": each["why"]}
    return shown


def read_by_others(session: Session, case: Case, decision_id: UUID) -> tuple[str, dict[str, Any]]:
    """The route of a ratified decision, and what others read of it; raises NotThere."""
    decision = session.get(Decision, decision_id)
    if decision is None or decision.case_id != case.id or decision.ratified_on is None:
        raise NotThere
    content = unseal(session, decision, "content")
    return decision.route, {"decision_id": decision_id} | {name: content.get(name, "") for name in FOR_OTHERS}


def _at_first(session: Session, case: Case, route: Route) -> dict[str, Any]:
    """What the referral answers, and the standard words of what these answers come to so far."""
    profile, about = profile_of(session), unseal(session, case, "content")
    kinds = [each["kind"] for each in about.get("subjects", ())] or [about.get("subject_kind")]
    subjects = [Subject(kind) for kind in kinds if kind in {"child", "unborn", "adult"}]
    answers = answers_from_subjects(profile, subjects) if subjects else {}
    replies = {name: each.reply.value for name, each in answers.items() if each.reply != "not_sure"}
    so_far = rules.outcome_of([each for each in route.mandates if each.enabled], replies)
    found = {f"answer_{name}": reply for name, reply in replies.items()} | profile.standard_words(route.code, so_far)
    return {"route": route.code, "harm": list(about.get("harm", ())), **found}
