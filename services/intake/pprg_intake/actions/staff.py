"""Who the members of staff are whom an agency names by role: kept apart from its return, for the office alone."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from pprg_intake.actions import request_of
from pprg_intake.models import Request, StaffList
from pprg_shared.actor import Actor, Done
from pprg_shared.boxes import publish
from pprg_shared.database import seal, today, unseal
from pprg_shared.errors import Refused
from pprg_shared.events.intake import StaffNamed, Worker


def name_staff(session: Session, actor: Actor, *, request_id: UUID, staff: list[dict[str, str]]) -> Done:
    """Keep the whole list in place of the one before it, and say it; it can be sent before and after the return."""
    request = request_of(session, actor, request_id, alone=True)
    known = session.get(StaffList, request.id)
    if known is None and not staff:
        raise Refused("List at least one member of staff, or close this page.", "staff")
    kept = known or StaffList(id=request.id, revision=0)
    kept.named_on, kept.count, kept.revision = today(session), len(staff), kept.revision + 1
    kept.content = seal(session, kept, "content", staff)
    session.add(kept)
    said = StaffNamed(
        request_id=request.id,
        case_id=request.case_id,
        reference=request.reference,
        agency=request.agency,
        named_on=kept.named_on,
        revision=kept.revision,
        staff=[Worker(**each) for each in staff],
    )
    publish(session, said)
    return Done(f"/requests/{request.id}", request.reference, str(request.case_id))


def staff_list(session: Session, request: Request) -> StaffList | None:
    """The list of a request, if its agency has sent one."""
    return session.get(StaffList, request.id)


def staff_of(session: Session, request: Request) -> list[dict[str, Any]]:
    """Whom an agency has listed for a request."""
    known = staff_list(session, request)
    return list(unseal(session, known, "content")) if known else []
