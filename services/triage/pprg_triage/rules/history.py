"""What happened on a case, in words."""

from collections.abc import Mapping

#: Events by name, as a coordinator would say it; an event that is new here is named after itself.
TOLD: Mapping[str, str] = {
    "referral.submitted": "Referral received",
    "case.opened": "Case opened",
    "information.requested": "Asked for information",
    "request.ready": "The page for the answer is ready",
    "request.opened": "The agency has looked at what it is asked",
    "extension.requested": "The agency asks for more time",
    "extension.decided": "Told whether it gets more time",
    "agency-summary.submitted": "Summary received",
    "chronology.submitted": "Chronology received",
    "nil-return.submitted": "Answered that it holds nothing",
    "reminder.due": "Reminder written",
    "information.changed": "Told of a change to what is asked",
    "meeting.scheduled": "Meeting called",
    "meeting.moved": "Meeting moved",
    "meeting.cancelled": "Meeting cancelled",
    "decision.ratified": "Decision ratified",
    "letter.accepted": "Letter accepted by the mail server",
    "letter.failed": "Letter came back or was given up",
    "publication.planned": "Publication planned",
    "outcome.published": "Outcome published",
}


#: Events that rows of the case tell of, with more.
TOLD_BY_ROWS = ("case.members-changed.", "glass.broken.")
CORRECTED = "Words that others read about a decision corrected"


def event_words(event_type: str, *, corrected: bool = False) -> str:
    """The words for an event of any version: `Referral received`; of a decision, whether words alone were corrected."""
    if corrected:
        return CORRECTED
    name, _, _ = event_type.rpartition(".v")
    return TOLD.get(name) or name.replace(".", " ").replace("-", " ").capitalize()
