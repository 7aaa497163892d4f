"""What intake does about what it hears."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from pprg_intake import rules
from pprg_intake.actions import corrections, links
from pprg_intake.actions.directory import said_of_person
from pprg_intake.models import Outcome, Person, Request
from pprg_shared.boxes import publish
from pprg_shared.database import profile_of, seal, unseal
from pprg_shared.directory import REFERRER
from pprg_shared.errors import NotYet, Refused
from pprg_shared.events.intake import AskedAgency, OutcomeReady, RequestReady
from pprg_shared.events.notifier import LetterAccepted, LetterFailed
from pprg_shared.events.triage import (
    DecisionRatified,
    ExtensionDecided,
    InformationChanged,
    InformationRequested,
    ReferrerChanged,
)


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
    asked |= scope | {"query": "", "subjects": [asdict(each) for each in heard.subjects]}
    request.content = seal(session, request, "content", asked)
    session.add(request)
    publish(session, RequestReady(request_id=heard.request_id, **about))


def change_request(session: Session, heard: InformationChanged) -> None:
    """The office queries the answer, moves the due day, accepts, waits no longer, or says who it is about anew.

    The agency's page follows.
    """
    request = session.get(Request, heard.request_id, with_for_update=True)
    if request is None:
        raise NotYet(f"request {heard.request_id} is not known here yet")
    if heard.revision <= request.revision:
        return
    due, before = request.due_on, request.state
    request.revision, request.due_on = heard.revision, heard.due_on
    request.state = rules.state_after(request.state, heard.state)
    if request.state == rules.QUERIED != before:
        corrections.draft_again(session, request)
    content = unseal(session, request, "content") | {"query": heard.query}
    people = [asdict(each) for each in heard.subjects]
    other = bool(people and content.get("subjects")) and people != content["subjects"]
    if people:
        content |= {"subjects": people, "subject_name": people[0]["name"], "subject_born": people[0]["born"]}
    why = rules.worth_a_letter((due, request.due_on), (before, request.state), people=other)
    if heard.state != "open":  # whoever has answered, or need not, wants no more time
        content.pop("extension", None)
    request.content = seal(session, request, "content", content)
    if why:
        about: dict[str, Any] = {"case_id": request.case_id, "reference": request.reference, "agency": request.agency}
        publish(session, RequestReady(request_id=request.id, **about, due_on=request.due_on, why=why))


def decide_extension(session: Session, heard: ExtensionDecided) -> None:
    """The office has decided about more time; of a new day the agency hears by that, of none by this."""
    request = session.get(Request, heard.request_id, with_for_update=True)
    if request is None:
        raise NotYet(f"request {heard.request_id} is not known here yet")
    content = unseal(session, request, "content")
    state = rules.AGREED if heard.agreed else rules.DECLINED
    asked = content.get("extension", {}) | {"state": state, "answer": heard.answer}
    request.content = seal(session, request, "content", content | {"extension": asked})
    if not heard.agreed:
        about: dict[str, Any] = {"case_id": request.case_id, "reference": request.reference, "agency": request.agency}
        publish(session, RequestReady(request_id=request.id, **about, due_on=request.due_on, why="declined"))


def keep_outcome(session: Session, heard: DecisionRatified) -> None:
    """What was decided can be read from now on, and that is when letters may point to it; an older word is passed over.

    Heard again, it asks for the same letters as before: whoever writes them knows that they are written. Of corrected
    words nobody is told; they wait for those that they correct, so that these are told of whatever comes first.
    """
    known = select(Request.agency, Request.id).where(Request.case_id == heard.case_id)
    asked = {row.agency: row.id for row in session.execute(known)}
    if late := [each for each in heard.agencies if each not in asked]:
        raise NotYet(f"the requests to {', '.join(late)} are not known here yet")
    there = select(Outcome).where(Outcome.case_id == heard.case_id, Outcome.route == heard.route)
    outcome = session.scalar(there.with_for_update())
    if outcome is None:
        outcome = Outcome(id=uuid4(), case_id=heard.case_id, route=heard.route, revision=0)
    if heard.revision <= outcome.revision:
        return
    if heard.corrected_on and outcome.revision < heard.revision - 1:
        raise NotYet("the words that these correct are not known here yet")
    outcome.reference, outcome.referrer_id = heard.reference, heard.referrer_id
    outcome.outcome, outcome.decided_on, outcome.revision = heard.outcome, heard.decided_on, heard.revision
    standard = profile_of(session).standard_words(heard.route, heard.outcome)
    told = {name: getattr(heard, name) or words for name, words in standard.items()}
    told["corrected_on"] = heard.corrected_on.isoformat() if heard.corrected_on else ""
    outcome.content = seal(session, outcome, "content", told)
    session.add(outcome)
    if not heard.corrected_on:
        _ask_for_letters(session, heard, asked)


def _ask_for_letters(session: Session, heard: DecisionRatified, asked: Mapping[str, UUID]) -> None:
    ready = OutcomeReady(
        decision_id=heard.decision_id,
        case_id=heard.case_id,
        reference=heard.reference,
        decided_on=heard.decided_on,
        referrer_id=heard.referrer_id,
        requests=[AskedAgency(agency=each, request_id=asked[each]) for each in heard.agencies],
        has_address=links.has_address(session, heard.referrer_id),
    )
    publish(session, ready, event_id=uuid5(heard.envelope.id, OutcomeReady.event_type))


def note_code_sent(session: Session, heard: LetterAccepted) -> None:
    """A code has left: whoever waits for it need not call."""
    if heard.because is not None:
        links.note_sent(session, heard.because, taken=True)


def note_code_returned(session: Session, heard: LetterFailed) -> None:
    """A code will not come."""
    if heard.because is not None:
        links.note_sent(session, heard.because, taken=False)


def change_referrer(session: Session, heard: ReferrerChanged) -> None:
    """Who referred a case is written to at another address from now on; the newest word holds."""
    person = session.get(Person, heard.referrer_id, with_for_update=True)
    if person is None:
        raise NotYet("the referrer is not known here yet")
    if person.roles != REFERRER:
        raise Refused("this person works with the product: their address is changed in the directory")
    content = unseal(session, person, "content")
    if heard.revision <= content.get("address_revision", 0):
        return
    person.revision += 1
    content |= {"address": heard.address, "address_revision": heard.revision}
    person.content = seal(session, person, "content", content)
    publish(session, said_of_person(session, person))
