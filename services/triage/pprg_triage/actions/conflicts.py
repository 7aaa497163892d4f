"""What does not agree in a chronology: kept as it is found, and settled by the office."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from pprg_shared.actor import Actor, Done
from pprg_shared.database import now, seal, unseal
from pprg_shared.errors import NotThere, Refused
from pprg_triage import rules
from pprg_triage.actions.access import case_of
from pprg_triage.models import Conflict, ConflictRow


def keep_conflicts(session: Session, case_id: UUID, found: Sequence[rules.Conflict]) -> None:
    """Keep what was found; what is known already keeps how it stands, and what is gone goes unless it was settled."""
    known: dict[str, list[Conflict]] = defaultdict(list)
    for one in session.scalars(select(Conflict).where(Conflict.case_id == case_id).order_by(Conflict.id)):
        known[unseal(session, one, "content")["mark"]].append(one)
    rows: list[dict[str, Any]] = []
    stale: list[UUID] = []
    there = _rows_of(session, case_id)
    for each in found:
        if same := known[each.mark]:
            kept = same.pop()
            if there.get(kept.id) == [row.row for row in each.entries]:
                continue
            stale.append(kept.id)
        else:
            kept = Conflict(id=uuid4(), case_id=case_id, kind=each.kind, day=each.entries[0].when.value)
            about = {"about": each.about, "mark": each.mark, "history": []}
            kept.content = seal(session, kept, "content", about)
            session.add(kept)
        rows += [{"conflict_id": kept.id, "place": n, "row_id": row.row} for n, row in enumerate(each.entries)]
    gone = [one for some in known.values() for one in some if one.state == "open"]
    for one in gone:
        session.delete(one)
    session.flush()
    stale += [one.id for one in gone]
    for first in range(0, len(stale), MANY):
        session.execute(delete(ConflictRow).where(ConflictRow.conflict_id.in_(stale[first : first + MANY])))
    if rows:
        session.execute(insert(ConflictRow), rows)


def _rows_of(session: Session, case_id: UUID) -> dict[UUID, list[UUID]]:
    """The rows that each conflict of a case is about, in their order."""
    there: dict[UUID, list[UUID]] = defaultdict(list)
    mine = ConflictRow.conflict_id.in_(select(Conflict.id).where(Conflict.case_id == case_id))
    ordered = select(ConflictRow.conflict_id, ConflictRow.row_id).where(mine)
    for number, row in session.execute(ordered.order_by(ConflictRow.conflict_id, ConflictRow.place)):
        there[number].append(row)
    return there


#: So many ids go with one statement.
MANY = 500


def conflict_of(session: Session, case_id: UUID, conflict_id: UUID, *, alone: bool = False) -> Conflict:
    """Something to look at in this case, or NotThere."""
    conflict = session.get(Conflict, conflict_id, with_for_update=alone)
    if conflict is None or conflict.case_id != case_id:
        raise NotThere
    return conflict


def settle_conflict(
    session: Session, actor: Actor, *, case_id: UUID, conflict_id: UUID, state: str, note: str = ""
) -> Done:
    """Say how something stands: explained, left as it is, or to be looked at again; the rows stay as they were sent."""
    case = case_of(session, actor, case_id, "settle")
    conflict = conflict_of(session, case_id, conflict_id, alone=True)
    if problem := rules.settling_problem(state, note):
        raise Refused(problem, "note")
    conflict.state = state
    conflict.settled_by, conflict.settled_at = (None, None) if state == "open" else (actor.person, now(session))
    content = unseal(session, conflict, "content")
    content["history"].append({"state": state, "note": note, "by": str(actor.person), "at": now(session).isoformat()})
    conflict.content = seal(session, conflict, "content", content)
    return Done(f"/cases/{case.id}/conflicts", case.reference, str(case.id))
