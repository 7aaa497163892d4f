"""When the group may meet, and when it was quorate."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from uuid import UUID

from pprg_shared.calendar import LONDON, horizon, is_working_day, london, london_date, short

#: States of a meeting.
CALLED, CANCELLED, HELD = "called", "cancelled", "held"


@dataclass(frozen=True)
class When:
    """When and where the group meets, London time."""

    day: date
    starts: time
    ends: time
    place: str


@dataclass(frozen=True)
class Gathering:
    """Whom a meeting brings together, who else may be there, and the members of the group: names by id."""

    invited: Mapping[str, str]
    others: Mapping[str, str]
    members: Mapping[str, str]


@dataclass(frozen=True)
class Together:
    """A sitting of the group that a case can join, and the cases that it is about, as far as the reader may know."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    place: str
    references: Sequence[str]

    @property
    def when(self) -> When:
        """When and where it is."""
        starts, ends = self.starts_at.astimezone(LONDON), self.ends_at.astimezone(LONDON)
        return When(starts.date(), starts.time(), ends.time(), self.place)


@dataclass(frozen=True)
class Offer:
    """When the group can meet about a case, and the cases about which it meets then anyway."""

    when: When
    references: Sequence[str] = ()
    #: Whether the group meets then as a rule.
    standing: bool = False


def offers(standing: Sequence[When], sittings: Sequence[Together]) -> dict[str, Offer]:
    """What a case can be heard at, in time order, by what names it in a form: its day, or the sitting that it joins."""
    found = {each.day.isoformat(): Offer(each, standing=True) for each in standing}
    for each in sittings:
        name = next((name for name, offer in found.items() if _same(offer.when, each.when)), str(each.id))
        found[name] = replace(found.get(name, Offer(each.when)), references=each.references)
    return dict(sorted(found.items(), key=lambda each: (each[1].when.day, each[1].when.starts, each[0])))


def _same(one: When, other: When) -> bool:
    return (one.day, one.starts) == (other.day, other.starts) and same_place(one.place, other.place)


def same_place(one: str, other: str) -> bool:
    """Whether two people have written down the same place."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def still_to_come(dates: Sequence[date], starts: time, now: datetime) -> list[date]:
    """The standing dates whose meeting has not begun yet."""
    return [each for each in dates if london(each, starts) > now]


def meeting_problem(starts: datetime, ends: datetime, now: datetime, due: date) -> tuple[str, str] | None:
    """Why the group cannot meet then and which of `day`, `starts` and `ends` is to blame, or None when it can.

    A clock that has run out forbids nothing: a late meeting is better than none.
    """
    day, today = london_date(starts), london_date(now)
    if starts <= now:
        return "The meeting must lie in the future", "starts" if day == today else "day"
    if ends <= starts:
        return "The meeting must end after it starts", "ends"
    if day > due >= today:
        return f"The meeting must be inside the clock: on {short(due)} at the latest", "day"
    if day.year > horizon():
        return f"No bank holidays are known for {day.year} yet: choose an earlier day", "day"
    if not is_working_day(day):
        return f"{short(day)} is not a working day", "day"
    return None


def outside_clock(due: date, *, begun: bool, meets_on: date | None, answers: Collection[date]) -> list[str]:
    """What lies after the last day of a rapid review, in words that say what to do: the meeting, and answers awaited.

    Before its clock has begun that day is the one which it would have if it counted from the day of receipt.
    """
    clock = f"the last day of the rapid review, {short(due)}"
    if not begun:
        clock = f"{short(due)}, the last day of the rapid review if it counted from the day of receipt"
    late = sum(each > due for each in answers)
    found = [f"The meeting on {short(meets_on)} lies after {clock}. Move it"] if meets_on and meets_on > due else []
    if late:
        asked = "1 agency may answer" if late == 1 else f"{late} agencies may answer"
        found.append(f"{asked} after {clock}. Give another day")
    return [f"{each}, unless that is meant." for each in found]


def held_problem(held_on: date | None, received_on: date, today: date) -> str | None:
    """Why a meeting cannot have been held on that day, or None when it can."""
    if held_on is None:
        return "No meeting is called: enter the day on which the group met"
    if held_on > today:
        return f"{short(held_on)} has not come yet: enter the day on which the group met"
    if held_on < received_on:
        return f"The referral was received on {short(received_on)}: the group cannot have met about it before"
    return None


def quorum_missing(present: Collection[str], quorum: Sequence[str]) -> list[str]:
    """The kinds of agency without which the group decides nothing and that nobody was there for."""
    return [each for each in quorum if each not in present]


def stand_in_problem(
    stand_ins: Mapping[str, str], there: Collection[str], members: Collection[str], kinds: Mapping[str, str]
) -> str | None:
    """Why people who were there cannot have stood in for these members, or None when they can.

    `kinds` says of which kind of agency people are: who stands in for a member speaks for the same kind.
    """
    if len(set(stand_ins.values())) < len(stand_ins):
        return "Only one person can stand in for a member"
    for person, member in stand_ins.items():
        if person in members:
            return "A member stands in for nobody. Choose “Nobody”"
        if member not in members:
            return "Choose the member for whom somebody stood in from the list"
        if member in there:
            return "Nobody stands in for a member who was there. Choose “Nobody”, or take the member out"
        if kinds.get(person) != kinds.get(member):
            return "Who stands in for a member must belong to the same kind of agency. Choose “Nobody”"
    return None
