"""What triage does about what it hears of publications: when they are planned, called off, and public."""

from typing import Any

from sqlalchemy.orm import Session

from pprg_shared.boxes.tables import insert_all_new
from pprg_shared.directory import keep_higher
from pprg_shared.events.publisher import OutcomePublished, PublicationCalledOff, PublicationPlanned
from pprg_triage.actions import bind, tell_again
from pprg_triage.models import Case, Planned, Published, WentPublic


def note_published(session: Session, heard: OutcomePublished) -> None:
    """The outcome can be read by everybody; a case may have several, and its page leads to the first."""
    about: dict[str, Any] = {"id": heard.publication_id, "case_id": heard.case_id, "slug": heard.slug}
    about |= {"type": heard.publication_type}
    insert_all_new(session, WentPublic.metadata.tables["went_public"], [about | {"published_on": heard.published_on}])
    if session.get(Published, heard.case_id) is None:
        session.add(Published(id=heard.case_id, slug=heard.slug, published_on=heard.published_on))
    if case := session.get(Case, heard.case_id, with_for_update=True):
        bind(session, case)


def note_planned(session: Session, heard: PublicationPlanned) -> None:
    """Something about the case is to be published on another day: clocks count from it, and who was told is told."""
    _plan(session, heard, {"planned_at": heard.planned_at, "copies_on": heard.copies_on, "called_off": False})


def note_called_off(session: Session, heard: PublicationCalledOff) -> None:
    """Something about the case is not planned for any day any more, and who was told is told of it."""
    _plan(session, heard, {"planned_at": heard.planned_at, "called_off": True})


def _plan(session: Session, heard: PublicationPlanned | PublicationCalledOff, said: dict[str, Any]) -> None:
    """Keep what is planned now; the newest word holds, whichever comes first."""
    case = session.get(Case, heard.case_id, with_for_update=True)
    about = {"id": heard.publication_id, "case_id": heard.case_id, "type": heard.publication_type}
    if not keep_higher(session, Planned.metadata.tables["planned"], "id", about | {"revision": heard.revision} | said):
        return
    if case:
        tell_again(session, case, heard.publication_id)
        bind(session, case)
