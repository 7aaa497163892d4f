"""The chronology of all agencies: one order, kept by the database, page by page, as a file, and whole or not at all."""

import re
import tracemalloc
from datetime import date
from itertools import permutations
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beginnings import beginning
from invented import ANSWERED, REFERRAL
from pprg_intake import actions as intake_actions
from pprg_intake import rules as intake_rules
from pprg_shared import spreadsheet
from pprg_shared.contract import Envelope
from pprg_shared.events.intake import AgencySummarySubmitted, ChronologySubmitted
from pprg_shared.events.told import Further, When
from pprg_shared.events.told import Row as Said
from pprg_shared.partial_dates import NotADate, parse
from pprg_shared.profile import CONTACTS, IMPACTS, RATINGS, SAID, SIGNIFICANCES
from pprg_triage import rules
from signed import acting

TODAY = date(2026, 11, 24)
#: How often the database is asked who somebody is.
WHO = 2
DATES = ["2016", "May 2016", "1 May 2016", "?1 May 2016", "30 April 2016", "2015 to 2016", "1 January 2016"]


@pytest.fixture
@beginning
def case(world):
    """The id of a case about which agencies have been asked."""
    headers = world.acting("coordinator") | {"Idempotency-Key": "one"}
    world.client("intake").post("/api/v1/referrals", json=REFERRAL, headers=headers)
    world.settle()
    (only,) = world.client("triage").get("/api/v1/cases", headers=world.acting("coordinator")).json["cases"]
    agencies = list(world.services["triage"].profile.asked_agencies())[:10]
    ask = {"agencies": agencies, "questions": "What?"}
    world.client("triage").post(f"/api/v1/cases/{only['id']}/requests", json=ask, headers=headers)
    world.settle()
    return only["id"]


@pytest.fixture
def said(world, case):
    """What an agency says when it answers with rows: the summary, and the parts of its chronology."""
    client = world.client("triage")
    requests = {
        each["agency"]: each
        for each in client.get(f"/api/v1/cases/{case}", headers=world.acting("coordinator")).json["requests"]
    }

    def say(agency, rows, parts=1, version=1):
        about = {"request_id": UUID(requests[agency]["id"]), "case_id": UUID(case), "reference": "PPRG-2026-0001"}
        about |= {"agency": agency, "submitted_on": TODAY, "version": version}
        size = -(-len(rows) // parts)
        events = [AgencySummarySubmitted(**about, rows=len(rows), author="Lead", summary="Invented.")]
        for first in range(0, len(rows), size):
            some = rows[first : first + size]
            events.append(ChronologySubmitted(**about, count=len(some), first=first, rows=some))
        return [wire(world, each) for each in events]

    return say


def wire(world, event):
    keys = world.services["intake"].keys
    return event.wrap(keys, source="intake", time=world.clock(), correlation_id="test").to_json()


def row(text, time="", event="Invented.", source="Log", people="", further=None):
    when = parse(text, today=TODAY).to_json()
    return Said(**when, source=source, event=event, action="None", time=time, people=people, further=further)


def hear(world, *bodies):
    assert all(world.services["triage"].arrival.receive(list(bodies)))


def pages(client, case, query=""):
    """All pages of the chronology at the API, one after another."""
    office = acting(client, "coordinator")
    first = client.get(f"/api/v1/cases/{case}/chronology?{query}", headers=office).json
    rest = range(2, first["pages"] + 1)
    more = [client.get(f"/api/v1/cases/{case}/chronology?{query}&page={n}", headers=office).json for n in rest]
    return [each for page in (first, *more) for each in page["rows"]]


@pytest.mark.both_databases("each orders in its own way")
def test_the_database_keeps_the_order_of_the_rules_over_all_pages(world, case, said):
    rows = {agency: [] for agency in ("police", "icb", "gp")}
    for number, (text, time) in enumerate((d, t) for d in DATES for t in ("", "09:00", "23:59") for _ in range(6)):
        list(rows.values())[number % 3].append(row(text, time, event=f"{number}"))
    for agency, each in rows.items():
        hear(world, *said(agency, each))

    found = pages(world.client("triage"), case)

    entries = [
        rules.Entry(parse(each.as_entered, today=TODAY), number, agency, "", each.event, "", each.time)
        for agency, some in rows.items()
        for number, each in enumerate(some)
    ]
    assert len(found) == 126
    assert [each["event"] for each in found] == [each.event for each in sorted(entries, key=rules.position)]


@pytest.mark.both_databases("each searches in its own way")
def test_a_page_is_found_by_agency_and_by_what_may_lie_in_a_period(world, case, said):
    hear(world, *said("police", [row("2016"), row("1 May 2016"), row("May 2015")]))
    hear(world, *said("icb", [row("2 May 2016")]))
    client, page = world.client("triage"), f"/cases/{case}/chronology"
    office = world.visitor("triage", "coordinator")

    def dates(query):
        return [each["date"]["as_entered"] for each in pages(client, case, query)]

    assert dates("agency=icb") == ["2 May 2016"]
    assert dates("first=2016-05-02") == ["2016", "2 May 2016"]
    assert dates("first=2015-05-31&last=2016-05-01") == ["May 2015", "2016", "1 May 2016"]
    assert dates("agency=gp") == []
    filtered = office.get(f"{page}?agency=icb&first=1+May+2016")
    assert "1 row, page 1 of 1" in filtered.text
    assert 'value="1 May 2016"' in filtered.text
    assert "No row is of this agency and period." in office.get(f"{page}?agency=gp").text
    assert [office.get(f"{page}?{query}").status_code for query in ("page=2", "page=0", "agency=no", "first=soon")] == [
        404,
        422,
        422,
        422,
    ]
    assert client.get(f"/api/v1{page}?page=x", headers=world.acting("coordinator")).status_code == 422


@pytest.mark.parametrize(
    "addresses",
    [pytest.param("sqlite", marks=pytest.mark.long), pytest.param("postgres", marks=pytest.mark.database)],
    indirect=True,
)
def test_ten_agencies_with_two_thousand_rows_each_are_read_page_by_page_with_few_queries(world, case, said, queries):
    agencies = list(world.services["triage"].profile.asked_agencies())[:10]
    for place, agency in enumerate(agencies):
        rows = [row(f"{n % 28 + 1}/{(n + place) % 12 + 1}/{2024 + n % 2}", event=f"{n}") for n in range(2000)]
        hear(world, *said(agency, rows, parts=4))
    office = world.visitor("triage", "coordinator")
    page = f"/cases/{case}/chronology"

    office.get("/cases")  # names of agencies and people are read once in a while
    with queries("triage") as first:
        start = office.get(page)
    with queries("triage") as last:
        end = office.get(f"{page}?page=200")

    assert "20000 rows, page 1 of 200" in start.text
    assert "20000 rows, page 200 of 200" in end.text
    assert re.findall(r'href="[^"]+(\?page=\d+)"', start.text) == ["?page=2", "?page=200"]
    assert re.findall(r'href="[^"]+(\?page=\d+)"', end.text) == ["?page=1", "?page=199"]
    assert (len(first.reads), len(last.reads)) == (WHO + 5, WHO + 5)
    assert office.get(f"{page}?page=201").status_code == 404
    whole = office.get(f"{page}.csv")
    assert whole.data.count(b"\r\n") == 20_001
    rows, pieces, most = streamed(office, f"{page}/print")
    assert rows == 20_000
    assert pieces < 1000, "a server sends each by itself"
    assert most < 16, "megabytes: rows are given away as they are read"
    office.get(f"/cases/{case}")
    with queries("triage") as case_page:
        office.get(f"/cases/{case}")
    assert len(case_page.reads) <= WHO + 13


def streamed(client, path):
    """How many rows of a table come in how many pieces, and the most megabytes that are held meanwhile."""
    cells = pieces = 0
    tracemalloc.start()
    with client.get(path) as answer:
        for part in answer.iter_encoded():
            cells, pieces = cells + part.count(b'<td class="govuk-table__cell">'), pieces + 1
        _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return cells // 6, pieces, most / 2**20


@pytest.mark.both_databases
def test_a_long_chronology_is_whole_or_not_there_whatever_the_order_of_its_parts(world, said, case):
    rows = [row("2025", event=f"{number} {uuid4().hex * 16}") for number in range(40)]
    client = world.client("triage")
    for agency, order in zip(("police", "icb", "gp", "ambulance"), permutations(range(4)), strict=False):
        bodies = said(agency, rows, parts=3)
        for place in order[:-1]:
            hear(world, bodies[place])
            hear(world, bodies[place])
        before = client.get(f"/api/v1/cases/{case}", headers=world.acting("coordinator")).json
        hear(world, *bodies)
        after = client.get(f"/api/v1/cases/{case}", headers=world.acting("coordinator")).json

        assert agency in before["missing"]
        assert agency not in after["missing"]
        assert after["rows"] - before["rows"] == 40
        events = [each["event"] for each in pages(client, case, f"agency={agency}")]
        assert events == [each.event for each in rows]


def test_a_part_that_is_missing_is_seen_on_the_case_and_nothing_of_the_rest_is_read(world, case, said):
    summary, *parts = said("police", [row("2025", event="An early part")] * 40, parts=4)
    office = world.visitor("triage", "coordinator")

    hear(world, summary, *parts[:-1])
    page, chronology = office.get(f"/cases/{case}").text, office.get(f"/cases/{case}/chronology").text

    assert "30 of 40 rows have arrived" in page
    assert "An early part" not in chronology
    hear(world, parts[-1])
    assert "rows have arrived" not in office.get(f"/cases/{case}").text


def test_parts_that_come_before_their_request_wait_for_it(world, case, said):
    body = Envelope.from_json(said("police", [row("2025")])[1])
    unknown = ChronologySubmitted.unwrap(body, world.services["intake"].keys)
    about = {name: value for name, value in vars(unknown).items() if name != "envelope"}

    hear(world, wire(world, ChronologySubmitted(**about | {"request_id": uuid4()})))

    assert world.services["triage"].oldest() >= 0
    assert pages(world.client("triage"), case) == []


def test_two_thousand_rows_of_five_hundred_letters_travel_from_the_agency_to_the_group(world, case):
    client, headers = world.client("intake"), {**world.acting("lead-police"), "Idempotency-Key": "long"}
    (asked,) = client.get("/api/v1/requests", headers=headers).json["requests"]
    rows = [{"date": "2025", "source": f"Log {n}", "event": (uuid4().hex * 16)[:500]} for n in range(2000)]

    sent = client.post(
        f"/api/v1/requests/{asked['id']}/return",
        json=ANSWERED | {"author": "L", "summary": "S", "rows": rows},
        headers=headers,
    )
    world.settle()

    assert sent.status_code == 201
    found = pages(world.client("triage"), case)
    assert [each["event"] for each in found] == [each["event"] for each in rows]


TEXT = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"], include_characters="\n"), max_size=60
)


def dated(text):
    try:
        return parse(text, today=TODAY)
    except NotADate:
        return None


FURTHER = st.none() | st.builds(
    Further,
    end_date=st.none() | st.just(When(**parse("?2027", today=TODAY).to_json())),
    end_time=st.sampled_from(["", "23:59"]),
    contact_type=st.sampled_from(["", *CONTACTS]),
    seen=st.sampled_from(["", *SAID]),
    voice=TEXT.map(intake_actions.clean),
    impact=st.sampled_from(["", *IMPACTS]),
    comment_analysis=TEXT.map(intake_actions.clean),
    rag=st.sampled_from(["", *RATINGS]),
    significance=st.sampled_from(["", *SIGNIFICANCES]),
    policy_or_practice_point=st.sampled_from([[], ["neglect"], ["neglect", "voice-of-child"]]),
    recorded_at=st.none() | st.just(When(**parse("May 2025", today=TODAY).to_json())),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(DATES), st.sampled_from(["", "09:00"]), TEXT, TEXT, TEXT, FURTHER),
        min_size=1,
        max_size=5,
    )
)
def test_what_is_taken_out_as_a_file_comes_in_as_the_same_rows(world, case, said, version, rows):
    clean = intake_actions.clean
    typed = [row(d, t, clean(e) or "E", clean(s) or "S", clean(p), further) for d, t, e, s, p, further in rows]
    hear(world, *said("police", typed, version=version()))
    taken = world.visitor("triage", "coordinator").get(f"/cases/{case}/chronology.csv")
    themes = world.services["triage"].profile.themes

    read, wrong = intake_actions.read_chronology(taken.data, TODAY, ("police", "Wiltshire Police"), themes)

    names = ("as_entered", "time", "source", "people", "event", "action")
    expected = sorted(typed, key=lambda each: (*dated(each.as_entered).sort_key(), each.time or "24:00"))
    assert wrong == []
    assert [tuple(each.get(name, "") for name in ("date", *names[1:])) for each in read] == [
        tuple(getattr(each, name) for name in names) for each in expected
    ]
    told, _ = intake_rules.lines(read, TODAY, themes)
    nothing = Further()
    for line, each in zip(told, expected, strict=True):
        again = intake_actions._row(line).further or nothing
        assert again == (each.further or nothing)


@pytest.fixture
def version():
    """One number after another."""
    return iter(range(1, 10**6)).__next__


@pytest.mark.asvs("5.4.1", "5.4.2")
def test_the_file_is_named_by_the_marking_and_holds_no_formula(world, case, said):
    hear(world, *said("police", [row("2025", event="=HYPERLINK(1)", source="+44")]))

    taken = world.visitor("triage", "coordinator").get(f"/cases/{case}/chronology.csv")

    assert taken.mimetype == "text/csv"
    assert re.search(r"OFFICIAL.*PPRG-2026-0001 chronology\.csv", taken.headers["Content-Disposition"])
    assert taken.data.decode() == spreadsheet.MARK + (
        "Date,Time,Agency,Source,People,Event,Action,End date,End time,Contact type,Seen,Seen alone,Voice,Outcome,"
        "Impact,Impact note,Comment,RAG,Significance,Themes,Written on,Ref,To look at,Marking\r\n"
        "2025,,Wiltshire Police,'+44,,'=HYPERLINK(1),None,,,,,,,,,,,,,,,1,,OFFICIAL-SENSITIVE\r\n"
    )
    assert world.visitor("triage", "ops").get(f"/cases/{case}/chronology.csv").status_code == 403


def test_the_chronology_on_paper_has_its_marking_and_is_for_the_group(world, case, said):
    hear(world, *said("police", [row("2025", event="An invented call.", people="Mother")]))
    office = world.visitor("triage", "coordinator")
    page = office.get(f"/cases/{case}/chronology/print")

    assert (page.status_code, page.text.count("OFFICIAL-SENSITIVE")) == (200, 2)
    for told in ("2025", "Wiltshire Police", "Mother", "An invented call."):
        assert told in page.text
    assert page.text.rstrip().endswith("</html>")
    assert f"/cases/{case}/chronology/print" in office.get(f"/cases/{case}/chronology").text
    assert world.visitor("triage", "ops").get(f"/cases/{case}/chronology/print").status_code == 403
    assert office.get(f"/cases/{uuid4()}/chronology/print").status_code == 404
