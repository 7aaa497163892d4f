"""What every action about a case begins and ends with."""

from uuid import UUID

from sqlalchemy.orm import Session

from pprg_shared.acting import Done
from pprg_shared.errors import NotThere
from pprg_triage.models import Case


def case_of(session: Session, case_id: UUID, *, alone: bool = False) -> Case:
    """A case, or NotThere; `alone`, so that whoever else acts on it waits until this transaction ends."""
    case = session.get(Case, case_id, with_for_update=alone)
    if case is None:
        raise NotThere
    return case


def done(case: Case) -> Done:
    """Back to the case."""
    return Done(f"/cases/{case.id}", case.reference, str(case.id))
