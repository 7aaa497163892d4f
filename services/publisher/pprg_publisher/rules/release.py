"""The states of a publication and who may lead it from one to the next."""

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

#: Outcomes of a decision about which something can be published.
DRAFTED = frozenset({"criteria_met", "criteria_not_met"})


class State(StrEnum):
    """Where a publication stands; what was public once is never deleted."""

    DRAFT = "draft"
    OFFERED = "offered"
    SCHEDULED = "scheduled"
    LIVE = "live"
    WITHDRAWN = "withdrawn"


STATES: Mapping[str, str] = {
    State.DRAFT: "Draft",
    State.OFFERED: "Waits for a second person",
    State.SCHEDULED: "Released, waits for its day",
    State.LIVE: "Published",
    State.WITHDRAWN: "Withdrawn",
}


def offering_problem(state: str) -> str | None:
    """Why a publication cannot be changed or offered now, or None."""
    return {
        State.OFFERED.value: "This has been offered for release already. Take it back to change it.",
        State.SCHEDULED.value: "This has been released already. Take it back to change it.",
        State.LIVE.value: "This outcome has been published already. Withdraw it to change it.",
        State.WITHDRAWN.value: "This has been withdrawn. Take it back into a draft to change it.",
    }.get(state)


def releasing_problem(state: str, offered_by: UUID | None, releaser: UUID | None) -> str | None:
    """Why this person cannot release a publication, or None: it takes a second person.

    What was offered at a terminal was offered by nobody known here, so whoever releases it is the second.
    """
    if state == State.LIVE:
        return "This outcome has been published already."
    if state == State.SCHEDULED:
        return "This has been released already, and waits for its day."
    if state != State.OFFERED:
        return "Nobody has offered this for release yet."
    if releaser is None:
        return "Say who you are first."
    if releaser == offered_by:
        return "You offered this for release: a second person must release it."
    return None


def reopening_problem(state: str) -> str | None:
    """Why a publication cannot become a draft again, or None."""
    return {
        State.DRAFT.value: "This is a draft already.",
        State.LIVE.value: "Everybody can read this. Withdraw it first, then change it.",
    }.get(state)


def undoing_problem(*, released: bool, waiting: int) -> str | None:
    """Why an import cannot be taken back, or None; what somebody made a draft of is their work, and stays."""
    if released:
        return "Something of this import was released. Withdraw what should not be public."
    return None if waiting else "Nothing of this import waits for release."


def withdrawing_problem(state: str) -> str | None:
    """Why a publication cannot be withdrawn, or None."""
    return None if state == State.LIVE else "Only what everybody can read can be withdrawn."
