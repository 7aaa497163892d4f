"""Recording: an entry joins the chain in the transaction of what it tells of, as the last thing before the commit."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from pprg_shared.actor import Actor
from pprg_shared.audit.chain import KINDS, START, Link, Mark, bound, said
from pprg_shared.boxes.tables import audit, audit_marks, insert_new
from pprg_shared.database import context, write_last
from pprg_shared.hand import ask

HEAD = "head"


def record(session: Session, kind: str, verb: str, subject: str, who: Actor) -> None:
    """Write down, with this transaction and only if it commits, that somebody saw or did something.

    `subject` is the id or the reference of a case, agency or person, never content.
    """
    if kind not in KINDS:
        raise LookupError(f"{kind} is no kind of entry")
    about = context(session)
    about.recorded.append(
        {
            "at": about.clock(),
            "person": who.person,
            "agency": who.agency,
            "kind": kind,
            "verb": verb,
            "subject": subject,
            "correlation_id": about.correlation_id,
        }
    )
    session.info["chain"] = _append


def _append(session: Session) -> None:
    """Called last before the commit: whoever else records waits from here until this transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        write_last(session, _BEGIN, START._asdict())
        for entry in context(session).recorded:
            write_last(session, _APPEND, {**entry, "said": said(*entry.values())})
        return
    last = locked(session, HEAD, None)
    for entry in context(session).recorded:
        link = bound(Link(sequence=last.sequence + 1, previous=last.hash, hash="", **entry))
        write_last(session, _ADD, link._asdict())
        last = Mark(link.sequence, link.hash)
    write_last(session, _MOVE, {"which": HEAD, **last._asdict()})


_MOVE = (
    sa.update(audit_marks)
    .where(audit_marks.c.name == sa.bindparam("which"))
    .values(sequence=sa.bindparam("sequence"), hash=sa.bindparam("hash"))
)
_marked = sa.select(audit_marks.c.sequence, audit_marks.c.hash)
_old = _marked.where(audit_marks.c.name == HEAD).with_for_update().cte("old")
_number = _old.c.sequence + 1
_SAID = ("at", "person", "agency", "kind", "verb", "subject", "correlation_id")
_bytes = sa.func.convert_to(
    _old.c.hash + " " + sa.cast(_number, sa.Text) + " " + sa.bindparam("said", type_=sa.Text), "UTF8"
)
_own = sa.func.encode(sa.func.sha256(_bytes), "hex")
_added = (
    sa.insert(audit)
    .from_select(
        ["sequence", *_SAID, "previous", "hash"],
        sa.select(_number, *(sa.bindparam(name, type_=audit.c[name].type) for name in _SAID), _old.c.hash, _own),
    )
    .returning(audit.c.sequence, audit.c.hash)
    .cte("added")
)
#: On PostgreSQL all of it is one statement, sent with the commit, so that the head is held for no round trip.
_APPEND = (
    sa.update(audit_marks)
    .where(audit_marks.c.name == HEAD)
    .values({name: sa.select(_added.c[name]).scalar_subquery() for name in ("sequence", "hash")})
)
_newest = sa.select(audit.c.sequence, audit.c.hash).order_by(audit.c.sequence.desc()).limit(1).cte("newest")
_first = {
    name: sa.func.coalesce(
        sa.select(_newest.c[name]).scalar_subquery(), sa.bindparam(name, type_=audit_marks.c[name].type)
    )
    for name in ("sequence", "hash")
}
_missing = ~sa.exists(sa.select(audit_marks.c.name).where(audit_marks.c.name == HEAD))
#: The head of a chain that has none yet: where it ends, or at the values given.
_BEGIN = (
    postgresql.insert(audit_marks)
    .from_select(["name", "sequence", "hash"], sa.select(sa.literal(HEAD), *_first.values()).where(_missing))
    .on_conflict_do_nothing()
)
_ADD = sa.insert(audit)
_LOCK = _marked.where(audit_marks.c.name == sa.bindparam("which")).with_for_update()
_NEWEST = sa.select(audit.c.sequence, audit.c.hash).order_by(audit.c.sequence.desc()).limit(1)


def place(session: Session, name: str, mark: Mark) -> None:
    """Move a mark."""
    session.execute(_MOVE, {"which": name, "sequence": mark.sequence, "hash": mark.hash})


def locked(session: Session, name: str, first: Mark | None) -> Mark:
    """A mark, which nobody else moves until this transaction ends.

    One that is not there yet begins at `first`, else at the newest entry.
    """
    rows = ask(session.connection(), _LOCK, {"which": name})
    if not rows:
        start = first or Mark(*(session.execute(_NEWEST).first() or START))
        session.execute(insert_new(session, audit_marks), {"name": name, **start._asdict()})
        rows = ask(session.connection(), _LOCK, {"which": name})
    return Mark(*rows[0])


def sign_ins(session: Session, person: UUID | None, most: int) -> Sequence[Any]:
    """The newest sign-ins and sign-outs of a person."""
    mine = (audit.c.person == person, audit.c.kind == sa.literal_column("'sign_in'"))
    chosen = sa.select(audit.c.at, audit.c.verb).where(*mine).order_by(audit.c.sequence.desc()).limit(most)
    return session.execute(chosen).all()
