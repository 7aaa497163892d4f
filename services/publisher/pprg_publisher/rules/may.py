"""Who may do what at the publisher: drafts of a case are for the office and for whoever is a member of the case."""

from collections.abc import Iterable

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
#: A list of thousands of rows is read whole each time, to look at it and to import it: ten of them in five minutes.
UPLOADS = ("uploads", 20, 300)


def may(roles: Iterable[str], verb: str, relation: Relation = Relation.NO_MATTER) -> bool:
    """Whether somebody with these roles may do this to a publication that they are so related to."""
    return allows(TABLE, roles, verb, relation)
