"""Looking for people: what was looked for is kept for a while, so that the address of the answer says nothing of it."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from pprg_intake.models import Search
from pprg_shared.actor import Actor
from pprg_shared.database import now, seal, unseal
from pprg_shared.errors import Forbidden, NotThere

KEPT = timedelta(minutes=30)


def keep_search(session: Session, actor: Actor, *, find: str, of: str) -> UUID:
    """Keep what somebody looks for, for half an hour; its id, which nobody can guess."""
    if actor.person is None:
        raise Forbidden("This is not open to somebody who is not signed in.")
    kept = Search(id=uuid4(), person=actor.person, ends_at=now(session) + KEPT)
    kept.content = seal(session, kept, "content", {"find": find, "of": of})
    session.add(kept)
    return kept.id


def search_of(session: Session, actor: Actor, search_id: UUID) -> Mapping[str, str]:
    """What somebody looked for; NotThere once it has ended, and for anybody else."""
    kept = session.get(Search, search_id)
    if kept is None or kept.person != actor.person or kept.ends_at <= now(session):
        raise NotThere
    looked_for: dict[str, str] = unseal(session, kept, "content")
    return looked_for
