"""What intake does about what it hears."""

from typing import Any

from sqlalchemy.orm import Session

from pprg_intake.models import Request
from pprg_shared.boxes import publish
from pprg_shared.database import seal
from pprg_shared.events.intake import RequestReady
from pprg_shared.events.triage import InformationRequested


def make_request_page(session: Session, heard: InformationRequested) -> None:
    """An agency is asked: its page is there from now on, and that is when a letter may point to it."""
    about: dict[str, Any] = {
        "case_id": heard.case_id,
        "reference": heard.reference,
        "agency": heard.agency,
        "due_on": heard.due_on,
    }
    request = Request(id=heard.request_id, state="asked", **about)
    asked = {"subject_name": heard.subject_name, "subject_born": heard.subject_born, "questions": heard.questions}
    request.content = seal(session, request, "content", asked)
    session.add(request)
    publish(session, RequestReady(request_id=heard.request_id, **about))
