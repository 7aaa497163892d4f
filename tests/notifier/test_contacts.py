"""Letters to an agency: to its single point of contact or its lead, its deputy, and its escalation contact."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from pprg_shared.events.intake import AgencyChanged, CodeIssued, Duty, RequestReady
from visiting import BY_API, Visitor, visit

LEAD, SPOC, DEPUTY, SENIOR = (f"{each}@police.example" for each in ("lead", "spoc", "deputy", "senior"))
ALL = {"single_point": SPOC, "deputy": DEPUTY, "escalation": SENIOR}
ABOUT = {"case_id": UUID(int=7), "reference": "PPRG-2026-0001", "agency": "police"}


def said(notifier):
    """Address, duty and kind of each letter that the try-out mailbox has, in order of address."""
    found = []
    for row in notifier.rows():
        if row.sent and row.done_at:
            to = notifier.keys["contact"].open(row.sent, f"column:letters:{row.id}:sent").decode()
            found.append((to, row.duty, row.type))
    return sorted(found)


@pytest.fixture
def notifier(make_notifier):
    return make_notifier()


@pytest.mark.parametrize(
    ("contacts", "to"),
    [
        ({}, (LEAD, "safeguarding-lead", "reminder")),
        ({"deputy": DEPUTY, "escalation": SENIOR}, (LEAD, "safeguarding-lead", "reminder")),
        (ALL, (SPOC, "single-point-of-contact", "reminder")),
    ],
)
def test_a_letter_goes_to_the_single_point_of_contact_or_to_the_lead(notifier, contacts, to):
    notifier.know_contacts(**contacts)
    notifier.ask()
    notifier.send()

    assert said(notifier) == [to]


@pytest.mark.parametrize(
    ("why", "kind"),
    [
        ("asked", "information_request"),
        ("queried", "return_queried"),
        ("moved", "request_moved"),
        ("waived", "request_waived"),
        ("declined", "extension_declined"),
        ("amended", "request_amended"),
    ],
)
def test_so_does_whatever_else_an_agency_is_told_of_a_request(notifier, why, kind):
    notifier.know_contacts(**ALL)
    day = datetime(2026, 12, 3, tzinfo=UTC).date()
    notifier.hear(RequestReady(**ABOUT | {"case_id": uuid4()}, request_id=uuid4(), due_on=day, why=why))
    notifier.send()

    assert said(notifier) == [(SPOC, "single-point-of-contact", kind)]


def test_who_is_written_to_is_seen_when_the_letter_leaves(notifier):
    notifier.know_contacts(**ALL)
    notifier.ask()
    notifier.know_contacts(single_point=DEPUTY)
    notifier.send()

    assert said(notifier) == [(DEPUTY, "single-point-of-contact", "reminder")]


@pytest.mark.parametrize(
    ("rung", "contacts", "letters"),
    [
        ("overdue", ALL, [(DEPUTY, "overdue"), (SPOC, "overdue")]),
        ("overdue", {"deputy": DEPUTY}, [(DEPUTY, "overdue"), (LEAD, "overdue")]),
        ("overdue", {"deputy": LEAD}, [(LEAD, "overdue")]),
        ("overdue", {"escalation": SENIOR}, [(LEAD, "overdue")]),
        ("escalated", ALL, [(DEPUTY, "overdue"), (SENIOR, "overdue_escalated"), (SPOC, "overdue")]),
        ("escalated", {"escalation": SENIOR}, [(LEAD, "overdue"), (SENIOR, "overdue_escalated")]),
        ("escalated", {"single_point": SPOC, "deputy": DEPUTY}, []),
        ("escalated", {}, []),
        ("soon", ALL, [(SPOC, "reminder")]),
    ],
)
def test_the_ladder_reaches_the_deputy_and_at_last_the_escalation_contact(notifier, rung, contacts, letters):
    notifier.know_contacts(**contacts)
    notifier.ask(rung=rung)
    notifier.send()

    assert [(to, kind) for to, _, kind in said(notifier)] == letters


def test_the_escalation_contact_gets_no_link(notifier):
    notifier.know_contacts(**ALL)
    notifier.ask(rung="escalated")
    notifier.send()
    letter = next(row for row in notifier.rows() if row.type == "overdue_escalated")

    page = visit(notifier, "coordinator", f"/letters/{letter.id}").text

    assert "To the escalation contact, Wiltshire Police," in page
    assert "/requests/" not in page


def test_the_list_of_letters_says_to_which_contact_each_went(notifier):
    notifier.know_contacts(**ALL)
    notifier.ask(rung="escalated")
    notifier.send()

    page = visit(notifier, "coordinator", "/letters").text
    found = visit(notifier, "coordinator", "/api/v1/letters").json["letters"]

    for words in ("Single point of contact", "Deputy point of contact", "Escalation contact"):
        assert f"{words}, Wiltshire Police" in page
    duties = ["deputy-point-of-contact", "escalation-contact", "single-point-of-contact"]
    assert sorted(each["to"] for each in found) == [f"police/{duty}" for duty in duties]


def test_what_a_mail_server_refuses_goes_to_the_deputy_as_well(make_notifier, by_mail, mail_server):
    notifier = make_notifier(**by_mail)
    notifier.know_contacts(single_point="spoc@police.test", deputy="deputy@police.test")
    mail_server.script.append(("RCPT", "550 no"))
    notifier.ask()
    notifier.send()

    fates = {row.duty: ("failed" if row.failed_at else "accepted" if row.done_at else "") for row in notifier.rows()}

    assert fates == {"single-point-of-contact": "failed", "deputy-point-of-contact": "accepted"}


def test_what_came_back_goes_to_the_deputy_once(notifier):
    notifier.know_contacts(**ALL)
    notifier.ask()
    notifier.send()
    letter = notifier.rows()[0].id
    tell = BY_API(Visitor(notifier, "coordinator"), letter)

    assert tell(letter, why="unknown").status_code == 201
    notifier.send()
    assert said(notifier) == [(DEPUTY, "deputy-point-of-contact", "reminder")]

    (theirs,) = [row.id for row in notifier.rows() if row.id != letter]
    assert BY_API(Visitor(notifier, "coordinator"), theirs)(theirs, why="unknown").status_code == 201
    notifier.send()
    assert said(notifier) == []
    assert len(notifier.rows()) == 2


@pytest.mark.parametrize("contacts", [{}, {"single_point": SPOC}, {"deputy": LEAD}])
def test_without_a_deputy_of_another_address_what_came_back_goes_to_nobody_else(notifier, contacts):
    notifier.know_contacts(**contacts)
    notifier.ask()
    notifier.send()
    letter = notifier.rows()[0].id

    assert BY_API(Visitor(notifier, "coordinator"), letter)(letter, why="full").status_code == 201
    assert len(notifier.rows()) == 1


def issue(notifier, **about):
    code = CodeIssued(**ABOUT | about, duty="safeguarding-lead", code="012345")
    ends = notifier.clock() + timedelta(minutes=10)
    envelope = code.wrap(notifier.keys, source="test", time=notifier.clock(), correlation_id="t", expires_at=ends)
    assert notifier.runtime.arrival.receive([envelope.to_json()]) == [True]
    notifier.send()


def codes(notifier):
    return [to for to, _, kind in said(notifier) if kind == "code"]


@pytest.mark.parametrize(("contacts", "to"), [({}, [LEAD]), (ALL, [SPOC]), ({"deputy": DEPUTY}, [LEAD])])
def test_a_code_goes_to_whom_the_first_letter_would(notifier, contacts, to):
    notifier.know_contacts(**contacts)
    issue(notifier)

    assert codes(notifier) == to


def test_a_code_goes_to_everybody_who_has_a_letter_with_the_link_and_to_nobody_else(notifier):
    notifier.ask()
    notifier.send()
    notifier.know_contacts(**ALL)
    issue(notifier)
    assert codes(notifier) == [LEAD, SPOC]

    notifier.ask(rung="escalated")
    notifier.send()
    issue(notifier)
    assert codes(notifier) == sorted([LEAD, SPOC, DEPUTY, LEAD, SPOC])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((LEAD, {"single_point": SPOC, "deputy": DEPUTY}), (LEAD, {"single_point": DEPUTY})),
        ((SPOC, {"deputy": DEPUTY}), (DEPUTY, {"deputy": DEPUTY})),
        ((SPOC, {"single_point": SPOC, "deputy": DEPUTY}), (DEPUTY, {"single_point": DEPUTY})),
    ],
)
def test_the_deputy_of_who_left_has_the_codes_of_what_is_open_and_the_next_letter(notifier, before, after):
    """Before and after as the directory says them: the lead's mailbox, and contacts."""

    def know(lead, contacts):
        notifier.know_duties(Duty(slug="safeguarding-lead", label="safeguarding lead", address=lead), **contacts)

    know(*before)
    notifier.ask()
    notifier.send()
    know(*after)
    issue(notifier)
    notifier.ask()
    notifier.send()

    told = [(to, kind) for to, _, kind in said(notifier)]
    assert told == [(DEPUTY, "code"), (DEPUTY, "reminder"), (SPOC, "reminder")]


def test_a_letter_in_another_case_brings_the_deputy_no_code(notifier):
    notifier.know_contacts(**ALL)
    notifier.ask(rung="overdue")
    notifier.send()
    issue(notifier, case_id=uuid4())

    assert codes(notifier) == [SPOC]


def test_the_copy_keeps_contacts_under_seal(notifier):
    notifier.know_contacts(**ALL)
    with notifier.runtime.database.engine.connect() as connection:
        (row,) = connection.exec_driver_sql("SELECT * FROM agencies WHERE id = 'police'").all()

    assert not any(address in str(row) for address in (LEAD, SPOC, DEPUTY, SENIOR))


def test_a_copy_from_before_there_were_contacts_takes_the_present_state(notifier):
    """As migration 0010 leaves it: one revision behind what the directory says anew."""
    about = {"agency": "police", "name": "Wiltshire Police", "kind": "police", "active": True}
    duties = [Duty(slug="safeguarding-lead", label="safeguarding lead", address=LEAD)]
    with notifier.runtime.database.writing("action") as session:
        session.connection().exec_driver_sql("UPDATE agencies SET revision = revision - 1")
    notifier.hear(AgencyChanged(**about, revision=notifier.revisions, duties=duties, single_point=SPOC))
    notifier.ask()
    notifier.send()

    assert said(notifier) == [(SPOC, "single-point-of-contact", "reminder")]
