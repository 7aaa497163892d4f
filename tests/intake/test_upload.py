"""A chronology as a file: all that is wrong is said at once, what was read is shown before it is sent."""

import json
import re
from dataclasses import asdict
from datetime import date
from io import BytesIO
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from invented import ANSWERED, SIGNED
from pprg_intake import rules
from pprg_intake.actions.told import size
from pprg_intake.models import Draft, Submission
from pprg_shared.boxes import publish
from pprg_shared.boxes.tables import outbox
from pprg_shared.events.told import Further, Row, When
from pprg_shared.events.triage import InformationRequested
from stored import changes, stored

CASE = UUID("00000000-0000-4000-8000-00000000000c")
TODAY = date(2026, 11, 24)
GOOD = (
    "Start date;Time;Sorce;Person concerned;What happened;Action taken\r\n"
    '22.05.2016;2.30pm;Custody log;Subject;"Seen, with mother; ""fine""";None\r\n'
    "?May 2025;;GP record;;Called the surgery;\r\n"
    "3 December 2026;;Diary;;Review planned;\r\n"
).encode("cp1252")


@pytest.fixture
def asked(world):
    """Ask the police for something, of a period; where it is answered."""

    def ask(**changes):
        about = {"case_id": CASE, "reference": "PPRG-2026-0001", "agency": "police", "due_on": date(2026, 12, 3)}
        person = {"subject_name": "Invented Child", "subject_born": "May 2016", "questions": "What was your part?"}
        scope = {"scope_from": date(2024, 10, 31), "scope_to": date(2026, 10, 31)}
        said = InformationRequested(request_id=uuid4(), **about | person | scope | changes)
        with world.services["triage"].database.writing("action") as session:
            publish(session, said)
        world.services["triage"].drain()
        return f"/requests/{said.request_id}"

    return ask


@pytest.fixture
def lead(world):
    return world.visitor("intake", "lead-police")


def words(page):
    main = page.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def hidden(client, path):
    return dict(re.findall(r'name="(_csrf|_key|draft)" value="([^"]+)"', client.get(path).text)) | {"_end": "1"}


def upload(client, path, raw, name="c.csv", **changes):
    """Send a file as a browser does."""
    form = hidden(client, f"{path}/chronology") | changes
    parts = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in form.items()]
    file = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = "".join([*parts, file]).encode() + raw + b"\r\n--x--\r\n"
    return client.post(f"{path}/chronology", data=body, content_type="multipart/form-data; boundary=x")


def kept(world, model):
    with world.services["intake"].database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model))


@pytest.mark.both_databases
def test_what_was_read_is_shown_with_what_is_unusual_then_sent_with_the_return(world, asked, lead):
    path = asked()
    taken = upload(lead, path, GOOD)
    shown, form = lead.get(f"{path}/chronology"), lead.get(path)
    before = kept(world, Submission)

    answers = hidden(lead, path) | ANSWERED | {"author": "Invented Lead", "summary": "An invented summary."}
    typed = {"rows-0-date": "2025", "rows-0-source": "Memory", "rows-0-event": "Typed by hand"}
    sent = lead.post(path, data=answers | typed)

    assert (taken.status_code, taken.location) == (303, f"{path}/chronology")
    assert "3 rows were read. Nothing has been sent yet." in words(shown)
    assert "Unusual dates (2)" in words(shown)
    assert "Row 1 When 22 May 2016 Look at this once more This is outside the period" in words(shown)
    assert "Row 3 When 3 December 2026 Look at this once more This date lies in the future" in words(shown)
    assert "Row 1 When 22 May 2016, 14:30 Source Custody log Whom it concerns Subject" in words(shown)
    assert "Seen, with mother; &#34;fine&#34;" in shown.text
    assert "3 rows of a chronology are uploaded and go with this return." in words(form)
    assert (before, sent.status_code, kept(world, Submission), kept(world, Draft)) == (0, 303, 1, 0)


def test_all_that_is_wrong_is_said_at_once_by_row_and_column_and_nothing_is_kept(world, asked, lead):
    path = asked()
    raw = (
        b"Date,Time,Source,Event,Agency\n"
        b"31/02/2016,25:00,Log,Seen,police\n"
        b"2016,,Log,Seen,Wiltshire Police\n"
        b"May 2016 probably,,,Seen,\n"
        b"2016,,Log,,icb\n"
        b"2016,,Log,Seen,police,more\n"
    )

    refused = upload(lead, path, raw)

    found = re.findall(r"Row (\d+) Column (Date|Time|Source|Event|Agency|Whole row) What to change", words(refused))
    assert refused.status_code == 422
    assert found == [
        ("2", "Date"),
        ("2", "Time"),
        ("4", "Source"),
        ("4", "Date"),
        ("5", "Agency"),
        ("5", "Event"),
        ("6", "Whole row"),
    ]
    assert "4 rows need changing. Nothing was kept." in words(refused)
    assert "put a question mark in front of it" in words(refused)
    assert kept(world, Draft) == 0


@pytest.mark.attack("A10")
@pytest.mark.asvs("1.3.3")
@pytest.mark.parametrize("name", ["c\u202evsc.exe.csv", "c\u200b.csv"], ids=["override", "unseen"])
def test_a_file_whose_name_may_not_be_what_it_reads_as_is_not_taken(world, asked, lead, name):
    path, administrator = asked(), world.visitor("intake", "administrator")
    page, listed = f"{path}/chronology", "/people/list"
    people = hidden(administrator, listed) | {"file": (BytesIO(b"Name,Email\nAnn,ann@police.example\n"), name)}
    lead.get(page)
    world.settle()
    before = stored(world)

    refused = (
        upload(lead, path, GOOD, name),
        administrator.post(listed, data=people, content_type="multipart/form-data"),
    )

    told = "The name of the file holds a mark that nobody sees or that turns what is read: rename it"
    assert [(each.status_code, told in words(each)) for each in refused] == [(422, True), (422, True)]
    world.settle()
    assert changes(before, stored(world)) == {}


@pytest.mark.asvs("5.2.1", "5.2.2", "5.2.3")
@pytest.mark.parametrize(
    ("raw", "advice"),
    [
        (b"", "Choose a CSV file with at least one row."),
        (b"Date,Source,Event\n", "The file has heads and no rows."),
        (b"PK\x03\x04 a workbook", "This is a workbook, not a CSV file."),
        (b"Date,Event\n2016,x\n", "Row 1 Column Source What to change Add a column with the head Source"),
        (b"Date,Source,Event,Shoe size\n2016,a,b,9\n", "Row 1 Column Shoe size What to change We do not know this"),
        (b"Date,When,Source,Event\n2016,2016,a,b\n", "Row 1 Column When What to change Two columns mean the same"),
        (b"Date,Source,Event\n" + b"2016,a,b\n" * 5001, "The file has 5001 rows, and 5000 is the most"),
        (b"Date,Source,Event\n2016,a," + b"x" * 4001, "Row 2 Column Event What to change Keep this to 4000 characters"),
        (b"Date,Source,Event\n2016,a,\x07b\n", "Row 2 Column Event What to change This holds a character"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_in_words(world, asked, lead, raw, advice):
    refused = upload(lead, asked(), raw)

    assert refused.status_code == 422
    assert advice in words(refused)
    assert kept(world, Draft) == 0
    assert re.findall(r'<a href="(#[^"]+)"', refused.text.partition("error-summary")[2])[:1] == ["#file"]
    assert re.findall(r'id="(file(?:-error)?)"', refused.text) == ["file-error", "file"]


FURTHER = (
    "Date,Time,Source,Event,Until,End time,Type of contact,Child seen?,Seen alone,Voice of the child,Outcome,Impact,"
    "Why impact,Comments,RAG rating,Significance,Theme,Date written,Event ref\n"
    '1/5/2025,9am,Diary of HV1,Visit to the home,2 May 2025,10:00,home visit,Y,no,"""I like school""",Referred,mixed,'
    '"Trust, and delay",Seen late,R,Key event,"Voice of the child; early-help",3/5/2025,17\n'
)


@pytest.mark.both_databases
def test_more_columns_are_read_as_people_write_them_and_shown_in_words(world, asked, lead):
    path = asked()
    taken = upload(lead, path, FURTHER.encode())
    shown = words(lead.get(f"{path}/chronology"))

    assert taken.status_code == 303
    for told in (
        *("Until: 2 May 2025, 10:00", "Contact: Visit", "Seen: Yes", "Seen alone: No", "I like school"),
        *("Impact: Mixed: Trust, and delay", "Rating: Red", "Significance: Key event", "Written on: 3 May 2025"),
        *("Themes: Voice of the child; Early help", "Author’s comment: Seen late", "Outcome: Referred"),
    ):
        assert told in shown
    assert "More columns, if you hold more" in shown


def test_what_is_wrong_in_more_columns_is_said_by_row_and_column(asked, lead):
    raw = (
        "Date,Time,Source,Event,End date,End time,Seen,RAG,Themes,Written on,Contact type\n"
        "2/5/2025,10:00,Log,A,1/5/2025,,perhaps,blue,Neglct,soon,\n"
        "2/5/2025,10:00,Log,B,1/5/2025,,,,,,pigeon\n"
        "2/5/2025,10:00,Log,C,,09:00,,,,,\n"
        "2/5/2025,10:00,Log,D,1/5/2025,,,,,,\n"
        "2/5/2025,10:00,Log,E,May 2025,09:00,,,,,\n"
    )

    refused = upload(lead, asked(), raw.encode())

    found = re.findall(r"Row (\d+) Column ([A-Z][\w ]+?) What to change", words(refused))
    assert sorted(found) == sorted(
        [("2", each) for each in ("Seen", "RAG", "Themes", "Written on")]
        + [("3", "Contact type"), ("4", "End time"), ("5", "End date")]
    )
    assert "Choose Red, Amber, Green, or leave it out" in words(refused)
    assert "The end cannot come before the beginning" in words(refused)


def test_a_row_that_is_typed_may_say_more_and_keeps_it_when_it_is_wrong(world, asked, lead):
    path = asked()
    typed = {"rows-0-date": "2025", "rows-0-source": "Log", "rows-0-event": "Seen", "rows-0-rag": "amber"}
    answers = ANSWERED | {"author": "Lead", "summary": "Invented.", "rows-0-recorded_at": "soon"} | typed

    fresh = lead.get(path).text
    refused = lead.post(path, data=hidden(lead, path) | answers)
    sent = lead.post(path, data=hidden(lead, path) | answers | {"rows-0-recorded_at": "May 2025"})

    assert (fresh.count("Say more about this"), fresh.count('<details class="govuk-details" open')) == (3, 0)
    assert '<option value="amber" selected>' in refused.text
    assert 'href="#rows-0-recorded_at"' in refused.text
    assert refused.text.count('<details class="govuk-details" open') == 1
    assert (refused.status_code, sent.status_code) == (422, 303)


@pytest.mark.parametrize("column", rules.CHOICES)
def test_every_word_of_a_column_is_read_as_its_code_however_it_is_written(column):
    for code, label in rules.CHOICES[column].items():
        for text in (code, label, label.upper(), f" {label.replace(' ', '-')} "):
            assert rules.choice(column, text) == code
    assert rules.choice(column, "perhaps") is None


@pytest.mark.asvs("5.2.1")
def test_a_file_larger_than_any_chronology_is_refused_and_other_forms_take_no_more_than_before(asked, lead):
    path = asked()

    large = upload(lead, path, b"x" * 5_000_000)
    typed = lead.post(path, data=hidden(lead, path) | {"summary": "x" * 1_100_000})

    assert (large.status_code, typed.status_code) == (413, 413)


@pytest.mark.parametrize(("page", "row"), [("", "rows"), ("/staff", "staff")])
def test_a_form_with_typed_rows_takes_more_fields_than_others(asked, lead, page, row):
    path = f"{asked()}{page}"
    columns = ("date", "time", "source", "people", "event", "action", "voice", "outcome")
    many = {f"{row}-{number}-{name}": "" for number in range(150) for name in columns}

    sent, more = (
        lead.post(path, data=hidden(lead, path) | many | extra)
        for extra in ({}, {f"x{number}": "" for number in range(3000)})
    )

    assert sent.status_code != 413
    assert more.status_code == 413


@pytest.mark.asvs("15.2.2")
def test_two_thousand_rows_are_taken_and_shown_page_by_page(asked, lead):
    path = asked()
    text = "An invented event. " * 40
    raw = "Date,Source,Event\n" + "".join(f"2025-01-{n % 28 + 1:02},Log {n},{text}\n" for n in range(2000))

    taken = upload(lead, path, raw.encode())
    first, last = lead.get(f"{path}/chronology"), lead.get(f"{path}/chronology?page=20")

    assert taken.status_code == 303
    assert "2000 rows were read" in words(first)
    assert ("Log 99 " in words(first), "Log 100 " in words(first), "Log 1999 " in words(last)) == (True, False, True)
    assert lead.get(f"{path}/chronology?page=no").status_code == 200


def test_a_file_uploaded_in_another_window_is_looked_at_before_it_is_sent(world, asked, lead):
    path = asked()
    form = hidden(lead, path) | ANSWERED | {"author": "Invented Lead", "summary": "Typed and not lost."}
    upload(lead, path, GOOD)

    refused = lead.post(path, data=form)
    again = dict(re.findall(r'name="(_csrf|_key|draft)" value="([^"]+)"', refused.text))
    sent = lead.post(path, data=form | again)

    assert refused.status_code == 422
    assert "has changed since you opened this page" in words(refused)
    assert "Typed and not lost." in refused.text
    assert sent.status_code == 303


def test_another_file_under_the_same_key_is_not_taken_for_the_first_and_rows_can_be_forgotten(world, asked, lead):
    path = asked()
    form = hidden(lead, f"{path}/chronology")
    upload(lead, path, GOOD, **form)

    other = upload(lead, path, GOOD.replace(b"Custody", b"Another"), **form)
    dropped = lead.post(f"{path}/chronology", data=hidden(lead, f"{path}/chronology") | {"_drop": "1"})

    assert other.status_code == 422
    assert "was sent before with other answers" in words(other)
    assert (dropped.status_code, kept(world, Draft)) == (303, 0)


def test_an_upload_that_nobody_sends_is_forgotten(world, asked, lead):
    old, new = asked(), asked(case_id=uuid4())
    upload(lead, old, GOOD)
    world.clock.forward(days=31)

    upload(lead, new, GOOD)

    assert kept(world, Draft) == 1
    assert "Upload it as a CSV file" in words(lead.get(old))


@pytest.mark.both_databases
def test_the_api_takes_the_same_file(world, asked):
    path = f"/api/v1{asked()}"
    client = world.client("intake")

    def post(what, **body):
        headers = {**world.acting("lead-police"), "Idempotency-Key": str(uuid4())}
        return client.post(path + what, headers=headers, **body)

    wrong = post("/chronology", data=b"Date,Source,Event\n31/02/2016,,x\n", content_type="text/csv")
    no_table = post("/chronology", data=b"PK\x03\x04", content_type="text/csv; charset=utf-8")
    other_type = post("/chronology", json={"rows": []})
    before = client.get(path, headers=world.acting("lead-police")).json["state"]
    taken = post("/chronology", data=GOOD, content_type="text/csv")
    at_work = client.get(path, headers=world.acting("lead-police")).json["state"]
    draft = client.get(f"{path}/chronology", headers=world.acting("lead-police"))
    unseen = post("/return", json=ANSWERED | {"author": "Lead", "summary": "Invented."})
    sent = post("/return", json=ANSWERED | {"author": "Lead", "summary": "Invented.", "draft": draft.json["draft"]})
    gone = client.get(f"{path}/chronology", headers=world.acting("lead-police"))
    stranger = client.get(f"{path}/chronology", headers=world.acting("lead-icb"))

    assert [each["pointer"] for each in wrong.json["errors"]] == ["/2/Source", "/2/Date"]
    assert [each.status_code for each in (wrong, no_table, other_type)] == [422, 422, 415]
    assert (taken.status_code, unseen.status_code, sent.status_code) == (201, 409, 201)
    assert (before, at_work) == ("asked", "opened")
    with world.services["intake"].database.reading() as session:
        told = sa.select(outbox.c.type).where(outbox.c.type == "request.opened.v1")
        assert len(session.scalars(told).all()) == 1
    assert [each["row"] for each in draft.json["warnings"]] == [1, 3]
    assert (gone.status_code, stranger.status_code) == (404, 404)


def test_who_is_asked_for_a_chronology_alone_is_asked_for_no_summary_and_the_other_way_round(asked, lead):
    only_rows, only_summary = asked(wanted="chronology"), asked(wanted="summary", case_id=uuid4())
    pages = [lead.get(path).text for path in (only_rows, only_summary)]

    none = lead.post(only_rows, data=hidden(lead, only_rows) | SIGNED | {"author": "Lead"})
    upload(lead, only_rows, GOOD)
    sent = lead.post(only_rows, data=hidden(lead, only_rows) | SIGNED | {"author": "Lead"})

    assert ['name="summary"' in page for page in pages] == [False, True]
    assert ["Upload it as a CSV file" in page for page in pages] == [True, False]
    assert "List the key events, or say that your agency holds nothing." in words(none)
    assert (none.status_code, sent.status_code) == (422, 303)


def test_the_template_has_the_heads_that_are_read(asked, lead):
    template = lead.get(f"{asked()}/chronology/template.csv")

    assert template.data.decode() == (
        "\ufeffDate,Time,Source,People,Event,Action,End date,End time,Contact type,Seen,Seen alone,Voice,Outcome,"
        "Impact,Impact note,Comment,RAG,Significance,Themes,Written on\r\n"
    )
    assert template.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("text", "read"),
    [("", ""), ("9:05", "09:05"), ("14.30", "14:30"), ("2pm", "14:00"), ("12 am", "00:00"), ("0930", "09:30")]
    + [(text, None) for text in ("25:00", "9:60", "13pm", "0pm", "noon", "9")],
)
def test_times_are_read_as_people_write_them(text, read):
    assert rules.time_of_day(text) == read


@given(st.lists(st.integers(1, rules.PART_BYTES), max_size=60))
def test_parts_hold_every_row_once_in_order_and_none_is_too_large(sizes):
    found = rules.parts(sizes)

    assert [n for first, end in found for n in range(first, end)] == list(range(len(sizes)))
    assert all(sum(sizes[first:end]) <= rules.PART_BYTES for first, end in found)


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), min_size=7, max_size=7),
    st.sampled_from([None, Further(), Further(voice='“Not "at home"”', end_date=When("2025", "year", True, "2025"))]),
    st.booleans(),
)
def test_a_row_is_never_larger_than_it_is_counted_as(texts, further, uncertain):
    value, entered, *others = texts
    told = dict(zip(("source", "event", "action", "time", "people"), others, strict=True))
    row = Row(value, "day", uncertain, entered, **told, further=further)

    assert size(row) - len(json.dumps(asdict(row))) in {0, 1}
