"""What happened on a case, in words."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

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
    "publication.called-off": "Publication called off",
    "outcome.published": "Outcome published",
}


#: Events that rows of the case tell of, with more.
TOLD_BY_ROWS = ("case.members-changed.", "glass.broken.", "publication.announced.", "referrer.changed.")
CORRECTED = "Words that others read about a decision corrected"
UNINVITED = "Invitation to a meeting taken back"
#: What was done about a request, by the name that MOVES has for it.
CHANGED: Mapping[str, str] = {
    "accept": "Answer accepted",
    "query": "Asked for a correction",
    "move": "Told of another day to answer by",
    "waive": "Told that no answer is waited for",
    "amend": "Told whom the case is about now",
}
AGREED = {True: "Told that it gets more time", False: "Told that it gets no more time"}


def event_words(event_type: str, public: Mapping[str, Any] = MappingProxyType({}), change: str = "") -> str:
    """The words for an event of any version: `Referral received`.

    Its public part says of a decision whether words alone were corrected, of a cancellation whether the meeting takes
    place, and of an extension whether it was agreed; `change` is what was done about a request.
    """
    name, _, _ = event_type.rpartition(".v")
    if public.get("corrected_on"):
        return CORRECTED
    if public.get("only"):
        return UNINVITED
    if "agreed" in public:
        return AGREED[bool(public["agreed"])]
    return CHANGED.get(change) or TOLD.get(name) or name.replace(".", " ").replace("-", " ").capitalize()


def met_words(there: int, stood_in: int, declared: int) -> str:
    """How many were at a meeting that was held, how many of them stood in for members or declared an interest."""
    words = f"The group met: {there} {'person was' if there == 1 else 'people were'} there"
    more = [f"{count} {what}" for count, what in ((stood_in, "for a member"), (declared, "with an interest")) if count]
    return ", ".join([words, *more])
