"""What the publisher says: what the public can read."""

from datetime import date, datetime
from uuid import UUID

from pprg_shared.contract import Event


class OutcomePublished(Event, name="outcome.published", version=1, subject="case_id"):
    """What was learnt is on the learning hub, as a publication of this type."""

    publication_id: UUID
    case_id: UUID
    reference: str
    slug: str
    published_on: date
    publication_type: str = ""


class PublicationPlanned(Event, name="publication.planned", version=1, subject="case_id"):
    """A publication has another planned moment, before which nobody outside reads it; the highest `revision` holds.

    `copies_on` is the day on which those who must be told before got their copies.
    """

    publication_id: UUID
    case_id: UUID
    reference: str
    publication_type: str
    planned_at: datetime
    planned_by: UUID
    revision: int
    copies_on: date | None = None


class PublicationCalledOff(Event, name="publication.called-off", version=1, subject="case_id"):
    """A publication that was planned for this moment is not planned any more; the highest `revision` holds.

    It counts on from that of `publication.planned`.
    """

    publication_id: UUID
    case_id: UUID
    reference: str
    publication_type: str
    planned_at: datetime
    called_off_by: UUID
    revision: int
