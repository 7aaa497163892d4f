"""Referrals that somebody began and left who was not signed in: kept, and given to their mailbox alone."""

from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pprg_intake import rules
from pprg_intake.models import Base, Begun
from pprg_shared.boxes import publish
from pprg_shared.database import now, seal, unseal
from pprg_shared.events.intake import FormKept
from pprg_shared.identity import unsent
from pprg_shared.limits import too_often
from pprg_shared.typed import clean

#: The page whose form is kept for whoever gave an address in it, and that address.
PAGE, ADDRESS = "/referrals/new", "referrer_email"
#: Where it is gone on with.
PLACE = "/referrals/begun"


def keep(session: Session, table: sa.Table, typed: unsent.Typed) -> UUID | None:
    """Keep what was typed for whose it is; for nobody that we know, a referral that names a mailbox."""
    if typed.whose is None:
        return _begin(session, table, typed) if typed.path == PAGE else None
    if typed.path != f"{PLACE}/{typed.whose}":
        return unsent.keep(session, table, typed)
    begun = open_one(session, typed.whose)
    if begun is None:
        return None
    begun.ends_at = max(begun.ends_at, rules.begun_until(now(session)))
    return unsent.keep(session, table, typed, begun.ends_at)


def _begin(session: Session, table: sa.Table, typed: unsent.Typed) -> UUID | None:
    """Keep it and say that it is, unless it names no mailbox or too many were kept for this one or from there."""
    address = clean(dict(typed.fields).get(ADDRESS, ""))
    if not rules.is_address(address):
        return None
    limits = [(rules.FORMS_KEPT_FROM, typed.client), (rules.FORMS_KEPT, rules.mailbox(address))]
    if too_often(session, limits):
        return None
    begun = Begun(id=uuid4(), ends_at=rules.begun_until(now(session)))
    begun.content = seal(session, begun, "content", {"address": address})
    session.add(begun)
    publish(session, FormKept(form_id=begun.id, address=address), expires_at=begun.ends_at)
    theirs = unsent.Typed(begun.id, f"{PLACE}/{begun.id}", typed.fields)
    return unsent.keep(session, table, theirs, begun.ends_at)


def open_one(session: Session, number: UUID | None) -> Begun | None:
    """What was begun under this number, until it is sent, thrown away or over."""
    begun = session.get(Begun, number) if number else None
    return begun if begun and begun.ends_at > now(session) else None


def address_of(session: Session, begun: Begun) -> str:
    """The mailbox that its link was sent to; codes go there and nowhere else, whatever the form says by now."""
    return str(unseal(session, begun, "content")["address"])


def prolong(session: Session, begun: Begun, until: datetime) -> None:
    """Whoever has opened it may go on for as long as that lasts."""
    begun.ends_at = max(begun.ends_at, until)
    kept = Base.metadata.tables["unsent_forms"]
    session.execute(sa.update(kept).where(kept.c.person == begun.id, kept.c.ends_at < until).values(ends_at=until))


def end(session: Session, number: UUID) -> None:
    """It was sent or thrown away: nothing of it stays, and its link opens nothing."""
    kept = Base.metadata.tables["unsent_forms"]
    session.execute(sa.delete(kept).where(kept.c.person == number))
    session.execute(sa.delete(Begun).where(Begun.id == number))
