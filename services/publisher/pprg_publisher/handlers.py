"""What the publisher does about what it hears, and when the moment of a publication has come."""

from typing import Any

from sqlalchemy.orm import Session

from pprg_publisher import rules
from pprg_publisher.actions.publishing import make_public
from pprg_publisher.models import CaseMembers, Publication
from pprg_publisher.rules import State
from pprg_shared.database import now, profile_of, seal, today
from pprg_shared.directory import keep_higher
from pprg_shared.events.triage import CaseMembersChanged, DecisionRatified


def draft_publication(session: Session, heard: DecisionRatified) -> None:
    """A ratified decision becomes a draft, with the reasons for its author's eyes; corrected words change none.

    Where not enough was known the group decides again, and there is nothing to publish before that.
    """
    if heard.corrected_on or heard.outcome not in rules.DRAFTED:
        return
    route = profile_of(session).routes.get(heard.route)
    draft = Publication(id=heard.decision_id, case_id=heard.case_id, reference=heard.reference)
    draft.type = (route.publishes if route else None) or heard.route
    draft.state, draft.title, draft.summary, draft.year = State.DRAFT, "", "", today(session).year
    draft.partnership = profile_of(session).partnership.short_name
    draft.content = seal(session, draft, "content", {"reasons": heard.reasons, "outcome": heard.outcome})
    session.add(draft)


def keep_members(session: Session, heard: CaseMembersChanged) -> None:
    """Keep who is tied to a case: they, and nobody with an interest in it, read and release its drafts."""
    members = [
        {
            "person": str(each.person),
            "role": each.role,
            "since": each.since.isoformat(),
            "until": each.until.isoformat() if each.until else None,
        }
        for each in heard.members
    ]
    values = {"id": heard.case_id, "revision": heard.revision, "members": members}
    keep_higher(session, CaseMembers.metadata.tables["case_members"], "id", values)


def publish_released(session: Session, row: Any) -> None:
    """The moment of a publication has come: it is published if it is still released and no later one is planned."""
    found = session.get(Publication, row.publication_id, with_for_update=True)
    if found and found.state == State.SCHEDULED and not rules.waits(found.planned_at, now(session)):
        make_public(session, found)
