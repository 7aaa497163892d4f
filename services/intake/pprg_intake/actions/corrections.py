"""What an agency sent before, for whoever corrects it: read from its last answer, which stays as it was."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pprg_intake import rules
from pprg_intake.actions import drafts
from pprg_intake.models import Request, Submission
from pprg_shared.calendar import short
from pprg_shared.database import unseal
from pprg_shared.errors import Refused


def last_sent(session: Session, request: Request) -> Submission | None:
    """The newest answer to a request, if there is any."""
    newest = select(Submission).where(Submission.request_id == request.id).order_by(Submission.revision.desc())
    return session.scalar(newest.limit(1))


def answers_of(session: Session, sent: Submission) -> dict[str, Any]:
    """What was said in an answer, under the names of its form."""
    said: dict[str, Any] = unseal(session, sent, "content")
    return said


def draft_again(session: Session, request: Request) -> None:
    """A return is queried: what came with it as a file waits as it did before it was sent, to be changed or not."""
    sent = last_sent(session, request)
    rows = rules.split(answers_of(session, sent))[1] if sent else ()
    if rows and drafts.draft_of(session, request) is None:
        drafts.lay_down(session, request, rows)


def refuse_the_same(session: Session, request: Request, said: dict[str, Any]) -> None:
    """Raises Refused for a correction that says what the return said that was queried."""
    sent = last_sent(session, request) if request.state == rules.QUERIED else None
    if sent and sent.kind == "return" and rules.changes_nothing(answers_of(session, sent), said):
        raise Refused(
            f"Nothing has changed since your agency sent this on {short(sent.submitted_on)}. Change what the "
            "coordinator asks about. If it is right as it stands, say so in your summary, or at the event."
        )
