"""Looking at the whole chain of a service, as its database holds it at one moment, beside its anchors."""

from collections.abc import Iterable, Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pprg_shared.audit.chain import Link, Mark, Verdict, verify
from pprg_shared.audit.recording import HEAD
from pprg_shared.boxes.tables import audit, audit_marks
from pprg_shared.database import Database

#: Entries in memory at once.
SLICE = 5000
_LINKS = sa.select(*(audit.c[name] for name in Link._fields)).order_by(audit.c.sequence)
_MARK = sa.select(audit_marks.c.sequence, audit_marks.c.hash)


def verified(database: Database, anchors: Iterable[Mark]) -> Verdict:
    """What the chain of this database is worth; others go on recording and laying anchors meanwhile."""
    laid = iter(anchors)
    with database.reading(in_pieces=True) as session:
        if not database.sqlite:  # there a transaction sees one moment anyway
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        return verify(_links(session), head_of(session), laid)


def head_of(session: Session, name: str = HEAD) -> Mark | None:
    """The newest entry, or another mark, as the database keeps it."""
    row = session.execute(_MARK.where(audit_marks.c.name == name)).first()
    return Mark(row.sequence, row.hash) if row else None


def _links(session: Session) -> Iterator[Link]:
    yield from map(Link._make, session.execute(_LINKS.execution_options(yield_per=SLICE)))
