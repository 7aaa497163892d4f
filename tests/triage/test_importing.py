"""Open cases come from a coordinator's list: shown first, made at once, taken back while untouched; by page and API."""

import csv
import html
import io
import re
from pathlib import Path

import pytest
import sqlalchemy as sa

import invented
from beginnings import beginning
from pprg_shared.boxes.tables import audit, outbox, steps
from pprg_shared.database import seal, unseal
from pprg_triage.models import Case, Import, ImportedCase, TriggerDay
from stored import changes, stored

pytestmark = pytest.mark.both_databases
MESSY = Path(__file__).with_name("open_cases.csv").read_text("utf-8").encode("cp1252")
SMALL = "Ref,Date received,Name,Type\nR/1,3 November 2026,Invented One,SAR\nR/2,?Oct 2026,Invented Two,\n"
NEW = "/cases/imports/new"
WAIT = "Wait 5 minutes, then try again. If it cannot wait, call us on 01632 960001."


@pytest.fixture
def office(world):
    return world.visitor("triage", "coordinator")


def words(page):
    main = page.text.partition("<main")[2].partition("</main>")[0]
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", main).split()))


def fields(page):
    """What the last form of a page would send as it stands."""
    inner = page.text.rpartition("<form")[2].partition("</form>")[0]
    sent = {
        html.unescape(n): html.unescape(v)
        for n, v in re.findall(r'<input type="hidden" name="(.*?)" value="(.*?)">', inner, re.DOTALL)
    }
    for name, options in re.findall(r'<select[^>]* name="(.*?)".*?>(.*?)</select>', inner, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        sent[name] = chosen[1] if chosen else ""
    return sent


def read(client, raw, **pasted):
    """Send a file, or what was pasted, to the first page."""
    page = client.get(NEW)
    sent = {name: fields(page)[name] for name in ("_csrf", "_key", "_end")} | pasted
    if raw is not None:
        sent["file"] = (io.BytesIO(raw), "cases.csv")
    return client.post(NEW, data=sent, content_type="multipart/form-data")


def plan(client, raw, **chosen):
    return client.post("/cases/imports/plan", data=fields(read(client, raw)) | chosen)


def confirm(client, raw, **chosen):
    return client.post("/cases/imports", data=fields(plan(client, raw)) | chosen)


def undo(client, path):
    return client.post(path, data=fields(client.get(path)))


def rows(world, *models):
    with world.services["triage"].database.reading() as session:
        return [session.scalar(sa.select(sa.func.count()).select_from(each)) for each in models]


def cases(world):
    headers = world.acting("coordinator")
    return {
        each["earlier_reference"]: each
        for each in world.client("triage").get("/api/v1/cases", headers=headers).json["cases"]
    }


def test_a_messy_list_is_read_mapped_shown_and_imported(world, office):
    columns = read(office, MESSY)
    shown = plan(office, MESSY)
    kept = rows(world, Case, Import)
    made = office.post("/cases/imports", data=fields(shown))
    page = office.get(made.location)

    assert "Our ref. SVPP/24/07; SVPP/24/08; SVPP/24/09" in words(columns)
    assert fields(columns)["column_1"] == "received"
    assert (shown.status_code, kept) == (200, [0, 0])
    assert (
        "Nothing is kept yet. 6 cases would be made, 4 rows need changing, 1 is here already, 3 are no open case."
        in words(shown)
    )
    assert "Columns that are left out: Cost code ." in words(shown)
    assert "Row 9 Column Date received What to know 31/02/2026 is not a real date." in words(shown)
    assert "Row 5 Own reference SVPP/24/09 Received September 2026 Person not known" in words(shown)
    assert made.status_code == 303
    assert "6 cases imported on Tuesday 24 November 2026, 09:30 by" in words(page)
    assert "Person not known Received September 2026 Can it be taken back? Yes" in words(page)
    assert "Row 14 Column Own reference Why it was left out “SVPP/24/07” is here already: row 3." in words(page)
    assert rows(world, Case, ImportedCase, Import, TriggerDay) == [6, 6, 1, 1]


def test_an_imported_case_shows_what_the_list_told_and_its_clock_counts_from_the_days_there(world, office):
    confirm(office, MESSY)
    first, adult = (f"/cases/{cases(world)[each]['id']}" for each in ("SVPP/24/07", "SVPP/24/08"))
    page, listing = office.get(first), words(office.get("/cases"))

    assert "PPRG-2026-L0001 ( SVPP/24/07 )" in listing
    assert "Rapid review: day 0 Thu 5 Nov 2026; due Thu 26 Nov 2026" in words(page)
    for told in (
        "Your own reference SVPP/24/07 Received 3 November 2026 Panel notified 05/11/26",
        "Stage Awaiting returns Due by the list 26/11/26 Meeting by the list w/c 30 Nov Lead Siân – office",
        "Notes Comments: Mother “not seen” Comments: chase GP",
        "No agency has been asked yet. The referrer named: Wiltshire Police.",
    ):
        assert told in words(page)
    assert "Imported from row 3 of a list of open cases Who Robin Sample" in words(office.get(f"{first}/history"))
    assert "Notification date: Thu 5 Nov 2026 Who Robin Sample" in words(office.get(f"{first}/history"))
    assert "Kind of review SAR" in words(office.get(adult))
    assert "Your own reference SVPP/24/08" in words(office.get(f"{adult}/print"))


def test_brothers_and_sisters_of_a_row_are_subjects_of_its_case_and_the_list_stands_for_the_referrer(world, office):
    siblings = "Ref,Received,Name,Type,Siblings\nR/1,3/11/26,J.S.,Rapid review,T.S. (3/4/2018); B.S.\n"
    shown = plan(office, siblings.encode())
    confirm(office, siblings.encode())
    (case,) = cases(world).values()
    page = words(office.get(f"/cases/{case['id']}"))

    assert "J.S., T.S., B.S." in words(shown)
    assert "J.S. Who A child T.S. Who A child Born 3 April 2018 B.S. Who A child" in page
    assert "Brothers and sisters T.S. (3/4/2018); B.S." in page
    assert "Referrer Imported from the list" in page


@pytest.mark.parametrize("typed", ["r 2", "R/2", "PPRG-2026-L0002", " pprg-2026-l0002 "])
def test_a_case_is_found_by_its_reference_ours_or_that_of_the_list(world, office, typed):
    confirm(office, SMALL.encode())

    found = office.post("/cases", data=fields(office.get("/cases")) | {"reference": typed})

    assert (found.status_code, found.location) == (303, f"/cases/{cases(world)['R/2']['id']}")


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("R/9", "No case has this reference, nor did one have it in a list"),
        ("/", "No case has this reference"),
        ("", "Enter the reference of a case"),
        ("x" * 61, "Enter a reference of at most 60 characters"),
    ],
)
def test_a_reference_that_no_case_has_is_told_so_and_stays_as_typed(office, typed, problem):
    confirm(office, f"{SMALL},4/11/2026,,\n".encode())

    refused = office.post("/cases", data=fields(office.get("/cases")) | {"reference": typed})

    assert (refused.status_code, problem in words(refused)) == (422, True)
    assert f'value="{typed}"' in refused.text or not typed


def test_nobody_is_written_to_and_nothing_is_said_of_imported_cases(world, office):
    before = rows(world, outbox)
    confirm(office, SMALL.encode())
    world.settle()

    assert rows(world, outbox) == before
    assert "PPRG-2026-L" not in world.visitor("notifier", "coordinator").get("/letters").text


def test_one_choice_for_a_whole_list_is_one_step(world, office):
    made = confirm(office, SMALL.encode())

    with world.services["triage"].database.reading() as session:
        counted = session.execute(sa.select(steps.c.subject, steps.c.count)).all()
    assert [tuple(each) for each in counted] == [(made.location.rpartition("/")[2], 1)]


def test_an_imported_case_is_worked_on_like_any_other(world, office):
    confirm(office, SMALL.encode())
    path = f"/cases/{cases(world)['R/2']['id']}"
    ask = office.get(f"{path}/requests/new")
    sent = office.post(
        f"{path}/requests/new", data=fields(ask) | {"agencies": "police", "questions": "What?", "wanted": "both"}
    )
    world.settle()

    assert ask.status_code == 200
    assert sent.status_code == 303
    assert "Wiltshire Police Due" in words(office.get(path))
    assert "PPRG-2026-L0002" in words(world.visitor("intake", "lead-police").get("/requests"))


@pytest.mark.parametrize(
    "page",
    [
        *("", "/print", "/history", "/chronology", "/dates/new", "/requests/new", "/meetings/new", "/meetings/held"),
        *("/decision/new", "/decision/rapid_review"),
    ],
)
def test_every_page_of_a_case_of_which_little_is_known_opens(world, office, page):
    confirm(office, b"Received\n?2026\n")
    (known,) = cases(world).values()

    assert office.get(f"/cases/{known['id']}{page}").status_code == 200


def test_whoever_imported_a_case_is_invited_in_the_place_of_a_referrer(world, office):
    confirm(office, SMALL.encode())
    path = f"/cases/{cases(world)['R/2']['id']}/meetings/new"
    told = {"standing": "other", "day": "8 December 2026", "starts": "10:00", "ends": "12:00", "place": "Invented Room"}
    sent = office.post(path, data=fields(office.get(path)) | told)
    world.settle()

    assert sent.status_code == 303
    assert "Robin Sample" in words(office.get(sent.location))
    assert "PPRG-2026-L0002" in world.visitor("notifier", "coordinator").get("/letters").text


def test_an_import_is_taken_back_whole_while_nobody_has_acted(world, office):
    made = confirm(office, SMALL.encode())
    offered = words(office.get(made.location))
    back = undo(office, made.location)
    page = words(office.get(made.location))
    again = confirm(office, SMALL.encode())

    assert "Can it be taken back? Yes" in offered
    assert (back.status_code, back.location) == (303, made.location)
    assert "Taken back on Tuesday 24 November 2026, 09:30 by Robin Sample: 2 cases." in page
    assert "Take back" not in page.replace("Taken back", "")
    assert again.status_code == 303
    assert sorted(each["reference"] for each in cases(world).values()) == ["PPRG-2026-L0003", "PPRG-2026-L0004"]
    assert rows(world, Case, ImportedCase, Import) == [2, 2, 2]


def test_a_case_that_somebody_acted_upon_stays_and_the_page_says_why(world, office):
    made = confirm(office, SMALL.encode())
    kept = cases(world)["R/1"]
    world.clock.forward(minutes=1)
    note = f"/cases/{kept['id']}/dates/new"
    office.post(note, data=fields(office.get(note)) | {"trigger": "notified", "day": "10 November 2026"})

    before = words(office.get(made.location))
    undo(office, made.location)
    page = words(office.get(made.location))

    assert "Can it be taken back? No: a date was noted" in before
    assert "1 case. The others stay, since somebody has acted upon them." in page
    assert list(cases(world)) == ["R/1"]


def test_an_import_of_which_every_case_was_acted_upon_cannot_be_taken_back(world, office):
    made = confirm(office, SMALL.encode())
    shown = fields(office.get(made.location))
    world.clock.forward(minutes=1)
    for each in cases(world).values():
        note = f"/cases/{each['id']}/dates/new"
        office.post(note, data=fields(office.get(note)) | {"trigger": "notified", "day": "10 November 2026"})

    refused = office.post(made.location, data=shown)

    assert refused.status_code == 422
    assert "None of these cases can be taken back." in words(refused)
    assert rows(world, Case) == [2]


def test_the_same_list_again_makes_nothing_a_second_time(world, office):
    first = confirm(office, SMALL.encode())
    shown = plan(world.visitor("triage", "deputy"), SMALL.encode())
    forced = office.post("/cases/imports", data=fields(shown) | {"_csrf": fields(office.get(NEW))["_csrf"]})

    assert "This very list was imported on Tuesday 24 November 2026, 09:30 already: see what it made" in words(shown)
    assert first.location in shown.text
    assert "0 cases would be made, 0 rows need changing, 2 are here already" in words(shown)
    assert forced.status_code == 422
    assert "This very list was imported on Tuesday 24 November 2026 already." in words(forced)
    assert rows(world, Case, Import) == [2, 1]


@pytest.mark.both_databases("each refuses twins in its own way")
def test_a_double_click_makes_one_import(world, office):
    form = fields(plan(office, SMALL.encode()))

    first, second = (office.post("/cases/imports", data=form) for _ in range(2))

    assert first.location == second.location
    assert rows(world, Case, Import) == [2, 1]


def test_of_a_list_that_has_grown_only_the_new_rows_are_made(world, office):
    confirm(office, SMALL.encode())
    shown = plan(office, f"{SMALL}R/3,4/11/2026,Invented Three,\n".encode())
    office.post("/cases/imports", data=fields(shown))

    assert "1 case would be made, 0 rows need changing, 2 are here already" in words(shown)
    assert cases(world)["R/3"]["reference"] == "PPRG-2026-L0003"


@pytest.mark.parametrize(("leave_out", "made"), [({}, 3), ({"leave_out_alike": "true"}, 2)])
def test_rows_that_look_like_a_case_are_shown_and_left_out_when_asked(world, office, leave_out, made):
    raw = f"{SMALL},3 November 2026,invented ONE,\n".encode()
    shown = plan(office, raw)
    office.post("/cases/imports", data=fields(shown) | leave_out)

    assert "The same person and day received as row 2." in words(shown)
    assert rows(world, Case) == [made]


def test_a_case_that_was_referred_is_recognised_by_name_and_day(world, office):
    headers = {"Idempotency-Key": "one"}
    world.client("intake").post("/api/v1/referrals", json=invented.REFERRAL, headers=headers)
    world.settle()

    shown = plan(office, b"Received,Name\n24/11/2026,Invented child\n")

    assert "The same person and day received as case PPRG-2026-0001." in words(shown)


TWIN = b"Ref,Received,Name\n,24/11/2026,Invented child\nR/9,4/11/2026,Invented Nine\n"
LIKE = "The same person and day received as {}."


@pytest.fixture
@beginning
def closed(world):
    """A case that was referred, and that is closed to the coordinator."""
    headers = {"Idempotency-Key": "one"}
    world.client("intake").post("/api/v1/referrals", json=invented.REFERRAL, headers=headers)
    world.settle()
    (case,) = world.client("triage").get("/api/v1/cases", headers=world.acting("coordinator")).json["cases"]
    post(world, f"/api/v1/cases/{case['id']}/interests", {"why": "Invented: a relation."})
    assert world.visitor("triage", "coordinator").get(f"/cases/{case['id']}").status_code == 404
    return case["id"]


def looks(world, case, who):
    """How often and where it was recorded that somebody saw a case."""
    person = world.services["triage"].profile.person(who).id
    chosen = sa.select(audit.c.verb).where(audit.c.subject == case, audit.c.person == person)
    with world.services["triage"].database.reading() as session:
        return sorted(session.scalars(chosen.where(audit.c.kind == "read")))


def test_a_row_like_a_case_is_told_by_the_same_rule_without_a_name_to_whom_the_case_is_closed(world, office, closed):
    deputy = world.visitor("triage", "deputy")
    shown, named = plan(office, TWIN), plan(deputy, TWIN)
    planned = post(world, "/api/v1/cases/imports/plan", {"text": TWIN.decode()})
    to_deputy = post(world, "/api/v1/cases/imports/plan", {"text": TWIN.decode()}, "deputy")

    assert LIKE.format("a case that is here") in words(shown)
    assert [each["detail"] for each in planned.json["warnings"]] == [LIKE.format("a case that is here")]
    assert LIKE.format("case PPRG-2026-0001") in words(named)
    assert [each["detail"] for each in to_deputy.json["warnings"]] == [LIKE.format("case PPRG-2026-0001")]
    assert ["PPRG-2026-0001" in each.text for each in (shown, planned)] == [False, False]
    assert looks(world, closed, "coordinator") == []
    assert looks(world, closed, "deputy") == ["choose_columns", "plan_import"]


@pytest.mark.parametrize("who", ["coordinator", "deputy"])
def test_why_a_row_was_left_out_names_a_case_only_to_whom_it_is_open_whoever_imported(world, office, closed, who):
    deputy = world.visitor("triage", "deputy")
    made = confirm({"coordinator": office, "deputy": deputy}[who], TWIN, leave_out_alike="true")
    before = looks(world, closed, "deputy")
    path = f"/api/v1{made.location}"
    page, open_to_them, api = office.get(made.location), deputy.get(made.location), get(world, path)

    assert rows(world, Case) == [2]
    assert LIKE.format("a case that is here") in words(page)
    assert [each["detail"] for each in api["left_out"]] == [LIKE.format("a case that is here")]
    assert "PPRG-2026-0001" not in page.text
    assert LIKE.format("case PPRG-2026-0001") in words(open_to_them)
    assert looks(world, closed, "coordinator") == []
    assert looks(world, closed, "deputy") == sorted([*before, "one_import"])


def test_an_import_that_was_kept_before_notes_said_which_case_they_name_is_read_alike(world, office, closed):
    made = confirm(world.visitor("triage", "deputy"), TWIN, leave_out_alike="true")
    (case,) = kept_before(world)
    page, open_to_them = office.get(made.location), world.visitor("triage", "deputy").get(made.location)

    assert case == "PPRG-2026-0001"
    assert LIKE.format("a case that is here") in words(page)
    assert "PPRG-2026-0001" not in page.text
    assert LIKE.format("case PPRG-2026-0001") in words(open_to_them)
    assert looks(world, closed, "deputy").count("one_import") == 1


def kept_before(world):
    """Take from the rows that the only import left out which case they name, as it was kept before; what was taken."""
    with world.services["triage"].database.writing("action") as session:
        found = session.scalars(sa.select(Import)).one()
        content = unseal(session, found, "content")
        cases_ = [each.pop() for each in content["left_out"]]
        found.content = seal(session, found, "content", content)
    return cases_


def test_a_row_with_the_reference_of_a_closed_case_is_here_already_and_names_it_to_nobody_it_is_closed_to(
    world, office
):
    confirm(office, SMALL.encode())
    post(world, f"/api/v1/cases/{cases(world)['R/1']['id']}/interests", {"why": "Invented: a relation."})

    shown = plan(office, f"{SMALL}R/1,4/11/2026,Invented Sister,\n".encode())

    assert "“R/1” is here already: a case that is here." in words(shown)
    assert "“R/2” is here already: case PPRG-2026-L0002." in words(shown)
    assert "“R/1” is also the reference of a case that is here, about another person." in words(shown)
    assert "PPRG-2026-L0001" not in shown.text


def test_columns_can_be_chosen_and_are_remembered_for_the_next_list(world, office):
    odd = b"Wer,Wann,Was\nInvented One,3/11/2026,SAR\n"
    refused = plan(office, odd)
    chosen = {"column_0": "subject", "column_1": "received", "column_2": "kind"}
    twice = plan(office, odd, **chosen | {"column_2": "received"})
    made = confirm_chosen(office, odd, chosen)
    next_list = read(office, b"Was,Wer,Wann\nDHR,Invented Two,4/11/2026\n")

    assert refused.status_code == 422
    assert "Say which column holds the date received: clocks count from it" in words(refused)
    assert "“Wann” is Date received already. Choose something else for one of them" in words(twice)
    assert made.status_code == 303
    assert [fields(next_list)[f"column_{place}"] for place in range(3)] == ["kind", "subject", "received"]


def confirm_chosen(client, raw, chosen):
    return client.post("/cases/imports", data=fields(plan(client, raw, **chosen)))


def test_from_what_is_shown_one_can_go_back_to_the_columns(office):
    form = fields(plan(office, SMALL.encode()))

    again = office.post("/cases/imports/columns", data=form)

    assert again.status_code == 200
    assert {name: value for name, value in fields(again).items() if name.startswith("column")} == {
        name: value for name, value in form.items() if name.startswith("column")
    }


def test_the_rows_to_change_are_given_as_a_file_that_no_spreadsheet_runs(office):
    form = fields(plan(office, b"Ref,Received,Name\n=1+1,31/02/2026,@A\nR/2,3/11/2026,B\n"))

    given = office.post("/cases/imports/left-out.csv", data=form)
    lines = list(csv.reader(io.StringIO(given.text.removeprefix("\ufeff"))))

    assert (given.status_code, given.mimetype) == (200, "text/csv")
    assert "OFFICIAL-SENSITIVE rows to change.csv" in given.headers["Content-Disposition"]
    assert lines[0] == ["Ref", "Received", "Name", "What to change"]
    assert (len(lines), lines[1][:3]) == (2, ["'=1+1", "31/02/2026", "'@A"])
    assert lines[1][3].startswith("Date received: 31/02/2026")


@pytest.mark.asvs("5.2.2", "5.2.3")
@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "Choose a file or paste a list"),
        (b"PK\x03\x04 and so on", "This is a workbook, not a CSV file."),
        (b"Ref,Received\n", "The list has headings and no rows."),
        (b"Ref,Received\nx\x07,2026\n", "Row 2 holds a character that cannot be printed."),
        (b'Ref,Received\n"x,2026\n', "Row 2 cannot be read"),
        (b"a," * 70 + b"\n" + b"1," * 70, "A list may have 60 columns."),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_in_words(world, office, raw, problem):
    refused = read(office, raw)

    assert refused.status_code == 422
    assert problem in words(refused)
    assert rows(world, Case, Import) == [0, 0]


def test_a_list_that_is_too_long_is_refused_in_words(world, office):
    hidden = fields(office.get(NEW))

    refused = office.post(NEW, data=hidden | {"text": f"Received\n{'2026 ' * 120_000}"})

    assert (refused.status_code, rows(world, Case)) == (422, [0])
    assert "Import at most 600000 characters at a time" in words(refused)


def test_a_list_can_be_pasted_from_a_spreadsheet_and_stays_as_typed(office):
    shown = read(office, None, text="Ref\tReceived\nR/1\t3/11/2026\n")
    refused = read(office, None, text="Ref\tReceived\n")

    assert fields(shown)["column_1"] == "received"
    assert "Ref\tReceived" in refused.text


def test_a_form_whose_list_was_lost_or_changed_leads_back_to_the_first_page(world, office):
    form = fields(plan(office, SMALL.encode()))
    for path in ("/cases/imports/plan", "/cases/imports", "/cases/imports/left-out.csv", "/cases/imports/columns"):
        refused = office.post(path, data=form | {"text": ""})
        assert refused.status_code == 422
        assert "Choose a file or paste a list" in words(refused)
    for path in ("/cases/imports/plan", "/cases/imports", "/cases/imports/left-out.csv"):
        assert office.post(path, data=form | {"column_1": "nonsense"}).status_code == 422

    assert rows(world, Case) == [0]


@pytest.mark.parametrize("who", ["chair", "lead-police", "ops"])
def test_only_the_office_imports(world, office, who):
    other, made = world.visitor("triage", who), confirm(office, SMALL.encode())

    assert [other.get(path).status_code for path in (NEW, made.location)] == [403, 403]
    assert "Import open cases" not in words(other.get("/cases"))


def test_what_was_imported_is_sealed_and_not_in_addresses(world, office):
    made = confirm(office, SMALL.encode())

    with world.services["triage"].database.reading() as session:
        kept = [
            tuple(each)
            for table in (Case, Import, ImportedCase)
            for each in session.execute(sa.select(table.__table__))
        ]
    assert "Invented One" not in str(kept)
    assert "R/1" not in str(kept)
    assert "R/1" not in made.location


def test_marks_of_direction_in_a_list_turn_nothing_around_them(world, office):
    cell = "\u202etyped"
    raw = f"{cell},Received,Ref,Name,Notes,Stage\n,3/11/2026,{cell},{cell},{cell},{cell}\n,31/2/2026,,,,\n".encode()
    shown = plan(office, raw)
    made = office.post("/cases/imports", data=fields(shown))
    pages = [
        office.get(path) for path in (made.location, "/cases", f"/cases/{next(iter(cases(world).values()))['id']}")
    ]

    for page in (shown, *pages):
        apart = re.sub(r'<bdi.*?</bdi>|value=".*?"', "", page.text, flags=re.DOTALL)
        assert ("\u202e" in page.text, "\u202e" in apart) == (True, False)


def test_five_hundred_rows_are_imported_and_taken_back(world, office):
    lines = [f"R/{n},{n % 28 + 1}/10/2026,Invented {n},SAR" for n in range(500)]
    raw = "\n".join(["Ref,Date received,Name,Type", *lines]).encode()

    made = confirm(office, raw)
    page = office.get(made.location)
    back = undo(office, made.location)

    assert (made.status_code, page.status_code, back.status_code) == (303, 200, 303)
    assert page.text.count("PPRG-2026-L0") == 500
    assert rows(world, Case, ImportedCase) == [0, 0]


def post(world, path, body, who="coordinator", key="one"):
    return world.client("triage").post(path, json=body, headers={**world.acting(who), "Idempotency-Key": key})


def get(world, path):
    return world.client("triage").get(path, headers=world.acting("coordinator")).json


def test_the_api_plans_imports_and_takes_back_as_the_pages_do(world):
    list_ = {"text": SMALL}
    planned = post(world, "/api/v1/cases/imports/plan", list_)
    made = post(world, "/api/v1/cases/imports", list_)
    again = post(world, "/api/v1/cases/imports", list_)
    twice = post(world, "/api/v1/cases/imports", list_, key="two")
    path = f"/api/v1{made.json['location']}"
    shown, whole = get(world, path), get(world, f"/api/v1/cases/{get(world, path)['cases'][1]['id']}")
    back = post(world, f"{path}/undo", {})
    after, nothing = get(world, path), post(world, f"{path}/undo", {}, key="two")

    assert planned.json["columns"][1] == {"head": "Date received", "column": "received"}
    assert [(each["row"], each["due_on"], each["received"]["precision"]) for each in planned.json["new"]] == [
        (2, None, "day"),
        (3, "2026-10-22", "month"),
    ]
    assert (planned.json["problems"], planned.json["known"], planned.json["imported_before"]) == ([], [], None)
    assert (made.status_code, made.json["reference"]) == (201, "2 cases")
    assert (again.headers["Idempotent-Replayed"], again.json) == ("true", made.json)
    assert (twice.status_code, nothing.status_code, back.status_code) == (409, 409, 201)
    assert [(each["earlier_reference"], each["row"], each["touched"]) for each in shown["cases"]] == [
        ("R/1", 2, ""),
        ("R/2", 3, ""),
    ]
    assert (whole["earlier_reference"], whole["listed"]["received"]["as_entered"]) == ("R/2", "?Oct 2026")
    assert (after["count"], after["cases"], after["undone_at"] is None) == (2, [], False)


def test_the_api_takes_what_the_columns_hold_and_refuses_what_does_not_fit(world):
    text = "A,B\n3/11/2026,Invented One\n"
    given = post(world, "/api/v1/cases/imports/plan", {"text": text, "columns": ["received", "subject"]})
    refused = {
        str(columns): post(world, "/api/v1/cases/imports", {"text": text, "columns": columns}).json["errors"]
        for columns in (["", "subject"], ["received", "received"], ["when"])
    }
    no_table = post(world, "/api/v1/cases/imports", {"text": '"'})

    assert [each["subject"] for each in given.json["new"]] == ["Invented One"]
    assert refused["['', 'subject']"][0]["detail"] == "Say which column holds the date received: clocks count from it"
    assert "is Date received already" in refused["['received', 'received']"][0]["detail"]
    assert refused["['when']"][0]["pointer"] == "/columns/0"
    assert (no_table.status_code, no_table.json["errors"][0]["pointer"]) == (422, "/text")
    assert rows(world, Case) == [0]


def test_a_list_whose_headings_name_no_date_received_is_refused_by_the_api(world):
    refused = post(world, "/api/v1/cases/imports", {"text": "A,B\n1,2\n"})

    assert refused.status_code in {409, 422}
    assert rows(world, Case) == [0]


@pytest.mark.parametrize("who", ["lead-police", "ops", "chair"])
def test_the_api_of_imports_is_the_offices_alone(world, who):
    path = "/api/v1/cases/imports"

    assert [post(world, each, {"text": SMALL}, who).status_code for each in (path, f"{path}/plan")] == [403, 403]


@pytest.mark.both_databases("each counts what is asked in its own way")
@pytest.mark.asvs("2.4.1")
def test_whoever_sends_list_after_list_waits_is_told_whom_to_call_and_can_go_on_later(world, office):
    sent = fields(plan(office, SMALL.encode()))
    body = {"text": SMALL}
    tried = [post(world, "/api/v1/cases/imports/plan", body).status_code for _ in range(38)]

    before = stored(world, but=())
    over = [office.post(f"/cases/imports{step}", data=sent) for step in ("", "/columns", "/plan", "/left-out.csv")]
    over.append(read(office, SMALL.encode()))
    by_api = [post(world, f"/api/v1/cases/imports{step}", body, key="over") for step in ("/plan", "")]
    noted = changes(before, stored(world, but=()))
    other = read(world.visitor("triage", "deputy"), SMALL.encode())
    world.clock.forward(seconds=301)
    later = office.post("/cases/imports", data=fields(over[0]))

    assert tried == [200] * 38
    assert {(each.status_code, each.headers["Retry-After"]) for each in over + by_api} == {(429, "300")}
    assert [words(each).count(WAIT) for each in over] == [1] * 5
    assert [each.json["detail"] for each in by_api] == [WAIT] * 2
    assert noted == {"triage.limits": (2, 2)}, "the lists that were sent, and the calls of the API"
    assert (other.status_code, later.status_code, rows(world, Case)) == (200, 303, [2])
