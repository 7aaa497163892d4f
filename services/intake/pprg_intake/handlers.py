"""What intake does about what it hears."""

from typing import Any

from sqlalchemy.orm import Session

from pprg_intake import rules
from pprg_intake.models import Request
from pprg_shared.boxes import publish
from pprg_shared.database import seal, unseal
from pprg_shared.errors import NotYet
from pprg_shared.events.intake import RequestReady
from pprg_shared.events.triage import InformationChanged, InformationRequested


def make_request_page(session: Session, heard: InformationRequested) -> None:
    """An agency is asked: its page is there from now on, and that is when a letter may point to it."""
    about: dict[str, Any] = {
        "case_id": heard.case_id,
        "reference": heard.reference,
        "agency": heard.agency,
        "due_on": heard.due_on,
    }
    request = Request(id=heard.request_id, state="asked", wanted=heard.wanted, revision=0, **about)
    scope = {name: day.isoformat() if (day := getattr(heard, name)) else "" for name in ("scope_from", "scope_to")}
    asked = {"subject_name": heard.subject_name, "subject_born": heard.subject_born, "questions": heard.questions}
    asked |= scope | {"query": ""}
    request.content = seal(session, request, "content", asked)
    session.add(request)
    publish(session, RequestReady(request_id=heard.request_id, **about))


def change_request(session: Session, heard: InformationChanged) -> None:
    """The office queries the answer, moves the due day, accepts, or waits no longer: the agency's page follows."""
    request = session.get(Request, heard.request_id, with_for_update=True)
    if request is None:
        raise NotYet(f"request {heard.request_id} is not known here yet")
    if heard.revision <= request.revision:
        return
    why = rules.worth_a_letter(request.due_on, heard.due_on, heard.state)
    request.revision, request.due_on = heard.revision, heard.due_on
    request.state = rules.state_after(request.state, heard.state)
    request.content = seal(session, request, "content", unseal(session, request, "content") | {"query": heard.query})
    if why:
        about: dict[str, Any] = {"case_id": request.case_id, "reference": request.reference, "agency": request.agency}
        publish(session, RequestReady(request_id=request.id, **about, due_on=request.due_on, why=why))
