"""What happened in a case that clocks count from and end with, how each of them stands, and which one binds."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pprg_shared.calendar import BeyondHorizon, short, working_days_between
from pprg_shared.profile import (
    DECIDED,
    PLANNED,
    PUBLISHED,
    SUBMIT,
    Clock,
    Deadline,
    OfRoutes,
    Profile,
    deadline,
    deadlines,
)
from pprg_triage.rules.clocks import starts_clock
from pprg_triage.rules.closing import CLOSED
from pprg_triage.rules.decisions import MET as CRITERIA_MET
from pprg_triage.rules.decisions import UNDECIDED
from pprg_triage.rules.routes import NOT_RULED_OUT, routes

RECEIVED, RETURNED, GROUP_MET = "referral_received", "returned", "met"
COPIES_SENT = "copies_sent"
ACKNOWLEDGED, SCREENED, TOLD = "acknowledged", "screened", "outcome_sent"
#: The letters by which a referrer is told that the referral has come, and what was decided.
RECEIPT_LETTER, OUTCOME_LETTER = "referral_received", "outcome_to_referrer"
#: What rows of a case tell by themselves; all else somebody notes.
BY_THEMSELVES = (RECEIVED, DECIDED, PLANNED, PUBLISHED, RETURNED, GROUP_MET)
#: What is watched where nothing has to be done any more.
NOTHING_BINDS = ""


@dataclass(frozen=True)
class Ratified:
    """A decision that was ratified."""

    route: str
    outcome: str
    on: date


@dataclass(frozen=True)
class Public:
    """A publication that everybody can read: the route whose decision it came from, if that is known, and its type."""

    route: str
    type: str
    on: date


@dataclass(frozen=True)
class Facts:
    """When what happened that clocks count from and end with: in the case by trigger, and on one route alone.

    `against` are the routes whose criteria were found not to be met.
    """

    days: Mapping[str, date]
    of_routes: OfRoutes = field(default_factory=dict)
    against: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Watch:
    """The clock that binds by its code, None for that of a rapid review; `waits` while its day 0 is not known."""

    code: str | None
    due: date | None = None
    waits: bool = False


def facts_of(
    profile: Profile,
    noted: Mapping[str, date],
    known: Mapping[str, date | None],
    ratified: Sequence[Ratified],
    letters: Iterable[date],
    public: Sequence[Public] = (),
) -> Facts:
    """What people noted, what rows tell (which goes before it), and what was decided and told to the referrer.

    A decision that not enough is known is none. Whatever ends a clock of a route shows that the case was screened.
    What is `public` ends the clocks of its own routes; where nobody knows which these are, of all that are decided.
    """
    days = {**noted, **{name: day for name, day in known.items() if day}}
    noted_told = days.pop(TOLD, None)
    of_routes: dict[str, dict[str, date]] = {}
    for each, sent in zip(ratified, _told([each.on for each in ratified], letters), strict=True):
        if each.outcome == UNDECIDED:
            continue
        told = sent or (noted_told if noted_told and noted_told >= each.on else None)
        of_routes[each.route] = {DECIDED: each.on} | ({TOLD: told} if told else {})
    done = {each.ends or "" for each in profile.clocks.values() if each.route in profile.decided_routes()} | {CLOSED}
    later = [days[name] for name in done & set(days)] + [each.on for each in ratified]
    if later and SCREENED not in days:
        days[SCREENED] = min(later)
    published = days.pop(PUBLISHED, None)
    went = list(public) or ([Public("", "", published)] if published else [])
    for publication in went:
        for route in routes_of(profile, publication) or set(of_routes):
            of_routes.setdefault(route, {}).setdefault(PUBLISHED, publication.on)
    if went and not of_routes:
        days[PUBLISHED] = went[0].on
    against = {each.route for each in ratified if each.outcome not in {CRITERIA_MET, UNDECIDED}}
    return Facts(days, of_routes, frozenset(against))


def routes_of(profile: Profile, public: Public) -> set[str]:
    """The routes that a publication is about: that of its decision, and those on which its type is published."""
    of_type = {
        each for each in profile.decided_routes() if public.type and profile.routes[each].publishes == public.type
    }
    return of_type | ({public.route} if public.route else set())


def _told(decided: Sequence[date], letters: Iterable[date]) -> list[date | None]:
    """When the referrer was told of each decision, in their order: by the first letter since that was for no other."""
    left, told = sorted(letters), list[date | None]()
    for day in decided:
        sent = next((each for each in left if each >= day), None)
        told.append(sent)
        if sent:
            left.remove(sent)
    return told


def returned_on(asked: int, waiting: int, last: date | None, waived: date | None = None) -> date | None:
    """The day on which the last return came in, once no agency is waited for; without any, that of the last waiver."""
    return (last or waived) if asked and not waiting else None


def clocks(profile: Profile, open_routes: Collection[str], facts: Facts, yes: Collection[str]) -> list[Deadline]:
    """The clocks of the routes that are open, with their working or what they wait for, and when they ended.

    `yes` are the criteria that were answered so: a clock that hangs on another does not run.
    """
    found = deadlines(profile, sorted(open_routes), facts.days, facts.of_routes)
    return [each for each in found if each.clock.criterion is None or each.clock.criterion in yes]


def answered_yes(content: Mapping[str, Any]) -> set[str]:
    """The criteria that were answered with yes."""
    return {each["criterion"] for each in content["criteria"] if each["reply"] == "yes"}


def clock_of(profile: Profile, code: str, facts: Facts) -> Deadline:
    """One clock of a case; where it runs for several decisions the first that has not ended."""
    own = clocks(profile, {profile.clocks[code].route or ""}, facts, profile.criteria)
    mine = [each for each in own if each.clock.code == code]
    return next((each for each in mine if each.ended is None), mine[-1])


def decide_by(profile: Profile, route: str, facts: Facts) -> date | None:
    """The last day on which a route has to be decided, where a clock says so and what it counts from has happened."""
    code = profile.routes[route].decide_by
    return deadline(profile, code, facts.days).due if code else None


def clock_state(deadline: Deadline, today: date) -> str:
    """How a clock stands: it `waits` for its day 0, `runs`, or its day has `passed` and what ends it did not happen.

    It was `met` or `met_late`, or has `ended` though its day 0 is not known. What nothing ends is `over` by itself.
    """
    if deadline.ended:
        return "ended" if deadline.due is None else "met" if deadline.ended <= deadline.due else "met_late"
    if deadline.due is None:
        return "waits"
    if deadline.due >= today:
        return "runs"
    return "passed" if deadline.clock.ends else "over"


def days_late(deadline: Deadline) -> int | None:
    """How many working days after its last day a clock was met; None where it was in time or nobody can count them."""
    if not deadline.ended or deadline.due is None or deadline.ended <= deadline.due:
        return None
    try:
        return working_days_between(deadline.due, deadline.ended)
    except BeyondHorizon:
        return None


def ended_words(deadline: Deadline) -> str:
    """How it was met: `on Tue 21 Apr 2026`, `2 working days late, on Thu 23 Apr 2026`; empty while it has not ended."""
    if not deadline.ended:
        return ""
    on = f"on {short(deadline.ended)}"
    if deadline.due is None or deadline.ended <= deadline.due:
        return on
    late = days_late(deadline)
    return f"{late} working day{'' if late == 1 else 's'} late, {on}" if late else f"late, {on}"


def clock_to_watch(
    profile: Profile, content: Mapping[str, Any], named: Sequence[str], facts: Facts, today: date
) -> Watch:
    """The clock that binds: that of a rapid review while one is possible and its report is owed.

    Else, of the routes that are possible or were named, and that the group decides on, the profile's first clock counts
    and every one that is not local, as long as it has not ended: of these the one that is due first; before anything
    was decided that of the likeliest route, though it waits. Without any it is the first of those of every case, and of
    those that count from the receipt the longest.
    Once what was learnt on a route is published its clocks bind no more; where nothing was decided none does, nor where
    the case was closed without a review.
    """
    if {PUBLISHED, CLOSED} & set(facts.days):
        return Watch(NOTHING_BINDS)
    ended = {route for route, days in facts.of_routes.items() if PUBLISHED in days}
    good = content.get("reason_kind") == "good_outcome"
    found = [each.code for each in routes(profile, content, today) if not (good and each.strength == NOT_RULED_OUT)]
    possible = [each for each in (*found, *named, *started(profile, facts)) if each in profile.decided_routes()]
    possible = [each for each in possible if each not in ended]
    sent = (profile.clocks[SUBMIT].ends or "") in facts.days
    if profile.clocks[SUBMIT].route in possible and not sent and _must_go(profile, facts):
        return Watch(None)
    stand = clocks(profile, set(possible), facts, answered_yes(content))
    left = [each for each in stand if each.ended is None and each.clock.ends]
    decided = bool(facts.of_routes) or sent
    own = [each for each in left if _binds(profile, each.clock, set(possible) - facts.against)]
    own = [each for each in own if each.due or not decided]
    own.sort(key=lambda each: (each.due or date.max, possible.index(each.clock.route or "")))
    of_every_case = [each for each in left if each.clock.route is None and each.due and each.clock.trigger != RECEIVED]
    of_every_case = [each for each in of_every_case if each.route not in ended]
    screening = [each for each in stand if each.clock.trigger == RECEIVED and each.due][-1:]
    chosen = next(iter([*own, *of_every_case, *(each for each in screening if each.ended is None)]), None)
    if chosen is None:
        return Watch(NOTHING_BINDS)
    return Watch(chosen.clock.code, chosen.due, waits=chosen.day0 is None)


def started(profile: Profile, facts: Facts) -> list[str]:
    """The routes of which a decision has started the review, be it one on another route."""
    begun = {each for route in profile.routes.values() for each in route.starts.values()} & set(facts.days)
    return [each.route for each in profile.clocks.values() if each.trigger in begun and each.route]


def begun(profile: Profile, facts: Facts) -> set[str]:
    """The routes whose clocks are shown, whatever was answered: what was started, and a rapid review once notified."""
    rapid = profile.clocks[SUBMIT].route if starts_clock(profile) in facts.days else None
    return {*started(profile, facts), *filter(None, [rapid])}


def _must_go(profile: Profile, facts: Facts) -> bool:
    """Whether the report of a rapid review is owed: after a notification, else until the group decides otherwise."""
    route = profile.clocks[SUBMIT].route or ""
    decided = route in facts.of_routes if facts.of_routes else True
    return starts_clock(profile) in facts.days or (decided and route not in facts.against)


def _binds(profile: Profile, clock: Clock, possible: Collection[str]) -> bool:
    """Whether a clock of a route binds: the profile's first one, and each that the group has not set for itself."""
    first = next(code for code, each in profile.clocks.items() if each.route == clock.route)
    return clock.route in possible and (clock.code == first or clock.authority != "local")


def notable(profile: Profile) -> dict[str, str]:
    """Words by code of what somebody may note: all that a clock counts from or ends with and no row tells."""
    used = {each for clock in profile.clocks.values() for each in (clock.trigger, clock.ends)}
    return {code: words for code, words in profile.triggers.items() if code in used and code not in BY_THEMSELVES}


def taking_back_problem(profile: Profile, trigger: str, noted: Collection[str]) -> str | None:
    """Why a day cannot be taken back, or None: what was sent under its reference since must be taken back first."""
    needing = [each.ends for each in profile.clocks.values() if each.needs_reference_of == trigger]
    sent = next((each for each in needing if each in noted), None)
    if sent is None:
        return None
    return f"The {profile.triggers[sent]} was noted under the reference of this. Take that back first"


def reference_problem(profile: Profile, trigger: str, references: Mapping[str, str]) -> str | None:
    """Why this cannot be noted yet, or None: what has a reference by then must have been noted with it.

    `references` are those of what was noted, empty where none was given.
    """
    needed = [each.needs_reference_of for each in profile.clocks.values() if each.ends == trigger]
    missing = next((each for each in needed if each and not references.get(each)), None)
    return f"Note the {profile.triggers[missing]} with its reference first" if missing else None
