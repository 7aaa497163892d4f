"""The clocks of a case: the due day of each with its working, or what it waits for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from pprg_shared.calendar import BeyondHorizon, Unit, Working, count
from pprg_shared.profile.clocks import PLANNED, Clock
from pprg_shared.profile.whole import Profile

#: The trigger of clocks of every case that run once for each decision.
DECIDED = "decided"
#: That of clocks that run once for each route on which something is published.
PUBLISHED = "published"
#: By route: days of what happened on that route alone.
OfRoutes = Mapping[str, Mapping[str, date]]


@dataclass(frozen=True)
class Deadline:
    """A clock of a case: with its working, waiting for its day 0, or beyond the bank holidays that are known.

    `ended` is the day on which what ends it happened; `route` names the decision that a clock of every case is about.
    """

    clock: Clock
    working: Working | None
    words: str
    day0: date | None = None
    ended: date | None = None
    route: str | None = None
    label: str = ""

    @property
    def due(self) -> date | None:
        """The last day, once it is known."""
        return self.working.due if self.working else None


def deadline(profile: Profile, code: str, dates: Mapping[str, date]) -> Deadline:
    """What a clock says when what it counts from and ends with has these dates; never raises for a date."""
    clock = profile.clocks[code]
    about: dict[str, Any] = {"day0": dates.get(clock.trigger), "ended": dates.get(clock.ends or "")}
    about |= {"route": clock.route, "label": clock.label}
    if clock.trigger not in dates:
        return Deadline(clock, None, f"waits for: {profile.triggers[clock.trigger]}", **about)
    try:
        working = count(dates[clock.trigger], clock.number, Unit(clock.unit))
    except BeyondHorizon as error:
        return Deadline(clock, None, f"cannot be counted: {error}", **about)
    return Deadline(clock, working, working.words(), **about)


def deadlines(
    profile: Profile, routes: Collection[str], dates: Mapping[str, date], of_routes: OfRoutes | None = None
) -> list[Deadline]:
    """The clocks of every case and of these routes: the dated by date, then the others in the profile's order.

    What happened on a route alone is in `of_routes`. A clock of every case that counts from the decision, or from
    publication, runs once for each.
    """
    of_routes = of_routes or {}
    found: list[Deadline] = []
    for name, each in profile.clocks.items():
        if each.route in routes:
            found.append(deadline(profile, name, {**dates, **of_routes.get(each.route or "", {})}))
        elif each.route is None:
            once_each = each.trigger in {DECIDED, PUBLISHED}
            mine = [route for route in of_routes if each.trigger in of_routes[route]] if once_each else []
            found += [_of_decision(profile, name, route, {**dates, **of_routes[route]}) for route in mine]
            found += [] if mine else [deadline(profile, name, dates)]
    return sorted(found, key=lambda each: (each.due is None, each.due or date.max))


def _of_decision(profile: Profile, code: str, route: str, dates: Mapping[str, date]) -> Deadline:
    """A clock of every case as it runs for the decision on one route."""
    found = deadline(profile, code, dates)
    name = profile.routes[route].name if route in profile.routes else route
    return replace(found, route=route, label=f"{found.label}: {name}")


def notices(profile: Profile, publication_type: str, planned: date | None) -> list[Deadline]:
    """Who must be told before something of this type is published, and by when; waiting while no day is planned."""
    routes = {code for code, each in profile.routes.items() if each.publishes == publication_type}
    clocks = [each for each in profile.clocks.values() if each.trigger == PLANNED]
    mine = [each.code for each in clocks if each.route is None or each.route in routes]
    return [deadline(profile, each, {PLANNED: planned} if planned else {}) for each in mine]
