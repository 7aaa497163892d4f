"""Which routes the answers of a referral leave open, and why; the group decides, never this."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from pprg_shared.partial_dates import NotADate, PartialDate, parse
from pprg_shared.profile import (
    Answer,
    Possible,
    Profile,
    Reply,
    Subject,
    routes_of_people,
)

#: How a reason calls somebody: by no name.
CALLED: Mapping[str, str] = {"child": "child", "unborn": "unborn child", "adult": "adult"}
CERTAIN, POSSIBLE, NOT_RULED_OUT = "certain", "possible", "not_ruled_out"


@dataclass(frozen=True)
class Route:
    """A route that may be taken: how much speaks for it, under which power or duty, and the reason in words."""

    code: str
    name: str
    duty: str
    decided: str
    strength: str
    reason: str
    tell: str


def routes(profile: Profile, content: Mapping[str, Any], today: date) -> list[Route]:
    """The routes that are open, the certain before the possible; a reason never quotes evidence or names anybody.

    Of several people each is weighed alone, and a reason that does not hold for all of them says for whom it does.
    """
    incident = _read(content["incident_on"], today)
    people = [_subject(each, incident, today) for each in content["subjects"] if each["kind"]]
    given = {each["criterion"]: Answer(Reply(each["reply"])) for each in content["criteria"]}
    weighed = routes_of_people(profile, given, people)
    found = [_route(each, _whom(places, people) if len(places) < len(people) else "") for each, places in weighed]
    return sorted(found, key=lambda each: (CERTAIN, POSSIBLE, NOT_RULED_OUT).index(each.strength))


def _subject(about: Mapping[str, Any], incident: PartialDate | None, today: date) -> Subject:
    """One person: the kind, as much of the age as the dates say, and whether a date of death is known."""
    least, most = _ages(_read(about["born"], today), incident)
    died = _read(about.get("died_on", ""), today) is not None
    return Subject(cast("Any", about["kind"]), least, most, died=died)


def _whom(places: Sequence[int], people: Sequence[Subject]) -> str:
    """`the adult`; `child 1 and child 3` where there are several of a kind, in the order of the referral."""
    words = []
    for place in places:
        kind = people[place].kind
        alike = [number for number, each in enumerate(people) if each.kind == kind]
        words.append(f"{CALLED[kind]} {alike.index(place) + 1}" if len(alike) > 1 else f"the {CALLED[kind]}")
    return " and ".join(words)


def _read(text: str, today: date) -> PartialDate | None:
    try:
        return parse(text, today=today) if text else None
    except NotADate:
        return None


def _ages(born: PartialDate | None, incident: PartialDate | None) -> tuple[int | None, int | None]:
    """The least and the greatest age in years at the incident that the dates leave; none of who was not born yet."""
    if not born or not incident:
        return None, None
    least, most = _years(born.until, incident.value), _years(born.value, incident.until)
    return (max(least, -1), most) if most >= 0 else (None, None)


def _years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _route(found: Possible, whom: str) -> Route:
    said = [each for each in (*found.because, *found.unsure) if each.ages is None]
    strength = CERTAIN if found.certain else POSSIBLE if said else NOT_RULED_OUT
    about, mandate = found.route, found.mandate
    return Route(about.code, about.name, mandate.duty, about.decided, strength, found.words(whom), about.tell)
