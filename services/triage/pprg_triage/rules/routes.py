"""Which routes the answers of a referral leave open, and why; the group decides, never this."""

from collections.abc import Mapping
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
    answers_from_subjects,
    possible_routes,
)

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
    """The routes that are open, the certain before the possible; a reason never quotes evidence."""
    found = [_route(each) for each in possible_routes(profile, _answers(profile, content, today))]
    return sorted(found, key=lambda each: (CERTAIN, POSSIBLE, NOT_RULED_OUT).index(each.strength))


def _answers(profile: Profile, content: Mapping[str, Any], today: date) -> dict[str, Answer]:
    """What the ages of the subjects answer, and what the referrer did."""
    incident = _read(content["incident_on"], today)
    subjects = [
        Subject(cast("Any", each["kind"]), _age(_read(each["born"], today), incident))
        for each in content["subjects"]
        if each["kind"]
    ]
    given = {each["criterion"]: Answer(Reply(each["reply"])) for each in content["criteria"]}
    return given | (answers_from_subjects(profile, subjects) if subjects else {})


def _read(text: str, today: date) -> PartialDate | None:
    try:
        return parse(text, today=today)
    except NotADate:
        return None


def _age(born: PartialDate | None, incident: PartialDate | None) -> int | None:
    """The age in years at the incident, if the dates leave no other."""
    if not born or not incident:
        return None
    least, most = _years(born.until, incident.value), _years(born.value, incident.until)
    return least if least == most and least >= 0 else None


def _years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _route(found: Possible) -> Route:
    said = [each for each in (*found.because, *found.unsure) if each.ages is None]
    strength = CERTAIN if found.certain else POSSIBLE if said else NOT_RULED_OUT
    about, mandate = found.route, found.mandate
    return Route(about.code, about.name, mandate.duty, about.decided, strength, found.words(), about.tell)
