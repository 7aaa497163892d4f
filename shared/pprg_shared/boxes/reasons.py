"""What is wrong with a row that waits or was parked and what to do about it, in words and never by what it holds."""

from textwrap import shorten

import sqlalchemy as sa

from pprg_shared.away import fault
from pprg_shared.errors import NotYet, Refused
from pprg_shared.sealing import KeyMissing, SealError

#: Longest that a row keeps of it.
PROBLEM_CHARACTERS = 500
SAID_CHARACTERS = 200

GONE = "What it said was of use for a short time only and is gone. Give it up with boxes drop."
#: Who says a thing is known by its seal alone: what does not open was not said by a service of ours.
FORGED = (
    "What is sealed in it does not open with the key that it names: it was forged, changed, or copied from another "
    "event, and nothing of it was taken over. Find out who can write to the bus and tell whoever answers for security; "
    "then give it up with boxes drop. Trying it again changes nothing."
)
STRANGE = (
    "This service does not handle this type and version of event: whoever said it is newer or older, or none of ours. "
    "Upgrade the older of the two, then boxes retry; if no service of yours says it, find out who can write to the bus "
    "and give it up with boxes drop."
)
UNSENT = "It is sent again by itself; while this lasts, look at /readyz of this service and at the broker."


def malformed(why: object) -> str:
    """Of an event whose fields are not what its type and version say."""
    return (
        f"It does not say what an event of its type and version says: {_short(why)}. Find out which service said it "
        "and which version that runs, bring it to one that fits this one, then boxes retry; what nobody of yours said "
        "is given up with boxes drop."
    )


def unsent(why: object) -> str:
    """Of an event that the bus has not taken."""
    return f"The bus did not take it: {_short(why)}. {UNSENT}"


def _short(why: object) -> str:
    """Room for the advice stays."""
    return shorten(str(why), SAID_CHARACTERS, placeholder=" …")


def reason(error: Exception) -> str:
    """The sentences for what a row ran into; of a fault that nobody foresaw the name alone, for its words may tell."""
    match error:
        case Refused():
            words = str(error)
        case NotYet():
            words = (
                f"It came before what it needs: {_short(error)}. It is tried again by itself and never given up; if it "
                "still waits after a day, let the service that says what is missing say it again with boxes replay."
            )
        case KeyMissing():
            words = (
                f"It cannot be opened: {error}. Put that key back into CASE_KEYS or CONTACT_KEYS, behind the newest, "
                "restart this service, then boxes retry. If no service of yours ever had that key, it was "
                "forged: find out who can write to the bus, and give it up with boxes drop."
            )
        case SealError():
            words = (
                f"A sealed value in the database of this service does not open: {error}. The row it lies in was "
                "changed or moved by something else than this program: find out who can write to the database, put it "
                "back from a backup if need be, then boxes retry."
            )
        case sa.exc.DBAPIError():
            words = (
                f"The database refuses what has to be done for it ({fault(error)}). It is tried 12 times or for an "
                "hour; look that word up in the manual of the database, mend the cause or report it, then boxes retry."
            )
        case _:
            words = (
                f"The program failed at it, which nobody foresaw ({type(error).__name__}). It is tried 12 times or for "
                "an hour; find its id in the log of this service, mend the cause or report it, then boxes retry."
            )
    return words[:PROBLEM_CHARACTERS]
