"""What letters say: the wording of a partnership, and the slots that the product can fill without saying too much."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pprg_shared.profile.reading import Fault, code, key
from pprg_shared.profile.wording import slot_problems

#: The slots of each kind of letter that the product writes. None of them can hold anything of the case itself.
KINDS: Mapping[str, frozenset[str]] = {
    "referral_received": frozenset({"reference", "on"}),
    "new_referral": frozenset({"reference", "link"}),
    "information_request": frozenset({"reference", "due_on", "link"}),
    "return_queried": frozenset({"reference", "due_on", "link"}),
    "request_moved": frozenset({"reference", "due_on", "link"}),
    "extension_declined": frozenset({"reference", "due_on", "link"}),
    "request_amended": frozenset({"reference", "due_on", "link"}),
    "request_waived": frozenset({"reference"}),
    "reminder": frozenset({"reference", "due_on", "link"}),
    "overdue": frozenset({"reference", "due_on", "link"}),
    "overdue_escalated": frozenset({"reference", "due_on"}),
    "return_received": frozenset({"reference", "link"}),
    "extension_requested": frozenset({"reference", "link"}),
    "meeting_invitation": frozenset({"reference", "when", "place"}),
    "meeting_moved": frozenset({"reference", "when", "place"}),
    "meeting_cases": frozenset({"reference", "when", "place"}),
    "meeting_cancelled": frozenset({"reference", "when", "place"}),
    "invitation_withdrawn": frozenset({"reference", "when", "place"}),
    "outcome_to_referrer": frozenset({"reference", "on", "link"}),
    "outcome_to_agency": frozenset({"reference", "on", "link"}),
    "code": frozenset({"reference", "code", "until"}),
    "form_kept": frozenset({"until", "link"}),
    "code_for_form": frozenset({"code", "until"}),
    "glass_broken": frozenset({"reference", "who", "at", "link"}),
    "new_password": frozenset({"code", "until", "link"}),
    "publication_notice": frozenset({"reference", "when", "link"}),
    "publication_moved": frozenset({"reference", "when", "link"}),
    "publication_called_off": frozenset({"reference", "when"}),
}
#: Slots without which a letter that has them would be of no use.
NEEDED = frozenset({"reference", "due_on", "link", "when", "code", "until", "who", "at"})
#: Kinds that go to people, and greet them without a name; the others greet the duty, and a code either.
TO_PEOPLE = frozenset(
    {
        *("referral_received", "meeting_invitation", "meeting_moved", "meeting_cancelled", "outcome_to_referrer"),
        *(
            "invitation_withdrawn",
            "meeting_cases",
            "code",
            "form_kept",
            "code_for_form",
            "glass_broken",
            "new_password",
        ),
        *("publication_notice", "publication_moved", "publication_called_off"),
    }
)
#: Kinds for the office itself.
TO_OFFICE = frozenset({"new_referral", "return_received", "extension_requested"})


def _slots_in_words() -> str:
    kinds = ((name, " ".join(f"{{{each}}}" for each in sorted(slots))) for name, slots in KINDS.items())
    return "; ".join(f"`{name}` {slots}" for name, slots in kinds)


@dataclass(frozen=True)
class Letter:
    """The wording of a kind of letter."""

    code: str = code(f"The kind of letter. Each has its own slots: {_slots_in_words()}.", "reminder")
    subject: str = key("What the subject line calls it, after marking and reference.", '"reminder"')
    body: str = key("The text, with slots.", '"Reference: {reference}\\nPlease answer by: {due_on}\\n\\n{link}"')
    greets: str = key("How it greets people; letters to a post greet the post.", '"To the referrer"', default="")

    @property
    def to_office(self) -> bool:
        """Whether it goes to the office itself, which need not be told whom to ask."""
        return self.code in TO_OFFICE

    def problems(self) -> Iterator[Fault]:
        """Kinds and slots that the product does not have."""
        if self.code not in KINDS:
            yield Fault((), f"is not a kind of letter; use {', '.join(KINDS)}")
            return
        for words in slot_problems(self.subject, ()):
            yield Fault(("subject",), words)
        for words in slot_problems(self.body, KINDS[self.code], KINDS[self.code] & NEEDED):
            yield Fault(("body",), words)
        if bool(self.greets) != (self.code in TO_PEOPLE):
            wanted = "is missing: this letter goes to people" if self.code in TO_PEOPLE else "must go: it greets a post"
            yield Fault(("greets",), wanted)


@dataclass(frozen=True)
class Letters:
    """The wording of all letters."""

    questions: str = key("The line that says whom to ask.", '"Questions? Call {phone}."')
    discretion: str = key("The line that says what not to write.", '"Never write names in an email."')
    asked: str = key("What agencies are asked, until the coordinator writes something else.", '"What did you do?"')
    kinds: Mapping[str, Letter] = key("The wording of each kind of letter.")

    def problems(self) -> Iterator[Fault]:
        """A kind without its wording could not be written."""
        for words in slot_problems(self.questions, {"phone"}):
            yield Fault(("questions",), words)
        for words in slot_problems(self.discretion, ()):
            yield Fault(("discretion",), words)
        for name in KINDS:
            if name not in self.kinds:
                yield Fault(("kinds", name), "is missing: the product writes such letters")


@dataclass(frozen=True)
class Labels:
    """What this partnership calls things."""

    group: str = key("The group that considers cases.", '"Partnership Practice Review Group"')
    group_short: str = key("The group within a sentence.", '"PPRG"')
    referral: str = key("What is sent to the group.", '"referral"')
    case: str = key("What the group works on.", '"case"')
    summary: str = key("An agency's account of what it did.", '"agency summary"')
    chronology: str = key("An agency's dated events.", '"chronology"')
    integrated: str = key("The chronologies of all agencies in one.", '"integrated chronology"')
    coordinator: str = key("Who runs the case.", '"practice review coordinator"')
    lead_reviewer: str = key("Who leads a review.", '"lead reviewer"')
    briefing: str = key("The learning of a review on a page.", '"seven-minute briefing"')
