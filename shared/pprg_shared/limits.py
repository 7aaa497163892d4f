"""How often somebody may do something: counted in the database, so that all processes count together."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import cache

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from pprg_shared.boxes.tables import PASSES
from pprg_shared.database import UtcDateTime, context
from pprg_shared.hand import ask

#: One row for who does what, until its window ends; `id` is a digest, so that no address or person lies in clear.
#: A service that counts has it among its own tables: `limits.to_metadata(Base.metadata)`.
limits = sa.Table(
    "limits",
    sa.MetaData(),
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("what", sa.String(40), nullable=False),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("most", sa.Integer, nullable=False),
    sa.Column("ends_at", UtcDateTime, nullable=False, info=PASSES),
)


#: What is counted, how often it may be within so many seconds, and whose doing it is.
Counted = tuple[tuple[str, int, int], str]
#: What the programs of a person may ask of the API of each service with their tokens: one that reads case after case
#: asks a few times for each, and nobody reads five answers a second.
CALLS = ("calls by person", 300, 60)
#: What an agency's programs may ask of the API with its keys.
CALLS_BY_KEY = ("calls", 120, 60)
#: What is read by the API in nobody's name, by address: a catalogue page after page, and several programs behind one.
READS = ("reads by address", 300, 60)


def too_often(session: Session, counted: Iterable[Counted]) -> int:
    """Count this once for each, up to the first that it is too much for; the seconds to wait, 0 for none."""
    waits = (count(session, what, key, most, seconds) for (what, most, seconds), key in counted)
    return next((wait for wait in waits if wait), 0)


def count(session: Session, what: str, key: str, most: int, seconds: int) -> int:
    """Count once more that `key` (a person, an agency, an address) does `what`; the seconds that they have to wait.

    0 as long as it is at most so many times within so many seconds from the first. It counts only if this transaction
    commits: count in one of its own what may be refused afterwards.
    """
    about = context(session)
    at = about.clock()
    row = {
        "id": about.keys["contact"].digest(key, f"limit:{what}"),
        "what": what,
        "count": 1,
        "most": most,
        "ends_at": at + timedelta(seconds=seconds),
        "now": at,
    }
    (counted,) = ask(session.connection(), _counting(session.get_bind().dialect.name), row)
    times, ends_at = counted
    if times <= most:
        return 0
    return max(1, -int((at - ends_at) // timedelta(seconds=1)))


@cache
def _counting(dialect: str) -> sa.Executable:
    """The first of a window, or one more, in one statement."""
    insert = postgresql.insert(limits) if dialect == "postgresql" else sqlite.insert(limits)
    over = limits.c.ends_at <= sa.bindparam("now", type_=UtcDateTime)
    anew = {
        "count": sa.case((over, 1), else_=limits.c["count"] + 1),
        "ends_at": sa.case((over, insert.excluded.ends_at), else_=limits.c.ends_at),
    }
    told = (limits.c["count"].label("times"), limits.c.ends_at)
    return insert.on_conflict_do_update(index_elements=["id"], set_=anew).returning(*told)


def reached(session: Session) -> Mapping[str, int]:
    """How many are over a limit just now, by what they do; of limits that nobody is over, nothing."""
    over = (limits.c["count"] > limits.c.most, limits.c.ends_at > context(session).clock())
    query = sa.select(limits.c.what, sa.func.count().label("who")).where(*over).group_by(limits.c.what)
    return {row.what: row.who for row in session.execute(query)}


def forget(session: Session, what: str, key: str) -> None:
    """Begin to count anew, as for somebody who has shown that it was them all along."""
    digest = context(session).keys["contact"].digest(key, f"limit:{what}")
    session.execute(sa.delete(limits).where(limits.c.id == digest))
