"""Reviews published before: shown first, imported once, released by a second person; by page, API, command."""

import html
import io
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from pprg_publisher.commands import import_command
from pprg_publisher.models import Publication
from publishing import send, words
from signed import acting
from stored import changes, stored

pytestmark = pytest.mark.both_databases
LIST = Path(__file__).with_name("published_reviews.csv")
SMALL = (
    "Title,Published,Themes\nSCR Child H,September 2012,neglect; unheard of\nSCR Child H,2020,\nA pathway,,\nSCR,,\n"
)

NEW = "/publications/imports/new"
WAIT = "Wait 5 minutes, then try again. If it cannot wait, call us on 01632 960001."


def rows(world):
    with world.services["publisher"].database.reading() as session:
        return session.scalars(sa.select(Publication).order_by(Publication.year, Publication.title)).all()


def upload(client, raw, **answers):
    """Send a file as the form does."""
    hidden = client.get(NEW).text
    values = {name: hidden.split(f'name="{name}" value="')[1].split('"')[0] for name in ("_csrf", "_key")}
    data = {**values, "_end": "1", "file": (io.BytesIO(raw), "reviews.csv"), **answers}
    return client.post(NEW, data=data, content_type="multipart/form-data")


def confirm(client, shown):
    """Press the button of the page that shows what a list would make."""
    inner = shown.text.partition('action="/publications/imports"')[2].partition("</form>")[0]
    values = {}
    for part in inner.split('name="')[1:]:
        name, _, rest = part.partition('" value="')
        values[name] = html.unescape(rest.partition('">')[0])
    return client.post("/publications/imports", data=values)


def test_a_list_is_shown_imported_and_released_by_a_second_person(world, people):
    shown = upload(people.office, LIST.read_bytes(), type="local_learning_review")
    nothing = rows(world)
    made = confirm(people.office, shown)
    own = people.office.get(made.location)
    own_try = send(people.office, "/publications/imports/new", made.location)
    before = people.everybody.get("/api/v1/learning").json["count"]
    released = send(people.chair, made.location)
    after = people.everybody.get("/api/v1/learning").json["count"]

    assert (shown.status_code, nothing) == (200, [])
    assert "Nothing is kept yet. 27 new, 0 here already, 4 with a problem, 3 not a review." in words(shown)
    assert "Row 22 Column Label What to know No label is named." in words(shown)
    assert "SSCP and SSAB Age Dispute Pathway" in words(shown)
    assert made.status_code == 303
    assert "You offered this for release: a second person must release it." in words(own)
    assert own_try.status_code in {403, 422}
    assert (released.status_code, before, after) == (303, 0, 27)
    page = people.everybody.get("/learning?text=baby md")
    assert "SCR Baby MD" in words(page)
    review = people.everybody.get("/learning/scr-baby-md-2020")
    assert "Serious case review, 28 February 2020" in words(review)
    assert "Full report, PDF, 1.4 MB. This document is available on request: ask the office." in words(review)


def test_the_same_list_twice_makes_nothing_twice(world, people):
    first = confirm(people.office, upload(people.office, SMALL.encode()))
    shown = upload(people.deputy, SMALL.encode())

    assert first.status_code == 303
    assert "Nothing is kept yet. 0 new, 2 here already, 1 with a problem, 1 not a review." in words(shown)
    assert "There is nothing new to import." in words(shown)
    assert [(each.title, each.year) for each in rows(world)] == [("SCR Child H", 2012), ("SCR Child H", 2020)]


def test_of_a_list_that_has_grown_only_the_new_rows_are_imported(world, people):
    confirm(people.office, upload(people.office, SMALL.encode()))

    grown = upload(people.deputy, f"{SMALL}SCR Child Q,2019,\n".encode())
    confirm(people.deputy, grown)

    assert "1 new, 2 here already" in words(grown)
    assert sorted(each.label for each in rows(world)) == ["Child H", "Child H", "Child Q"]


@pytest.mark.both_databases("each refuses twins in its own way")
def test_a_list_confirmed_in_two_windows_is_imported_once(world, people):
    windows = [upload(people.office, SMALL.encode()) for _ in range(2)]

    first, second = (confirm(people.office, each) for each in windows)

    assert (first.status_code, second.status_code) == (303, 422)
    assert "Nothing in this list is new, so nothing was imported." in words(second)
    assert len(rows(world)) == 2


def test_what_was_withdrawn_is_not_imported_anew(world, people):
    made = confirm(people.office, upload(people.office, b"Title,Published\nSCR Child H,2012\n"))
    send(people.chair, made.location)
    (row,) = rows(world)
    send(people.office, f"/publications/{row.id}", f"/publications/{row.id}/withdraw")

    shown = upload(people.office, b"Title,Published\nSCR Child H,2012\n")

    assert "0 new, 1 here already" in words(shown)
    assert [each.state for each in rows(world)] == ["withdrawn"]


def test_unknown_themes_and_messy_dates_are_shown_before_anything_is_kept(people):
    shown = upload(people.office, SMALL.encode())

    assert "“unheard of” is no theme known here" in words(shown)
    assert "Published September 2012 Themes Neglect" in words(shown)
    assert "“A pathway”: it reads like guidance or a reply, not a review." in words(shown)


@pytest.mark.asvs("5.2.2", "5.2.3")
@pytest.mark.parametrize(
    ("raw", "answers", "problem"),
    [
        (b"", {}, "Choose a file or paste a list"),
        (b"Title\nx\x07y", {}, "This holds a character that cannot be printed"),
        (b"Title\nx\x00y", {}, "This is not a CSV file."),
        (b"PK\x03\x04 and so on", {}, "This is a workbook, not a CSV file."),
        (b"Title\n" + b"x" * 200_001, {}, "Import at most 200000 characters at a time"),
        (SMALL.encode(), {"type": "nonsense"}, "Choose a type of review from the list"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_in_words(world, people, raw, answers, problem):
    refused = upload(people.office, raw, **answers)

    assert refused.status_code == 422
    assert problem in words(refused)
    assert rows(world) == []


def test_a_list_can_be_pasted_and_stays_as_typed(people):
    refused = send(people.office, NEW, text="What,When\nSCR Child X,2020", type="nonsense")
    shown = send(people.office, NEW, text="Title,Published\nSCR Child X,2020", type="")

    assert "What,When\nSCR Child X,2020" in refused.text
    assert "1 new, 0 here already" in words(shown)


def post(people, path, body, who="coordinator", key="one"):
    return people.everybody.post(path, json=body, headers={**acting(people.everybody, who), "Idempotency-Key": key})


def test_the_api_plans_imports_and_releases_as_the_pages_do(world, people):
    planned = post(people, "/api/v1/publications/imports/plan", {"text": SMALL})
    made = post(people, "/api/v1/publications/imports", {"text": SMALL})
    again = post(people, "/api/v1/publications/imports", {"text": SMALL})
    twice = post(people, "/api/v1/publications/imports", {"text": SMALL}, key="two")
    path = f"/api/v1{made.json['location']}/release"
    own, released = post(people, path, {}, key="three"), post(people, path, {}, "chair")

    assert planned.json["new"][0] == {"title": "SCR Child H", "year": 2012, "rows": [2]}
    assert [each["row"] for each in planned.json["problems"]] == [5]
    assert [each["row"] for each in planned.json["left_out"]] == [4]
    assert (made.status_code, made.json["reference"]) == (201, "2 reviews")
    assert (again.headers["Idempotent-Replayed"], again.json) == ("true", made.json)
    assert (twice.status_code, own.status_code, released.status_code) == (409, 409, 201)
    assert {each.state for each in rows(world)} == {"live"}
    assert [post(people, path, {}, who, "four").status_code for who in ("lead-police", "ops")] == [403, 403]


def test_an_import_that_is_not_there_cannot_be_released(people):
    path = "/api/v1/publications/imports/00000000-0000-0000-0000-000000000000/release"

    assert post(people, path, {}, "chair").status_code == 404


def test_an_import_is_taken_back_while_nothing_of_it_was_released_and_can_come_again(world, people):
    made = confirm(people.office, upload(people.office, SMALL.encode()))
    offered = people.office.get(made.location)
    back = send(people.deputy, made.location, f"{made.location}/undo")
    gone = people.office.get(made.location).status_code
    again = confirm(people.office, upload(people.office, SMALL.encode()))

    assert "Take back 2 reviews" in words(offered)
    assert "Take back" not in words(people.chair.get(again.location))
    assert (back.status_code, back.location, gone, again.status_code) == (303, "/publications", 404, 303)
    assert [each.label for each in rows(world)] == ["Child H", "Child H"]


def test_what_somebody_made_a_draft_of_stays_when_the_import_is_taken_back(world, people):
    made = confirm(people.office, upload(people.office, SMALL.encode()))
    first, _ = rows(world)
    send(people.office, f"/publications/{first.id}", f"/publications/{first.id}/reopen")

    back = send(people.office, made.location, f"{made.location}/undo")
    page = people.office.get(made.location)

    assert (back.location, [each.id for each in rows(world)]) == (made.location, [first.id])
    assert "Draft" in words(page)
    assert "Take back" not in words(page)


def test_an_import_of_which_something_was_released_is_not_taken_back(world, people):
    made = confirm(people.office, upload(people.office, SMALL.encode()))
    first, _ = rows(world)
    open_window = people.office.get(made.location).text.rpartition("<form")[2]
    values = {name: open_window.split(f'name="{name}" value="')[1].split('"')[0] for name in ("_csrf", "_key", "_end")}
    send(people.chair, f"/publications/{first.id}", f"/publications/{first.id}/release")

    refused = people.office.post(f"{made.location}/undo", data=values)
    path = f"/api/v1{made.location}/undo"
    by_api, other = post(people, path, {}), post(people, path, {}, "chair")

    assert "Something of this import was released. Withdraw what should not be public." in words(refused)
    assert (refused.status_code, by_api.status_code, other.status_code) == (422, 409, 403)
    assert len(rows(world)) == 2


def test_the_api_takes_an_import_back(world, people):
    made = post(people, "/api/v1/publications/imports", {"text": SMALL})

    back = post(people, f"/api/v1{made.json['location']}/undo", {})

    assert (back.status_code, rows(world)) == (201, [])


def test_the_command_imports_what_somebody_then_releases(world, people, tmp_path, monkeypatch):
    file = tmp_path / "reviews.csv"
    file.write_text(SMALL)
    alive = world.services["publisher"]
    command = import_command(lambda: alive)

    with monkeypatch.context() as goes_on_living_here:
        goes_on_living_here.setattr(alive.database, "close", lambda: None)
        dry = CliRunner().invoke(command, [str(file), "--dry-run"])
        kept = rows(world)
        done = CliRunner().invoke(command, [str(file), "--type", "scr"])
        again = CliRunner().invoke(command, [str(file)])
        wrong = CliRunner().invoke(command, [str(file), "--type", "audit"])
        file.write_bytes(b"PK\x03\x04 and so on")
        book = CliRunner().invoke(command, [str(file)])
    batch = done.output.rsplit("/", 1)[1].strip()

    assert (dry.exit_code, kept) == (0, [])
    assert "new: SCR Child H, 2012, Wiltshire SVPP (rows 2)" in dry.output
    assert "problem: row 5, Label: No label is named." in dry.output
    assert "no review: row 4, Title: “A pathway”" in dry.output
    assert "Dry run: nothing was made." in dry.output
    assert done.exit_code == 0
    assert (again.exit_code, "Nothing in this list is new" in again.output) == (1, True)
    assert (wrong.exit_code, "audit is no type; use one of rapid_review, lcspr" in wrong.output) == (1, True)
    assert (book.exit_code, "This is a workbook, not a CSV file." in book.output) == (1, True)
    assert send(people.office, f"/publications/imports/{batch}").status_code == 303
    assert {each.state for each in rows(world)} == {"live"}


@pytest.mark.asvs("2.4.1")
def test_whoever_sends_list_after_list_waits_is_told_whom_to_call_and_can_go_on_later(world, people):
    shown = upload(people.office, SMALL.encode())
    path, body = "/api/v1/publications/imports", {"text": SMALL}
    tried = [post(people, f"{path}/plan", body).status_code for _ in range(19)]

    before = stored(world, but=())
    over = [confirm(people.office, shown), upload(people.office, SMALL.encode())]
    by_api = [post(people, f"{path}/plan", body), post(people, path, body, key="over")]
    noted = changes(before, stored(world, but=()))
    other = upload(people.deputy, SMALL.encode())
    world.clock.forward(seconds=301)
    later = confirm(people.office, shown)

    assert tried == [200] * 19
    assert {(each.status_code, each.headers["Retry-After"]) for each in over + by_api} == {(429, "300")}
    assert [words(each).count(WAIT) for each in over] == [1] * 2
    assert [each.json["detail"] for each in by_api] == [WAIT] * 2
    assert noted == {"publisher.limits": (2, 2)}, "the lists that were sent, and the calls of the API"
    assert (other.status_code, later.status_code, len(rows(world))) == (200, 303, 2)
