"""What the notifier says: how each letter fared."""

from uuid import UUID

from pprg_shared.contract import Event


class LetterAccepted(Event, name="letter.accepted", version=1, subject="about"):
    """A mail server has taken a letter, or the try-out mailbox has; for a person, or for a duty of an agency.

    `because` is the event for which it was written. Of one about several cases it is said for each of them, with a
    `letter_id` of its own.
    """

    letter_id: UUID
    about: str
    template: str
    typed: bool
    person: UUID | None = None
    agency: str | None = None
    duty: str | None = None
    because: UUID | None = None


class LetterFailed(Event, name="letter.failed", version=1, subject="about"):
    """A letter was given up, or came back; somebody must find another way."""

    letter_id: UUID
    about: str
    template: str
    reason: str
    person: UUID | None = None
    agency: str | None = None
    duty: str | None = None
    because: UUID | None = None
