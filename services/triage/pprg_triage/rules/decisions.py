"""What the group may decide, and who may confirm it."""

OUTCOMES = {
    "criteria_met": "Criteria met",
    "criteria_not_met": "Criteria not met",
    "insufficient_information": "Not enough information yet",
}


def ratifying_problem(proposed_by: object, ratified_by: object, *, already: bool) -> str | None:
    """Why this person cannot confirm the decision, or None when they can."""
    if already:
        return "This decision has been ratified already"
    if proposed_by == ratified_by:
        return "A second person must ratify: you proposed this decision"
    return None
