"""Who may do what at intake: everybody refers, an agency answers what it was asked, administrators keep people."""

from collections.abc import Iterable

from pprg_shared.access import EVERYBODY, THEIRS, Relation, Table, allows, open_to

AGENCY = frozenset({"agency", "partner"})
TABLE: Table = {
    "refer": open_to({EVERYBODY}),
    "enter": open_to({"coordinator", "deputy"}),
    "keep keys": open_to({"administrator"}),
    "answer": open_to(AGENCY, THEIRS),
    "read outcomes": open_to(AGENCY | {"referrer"}, THEIRS),
    "read directory": open_to({"coordinator", "deputy", "administrator"}),
    "change directory": open_to({"administrator"}),
}


def may(roles: Iterable[str], verb: str, relation: Relation = Relation.NO_MATTER) -> bool:
    """Whether somebody with these roles may do this to something that they are so related to."""
    return allows(TABLE, roles, verb, relation)


def relation(agency: str | None, whose: str | None) -> Relation:
    """What somebody of an agency has to do with what is asked of, or was sent by, an agency."""
    return Relation.THEIRS if agency and agency == whose else Relation.OTHERS
