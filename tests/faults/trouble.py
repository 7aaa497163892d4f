"""What goes wrong of itself: handlers that fail, services that hear nothing, events that come too early."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa

from faults.scenario import AGENCIES, PATIENCE, ROUTES, Office
from faults.setups import NAMES, Setup
from pprg_publisher.models import Publication, embargoes
from pprg_shared.boxes import publish
from pprg_shared.calendar import london_date
from pprg_shared.database import now, utcnow
from pprg_shared.events.intake import NilReturnSubmitted
from pprg_triage.models import Request, reminders
from waiting import eventually


def side_by_side(count: int, act: Callable[[], object]) -> None:
    """Three people do the same until it has been done so many times."""
    with ThreadPoolExecutor(3) as people:
        for each in [people.submit(act) for _ in range(count)]:
            each.result()


def play(setup: Setup, office: Office, times: int) -> None:
    """Cases side by side, then everything that can go wrong, each so many times."""
    side_by_side(max(3, times), office.whole_case)
    reference = office.refer()
    handlers_fail(setup, office, reference, times)
    nothing_arrives(setup, office, reference, times)
    return_before_its_request(setup, office, times)
    reminders_cannot_be_said(setup, office, times)
    moments_cannot_be_kept(setup, office, times)
    for _ in range(times):
        setup.kill_workers()


def handlers_fail(setup: Setup, office: Office, reference: str, times: int) -> None:
    """In each service, one event after another cannot be handled at first."""

    def parked(service: str, event_type: str, number: int) -> None:
        eventually(lambda: setup.unhandled(service, event_type) == number, PATIENCE)

    with setup.failing("intake"):
        for number, agency in enumerate(AGENCIES[:times], 1):
            office.ask(reference, agency)
            parked("intake", "information.requested.v1", number)
    with setup.failing("triage"), setup.failing("notifier"):
        for number, agency in enumerate(AGENCIES[:times], 1):
            office.answer(reference, agency, rows=0)
            parked("triage", "nil-return.submitted.v1", number)
            parked("notifier", "nil-return.submitted.v1", number)
    office.meet(reference)
    with setup.failing("publisher"):
        for number, route in enumerate(ROUTES[:times], 1):
            office.decide(reference, route)
            parked("publisher", "decision.ratified.v1", number)


def nothing_arrives(setup: Setup, office: Office, reference: str, times: int) -> None:
    """Time and again, no service can say what it has to say; a letter that was refused is taken only then."""
    other = office.refer()
    office.ask(other, *AGENCIES[: 2 * times])
    for number, route in enumerate(ROUTES[:times]):
        first, second = AGENCIES[2 * number : 2 * number + 2]
        office.draft(reference, route)
        office.page(other, second)
        with setup.mails.refusing():
            office.answer(other, first)
            eventually(setup.unsent, PATIENCE)
            with setup.cut_off():
                office.publish(reference, route)
                office.answer(other, second)
                office.ask(reference, AGENCIES[times + number])
                setup.mails.refuses = False
                eventually(lambda: all(setup.unsaid(each) for each in NAMES), PATIENCE)


def return_before_its_request(setup: Setup, office: Office, times: int) -> None:
    """Triage hears of an answer to what it does not know yet to have been asked."""
    reference = office.refer()
    case = UUID(office.case(reference))
    early = {uuid4(): agency for agency in AGENCIES[:times]}
    with setup.databases["intake"].writing("action") as session:
        for request, agency in early.items():
            about = {"request_id": request, "case_id": case, "reference": reference, "agency": agency}
            day = london_date(now(session))
            publish(session, NilReturnSubmitted(**about, submitted_on=day, author="Invented Lead"))
    eventually(lambda: setup.unhandled("triage", "nil-return.submitted.v1") == times, PATIENCE)
    with setup.databases["triage"].writing("action") as session:
        for request, agency in early.items():
            row = {"case_id": case, "agency": agency, "due_on": london_date(utcnow()), "state": "asked"}
            session.execute(sa.insert(Request.__table__).values(id=request, **row))
    office.told.early += [(reference, agency) for agency in early.values()]


def reminders_cannot_be_said(setup: Setup, office: Office, times: int) -> None:
    """Reminders come due one after another, and cannot be marked at first."""
    reference = office.refer()
    office.ask(reference, *AGENCIES[:times])
    overdue = (reminders.c.type == "overdue", reminders.c.subject == office.case(reference))
    with setup.failing("triage", "reminders", "UPDATE OF done_at"):
        with setup.databases["triage"].writing("action") as session:
            session.execute(sa.update(reminders).where(*overdue).values(due_at=utcnow()))
        tried = reminders.c.problem.is_not(None)
        eventually(lambda: setup.count("triage", reminders, *overdue, tried) == times, PATIENCE)
    office.told.reminded += [(reference, agency) for agency in AGENCIES[:times]]


def moments_cannot_be_kept(setup: Setup, office: Office, times: int) -> None:
    """The moments of publications that wait come one after another, and cannot be marked at first."""
    reference, today = office.refer(), london_date(utcnow())
    plan = {"day": str(today + timedelta(days=60)), "at": "09:00", "copies_on": str(today)}
    for route in ROUTES[:times]:
        office.decide(reference, route)
        office.draft(reference, route)
        office.publish(reference, route, plan)
    mine = embargoes.c.subject == office.case(reference)
    with setup.failing("publisher", "embargoes", "UPDATE OF done_at"):
        with setup.databases["publisher"].writing("action") as session:
            session.execute(
                sa.update(Publication).where(Publication.reference == reference).values(planned_at=utcnow())
            )
            session.execute(sa.update(embargoes).where(mine).values(due_at=utcnow()))
        tried = embargoes.c.problem.is_not(None)
        eventually(lambda: setup.count("publisher", embargoes, mine, tried) == times, PATIENCE)
