"""Who may do what at the publisher: drafts of a case are for the office and for whoever is a member of the case."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pprg_shared.access import EVERY, NO_MATTER, THEIRS, Relation, Table, allows, open_to

OFFICE = frozenset({"coordinator", "deputy"})
#: A review from a list belongs to no case.
_OFFICE = open_to(OFFICE, EVERY | NO_MATTER)
_SECOND = _OFFICE | open_to({"chair"}, THEIRS | NO_MATTER)
TABLE: Table = {
    "publish": _OFFICE,
    "release": _SECOND,
    "reopen": _SECOND,
    "withdraw": _OFFICE,
}
INTEREST = "interest"


def may(roles: Iterable[str], verb: str, relation: Relation = Relation.NO_MATTER) -> bool:
    """Whether somebody with these roles may do this to a publication that they are so related to."""
    return allows(TABLE, roles, verb, relation)


@dataclass(frozen=True)
class Tie:
    """What ties a person to the case of a publication, from when and until before when."""

    role: str
    since: datetime
    until: datetime | None

    def holds(self, at: datetime) -> bool:
        """Whether it does at this moment."""
        return self.since <= at and (self.until is None or at < self.until)


def relation(ties: Iterable[Tie], at: datetime) -> Relation:
    """What somebody has to do with the case of a publication at a moment; an interest outweighs the rest."""
    held = {each.role for each in ties if each.holds(at)}
    if INTEREST in held:
        return Relation.CLOSED
    return Relation.THEIRS if held else Relation.OTHERS
