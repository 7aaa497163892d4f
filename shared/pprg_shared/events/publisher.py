"""What the publisher says: what the public can read."""

from datetime import date
from uuid import UUID

from pprg_shared.contract import Event


class OutcomePublished(Event, name="outcome.published", version=1, subject="case_id"):
    """What was learnt is on the learning hub."""

    publication_id: UUID
    case_id: UUID
    reference: str
    slug: str
    published_on: date
