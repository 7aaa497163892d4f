"""Keys with which programs of an agency use the API: made by administrators, shown once, kept as digests."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from pprg_intake import rules
from pprg_intake.models import Agency, ApiKey
from pprg_shared.actor import Actor, Done
from pprg_shared.database import now
from pprg_shared.errors import NotThere

#: How every key begins, so that one that was published by mistake is known for what it is.
PREFIX = "pprg_"
#: How exactly it is known when a key was last used.
MINUTE = timedelta(minutes=1)


def new_key() -> str:
    """A fresh key; nobody can guess one, so that a plain digest keeps it."""
    return f"{PREFIX}{secrets.token_urlsafe(32)}"


def digest(key: str) -> str:
    """What is kept of a key."""
    return sha256(key.encode()).hexdigest()


def agency_of(session: Session, agency: str) -> Agency:
    """The agency of this code; raises NotThere."""
    found = session.get(Agency, agency)
    if found is None:
        raise NotThere
    return found


def keys_of(session: Session, agency: str) -> Sequence[ApiKey]:
    """The keys of an agency, newest first; raises NotThere where there is no such agency."""
    agency_of(session, agency)
    return session.scalars(select(ApiKey).where(ApiKey.agency == agency).order_by(ApiKey.made_at.desc())).all()


def make_key(
    session: Session, actor: Actor, *, agency: str, name: str, scopes: list[str], days: str, digest: str
) -> Done:
    """Let a program of an agency in with the key of this digest."""
    agency_of(session, agency)
    key = ApiKey(id=uuid4(), agency=agency, name=name, scopes=" ".join(sorted(scopes)), digest=digest)
    key.made_by, key.made_at, key.ends_at = actor.person, now(session), now(session) + timedelta(days=int(days))
    session.add(key)
    return Done(f"/agencies/{agency}/keys", agency, agency)


def revoke_key(session: Session, _actor: Actor, *, agency: str, key_id: UUID) -> Done:
    """Let nobody in with a key any more."""
    key = session.get(ApiKey, key_id)
    if key is None or key.agency != agency:
        raise NotThere
    if key.revoked_at is None:
        key.revoked_at = now(session)
    return Done(f"/agencies/{agency}/keys", agency, agency)


def by_key(session: Session, text: str) -> Actor | None:
    """Who acts with this key; None when it does not work."""
    at = now(session)
    found = (ApiKey.digest == digest(text), ApiKey.revoked_at.is_(None), ApiKey.ends_at > at, Agency.active)
    key = session.scalar(select(ApiKey).join(Agency, Agency.id == ApiKey.agency).where(*found))
    if key is None:
        return None
    if key.used_at is None or key.used_at <= at - MINUTE:
        session.execute(sa.update(ApiKey).where(ApiKey.id == key.id).values(used_at=at))
    scopes = rules.verbs_of(key.scopes.split())
    return Actor(None, "", frozenset({"agency"}), key.agency, session=key.id, scopes=scopes)
