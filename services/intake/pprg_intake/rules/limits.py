"""How often something may be done, and why so often: what is over waits, and is told whom to call."""

from typing import NamedTuple
from uuid import UUID


class Limit(NamedTuple):
    """At most so many times within so many seconds."""

    what: str
    most: int
    seconds: int


MINUTE, HOUR = 60, 3600

#: Whoever mistypes asks again once or twice; by browser's address and link, so that nobody shuts out another.
CODES_ASKED = Limit("codes asked", 5, 15 * MINUTE)
#: However many places ask: the mailbox of whom the link is for is not to be filled, nor a code to be guessed. For an
#: hour and no longer, lest somebody who knows the link keeps out whom it is for.
CODES_MAILED = Limit("codes mailed", 12, HOUR)
#: By address alone: somebody who tries link after link.
CODES_SOUGHT = Limit("codes sought", 30, HOUR)
#: Two codes' worth of tries; a million codes are not guessed at this pace.
CODES_TRIED = Limit("codes tried", 10, 5 * MINUTE)
#: Whoever has to leave again and again has few letters of it, and nobody's mailbox is filled by others.
FORMS_KEPT = Limit("forms kept for an address", 3, 24 * HOUR)
#: By the browser's address: an office behind one address has several people, and nobody fills many mailboxes from it.
FORMS_KEPT_FROM = Limit("forms kept from an address", 10, HOUR)
#: Nobody types a referral in two seconds; an office behind one address may send several in a minute.
REFERRALS_BY_ADDRESS = Limit("referrals by address", 20, MINUTE)
#: Whoever is signed in is counted alone, however busy the others at their address are.
REFERRALS_BY_PERSON = Limit("referrals by person", 20, MINUTE)
#: A program of an agency may send what has lain for a while.
REFERRALS_BY_PROGRAM = Limit("referrals by program", 60, MINUTE)
#: A file of thousands of rows is read whole each time: an agency puts right one or two at once, not dozens. Whoever
#: keeps the directory is counted alone, and sends a list twice: to look at it, and to bring it in.
UPLOADS = Limit("uploads", 20, 5 * MINUTE)


def of_referral(person: UUID | None, agency: str | None, address: str) -> tuple[Limit, str]:
    """Which limit a referral counts towards, and as whose: a person's, a program's of an agency, or an address's."""
    if person:
        return REFERRALS_BY_PERSON, str(person)
    return (REFERRALS_BY_PROGRAM, agency) if agency else (REFERRALS_BY_ADDRESS, address)


def mailbox(address: str) -> str:
    """Under which a mailbox is counted: however its address is written, and whatever stands behind a plus sign."""
    local, _, host = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{host}"
