"""The clocks of a case: the due day of each with its working, or what it waits for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from pprg_shared.calendar import BeyondHorizon, Unit, Working, count
from pprg_shared.profile.clocks import PLANNED, Clock
from pprg_shared.profile.whole import Profile


@dataclass(frozen=True)
class Deadline:
    """A clock of a case: with its working, waiting for its day 0, or beyond the bank holidays that are known."""

    clock: Clock
    working: Working | None
    words: str

    @property
    def due(self) -> date | None:
        """The last day, once it is known."""
        return self.working.due if self.working else None


def deadline(profile: Profile, code: str, dates: Mapping[str, date]) -> Deadline:
    """What a clock says when these triggers have these dates; never raises for a date."""
    clock = profile.clocks[code]
    if clock.trigger not in dates:
        return Deadline(clock, None, f"waits for: {profile.triggers[clock.trigger]}")
    try:
        working = count(dates[clock.trigger], clock.number, Unit(clock.unit))
    except BeyondHorizon as error:
        return Deadline(clock, None, f"cannot be counted: {error}")
    return Deadline(clock, working, working.words())


def deadlines(profile: Profile, routes: Collection[str], dates: Mapping[str, date]) -> list[Deadline]:
    """The clocks of every case and of these routes: the dated by date, then the others in the profile's order."""
    running = [name for name, each in profile.clocks.items() if each.route is None or each.route in routes]
    found = [deadline(profile, name, dates) for name in running]
    return sorted(found, key=lambda each: (each.due is None, each.due or date.max))


def notices(profile: Profile, publication_type: str, planned: date | None) -> list[Deadline]:
    """Who must be told before something of this type is published, and by when; waiting while no day is planned."""
    routes = {code for code, each in profile.routes.items() if each.publishes == publication_type}
    clocks = [each for each in profile.clocks.values() if each.trigger == PLANNED]
    mine = [each.code for each in clocks if each.route is None or each.route in routes]
    return [deadline(profile, each, {PLANNED: planned} if planned else {}) for each in mine]
