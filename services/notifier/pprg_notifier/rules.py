"""What a letter says, and what becomes of one that was not taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from pprg_shared.calendar import long, moment

MARKING = "OFFICIAL-SENSITIVE"
PATIENCE = timedelta(days=5)
MOST_UNKNOWN = 8
LONGEST_WAIT = timedelta(hours=1)
TEMPORARY, PERMANENT = 400, 500

#: template: (what the subject line calls it, what the letter says)
LETTERS: Mapping[str, tuple[str, str]] = {
    "referral_received": (
        "referral received",
        "Your referral has been received. Its reference is {reference}.\n\n"
        "The coordinator reads it and you will be told the outcome.",
    ),
    "new_referral": ("new referral", "A new referral has arrived: {reference}.\n\nRead it here: {link}"),
    "information_request": (
        "request for information",
        "Your agency is asked for a summary and a chronology, or to say that it holds nothing.\n\n"
        "Reference: {reference}\nPlease answer by {due}.\n\nAnswer here: {link}",
    ),
    "reminder": (
        "reminder of a request for information",
        "Your agency is asked for a summary and a chronology, and has not answered yet.\n\n"
        "Reference: {reference}\nPlease answer by {due}, or say that your agency holds nothing.\n\nAnswer here: {link}",
    ),
    "overdue": (
        "request for information is overdue",
        "Your agency was asked for a summary and a chronology by {due}, and has not answered.\n\n"
        "Reference: {reference}\nPlease answer now, or say that your agency holds nothing.\n\nAnswer here: {link}",
    ),
    "return_received": ("return received", "An agency has answered about {reference}.\n\nRead it here: {link}"),
    "meeting_invitation": (
        "meeting of the practice review group",
        "You are invited to a meeting of the practice review group.\n\n"
        "Reference: {reference}\nWhen: {when} (London time)\nWhere: see the invitation.",
    ),
    "outcome_to_referrer": (
        "outcome of your referral",
        "A decision has been made about the referral {reference}.\n\n"
        "The coordinator will tell you what was decided. You need do nothing more.",
    ),
    "outcome_to_agency": (
        "outcome",
        "A decision has been made about {reference}, on which your agency was asked.\n\n"
        "Please keep the records secured until you are told otherwise.",
    ),
}


@dataclass(frozen=True)
class Verdict:
    """What becomes of a letter after an attempt: taken, tried again at a time, or given up for a reason."""

    taken: bool = False
    again_at: datetime | None = None
    given_up: str = ""
    unknown: bool = False


def letter_id(event_id: UUID, template: str, recipient: str) -> UUID:
    """The same event, template and recipient are the same letter, however often the event comes."""
    return UUID(bytes=sha256(f"{event_id}|{template}|{recipient}".encode()).digest()[:16], version=4)


def wording(template: str, facts: Mapping[str, str], greeting: str, partnership: str) -> tuple[str, str]:
    """Subject line and text: reference, kind, date and link, and nothing of the case."""
    kind, body = LETTERS[template]
    words = {
        "reference": facts["reference"],
        "link": facts.get("link", ""),
        "due": long(date.fromisoformat(facts["due_on"])) if "due_on" in facts else "",
        "when": moment(datetime.fromisoformat(facts["starts_at"])) if "starts_at" in facts else "",
    }
    text = f"{greeting},\n\n{body.format(**words)}\n\n{partnership}\n"
    return f"{MARKING}: {facts['reference']}, {kind}", text


def verdict(code: int | None, attempts: int, unknown: int, created_at: datetime, now: datetime) -> Verdict:
    """Judge an attempt by the server's code; None means that the link broke and nobody knows."""
    if code is not None and code < TEMPORARY:
        return Verdict(taken=True)
    if code is not None and code >= PERMANENT:
        return Verdict(given_up=f"the mail server refused it for good ({code})")
    if now - created_at >= PATIENCE:
        return Verdict(given_up="not taken for five days")
    if code is None and unknown + 1 >= MOST_UNKNOWN:
        return Verdict(
            given_up=f"the link broke {MOST_UNKNOWN} times and nobody knows whether it was taken", unknown=True
        )
    wait = min(timedelta(seconds=2 ** min(attempts, 12)), LONGEST_WAIT)
    return Verdict(again_at=now + wait, unknown=code is None)
