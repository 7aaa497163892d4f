"""Sessions: signing in by a second step, and the end of a sign-in, everywhere at once."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pprg_intake import rules
from pprg_intake.models import Account, Person, RecoveryCode, SignIn
from pprg_shared.actor import Actor
from pprg_shared.audit import record
from pprg_shared.boxes import publish
from pprg_shared.database import now, unseal
from pprg_shared.events.intake import SessionEnded
from pprg_shared.identity.people import end_sessions
from pprg_shared.identity.tokens import Token

AUTHENTICATOR, RECOVERY = "authenticator", "recovery code"


def second_step(session: Session, account: Account, typed: str) -> str:
    """By what somebody proves that it is them, once for each code; empty for a code that is not right.

    Of two who send the same code at the same time one is let in.
    """
    code = rules.plain(typed)
    if len(code) == rules.LONG_CODE:
        return RECOVERY if _uses_up(session, account.id, code) else ""
    secret = str(unseal(session, account, "secret")) if account.secret else ""
    step = rules.accepted(secret, code, now(session), account.last_step) if secret else None
    if step is None:
        return ""
    taken = update(Account).where(Account.id == account.id, Account.last_step < step).values(last_step=step)
    return AUTHENTICATOR if session.execute(taken).rowcount else ""  # type: ignore[attr-defined]  # a CursorResult


def _uses_up(session: Session, person: UUID, code: str) -> bool:
    this = (RecoveryCode.person == person, RecoveryCode.digest == rules.digest_of_code(code))
    used = update(RecoveryCode).where(*this, RecoveryCode.used_at.is_(None)).values(used_at=now(session))
    return bool(session.execute(used).rowcount)  # type: ignore[attr-defined]  # a CursorResult


def begin(session: Session, person: Person, way: str) -> Token:
    """Somebody is signed in from now on, under a number of its own."""
    at = now(session)
    row = SignIn(id=uuid4(), person=person.id, way=way, started_at=at, ends_at=at + rules.LONGEST_SIGN_IN)
    session.add(row)
    roles = frozenset(person.roles.split())
    record(session, "sign_in", "sign_in", str(person.id), Actor(person.id, "", roles, person.agency))
    return Token(
        person=person.id,
        session=row.id,
        roles=roles,
        agency=person.agency,
        revision=person.revision,
        ends_at=row.ends_at,
    )


def end(session: Session, person: UUID, which: Sequence[UUID]) -> None:
    """Sessions let nobody in any more, here at once and elsewhere as soon as it is heard."""
    if not which:
        return
    session.execute(update(SignIn).where(SignIn.id.in_(which)).values(ended_at=now(session)))
    end_sessions(session, which)
    publish(session, SessionEnded(person_id=person, sessions=list(which)))


def end_everywhere(session: Session, person: UUID, but: UUID | None = None) -> None:
    """Every session of somebody ends, as when they leave, have another role or ask for it; `but` one."""
    end(session, person, [each.id for each in open_sessions(session, person) if each.id != but])


def open_sessions(session: Session, person: UUID) -> Sequence[SignIn]:
    """The sessions of somebody that have not ended, the newest first."""
    mine = select(SignIn).where(SignIn.person == person, SignIn.ended_at.is_(None), SignIn.ends_at > now(session))
    return session.scalars(mine.order_by(SignIn.started_at.desc())).all()


def recovery_codes_left(session: Session, person: UUID) -> int:
    """How many recovery codes somebody has not used."""
    left = select(RecoveryCode.id).where(RecoveryCode.person == person, RecoveryCode.used_at.is_(None))
    return len(session.scalars(left).all())
