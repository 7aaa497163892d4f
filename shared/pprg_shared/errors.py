"""The few things that may go wrong on purpose, and what each asks of whoever catches it."""


class Refused(Exception):
    """A rule says no: the text is advice to the person who asked (409 on the API, shown on the page).

    `field` names the answer that it is about, where it is about one.
    """

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(words)
        self.field = field


class TooLarge(Refused):
    """What was sent is understood and allowed, but too long to travel (413)."""


class Forbidden(Exception):
    """This person may never do this (403)."""


class NotThere(Exception):
    """There is no such thing, or it is not this person's to see: the two answer alike (404)."""


class Busy(Exception):
    """The same request is still being worked on elsewhere: come back in a moment (409 with Retry-After)."""


class TooMany(Exception):
    """Somebody does this too often: not before so many `seconds` (429 with Retry-After)."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"not before {seconds} seconds")
        self.seconds = seconds


class NotYet(Exception):
    """A handler came before what it needs: its row waits quietly and is tried again."""


class Unreadable(Exception):
    """These bytes are no event of ours: they go to the dead letters."""
