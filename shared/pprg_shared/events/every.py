"""What every service says."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pprg_shared.contract import Event


@dataclass(frozen=True)
class Seen:
    """Somebody saw or did something about a case: an entry of the service's audit chain, which its hash names.

    `kind` is read, change, export or break_glass; `verb` is the page or the action.
    """

    hash: str
    at: datetime
    person: UUID | None
    agency: str | None
    kind: str
    verb: str
    case_id: UUID


class AccessRecorded(Event, name="access.recorded", version=1, subject="service"):
    """Who saw and did what about cases in one service, some of it at a time; nobody by name and nothing of content."""

    service: str
    entries: list[Seen]
