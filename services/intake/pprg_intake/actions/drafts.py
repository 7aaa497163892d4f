"""A chronology that was uploaded for a request and not sent yet: laid down, found, read and forgotten."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pprg_intake import rules
from pprg_intake.models import Draft, Request
from pprg_shared.database import seal, today, unseal

#: An uploaded chronology that nobody sends is forgotten after so long, unless it was sent once and is being corrected.
KEPT = timedelta(days=30)


def draft_of(session: Session, request: Request) -> Draft | None:
    """The chronology that waits for a request, if there is one."""
    return session.scalar(select(Draft).where(Draft.request_id == request.id))


def rows_of(session: Session, draft: Draft | None) -> list[dict[str, str]]:
    """The rows of a chronology as they were uploaded; none of none."""
    rows: list[dict[str, str]] = unseal(session, draft, "content") if draft else []
    return rows


def lay_down(session: Session, request: Request, rows: Sequence[dict[str, str]]) -> None:
    """Keep rows for a request until they are sent, in place of those before them."""
    drop(session, request)
    draft = Draft(id=uuid4(), request_id=request.id, uploaded_on=today(session), count=len(rows))
    draft.content = seal(session, draft, "content", list(rows))
    session.add(draft)


def drop(session: Session, request: Request) -> None:
    """Forget what waits for a request."""
    session.execute(delete(Draft).where(Draft.request_id == request.id))


def forget_old(session: Session) -> None:
    """Forget what nobody has sent for so long that nobody will."""
    queried = select(Request.id).where(Request.state == rules.QUERIED)
    session.execute(delete(Draft).where(Draft.uploaded_on < today(session) - KEPT, Draft.request_id.not_in(queried)))
