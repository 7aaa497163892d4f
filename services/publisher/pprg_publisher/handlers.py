"""What the publisher does about what it hears."""

from sqlalchemy.orm import Session

from pprg_publisher.models import Publication
from pprg_shared.database import seal
from pprg_shared.events.triage import DecisionRatified


def draft_publication(session: Session, heard: DecisionRatified) -> None:
    """A ratified decision becomes a draft, with the reasons for its author's eyes."""
    draft = Publication(id=heard.decision_id, case_id=heard.case_id, reference=heard.reference, route=heard.route)
    draft.state, draft.title, draft.summary = "draft", "", ""
    draft.content = seal(session, draft, "content", {"reasons": heard.reasons, "outcome": heard.outcome})
    session.add(draft)
