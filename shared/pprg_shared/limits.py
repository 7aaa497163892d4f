"""How often somebody may do something: counted in the database, so that all processes count together."""

from datetime import timedelta
from functools import cache

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from pprg_shared.boxes.tables import PASSES
from pprg_shared.database import UtcDateTime, context

#: One row for who does what, until its window ends; `id` is a digest, so that no address or person lies in clear.
#: A service that counts has it among its own tables: `limits.to_metadata(Base.metadata)`.
limits = sa.Table(
    "limits",
    sa.MetaData(),
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("what", sa.String(40), nullable=False),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("ends_at", UtcDateTime, nullable=False, info=PASSES),
)


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
        "ends_at": at + timedelta(seconds=seconds),
        "now": at,
    }
    counted = session.execute(_counting(session.get_bind().dialect.name), row).one()
    if counted.times <= most:
        return 0
    return max(1, -int((at - counted.ends_at) // timedelta(seconds=1)))


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
