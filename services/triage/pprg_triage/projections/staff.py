"""Who the members of staff are whom agencies name by role."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from pprg_shared.database import unseal
from pprg_triage.models import StaffList


@dataclass(frozen=True)
class Named:
    """Whom one agency has named, and when; each with what the return calls them, their name and their role."""

    agency: str
    named_on: date
    staff: list[dict[str, str]]


def named_staff(session: Session, case_id: UUID) -> list[Named]:
    """Whom the agencies of a case have named; one that took its list back is not among them."""
    rows = session.scalars(select(StaffList).where(StaffList.case_id == case_id).order_by(StaffList.agency))
    found = [Named(each.agency, each.named_on, unseal(session, each, "content")) for each in rows]
    return [each for each in found if each.staff]
