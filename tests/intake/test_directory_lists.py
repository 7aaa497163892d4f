"""The directory as lists: taken as a file, looked at before anything changes, and brought in all at once or not."""

import csv
import io
import re

import pytest
import sqlalchemy as sa

from pprg_intake.models import Agency, Person
from pprg_shared.boxes.tables import audit, outbox
from stored import changes, stored

PEOPLE = """Name,Email,Agency,Roles,State
Ann Example,ann@police.example,Wiltshire Police,Answers for an agency; Member of the group,
=cmd|' /C calc'!A0,bo@police.example,police,member,Works here
Robin Renamed,coordinator@pprg-office.example,pprg-office,coordinator,
"""


@pytest.fixture
def administrator(world):
    return world.visitor("intake", "administrator")


def hidden(page):
    return dict(re.findall(r'name="(_csrf|_key|seen|text)" value="([^"]*)"', page.text))


def shown(client, what, text):
    """The page that says what a list would do."""
    sent = hidden(client.get(f"/{what}/list")) | {"_end": "1", "file": (io.BytesIO(text.encode()), "list.csv")}
    return client.post(f"/{what}/list", data=sent, content_type="multipart/form-data")


def confirmed(client, what, page):
    """Press the button of that page."""
    unquoted = {n: v.replace("&#39;", "'").replace("&#34;", '"').replace("&amp;", "&") for n, v in hidden(page).items()}
    return client.post(f"/{what}/list/confirm", data=unquoted | {"_end": "1"}, content_type="multipart/form-data")


def words(page):
    main = page.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def counted(world):
    with world.services["intake"].database.reading() as session:
        tables = (Agency.__table__, Person.__table__, outbox, audit)
        return [session.scalar(sa.select(sa.func.count()).select_from(each)) for each in tables]


@pytest.mark.both_databases
def test_a_list_of_people_is_shown_first_and_then_brought_in_as_one(world, administrator):
    before = counted(world)
    page = shown(administrator, "people", PEOPLE)
    looked_at = counted(world)

    assert "2 would be new, 1 would change, 0 are so already." in words(page)
    assert "Changes: Name" in words(page)
    assert looked_at == before

    answer = confirmed(administrator, "people", page)

    assert (answer.status_code, answer.location) == (303, "/people")
    grown = [now - then for now, then in zip(counted(world), before, strict=True)]
    assert grown == [0, 2, 3, 4]
    with world.services["intake"].database.reading() as session:
        ann = session.scalar(sa.select(Person).where(Person.address == "ann@police.example"))
        robin = session.scalar(sa.select(Person).where(Person.name == "Robin Renamed"))
        assert (ann.roles, ann.agency, ann.active) == ("agency member", "police", True)
        assert (robin.revision, robin.roles) == (2, "coordinator")


WRONG = """Name,Email,Agency,Roles,Id
Ann Example,ann@police.example,Wiltshire Police,member,
,bo@police.example,police,member,
Cy Example,"c@police.example, d@police.example",police,member,
Dee Example,dee@police.example,nowhere,member,
Eve Example,eve@police.example,police,queen,
Fay Example,ann@police.example,police,member,
Gus Example,gus@police.example,police,member,5b0c1a9e-6d52-4c6e-9a51-2f1a6f6f3d10
"""


def test_every_row_that_cannot_be_is_named_in_plain_words_and_nothing_is_brought_in(administrator, unchanged):
    page = shown(administrator, "people", WRONG)
    sent = confirmed(administrator, "people", page)

    assert (page.status_code, sent.status_code) == (422, 422)
    for row in (
        "3 Column Name What to change Enter the person&#39;s name",
        "4 Column Work address What to change Enter one email address",
        "5 Column Agency What to change Choose an agency from the list",
        "6 Column Roles What to change Choose what the person does",
        "8 Column Id What to change Nobody in the directory has this id.",
        "7 Column Work address What to change This is in row 2 already.",
    ):
        assert f"Row {row}" in words(page)
    assert "Bring in" not in words(page)
    assert "Nothing was changed." in words(sent)


def test_what_was_not_shown_is_not_done(world, administrator):
    page = shown(administrator, "people", PEOPLE)
    second = shown(administrator, "people", PEOPLE.replace("Ann Example", "Anna Example"))
    confirmed(administrator, "people", second)
    before = counted(world)

    late = confirmed(administrator, "people", page)

    assert late.status_code == 422
    assert "The directory has changed since this was shown." in words(late)
    assert "0 would be new, 1 would change, 2 are so already." in words(late)
    assert counted(world) == before


@pytest.mark.parametrize("what", ["agencies", "people"])
def test_what_is_taken_as_a_file_changes_nothing_when_it_comes_back(world, administrator, what):
    confirmed(administrator, "people", shown(administrator, "people", PEOPLE))

    file = administrator.get(f"/{what}/list.csv")
    page = shown(administrator, what, file.text)

    assert "attachment" in file.headers["Content-Disposition"]
    assert (
        f"0 would be new, 0 would change, {len(list(csv.reader(io.StringIO(file.text)))) - 1} are so already"
        in words(page)
    )
    assert "There is nothing to change." in words(page)
    assert what == "agencies" or "'=cmd|" in file.text
    with world.services["intake"].database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).where(audit.c.verb == "take_list")) == 1


AGENCIES = """Code,Name,Kind,Can be asked,Safeguarding lead,Secure domains
,Invented Hospice,health,yes,lead@hospice.example,hospice.example
police,Wiltshire Police,police,no,safeguarding-lead@police.example,
"""


@pytest.mark.both_databases
def test_a_list_of_agencies_is_brought_in_and_said(world, administrator):
    page = shown(administrator, "agencies", AGENCIES)
    answer = confirmed(administrator, "agencies", page)
    world.settle()

    assert answer.location == "/agencies"
    asked = world.services["triage"].agencies.asked()
    assert ("invented-hospice" in asked, "police" in asked) == (True, False)


WRONG_AGENCIES = """Code,Name,Kind,Safeguarding lead
,Invented Hospice,circus,lead@hospice.example
,Invented Home,health,"a@home.example, b@home.example"
,,health,lead@other.example
"""


def test_every_row_of_agencies_that_cannot_be_is_named_by_its_line_and_column(administrator, unchanged):
    page = shown(administrator, "agencies", WRONG_AGENCIES)
    sent = confirmed(administrator, "agencies", page)

    assert (page.status_code, sent.status_code) == (422, 422)
    for place in ("2 Column Kind", "3 Column Safeguarding lead", "4 Column Name"):
        assert f"Row {place} What to change" in words(page), words(page)
    assert "Bring in" not in words(page)


def test_what_is_no_list_is_refused_with_advice(administrator, unchanged):
    for text, advice in (
        ("", "Choose a file or paste a list"),
        ("Name,Email\n", "The list has headings and no rows."),
        ("PK\x03\x04", "This is a workbook, not a CSV file."),
    ):
        page = shown(administrator, "people", text)

        assert page.status_code == 422
        assert advice in words(page)
    for text, advice in (
        ("Name,Shoe size\nA,9\n", "There is no such column."),
        ("Email\na@x.example\n", "Add a column that is called “Name”"),
    ):
        page = shown(administrator, "people", text)

        assert page.status_code == 422
        assert advice in words(page)


def test_a_list_must_leave_somebody_who_administers(world, administrator):
    one = world.services["intake"].profile.person("administrator")
    text = f"Id,Name,Work address,State\n{one.id},{one.name},{one.address},Has left\n"

    page = confirmed(administrator, "people", shown(administrator, "people", text))

    assert page.status_code == 422
    assert "Nobody would be administrator any more." in words(page)
    with world.services["intake"].database.reading() as session:
        assert session.get(Person, one.id).active


@pytest.mark.asvs("2.4.1")
def test_whoever_sends_list_after_list_waits_is_told_whom_to_call_and_can_go_on_later(world, administrator):
    page = shown(administrator, "people", PEOPLE)
    tried = [shown(administrator, ("agencies", "people")[turn % 2], PEOPLE).status_code for turn in range(19)]

    before = stored(world, but=())
    over = [confirmed(administrator, "people", page), shown(administrator, "people", PEOPLE)]
    over += [confirmed(administrator, "agencies", page), shown(administrator, "agencies", AGENCIES)]
    noted = changes(before, stored(world, but=()))
    world.clock.forward(seconds=301)
    later = confirmed(administrator, "people", page)

    assert set(tried) == {200, 422}, "a list with something wrong counts as well"
    assert {(each.status_code, each.headers["Retry-After"]) for each in over} == {(429, "300")}
    wait = "Wait 5 minutes, then try again. If it cannot wait, call us on 01632 960001."
    assert [words(each).count(wait) for each in over] == [1] * 4
    assert noted == {"intake.limits": (1, 1)}
    assert (later.status_code, later.location) == (303, "/people")
