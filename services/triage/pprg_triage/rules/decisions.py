"""What the group may decide on a route, whether its answers bear that out, and who may confirm it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol
from unicodedata import normalize

from pprg_shared.calendar import short
from pprg_triage.rules.vocabulary import fold

MET, UNDECIDED = "criteria_met", "insufficient_information"
OUTCOMES = {
    MET: "Criteria met",
    "criteria_not_met": "Criteria not met",
    UNDECIDED: "Not enough information yet",
}
REPLIES = {"yes": "Yes", "no": "No", "not_sure": "Not enough information"}


class Mandate(Protocol):
    """A power or duty to review, as a decision weighs it: every criterion of `all` and one of `any`."""

    @property
    def code(self) -> str:
        """Its name within the route."""

    @property
    def name(self) -> str:
        """The law or policy."""

    @property
    def all(self) -> tuple[str, ...]:
        """Criteria that all must be met."""

    @property
    def any(self) -> tuple[str, ...]:
        """Criteria of which one must be met."""


def weighed(mandate: Mandate, replies: Mapping[str, str]) -> str:
    """Whether the answers meet a mandate: yes, no or not_sure; a criterion that is not answered is not sure."""
    found = [replies.get(each, "not_sure") for each in mandate.all]
    if mandate.any:
        some = {replies.get(each, "not_sure") for each in mandate.any}
        found.append(next(each for each in ("yes", "not_sure", "no") if each in some))
    if "no" in found:
        return "no"
    return "not_sure" if "not_sure" in found else "yes"


def relied_on(mandates: Sequence[Mandate], replies: Mapping[str, str]) -> Mandate | None:
    """The strongest mandate that the answers meet; a profile names the strongest first."""
    return next((each for each in mandates if weighed(each, replies) == "yes"), None)


def outcome_of(mandates: Sequence[Mandate], replies: Mapping[str, str]) -> str:
    """What the answers come to: met under one mandate, not met when each has a no, else not enough is known."""
    found = {weighed(each, replies) for each in mandates}
    if "yes" in found:
        return "criteria_met"
    return "criteria_not_met" if found == {"no"} else "insufficient_information"


def decision_problem(
    mandates: Sequence[Mandate], replies: Mapping[str, str], outcome: str, mandate: str
) -> tuple[str, str] | None:
    """Why a decision contradicts its own answers, and the field to change, or None when it follows from them.

    Whether the criteria are met is not a matter of taste; what to do about it is: that is the next step.
    """
    follows, strongest = outcome_of(mandates, replies), relied_on(mandates, replies)
    if outcome != follows:
        why = {
            "criteria_met": f"Every criterion of {strongest.name if strongest else 'a mandate'} is answered with yes",
            "criteria_not_met": "A criterion that is needed is answered with no",
            "insufficient_information": "Nothing is answered with no, and not everything with yes",
        }[follows]
        return f"{why}: choose “{OUTCOMES[follows]}”, or change an answer", "outcome"
    if mandate and strongest and mandate != strongest.code:
        return f"The answers meet {strongest.name}: rely on that, or change an answer", "mandate"
    if mandate and not strongest:
        return "The answers meet no mandate: rely on none", "mandate"
    return None


def follows_outcome(typed: str, standard: Mapping[str, str], outcome: str) -> str:
    """What stands in a box for others to read: the standard words of any outcome give way to those of this one."""
    plain = {_plain(each) for each in standard.values()}
    return standard.get(outcome, typed) if _plain(typed) in plain else typed


def _plain(text: str) -> str:
    """A text as two that look alike are the same."""
    return " ".join(normalize("NFC", text).split())


def names_somebody(text: str, names: Sequence[str]) -> bool:
    """Whether words for others hold one of these names; a person whose name is not known has none."""
    known = [each.casefold() for each in names if len(each) > 1 and each.casefold() not in {"not known", "unknown"}]
    return any(each in text.casefold() for each in known)


#: What people are called of whom no name is known, or besides it: no word of these gives anybody away.
NO_NAMES = frozenset(
    [
        "adult",
        "baby",
        "born",
        "boy",
        "child",
        "daughter",
        "father",
        "girl",
        "infant",
        "known",
        "mother",
        "not",
        "son",
        "the",
        "twin",
        "unborn",
        "unknown",
    ]
)
#: A shorter part of a name is a word of many sentences.
SHORTEST_PART = 3


def names_in_part(text: str, names: Sequence[str], standard: str) -> bool:
    """Whether a word for others, other than the standard words, is also a part of one of these names, or its plural."""
    said = set(fold(text).split()) - set(fold(standard).split())
    parts = {part for each in names for part in fold(each).split() if len(part) >= SHORTEST_PART} - NO_NAMES
    return bool(parts & (said | {each.removesuffix("s") for each in said}))


def record_problem(
    said: Mapping[str, Any], outcome: str, *, about_harm: bool, decided_by: date | None, today: date
) -> tuple[str, str] | None:
    """What a decision record lacks and the field to fill, or None: the kinds of harm, and why it comes late."""
    if about_harm and outcome == "criteria_met" and not said.get("harm"):
        return "Choose the kinds of abuse or neglect", "harm"
    if decided_by and decided_by < today and not said.get("delay"):
        return f"It had to be decided by {short(decided_by)}. Say why it is late", "delay"
    return None


def correcting_problem(*, ratified: bool, newest: bool, changed: bool) -> tuple[str, str] | None:
    """Why words for others cannot be corrected so and the field to change, or None when they can."""
    if not ratified:
        return "This decision is not ratified yet: have it sent back to change what others will read", "decision_id"
    if not newest:
        return "A later decision has taken the place of this one: correct the words of that", "decision_id"
    if not changed:
        return "Nothing is changed. Change what the referrer or the agencies read", "to_referrer"
    return None


def ratifying_problem(
    proposed_by: object,
    ratified_by: object,
    *,
    already: bool,
    returned: bool = False,
    belongs: bool = True,
    declared: bool = False,
) -> str | None:
    """Why this person cannot confirm the decision, or None when they can."""
    if already:
        return "This decision has been ratified already"
    if returned:
        return "This decision was sent back: it must be proposed again first"
    if proposed_by == ratified_by:
        return "A second person must ratify: you proposed this decision"
    if declared:
        return "You declared an interest in this case: somebody else must ratify"
    if not belongs:
        return "Another body ratifies decisions on this kind of review"
    return None
