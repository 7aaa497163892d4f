"""What an agency sent before, for whoever corrects it: read from its last answer, which stays as it was."""

from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from pprg_intake import rules
from pprg_intake.models import Draft, Request, Submission
from pprg_shared.calendar import short
from pprg_shared.database import seal, today, unseal
from pprg_shared.errors import NotThere, Refused


def last_sent(session: Session, request: Request) -> Submission | None:
    """The newest answer to a request, if there is any."""
    newest = select(Submission).where(Submission.request_id == request.id).order_by(Submission.revision.desc())
    return session.scalar(newest.limit(1))


def answers_of(session: Session, sent: Submission) -> dict[str, Any]:
    """What was said in an answer, under the names of its form."""
    said: dict[str, Any] = unseal(session, sent, "content")
    return said


def drafted_rows(session: Session, request: Request) -> list[dict[str, str]]:
    """The rows that are uploaded for a request and not sent yet; raises NotThere for none."""
    draft = session.scalar(select(Draft).where(Draft.request_id == request.id))
    if draft is None:
        raise NotThere
    rows: list[dict[str, str]] = unseal(session, draft, "content")
    return rows


def draft_again(session: Session, request: Request) -> None:
    """A return is queried: what came with it as a file waits as it did before it was sent, to be changed or not."""
    sent = last_sent(session, request)
    rows = rules.split(answers_of(session, sent))[1] if sent else ()
    if rows and session.scalar(select(Draft.id).where(Draft.request_id == request.id)) is None:
        draft = Draft(id=uuid4(), request_id=request.id, uploaded_on=today(session), count=len(rows))
        draft.content = seal(session, draft, "content", rows)
        session.add(draft)


def refuse_the_same(session: Session, request: Request, said: dict[str, Any]) -> None:
    """Raises Refused for a correction that says what the return said that was queried."""
    sent = last_sent(session, request) if request.state == rules.QUERIED else None
    if sent and sent.kind == "return" and rules.changes_nothing(answers_of(session, sent), said):
        raise Refused(
            f"Nothing has changed since your agency sent this on {short(sent.submitted_on)}. Change what the "
            "coordinator asks about. If it is right as it stands, say so in your summary, or at the event."
        )
