"""A return to be corrected: whoever may answer finds in the form what their agency sent, and sends it changed."""

import html
import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import fields
from werkzeug.datastructures import MultiDict

from beginnings import beginning
from invented import ANSWERED
from linked import ask_code, enter
from pprg_intake import rules
from pprg_intake.actions import corrections
from pprg_intake.models import Draft, Request, Submission
from pprg_intake.schemas import return_schema
from pprg_shared.app import create_app
from pprg_shared.boxes.tables import audit
from pprg_shared.events.triage import InformationChanged
from pprg_shared.web.forms import END, Form, choices

ROW = {"date": "?May 2025", "source": "Log", "event": "A canary was seen", "seen": "yes", "rag": "amber"}
SAID = ANSWERED | {
    "author": "Invented Lead",
    "summary": "A canary summary.\nIn two lines.",
    "first_contact": "May 2019",
    "open_at_incident": "yes",
    "good_practice": "An invented visit.",
    "agency_view_on_criteria": [{"route": "rapid_review", "view": "met", "reason": "Invented reasons."}],
    "quality_assured_by": "Invented Checker",
    "quality_assured_on": "2026-11-24",
    "rows": [ROW, {"date": "2024", "source": "Log", "event": "Another"}],
}
FILE = b"Date,Source,Event,Seen\r\n2016,=Log,A canary in a file,Y\r\n2017,Log,Another,\r\n"
SAME = "Nothing has changed since your agency sent this on Tue 24 Nov 2026."


@pytest.fixture
@beginning
def asked(letters):
    return letters.ask()


@pytest.fixture
def path(asked):
    return f"/requests/{asked.request_id}"


@pytest.fixture
def lead(world):
    return world.visitor("intake", "lead-police")


@pytest.fixture
def send(world, path):
    """Send something to the API as the lead of the police."""

    def send(where, body=None, status=201, **raw):
        headers = {**world.acting("lead-police"), "Idempotency-Key": str(uuid4())}
        raw = raw or {"json": body}
        sent = world.client("intake").post(f"/api/v1{path}/{where}", headers=headers, **raw)
        assert sent.status_code == status, sent.text
        return sent.json

    return send


@pytest.fixture
def query(letters, asked):
    """The office returns what was sent, as triage says it."""

    def query(revision=1, state="queried"):
        about = {"request_id": asked.request_id, "case_id": asked.case_id, "reference": asked.reference}
        letters.say(
            InformationChanged(
                **about, agency="police", due_on=asked.due_on, state=state, revision=revision, query="Who was seen?"
            )
        )

    return query


def words(page):
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page.text.partition("<h1")[2]).split()))


class Typed:
    """What a browser sends of the return's form on a page, chosen options and all."""

    def __init__(self, page):
        text = page.text.partition('id="typed"')[2].partition("</form>")[0]
        inputs = [dict(re.findall(r'([\w-]+)="([^"]*)"', each)) for each in re.findall(r"<input([^>]*)>", text)]
        self.fields = {each["name"]: each.get("value", "") for each in inputs if each.get("type") != "checkbox"}
        self.fields |= dict(re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)</textarea>', text))
        for name, inner in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', text, re.DOTALL):
            self.fields[name] = next(iter(re.findall(r'<option value="([^"]*)" selected', inner)), "")
        self.fields = {name: html.unescape(value) for name, value in self.fields.items()}


def answers(world):
    """What was kept of each answer, the newest last."""
    with world.services["intake"].database.reading() as session:
        kept = session.scalars(sa.select(Submission).order_by(Submission.revision)).all()
        return [corrections.answers_of(session, each) for each in kept]


def reads(world):
    with world.services["intake"].database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(audit).where(audit.c.kind.in_(["read", "export"])))


@pytest.mark.both_databases
def test_the_form_holds_what_was_sent_and_one_change_is_enough(world, path, lead, send, query):
    send("return", SAID)
    closed = lead.get(path)
    query()
    before = reads(world)
    page = lead.get(path)
    seen, form = reads(world) - before, Typed(page).fields
    sent = lead.post(path, data=form | {"rows-0-seen": "no"})

    assert "canary" not in closed.text
    assert "The form below holds what your agency sent on Tuesday 24 November 2026." in words(page)
    assert (form["quality_assured_on"], form["open_at_incident"], form["rows-0-rag"]) == (
        "24 November 2026",
        "yes",
        "amber",
    )
    assert form["agency_view_on_criteria-0-route"] == "rapid_review"
    assert (seen, sent.status_code) == (1, 303)
    first, second = answers(world)
    assert second == first | {"rows": [ROW | {"seen": "no"}, first["rows"][1]]}


def test_whoever_has_the_link_and_the_code_finds_it_too(world, letters, path, send, query):
    send("return", SAID)
    query()
    browser, other = letters.browser(), letters.browser("192.0.2.7")
    without = other.get(path, follow_redirects=True)
    ask_code(browser, path)
    enter(browser, path, letters.codes()[-1])
    sent = browser.post(path, data=Typed(browser.get(path)).fields | {"summary": "Corrected."})
    after = browser.get(path, follow_redirects=True)

    assert "canary" not in without.text
    assert sent.status_code == 303
    assert "canary" not in after.text
    assert [each["summary"][:9] for each in answers(world)] == ["A canary ", "Corrected"]


def test_a_correction_that_changes_nothing_is_told_so_by_page_and_api(world, path, lead, send, query):
    send("chronology", data=FILE, content_type="text/csv")
    shown = world.client("intake").get(f"/api/v1{path}/chronology", headers=world.acting("lead-police")).json
    send("return", SAID | {"draft": shown["draft"]})
    query()
    form = Typed(lead.get(path)).fields
    refused = lead.post(path, data=form)
    again = send("return", SAID | {"draft": form["draft"]}, 409)
    kept = len(answers(world))
    sent = lead.post(path, data=form | {"_key": str(uuid4()), "records_secured": "Yes, today"})

    assert (refused.status_code, kept, sent.status_code) == (422, 1, 303)
    assert SAME in refused.text
    assert SAME in again["detail"]
    assert Typed(refused).fields["rows-0-event"] == "A canary was seen"
    assert [len(each["rows"]) for each in answers(world)] == [4, 4]


@pytest.mark.both_databases
def test_what_came_as_a_file_goes_again_unless_it_is_replaced_or_dropped(world, path, lead, send, query):
    send("chronology", data=FILE, content_type="text/csv")
    shown = world.client("intake").get(f"/api/v1{path}/chronology", headers=world.acting("lead-police")).json
    send("return", SAID | {"draft": shown["draft"]})
    query()
    page, upload = lead.get(path), lead.get(f"{path}/chronology")
    taken = lead.get(f"{path}/chronology/rows.csv")
    with world.services["intake"].database.reading() as session:
        sealed = session.scalar(sa.select(Draft.content))
    send("chronology", data=taken.data.replace(b"2016", b"2015"), content_type="text/csv")
    replaced = lead.post(path, data=Typed(lead.get(path)).fields)
    query(2)
    send("chronology/drop", {})
    dropped = lead.get(path)
    without = lead.post(path, data=Typed(dropped).fields)

    assert "2 rows of a chronology are uploaded and go with this return." in words(page)
    assert "rows-2-event" not in {name for name, value in Typed(page).fields.items() if value}
    assert "2 rows go with your corrected return, once you send it" in words(upload)
    assert "canary" not in sealed
    assert b"2016,,'=Log,,A canary in a file" in taken.data
    assert (replaced.status_code, without.status_code) == (303, 303)
    assert "The 2 rows that came with your return as a file are not part of it any more." in words(dropped)
    rows = [[each["date"] for each in one["rows"]] for one in answers(world)]
    assert rows == [["?May 2025", "2024", "2016", "2017"], ["?May 2025", "2024", "2015", "2017"], ["?May 2025", "2024"]]


def test_what_waits_to_be_corrected_is_not_forgotten_while_others_upload(world, letters, path, send, query, clock):
    send("chronology", data=FILE, content_type="text/csv")
    shown = world.client("intake").get(f"/api/v1{path}/chronology", headers=world.acting("lead-police")).json
    send("return", SAID | {"draft": shown["draft"]})
    query()
    clock.at += timedelta(days=40)
    other = letters.ask("icb")
    headers = {**world.acting("lead-icb"), "Idempotency-Key": "other"}
    place = f"/api/v1/requests/{other.request_id}/chronology"
    world.client("intake").post(place, data=FILE, content_type="text/csv", headers=headers)

    with world.services["intake"].database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Draft)) == 2


def test_more_rows_than_a_form_holds_wait_as_if_they_were_uploaded(world, path, lead, send, query):
    rows = [{"date": "2024", "source": "Log", "event": f"Event {n}"} for n in range(rules.MOST_TYPED + 1)]
    send("return", SAID | {"rows": rows})
    query()
    page = lead.get(path)
    sent = lead.post(path, data=Typed(page).fields | {"summary": "Corrected."})

    assert f"{rules.MOST_TYPED + 1} rows of a chronology are uploaded" in words(page)
    assert sent.status_code == 303
    assert answers(world)[1]["rows"] == rows


def test_a_program_reads_what_was_sent_and_sends_it_changed(world, path, send, query):
    nothing = world.client("intake").get(f"/api/v1{path}/return", headers=world.acting("lead-police"))
    send("return", SAID)
    query()
    sent = world.client("intake").get(f"/api/v1{path}/return", headers=world.acting("lead-police")).json
    others = world.client("intake").get(f"/api/v1{path}/return", headers=world.acting("lead-icb"))
    send("return", sent["answers"], 409)
    send("return", sent["answers"] | {"records_secured": "Yes, today"})

    assert (nothing.status_code, others.status_code) == (404, 404)
    assert (sent["kind"], sent["revision"], sent["submitted_on"]) == ("return", 1, "2026-11-24")
    assert len(answers(world)) == 2


def test_a_nil_return_that_is_queried_may_be_said_again_or_become_a_return(world, path, lead, send, query):
    send("nil-return", {"author": "Invented Lead"})
    query()
    page = lead.get(path)
    send("nil-return", {"author": "Invented Lead"})
    query(2)
    send("return", SAID)

    assert "Your agency said on Tuesday 24 November 2026 that it holds nothing." in words(page)
    assert 'name="author" type="text" value="Invented Lead"' in page.text
    assert [each["author"] for each in answers(world)] == ["Invented Lead"] * 3


def test_an_accepted_answer_is_not_shown_and_no_file_waits(world, path, lead, send, query):
    send("chronology", data=FILE, content_type="text/csv")
    shown = world.client("intake").get(f"/api/v1{path}/chronology", headers=world.acting("lead-police")).json
    send("return", SAID | {"draft": shown["draft"]})
    query(state="accepted")

    assert "canary" not in lead.get(path).text
    with world.services["intake"].database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Draft)) == 0
        assert session.scalar(sa.select(Request.state)) == "accepted"


TEXT = st.text("abc é,;\"'<&", min_size=1, max_size=20).map(str.strip).filter(bool)


def value_of(declared):
    """What somebody may have said in a field, as it is kept."""
    if offered := [code for code, _ in choices(declared) if code]:
        return st.sampled_from(offered)
    return st.dates(date(2026, 1, 1), date(2026, 11, 24)).map(str) if isinstance(declared, fields.Date) else TEXT


def test_whatever_was_sent_stands_in_the_form_as_a_browser_would_send_it(world):
    schema = return_schema("both")
    row = schema.fields["rows"].inner.schema.fields
    alone = {
        name: each for name, each in schema.fields.items() if not isinstance(each, fields.List) and name != "draft"
    }

    further = {name: value_of(each) for name, each in row.items() if name != "event"}

    @settings(deadline=None, max_examples=60)
    @given(
        st.fixed_dictionaries({}, optional={name: value_of(each) for name, each in alone.items()}),
        st.lists(
            st.fixed_dictionaries({"event": TEXT}, optional=further),
            max_size=4,
        ),
    )
    def stands_there(said, rows):
        said = said | {"rows": rows}
        form = Form(schema, None, rules.as_typed_before(said))
        shown = [each for _, some in form.runs for one in some for each in _cells(one)]
        sent = Form(schema, MultiDict({each.name: each.value for each in shown} | {END: "1"}))
        assert rules.changes_nothing(said, sent._values())

    with create_app(world.services["intake"]).app_context():
        stands_there()


def _cells(drawn):
    return [each for row in drawn.items for each in row] if drawn.widget == "rows" else [drawn]
