"""What a referral says, and what follows from it: possible routes and clocks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pprg_shared.profile import Criterion, Deadline, Profile
from pprg_triage import rules
from pprg_triage.projections.case import Whole


@dataclass(frozen=True)
class Told:
    """What triage alone sees of a case: how the criteria were answered, the routes that are open, and the clocks."""

    answers: Sequence[tuple[Criterion, str, str]]
    routes: Sequence[rules.Route]
    deadlines: Sequence[Deadline]


def told_of(found: Whole, profile: Profile, today: date) -> Told:
    """Weigh what was told of a case, as far as it is known today."""
    routes = rules.routes(profile, found.content, today)
    open_routes = {each.code for each in routes if each.strength != rules.NOT_RULED_OUT} | set(
        found.case.routes.split()
    )
    open_routes |= {each.route for each, _ in found.decisions if each.ratified_on and each.outcome == rules.MET}
    open_routes |= rules.begun(profile, found.facts)
    running = rules.clocks(profile, open_routes, found.facts, rules.answered_yes(found.content))
    answers = [
        (profile.criteria[each["criterion"]], each["reply"], each["evidence"])
        for each in found.content["criteria"]
        if each["criterion"] in profile.criteria
    ]
    if found.closing:
        running = [each for each in running if each.ended]
    return Told(answers, routes, running)
