"""Closing a case on which the group need not decide: for which reasons, when not, and in what words."""

from collections.abc import Mapping

#: How the day of it is kept, beside those that clocks count from.
CLOSED = "closed_without_review"
DUPLICATE = "duplicate"
REASONS: Mapping[str, str] = {
    DUPLICATE: "It is about the same as another case",
    "elsewhere": "It is not for this group",
    "withdrawn": "Whoever referred it has withdrawn it",
}
#: What is refused about a case that is closed.
REOPEN_FIRST = "This case is closed without a review. Reopen it first."


def other_problem(reason: str, other: str, own: str) -> str | None:
    """Why this cannot be the reference of the other case, or None."""
    if reason != DUPLICATE:
        return "Leave this empty, or choose that it is about the same as another case" if other else None
    if not other:
        return "Enter the reference of the other case"
    return "This is the reference of the case itself" if other == own else None


def closing_problem(*, closed: bool, waiting: int, called: bool, decided: bool) -> str | None:
    """Why a case cannot be closed without a review, or None: what others do about it has to end first."""
    if closed:
        return "The case is closed already."
    if waiting:
        return "An agency is still waited for. Go on without its answer first."
    if called:
        return "A meeting is called about this case. Cancel it first, or write down that it was held."
    return "A decision is proposed: the group decides on this case." if decided else None


def closed_words(said: Mapping[str, str]) -> str:
    """Why it was closed, such as `It is about the same as another case, PPRG-2026-0001` and what speaks for it."""
    other = f", {said['reference']}" if said["reference"] else ""
    return f"{REASONS.get(said['reason'], said['reason'])}{other}. {said['why']}"
