"""Who may do what: verbs, the roles that each is open to, and in which relation to a thing. Pure; deny by default."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

#: Among the roles of a verb: whoever it is, also somebody who is not signed in.
EVERYBODY = "*"


class Relation(StrEnum):
    """What somebody has to do with a thing."""

    #: There is no one thing, or it is all the same whose it is.
    NO_MATTER = "no matter"
    #: It is theirs, by their agency or by name.
    THEIRS = "theirs"
    #: It is theirs, and what is kept apart of it was granted to them as well: what is open to THEIRS is open to them.
    GRANTED = "granted"
    #: It is not theirs, and was opened to them for a short time for a reason that they gave.
    OPENED = "opened"
    #: It is somebody else's.
    OTHERS = "others'"
    #: They have said that they must not see it.
    CLOSED = "closed"


Relations = frozenset[Relation]
#: Verb to role to the relations in which somebody with this role may do it.
Table = Mapping[str, Mapping[str, Relations]]

NO_MATTER = frozenset({Relation.NO_MATTER})
THEIRS = frozenset({Relation.THEIRS})
READABLE = frozenset({Relation.THEIRS, Relation.OPENED})
#: Every one that is not closed to them.
EVERY = frozenset({Relation.THEIRS, Relation.OPENED, Relation.OTHERS})


#: Routes that every service has without a verb, and why they need none.
OPEN: Mapping[str, str] = {"assets": "the program itself", "openapi": "the program itself"}


def open_to(roles: Iterable[str], relations: Relations = NO_MATTER) -> dict[str, Relations]:
    """These roles in these relations, as a row of a table holds them."""
    return dict.fromkeys(roles, relations)


def allows(table: Table, roles: Iterable[str], verb: str, relation: Relation) -> bool:
    """Whether somebody with these roles may do this to a thing so related to them; no, where nothing says yes."""
    return relation in relations_of(table, roles, verb)


def relations_of(table: Table, roles: Iterable[str], verb: str) -> Relations:
    """The relations in which somebody with these roles may do this; none where no rule names the verb or a role."""
    rule = table.get(verb, {})
    found = [rule[role] for role in {*roles, EVERYBODY} if role in rule]
    return frozenset().union(*found) if found else frozenset()


def roles_of(table: Table, verb: str) -> frozenset[str]:
    """Whoever may do this to something; none where no rule names the verb."""
    return frozenset(role for role, relations in table.get(verb, {}).items() if relations)


#: What every service has rules for besides its own.
EVERY_SERVICE: Table = {"count events": open_to(("coordinator", "deputy", "ops", "administrator"))}


#: What ties somebody to a thing and closes it to them: they have said that it concerns them.
INTEREST = "interest"


@dataclass(frozen=True)
class Tie:
    """What ties a person to a thing: a role in it or an interest, from when and until before when."""

    role: str
    since: datetime
    until: datetime | None

    def holds(self, at: datetime) -> bool:
        """Whether it does at this moment."""
        return self.since <= at and (self.until is None or at < self.until)


def relation(ties: Iterable[Tie], at: datetime, opening: str = "") -> Relation:
    """What somebody has to do with a thing at a moment, by all that ties them to it; an interest outweighs the rest.

    `opening` is the tie that opens it to them for a short time and gives them no role in it.
    """
    held = {each.role for each in ties if each.holds(at)}
    if INTEREST in held:
        return Relation.CLOSED
    if held - {opening}:
        return Relation.THEIRS
    return Relation.OPENED if held else Relation.OTHERS
