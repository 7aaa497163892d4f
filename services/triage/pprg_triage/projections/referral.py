"""What a referral says, and what follows from it: possible routes and clocks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from pprg_shared.profile import Criterion, Deadline, Profile
from pprg_triage import rules
from pprg_triage.actions import known_days
from pprg_triage.models import Case


@dataclass(frozen=True)
class Told:
    """What triage alone sees of a case: how the criteria were answered, the routes that are open, and the clocks."""

    answers: Sequence[tuple[Criterion, str, str]]
    routes: Sequence[rules.Route]
    deadlines: Sequence[Deadline]


def told_of(session: Session, case: Case, content: dict[str, Any], profile: Profile, today: date) -> Told:
    """Weigh what was told of a case, as far as it is known today."""
    found = rules.routes(profile, content, today)
    open_routes = {each.code for each in found if each.strength != rules.NOT_RULED_OUT} | set(case.routes.split())
    running = rules.clocks(profile, open_routes, known_days(session, case))
    answers = [
        (profile.criteria[each["criterion"]], each["reply"], each["evidence"])
        for each in content["criteria"]
        if each["criterion"] in profile.criteria
    ]
    return Told(answers, found, running)
