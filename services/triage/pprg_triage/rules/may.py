"""Who may do what in triage, and what ties a person to a case: need-to-know, case by case."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta

from pprg_shared.access import (
    EVERY,
    INTEREST,
    READABLE,
    THEIRS,
    Relation,
    Relations,
    Table,
    Tie,
    allows,
    open_to,
)
from pprg_shared.access import relation as _relation
from pprg_shared.access import relations_of as _relations_of
from pprg_shared.calendar import add_working_days, countable, london, london_date

OFFICE = frozenset({"coordinator", "deputy"})
CHAIR = frozenset({"chair"})
RATIFYING = frozenset({"chair", "partner", "board-chair", "community-chair"})
#: Whoever sees a case only where something ties them to it.
GROUP = RATIFYING | {"member"}
#: Whoever may be named to a case.
READERS = OFFICE | GROUP
GOVERNANCE = frozenset({"governance"})

_OFFICE = open_to(OFFICE, EVERY)
TABLE: Table = {
    "read": _OFFICE | open_to(GROUP, READABLE),
    "names": _OFFICE | open_to(CHAIR | {"member"}, READABLE),
    "staff names": _OFFICE | open_to(GROUP, frozenset({Relation.GRANTED})),
    "who saw": _OFFICE | open_to(GOVERNANCE, EVERY),
    "find who saw": open_to(GOVERNANCE),
    "ask": _OFFICE,
    "accept": _OFFICE,
    "query": _OFFICE | open_to(CHAIR, THEIRS),
    "move": _OFFICE,
    "decline": _OFFICE,
    "waive": open_to(CHAIR, THEIRS),
    "note": _OFFICE,
    "amend": _OFFICE,
    "close": _OFFICE,
    "import": open_to(OFFICE),
    "call": _OFFICE,
    "propose": _OFFICE | open_to(CHAIR, THEIRS),
    "ratify": open_to(RATIFYING, THEIRS),
    "correct": _OFFICE,
    "announce": _OFFICE,
    "settle": _OFFICE,
    "name": _OFFICE,
    "declare": _OFFICE | open_to(GROUP, READABLE),
    "own interests": open_to(READERS),
    "hand over": open_to(OFFICE),
    "break the glass": open_to(GROUP, frozenset({Relation.OTHERS, *READABLE})),
}


def may(roles: Iterable[str], verb: str, relation: Relation = Relation.NO_MATTER) -> bool:
    """Whether somebody with these roles may do this about a case that they are so related to."""
    as_theirs = relation is Relation.GRANTED and allows(TABLE, roles, verb, Relation.THEIRS)
    return as_theirs or allows(TABLE, roles, verb, relation)


def relations_of(roles: Iterable[str], verb: str) -> Relations:
    """The relations in which somebody with these roles may do this."""
    return _relations_of(TABLE, roles, verb)


#: Roles in a case, as pages call them.
ROLES = {
    "lead": "Lead",
    "stand-in": "Stands in for the lead",
    "chair": "Chair",
    "member": "Member",
    "reviewer": "Reviewer",
    "ratifier": "Ratifies",
}
REVIEWER = "reviewer"
#: What is granted to who reviews a case: it gives no role in it, and is of no use without that one.
STAFF = "staff-names"
GRANTS = {STAFF: "Reads the names of staff"}
#: What else ties somebody to a case: an interest that they declared (INTEREST) closes it to them, breaking the glass
#: opens it.
GLASS = "glass"
GLASS_MINUTES = 60
#: How often somebody may try within so many seconds: whoever needs one case mistypes it, nobody needs ten in an hour.
GLASSES = ("glasses", 10, 3600)
#: A list of thousands of rows is read whole at each of its four steps: nobody makes ten imports in five minutes.
UPLOADS = ("uploads", 40, 300)


def relation(ties: Iterable[Tie], at: datetime) -> Relation:
    """What somebody has to do with a case at a moment, by all that ties them to it; an interest outweighs the rest."""
    held = [each for each in ties if each.holds(at)]
    found = _relation([each for each in held if each.role != STAFF], at, GLASS)
    granted = {STAFF, REVIEWER} <= {each.role for each in held}
    return Relation.GRANTED if granted and found is Relation.THEIRS else found


def window(starts: datetime, ends: datetime, notice: int, days_after: int, now: datetime) -> tuple[datetime, datetime]:
    """From when until before when those who are invited to a meeting may read: from its papers to some days after it.

    Of a year whose bank holidays are not known papers are there at once.
    """
    day = london_date(starts)
    papers = london(add_working_days(day, -notice), time()) if countable(day) else now
    return max(papers, now), after(ends, days_after)


def after(moment: datetime, days: int) -> datetime:
    """The end of the last of so many days after a moment, in London."""
    return london(london_date(moment) + timedelta(days=days + 1), time())


def absence_problem(first: date, last: date, today: date) -> tuple[str, str] | None:
    """Why nobody can stand in from one day to another, and which of them is wrong, or None when somebody can."""
    if last < first:
        return "The last day comes before the first", "last"
    return ("Choose days that lie in the future", "last") if last < today else None


def absence(first: date, last: date, now: datetime) -> tuple[datetime, datetime]:
    """From when until before when somebody stands in: whole days in London, and from now on today."""
    return max(london(first, time()), now), london(last + timedelta(days=1), time())


def naming_problem(roles: Collection[str], role: str, held: Collection[str] = ()) -> str | None:
    """Why somebody with these roles, and those held in the case, cannot have this one in it, or None when they can."""
    if not READERS & set(roles):
        return "Choose somebody of the office or the group"
    if role == STAFF and OFFICE & set(roles):
        return "The office reads the names of staff anyway. Choose who reviews the case"
    if role == STAFF and REVIEWER not in held:
        return "Only who reviews the case is granted the names of staff: name them as reviewer first"
    if not HOLDS.get(role, READERS) & set(roles):
        return CANNOT_HOLD[role]
    return None


#: Who can be, and go on, in a role in a case; in any other, and with what opens one for a time, whoever may be named.
HOLDS = {"lead": OFFICE, "stand-in": OFFICE, "chair": CHAIR, "ratifier": RATIFYING}
CANNOT_HOLD = {
    **dict.fromkeys(("lead", "stand-in"), "Choose somebody of the office: only a coordinator or deputy leads a case"),
    "chair": "Choose somebody who chairs the group",
    "ratifier": "Choose somebody who ratifies decisions",
}


def lost(roles: Collection[str], held: Collection[str]) -> set[str]:
    """Which of those held in a case somebody whose roles are now these cannot hold any more; an interest stays."""
    gone = {each for each in held if each != INTEREST and not HOLDS.get(each, READERS) & set(roles)}
    return gone | ({STAFF} & set(held) if REVIEWER in gone else set())
