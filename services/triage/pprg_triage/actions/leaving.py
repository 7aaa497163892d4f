"""Leaving: what somebody can hold no more of what tied them to cases ends, and the office sees it."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from pprg_shared.database import now
from pprg_triage import rules
from pprg_triage.actions.handing import LEAD, STAND_IN, free_deputies, left_the_office
from pprg_triage.actions.members import tell_office
from pprg_triage.actions.ties import agency_of, roles_of, say_members, tie, ties_of, untie, why_lost
from pprg_triage.models import Case, Tie

#: What stands on the first page of the office when such a role ends, each once a case.
TOLD = {"reviewer": "no-reviewer", "ratifier": "no-ratifier", "member": "no-member"}


def end_memberships(session: Session, person: UUID) -> None:
    """End each role in a case, today or later, that somebody with the roles they have now cannot hold."""
    at, roles = now(session), roles_of(session, person)
    held = (Tie.person_id == person, or_(Tie.until.is_(None), Tie.until > at))
    chosen = select(Case, Tie).join(Tie, Tie.case_id == Case.id).where(*held).with_for_update(of=Case)
    rows = session.execute(chosen.order_by(Case.reference, Tie.since, Tie.id)).all()
    for case, group in groupby(rows, key=itemgetter(0)):
        ties = [found for _, found in group]
        lost = rules.lost(roles, {each.role for each in ties})
        if gone := [each for each in ties if each.role in lost]:
            _end(session, case, gone, person, at)


def _end(session: Session, case: Case, gone: Sequence[Tie], person: UUID, at: datetime) -> None:
    absences = [(max(each.since, at), each.until) for each in gone if each.role == STAND_IN]
    untie(session, gone, because=why_lost(session, person))
    for role, kind in TOLD.items():
        if any(each.role == role for each in gone):
            tell_office(session, case.id, kind, agency_of(session, person))
    for since, until in absences:
        _stand_in_instead(session, case, person, since, until)
    say_members(session, case)


def _stand_in_instead(session: Session, case: Case, person: UUID, since: datetime, until: datetime | None) -> None:
    """A deputy who does not lead the case stands in for the rest of an absence; without one the office is told."""
    leads = {each.person_id for each in ties_of(session, case.id) if each.role == LEAD}
    if free := [each for each in free_deputies(session, case, person) if each not in leads]:
        tie(session, case.id, free[0], STAND_IN, left_the_office(session, person), since=since, until=until)
        tell_office(session, case.id, "stand-in", agency_of(session, free[0]))
    else:
        tell_office(session, case.id, "no-stand-in", agency_of(session, person))
