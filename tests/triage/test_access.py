"""Who saw or received what about a case: told by every service, asked of triage between two moments."""

import csv
import io
import json
import re
from datetime import UTC, date, datetime, time
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from beginnings import beginning
from invented import REFERRAL
from pprg_embedded.__main__ import main
from pprg_shared.boxes.tables import inbox, outbox
from pprg_triage import rules
from pprg_triage.models import Access
from pprg_triage.projections.access import accesses

ASK = {"agencies": ["police"], "questions": "What was your part?"}
SECONDS = 5


@pytest.fixture
@beginning
def case(world, post):
    """The path of a case about which the police were asked."""
    post("intake", "/referrals", REFERRAL)
    (only,) = world.client("triage").get("/api/v1/cases", headers=world.acting("coordinator")).json["cases"]
    post("triage", f"/cases/{only['id']}/requests", ASK)
    return f"/cases/{only['id']}"


@pytest.fixture
def office(world):
    return world.visitor("triage", "coordinator")


def told(world):
    """Let so much time pass that every service has told what it recorded."""
    world.clock.forward(seconds=SECONDS)
    world.settle()


def lines(page):
    """The rows of the table: who, agency, what, where."""
    rows = re.findall(r'<tr class="govuk-table__row" role="row">(.*?)</tr>', page.text, re.DOTALL)
    cells = [re.findall(r"</span>\s*(.*?)\s*</td>", row, re.DOTALL) for row in rows]
    return [tuple(each[1:]) for each in cells if each]


def words(page):
    main = page.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


@pytest.mark.both_databases("each chains in its own way")
def test_every_service_tells_and_the_page_shows_who_saw_did_and_received_what(world, case, office):
    world.visitor("triage", "chair").get(f"{case}/chronology")
    lead = world.visitor("intake", "lead-police")
    (request,) = re.findall(r'href="(/requests/[0-9a-f-]{36})"', lead.get("/requests").text)
    lead.get(request)
    told(world)

    page = office.get(f"{case}/access")
    shown = lines(page)
    people = world.services["triage"].profile.person

    assert (people("chair").name, "Wiltshire SVPP office", "Saw: the chronology", "Triage") in {
        (who, "Wiltshire SVPP office", what, where) for who, _, what, where in shown
    }
    assert (people("lead-police").name, "Wiltshire Police", "Saw: a request", "Intake") in shown
    assert ("Safeguarding lead", "Wiltshire Police", "Was sent: information request", "Notifier") in shown
    assert any(what == "Did: release requests" for _, _, what, _ in shown)
    assert "The referrer" in {who for who, _, what, _ in shown if what == "Was sent: referral received"}
    assert "Invented Child" not in page.text
    assert f'href="{case}/access"' in office.get(case).text


def test_looking_is_itself_told_the_next_time_and_so_is_taking_the_file(world, case, office):
    office.get(f"{case}/access")
    office.get(f"{case}/access.csv").get_data()
    told(world)

    shown = [what for _, _, what, _ in lines(office.get(f"{case}/access"))]

    assert "Saw: who saw the case" in shown
    assert "Took away: who saw the case, as a file" in shown


def test_the_same_told_again_is_the_same(world, case, office, settings):
    office.get(case)
    told(world)
    before = count(world, Access.id)

    for service in world.services:
        CliRunner().invoke(main, (service, "boxes", "replay", "triage"), env={"VAR": settings.var})
    world.settle()

    assert count(world, Access.id) == before > 0


def count(world, column):
    with world.services["triage"].database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(sa.select(column).subquery()))


def test_entries_travel_together_not_before_their_time_and_nothing_of_content_with_them(world, case, office):
    told(world)
    for _ in range(30):
        office.get(case)
    world.settle()
    early = said(world)
    told(world)

    late = said(world)
    assert len(late) == len(early) + 1
    body = json.loads(max(late, key=len))
    assert len(body["data"]["public"]["entries"]) >= 30
    assert body["data"]["sealed"] == {}
    assert all("Invented" not in each for each in late)


def said(world):
    chosen = sa.select(outbox.c.body).where(outbox.c.type == "access.recorded.v1")
    with world.services["triage"].database.reading() as session:
        return [bytes(each).decode() for each in session.scalars(chosen)]


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ("", 2),
        ("?first=25+November+2026", 1),
        ("?last=24+November+2026", 1),
        ("?first=24+November+2026&first_time=09:31", 1),
        ("?first=24+November+2026&first_time=09:30&last=24+November+2026&last_time=09:30", 1),
        ("?first=26+November+2026", 0),
    ],
)
def test_a_period_is_asked_for_by_day_or_by_minute(world, case, office, asked, seen):
    chair = world.visitor("triage", "chair")
    chair.get(f"{case}/history")
    world.clock.forward(days=1)
    chair.get(f"{case}/history")
    told(world)

    page = office.get(f"{case}/access{asked}")

    assert [what for _, _, what, _ in lines(page)].count("Saw: what happened") == seen
    assert page.status_code == 200


@pytest.mark.parametrize(
    ("asked", "advice"),
    [
        ("?first=soon", "Enter the first day with its month and year"),
        ("?last=24+November+2026&last_time=late", "Enter the time such as 10:00"),
        ("?first_time=10:00", "Enter the day that the time belongs to"),
        ("?first=25+November+2026&last=24+November+2026", "The end lies before the beginning"),
    ],
)
def test_what_is_no_period_is_said_and_stays_on_the_page(case, office, asked, advice):
    page = office.get(f"{case}/access{asked}")

    assert page.status_code == 422
    assert advice in words(page)
    assert office.get(f"{case}/access.csv{asked}").status_code == 422


@pytest.mark.parametrize(
    ("who", "status"),
    [("deputy", 200), ("chair", 403), ("partner-police", 403), ("lead-police", 403), ("ops", 403)],
)
def test_the_office_alone_sees_who_saw(world, case, who, status):
    visitor = world.visitor("triage", who)

    assert visitor.get(f"{case}/access").status_code == status
    assert visitor.get(f"{case}/access.csv").status_code == status
    assert (f"{case}/access" in visitor.get(case).text) == (status == 200)


def test_a_case_that_is_not_there_is_not_there(office):
    assert office.get(f"/cases/{uuid4()}/access").status_code == 404
    assert office.get(f"/cases/{uuid4()}/access.csv").status_code == 404


def test_pages_lead_to_one_another_and_keep_the_period(world, case, office):
    fill(world, case, 250)

    first = office.get(f"{case}/access?first=1+November+2026")
    third = office.get(f"{case}/access?first=1+November+2026&page=3")

    assert "page 1 of 3" in words(first)
    assert "?first=1+November+2026&amp;page=2" in first.text
    assert "page 3 of 3" in words(third)
    assert office.get(f"{case}/access?page=9").status_code == 404


def fill(world, case, number):
    at = world.clock()
    rows = [
        {"id": uuid4(), "case_id": UUID(case[-36:]), "at": at, "service": "triage", "kind": "read", "verb": "case"}
        for _ in range(number)
    ]
    with world.services["triage"].database.writing("action") as session:
        session.execute(sa.insert(Access), rows)


def test_the_file_and_the_api_give_what_the_page_shows(world, case, office):
    told(world)
    shown = lines(office.get(f"{case}/access"))

    file = office.get(f"{case}/access.csv")
    rows = list(csv.reader(io.StringIO(file.text.removeprefix("\ufeff"))))
    answer = world.client("triage").get(f"/api/v1{case}/access", headers=world.acting("coordinator")).json

    assert [(row[2], row[3] or "None", row[4], row[5].capitalize()) for row in rows[1:]] == shown
    assert "OFFICIAL-SENSITIVE" in file.headers["Content-Disposition"]
    assert [(each["who"], each["what"]) for each in answer["entries"]] == [(row[2], row[4]) for row in rows[1:]]
    assert answer["total"] == len(shown)


def test_the_command_answers_by_reference_or_id_and_is_recorded(world, case, office, settings):
    told(world)
    reference = re.search(r"PPRG-\d{4}-\d{4}", office.get(case).text)[0]

    def ask(*arguments):
        done = CliRunner().invoke(main, ("triage", "who-saw", *arguments), env={"VAR": settings.var})
        return done.exit_code, done.output

    plain, by_id = ask(reference), ask(case[-36:])
    none = ask(reference, "--to", "2026-11-24T09:30")
    as_json = [json.loads(line) for line in ask(reference, "--json", "--from", "2026-11-24")[1].splitlines()]
    told(world)

    assert plain == by_id
    assert "Was sent: information request" in plain[1]
    assert none == (0, "")
    assert {each["service"] for each in as_json} == {"intake", "triage", "notifier"}
    assert ask("PPRG-1999-0001") == (1, "Error: there is no case PPRG-1999-0001\n")
    assert ask(reference, "--from", "soon")[0] == 2
    assert ("Somebody who was not signed in", "None", "Took away: who saw the case", "Triage") in lines(
        office.get(f"{case}/access")
    )


def test_whoever_refers_by_the_public_form_was_not_signed_in_and_a_program_is_called_one(world, office):
    """Nobody of either sits at a terminal of the service."""
    world.client("intake").post("/api/v1/referrals", json=REFERRAL, headers={"Idempotency-Key": "one"})
    told(world)
    (only,) = world.client("triage").get("/api/v1/cases", headers=world.acting("coordinator")).json["cases"]
    with world.services["triage"].database.writing("action") as session:
        about = {"case_id": UUID(only["id"]), "at": world.clock(), "service": "intake", "kind": "change"}
        row = {"id": uuid4(), "verb": "answer_request", "agency": "police"} | about
        session.execute(sa.insert(Access), [row])

    shown = lines(office.get(f"/cases/{only['id']}/access"))

    assert ("Somebody who was not signed in", "None", "Did: submit referral", "Intake") in shown
    assert ("A program", "Wiltshire Police", "Did: answer request", "Intake") in shown


def test_a_letter_that_came_back_is_told_as_not_received(world, case, office, post):
    letters = world.client("notifier").get("/api/v1/letters", headers=world.acting("coordinator")).json["letters"]
    letter = next(each for each in letters if each["template"] == "information_request")
    post("notifier", f"/letters/{letter['id']}/returned", {"why": "unknown"})

    shown = lines(office.get(f"{case}/access"))

    assert ("Safeguarding lead", "Wiltshire Police", "Did not receive: information request", "Notifier") in shown


@pytest.mark.both_databases("each has its own indexes")
def test_what_is_asked_is_found_by_the_index(world, case):
    """However many entries there are of all cases, those of one case and period are read, in their order."""
    database = world.services["triage"].database
    asked = accesses(UUID(case[-36:]), datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
    ordered = asked.order_by(Access.at.desc(), Access.id.desc()).limit(100)
    text = str(ordered.compile(database.engine, compile_kwargs={"literal_binds": True}))
    with database.writing("action") as session:
        if database.sqlite:
            plan = [row[-1] for row in session.execute(sa.text(f"EXPLAIN QUERY PLAN {text}"))]
        else:
            session.execute(sa.text("SET LOCAL enable_seqscan = off"))
            session.execute(sa.text("SET LOCAL enable_bitmapscan = off"))
            plan = [row[0] for row in session.execute(sa.text(f"EXPLAIN {text}"))]

    assert any("access_of_case" in line for line in plan)
    assert not any("SORT" in line.upper() or "TEMP B-TREE" in line for line in plan)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.times().map(lambda each: each.replace(second=0, microsecond=0)))
def test_a_minute_and_a_day_are_meant_whole(day, minute):
    start, end = rules.between(day, minute, day, minute)
    whole = rules.between(day, None, day, None)

    assert (end - start).total_seconds() == 60
    assert whole[0] <= start < end <= whole[1]
    assert (whole[1] - whole[0]).total_seconds() in {23 * 3600, 24 * 3600, 25 * 3600}


def test_no_period_is_all_time():
    assert rules.between(None, None, None, None) == (None, None)
    assert rules.between(date(2026, 6, 1), time(10), None, None)[0] == datetime(2026, 6, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "verb", "said"),
    [
        ("read", "case", "Saw: the case"),
        ("change", "note_day", "Did: note day"),
        ("read", "note", "Saw: the form that notes a day"),
        ("read", "send_back", "Saw: the form that sends a decision back"),
        ("change", "send_back", "Did: send back"),
        ("read", "more_time", "Saw: the form that asks for more time"),
        ("change", "name_staff", "Did: names of staff, for the office"),
        ("export", "chronology_file", "Took away: the chronology as a file"),
        ("letter", "new_referral", "Was sent: new referral"),
        ("something", "new_here", "something: new here"),
    ],
)
def test_an_entry_in_words(kind, verb, said):
    assert rules.access_words(kind, verb) == said


def test_what_is_told_reaches_triage_once(world, case, office):
    office.get(case)
    told(world)

    with world.services["triage"].database.reading() as session:
        heard = session.scalars(sa.select(inbox.c.subject).where(inbox.c.type == "access.recorded.v1")).all()

    assert {"triage", "intake"} <= set(heard)
