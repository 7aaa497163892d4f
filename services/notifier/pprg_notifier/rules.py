"""What a letter says, where it may go, and what becomes of one that was not taken."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum, StrEnum
from hashlib import sha256
from textwrap import fill
from uuid import UUID

from pprg_shared.access import EVERY, Table, open_to
from pprg_shared.calendar import long, moment
from pprg_shared.duties import CONTACT, DEPUTY, LEAD
from pprg_shared.profile import Profile

#: Who may do what, unless an interest closes the case to them; of a letter they see how it fares and never what the
#: case holds, which is not in it.
_POST = open_to({"coordinator", "deputy", "ops", "administrator"}, EVERY)
TABLE: Table = {
    "read letters": _POST,
    "note returned": _POST,
    "read addresses": open_to({"coordinator", "administrator"}, EVERY),
}
#: Who gets a letter where the agency has nobody of this name: the next on the list, and the lead in the end.
INSTEAD: Mapping[str, str] = {DEPUTY: CONTACT, CONTACT: LEAD}
#: Rungs of the ladder that the deputy hears of too; the last of them is the escalation contact's.
LATE, LAST = frozenset({"overdue", "escalated"}), "escalated"
PATIENCE = timedelta(days=5)
MOST_UNKNOWN = 8
#: Many references are no line: what is mailed has none of more than 998 octets.
LINE = 100
#: Hundreds of a mail server's code: taken, not now, never.
TAKEN, NOT_NOW, NEVER = 2, 4, 5
#: Names that belong to nobody (RFC 2606): people of a profile and of a try-out.
INVENTED = ".example"
#: Kinds of letter that ask for something by a day: they go out before others.
URGENT = (
    "code",
    "code_for_form",
    "new_password",
    "new_referral",
    "information_request",
    "return_queried",
    "overdue",
    "overdue_escalated",
    "meeting_invitation",
    "meeting_moved",
    "meeting_cases",
    "meeting_cancelled",
    "invitation_withdrawn",
    "glass_broken",
    "publication_moved",
    "publication_called_off",
)
#: Kinds of letter whose text a person writes or changes: none yet. The one place that says what a typed mail is.
TYPED: frozenset[str] = frozenset()
#: What the agency gets, by why its page is worth a look.
ASKED: Mapping[str, str] = {
    "asked": "information_request",
    "queried": "return_queried",
    "moved": "request_moved",
    "waived": "request_waived",
    "declined": "extension_declined",
    "amended": "request_amended",
}
#: What those hear who are told before something is published, by how its plan has changed.
NOTICES: Mapping[str, str] = {
    "told": "publication_notice",
    "moved": "publication_moved",
    "called-off": "publication_called_off",
}
#: Why a letter that a mail server had taken came back, as somebody read in the mail that brought it.
RETURNED: Mapping[str, str] = {
    "unknown": "there is no such address",
    "full": "the mailbox is full",
    "refused": "the recipient's mail server refused it",
}


class Step(StrEnum):
    """How far a letter had come when a mail server spoke, or fell silent."""

    CONNECT = "connect"
    SENDER = "sender"
    RECIPIENT = "recipient"
    TEXT = "text"
    END = "end"


@dataclass(frozen=True)
class Answer:
    """The last word of a mail server on a letter; without a code the link broke there."""

    step: Step
    code: int | None = None

    @property
    def hundred(self) -> int:
        """2, 4 or 5 for a code that says something; else 0."""
        hundred = (self.code or 0) // 100
        return hundred if hundred in {NOT_NOW, NEVER} or (hundred == TAKEN and self.step is Step.END) else 0

    @property
    def unknown(self) -> bool:
        """Whether the letter was handed over whole and may have arrived, though nobody said so."""
        return self.step is Step.END and not self.hundred


class State(StrEnum):
    """How a letter fares, as people and programs are told."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    FAILED = "failed"
    NOT_SENT = "not-sent"


class Fate(Enum):
    """What becomes of a letter after an attempt."""

    TAKEN = "taken"
    AGAIN = "again"
    GIVEN_UP = "given up"
    OVERTAKEN = "overtaken"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Verdict:
    """A letter's fate, why in plain words, and whether nobody can know if this attempt arrived."""

    fate: Fate
    problem: str = ""
    unknown: bool = False


@dataclass(frozen=True)
class Entry:
    """What somebody has of a sitting in their calendar: its cases that concern them, references by subject, or none.

    What was told before it was kept is None: nothing is known to differ from it.
    """

    starts_at: datetime | None
    ends_at: datetime | None
    place: str | None
    cases: Mapping[str, str]


def change(before: Entry | None, after: Entry, *, held: bool) -> str | None:
    """The kind of letter by which somebody learns what has changed for them of a sitting, or None when nothing has.

    `held` is whether the group meets then, if not about their cases.
    """
    had = before.cases if before else {}
    if not after.cases:
        return ("invitation_withdrawn" if held else "meeting_cancelled") if had else None
    if before is None or not had:
        return "meeting_invitation"
    pairs = ((getattr(each, name) for each in (before, after)) for name in ("starts_at", "ends_at", "place"))
    if any(old is not None and old != new for old, new in pairs):
        return "meeting_moved"
    return "meeting_cases" if had != after.cases else None


def letter_id(event_id: UUID, template: str, recipient: str) -> UUID:
    """The same event, template and recipient are the same letter, however often the event comes."""
    return UUID(bytes=sha256(f"{event_id}|{template}|{recipient}".encode()).digest()[:16], version=4)


def reached(duty: str, duties: Collection[str]) -> str:
    """At which post or contact a letter for this one arrives, of those that an agency has."""
    while duty not in duties and duty in INSTEAD:
        duty = INSTEAD[duty]
    return duty


def apart(duty: str, duties: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether an agency has this contact, with another address than that at which its letters arrive."""
    first = duties.get(reached(CONTACT, duties), {}).get("address", "")
    return duty in duties and duties[duty]["address"].lower() != first.lower()


def wording(profile: Profile, template: str, facts: Mapping[str, str], greeting: str) -> tuple[str, str]:
    """Subject line and text in the partnership's words: reference, kind, date and link, and nothing of the case."""
    letter, about = profile.letters.kinds[template], profile.partnership
    shown = {each: " ".join(facts.get(each, "").split()) for each in ("reference", "link", "place", "code")}
    references = facts.get("references", shown["reference"])
    shown["reference"] = fill(references, LINE, break_on_hyphens=False)
    shown |= {name: long(date.fromisoformat(facts[name])) for name in ("due_on", "on") if name in facts}
    if "until" in facts:
        shown["until"] = moment(datetime.fromisoformat(facts["until"]))
    if "at" in facts:
        shown |= {"who": facts["who"], "at": moment(datetime.fromisoformat(facts["at"]))}
    if "planned_at" in facts:
        shown["when"] = moment(datetime.fromisoformat(facts["planned_at"]))
    if "starts_at" in facts:
        shown["when"] = _period(facts)
    parts = [f"{greeting},", letter.body.format(**shown), about.name]
    if not letter.to_office:
        parts.insert(2, f"{profile.letters.questions.format(phone=about.phone)} {profile.letters.discretion}")
    about_what = ", ".join(filter(None, (references, letter.subject)))
    return f"{profile.marking}: {about_what}", "\n\n".join(parts) + "\n"


def _period(facts: Mapping[str, str]) -> str:
    starts, ends = (datetime.fromisoformat(facts[each]) for each in ("starts_at", "ends_at"))
    return f"{moment(starts)} to {moment(ends).rpartition(' ')[2]}"


def invented(address: str) -> bool:
    """Whether an address belongs to nobody: it never leaves the house, but for a try-out with a mail catcher."""
    return address.lower().rstrip(".").endswith(INVENTED)


def verdict(answer: Answer, unknown: int, created_at: datetime, now: datetime) -> Verdict:
    """Judge an attempt; `unknown` is how many attempts, this one included, may have arrived without our knowing."""
    if answer.hundred == TAKEN:
        return Verdict(Fate.TAKEN)
    problem = words(answer)
    if answer.hundred == NEVER and answer.step is not Step.CONNECT:
        return Verdict(Fate.GIVEN_UP, problem)
    if answer.unknown and unknown >= MOST_UNKNOWN:
        return spent()
    return unless_late(problem, created_at, now, unknown=answer.unknown)


def words(answer: Answer) -> str:
    """What went wrong, for people: never in the server's own words, which may quote the address."""
    code = f" ({answer.code})" if answer.code and answer.code > 0 else ""
    if answer.step is Step.CONNECT:
        return f"the mail server could not be used{code}"
    if answer.unknown:
        return "the mail server gave no proper answer once it had the letter: nobody knows whether it arrived"
    if not answer.hundred:
        return "the mail server gave no proper answer before it had the letter"
    what = {Step.SENDER: "our own address", Step.RECIPIENT: "the recipient's address"}.get(answer.step, "the letter")
    return f"the mail server refused {what} {'for good' if answer.hundred == NEVER else 'for now'}{code}"


def state(done_at: datetime | None, failed_at: datetime | None, problem: str | None) -> State:
    """How a letter fares by its row; one that is done with a problem was replayed, dropped, overtaken or expired.

    Such a letter was not sent.
    """
    if failed_at:
        return State.FAILED
    if done_at:
        return State.NOT_SENT if problem else State.ACCEPTED
    return State.WAITING


def spent() -> Verdict:
    """Sent so often without knowing whether it arrived that once more would be a nuisance."""
    problem = f"sent {MOST_UNKNOWN} times, and nobody knows whether it arrived"
    return Verdict(Fate.GIVEN_UP, problem, unknown=True)


def overtaken(what: str) -> Verdict:
    """A later letter says otherwise: this one is not sent any more."""
    return Verdict(Fate.OVERTAKEN, f"not sent: {what}, and another letter says so")


def expired() -> Verdict:
    """What it says is of no use any more: it is not sent."""
    return Verdict(Fate.EXPIRED, "not sent: expired")


def unless_late(problem: str, created_at: datetime, now: datetime, *, unknown: bool = False) -> Verdict:
    """Try again, until five days have passed."""
    if now - created_at >= PATIENCE:
        return Verdict(Fate.GIVEN_UP, f"given up after five days: {problem}", unknown=unknown)
    return Verdict(Fate.AGAIN, problem, unknown=unknown)
