"""Who may see how letters fare, and what of them."""

from uuid import uuid4

import pytest

from visiting import BY_API, BY_FORM, Visitor, visit

ADDRESS = "lead@police.test"
CASE = "00000000-0000-0000-0000-000000000007"
READERS = ["coordinator", "deputy", "administrator", "ops"]
OTHERS = ["chair", "lead-police", None]


@pytest.fixture
def letters(make_notifier, by_mail, mail_server):
    """Three letters: one that waits, one that was refused, one that was taken."""
    mail_server.script.extend([("RCPT", "450 later"), ("RCPT", "550 no")])
    notifier = make_notifier(**by_mail)
    notifier.know_lead(ADDRESS)
    for _ in range(3):
        notifier.ask()
        notifier.send()
        notifier.clock.forward(seconds=0.5)
    return notifier


def id_of(notifier, state):
    fates = [fate for fate, _ in notifier.fates()]
    return notifier.rows()[fates.index(state)].id


@pytest.mark.parametrize("who", READERS)
@pytest.mark.parametrize("path", ["/letters", "/letters/{}", "/api/v1/letters", "/api/v1/letters/{}"])
def test_the_office_and_operators_see_letters(letters, who, path):
    assert visit(letters, who, path.format(id_of(letters, "accepted"))).status_code == 200


@pytest.mark.parametrize("who", OTHERS)
@pytest.mark.parametrize("path", ["/letters", "/letters/{}", "/api/v1/letters", "/api/v1/letters/{}"])
def test_nobody_else_does(letters, who, path):
    known, unknown = (visit(letters, who, path.format(each)) for each in (id_of(letters, "accepted"), uuid4()))

    assert (known.status_code, unknown.status_code) == (403, 403)
    assert "PPRG-2026-0001" not in known.text


@pytest.mark.parametrize("path", ["/letters/{}", "/api/v1/letters/{}", "/letters/{}x", "/api/v1/letters/nothing"])
def test_a_letter_that_is_not_there_is_not_found(letters, path):
    assert visit(letters, "coordinator", path.format(uuid4())).status_code == 404


@pytest.mark.parametrize(
    "asked", ["subject=x", "subject=", "state=lost", "state=", "order=1", "subject=' OR 1=1 --", f"subject={CASE}&a=b"]
)
@pytest.mark.parametrize("path", ["/letters", "/api/v1/letters"])
def test_a_filter_that_makes_no_sense_is_refused(letters, path, asked):
    assert visit(letters, "coordinator", f"{path}?{asked}").status_code == 422


@pytest.mark.parametrize(
    ("asked", "states"),
    [
        ("", ["accepted", "failed", "waiting"]),
        ("?state=waiting", ["waiting"]),
        ("?state=failed", ["failed"]),
        ("?state=accepted", ["accepted"]),
        ("?state=not-sent", []),
        (f"?subject={CASE}", ["accepted", "failed", "waiting"]),
        (f"?subject={uuid4()}", []),
        (f"?subject={CASE}&state=failed", ["failed"]),
    ],
)
def test_letters_are_listed_newest_first_by_case_and_state(letters, asked, states):
    found = visit(letters, "coordinator", f"/api/v1/letters{asked}").json["letters"]
    page = visit(letters, "coordinator", f"/letters{asked}").text

    assert [each["state"] for each in found] == states
    assert [page.index(each["id"]) for each in found] == sorted(page.index(each["id"]) for each in found)
    assert page.count("/letters/") == len(states)
    assert "<strong>All</strong>" in page or "state=" in asked


def test_the_api_says_how_each_letter_fares(letters):
    accepted, failed, waiting = visit(letters, "coordinator", "/api/v1/letters").json["letters"]
    common = {
        "template": "reminder",
        "reference": "PPRG-2026-0001",
        "to": "police/safeguarding-lead",
        "attempts": 1,
        "invitation": False,
        "typed": False,
    }

    assert waiting == common | {
        "id": str(id_of(letters, "waiting")),
        "state": "waiting",
        "written_at": "2026-11-24T09:30:00+00:00",
        "next_try": "2026-11-24T09:30:02+00:00",
        "problem": "the mail server refused the recipient's address for now (450)",
    }
    assert failed == common | {
        "id": str(id_of(letters, "failed")),
        "state": "failed",
        "written_at": "2026-11-24T09:30:00.500000+00:00",
        "next_try": None,
        "problem": "the mail server refused the recipient's address for good (550)",
    }
    assert (accepted["state"], accepted["problem"]) == ("accepted", "")
    assert visit(letters, "ops", f"/api/v1/letters/{failed['id']}").json == failed


def test_pages_say_in_plain_words_what_went_wrong_and_what_to_do(letters):
    listed = visit(letters, "coordinator", "/letters").text
    failed = visit(letters, "coordinator", f"/letters/{id_of(letters, 'failed')}").text
    waiting = visit(letters, "coordinator", f"/letters/{id_of(letters, 'waiting')}").text
    words = "The mail server refused the recipient&#39;s address for good (550)."

    assert words in listed
    assert "Safeguarding lead, Wiltshire Police" in listed
    assert words in failed
    assert "Call the recipient, and have the address in the directory put right." in failed
    assert "Tuesday 24 November 2026, 09:30" in waiting
    assert "Next try" in waiting
    assert "Next try" not in failed


@pytest.mark.asvs("8.2.3", "15.3.1")
@pytest.mark.parametrize(("who", "shown"), [(each, each in {"coordinator", "administrator"}) for each in READERS])
def test_only_coordinator_and_administrator_see_an_address(letters, make_notifier, who, shown):
    letters.invite()
    letters.send()
    paths = ["/letters", "/api/v1/letters"] + [f"/letters/{row.id}" for row in letters.rows()]

    pages = "".join(visit(letters, who, path).text for path in paths)

    assert (ADDRESS in pages, "Canary" in pages) == (shown, False)


def test_what_the_try_out_mailbox_keeps_is_shown_as_its_recipient_reads_it(make_notifier):
    notifier = make_notifier()
    notifier.invite()
    notifier.send()
    path = f"/letters/{notifier.rows()[0].id}"

    coordinator, deputy = (visit(notifier, who, path).text for who in ("coordinator", "deputy"))

    assert "To everyone invited to this meeting," in coordinator
    assert "Kept in the try-out mailbox, not sent." in coordinator
    assert "ATTENDEE" in coordinator
    assert "To everyone invited to this meeting," in deputy
    assert "member@police.example" not in deputy


def test_a_letter_that_waits_for_somebody_to_hold_a_duty_is_shown(make_notifier):
    notifier = make_notifier()
    notifier.know_duties()
    notifier.ask()
    notifier.send()

    page = visit(notifier, "coordinator", f"/letters/{notifier.rows()[0].id}").text

    assert "The directory has no safeguarding lead at Wiltshire Police." in page


BACK = "it came back: there is no such address"


@pytest.mark.fault("F68")
@pytest.mark.parametrize(("way", "statuses"), [(BY_FORM, [303, 422]), (BY_API, [201, 409])])
def test_a_letter_that_came_back_did_not_arrive_and_that_is_said_once(letters, way, statuses):
    """A person reads what came back; nothing that anybody can forge is believed, and nothing is answered."""
    letter, before = id_of(letters, "accepted"), letters.said()
    ways = [way(Visitor(letters, who), letter) for who in ("coordinator", "ops")]

    told, again = (tell(letter, why="unknown") for tell in ways)
    page = visit(letters, "coordinator", f"/letters/{letter}").text

    assert [told.status_code, again.status_code] == statuses
    assert "Only a letter that a mail server has taken can come back." in again.text
    assert ("failed", BACK) in letters.fates()
    assert letters.said()[len(before) :] == [("letter.failed.v1", BACK)]
    assert "It came back: there is no such address." in page
    assert "Call the recipient, and have the address in the directory put right." in page
    assert "Has it come back?" not in page


@pytest.mark.parametrize("way", [BY_FORM, BY_API])
@pytest.mark.parametrize("answers", [{}, {"why": "anything"}])
def test_why_a_letter_came_back_is_one_of_three(letters, way, answers):
    letter, fates = id_of(letters, "accepted"), letters.fates()

    refused = way(Visitor(letters, "coordinator"), letter)(letter, **answers)

    assert refused.status_code == 422
    assert "Say why the letter came back" in refused.text
    assert letters.fates() == fates


@pytest.mark.parametrize("way", [BY_FORM, BY_API])
def test_a_letter_that_is_not_there_cannot_come_back(letters, way):
    tell = way(Visitor(letters, "coordinator"), id_of(letters, "accepted"))

    assert tell(uuid4(), why="full").status_code == 404


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_may_say_that_a_letter_came_back(letters, who):
    letter = id_of(letters, "accepted")

    refused = BY_API(Visitor(letters, who), letter)(letter, why="full")

    assert refused.status_code == 403
    assert ("accepted", None) in letters.fates()
