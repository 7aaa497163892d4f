"""The decisions of a case in words, and what the form of one shows first."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pprg_shared.database import profile_of, unseal
from pprg_shared.profile import Profile, Subject, answers_from_subjects
from pprg_triage import rules
from pprg_triage.actions import ratifying_roles
from pprg_triage.models import Case, Decision


@dataclass(frozen=True)
class Decided:
    """A decision in words: its content, its criteria with their answers, and the body that ratifies it."""

    content: dict[str, Any]
    criteria: list[tuple[str, str, str]]
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
    mandates = {each.code: each.name for each in route.mandates}
    return Decided(
        content=content,
        criteria=[
            (profile.criteria[name].asks, rules.REPLIES[each["reply"]], each["why"])
            for name, each in answered.items()
            if name in profile.criteria
        ],
        mandate=mandates.get(content.get("mandate", ""), ""),
        next_step=route.next_steps.get(content.get("next_step", ""), ""),
        body=profile.bodies[route.ratified_by].short if route.ratified_by else "",
        roles=ratifying_roles(session, decision.route),
    )


def proposed_before(session: Session, case: Case, route: str) -> dict[str, str]:
    """What the form of a decision shows first: what was sent back, else what the age of the person answers."""
    there = select(Decision).where(
        Decision.case_id == case.id, Decision.route == route, Decision.returned_on.is_not(None)
    )
    decision = session.scalar(there)
    if decision is None:
        about = unseal(session, case, "content")
        kinds = [each["kind"] for each in about.get("subjects", ())] or [about.get("subject_kind")]
        subjects = [Subject(kind) for kind in kinds if kind in {"child", "unborn", "adult"}]
        answers = answers_from_subjects(profile_of(session), subjects) if subjects else {}
        found = {f"answer_{name}": each.reply.value for name, each in answers.items() if each.reply != "not_sure"}
        return {"route": route, **found}
    content = unseal(session, decision, "content")
    names = ("mandate", "next_step", "reasons", "dissent", "to_referrer", "to_agency")
    shown = {"route": route, "outcome": decision.outcome} | {name: content[name] for name in names}
    for name, each in content["criteria"].items():
        shown |= {f"answer_{name}": each["reply"], f"why_{name}": each["why"]}
    return shown
