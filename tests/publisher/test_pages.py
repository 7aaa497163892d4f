"""The publisher by its front doors: drafts for the office, what was learnt for everybody, what is refused."""

import re
from datetime import date
from uuid import uuid4

import pytest

from pprg_shared.boxes import publish
from pprg_shared.events.triage import DecisionRatified

TITLE = "Hearing a child when many agencies are involved"
LEARNT = "Agencies held parts of the picture and met late. Sharing earlier, in 2026, would have helped."


def draft(world, number=1):
    """The case of a decision that triage says is ratified."""
    case_id = uuid4()
    decision = DecisionRatified(
        decision_id=uuid4(),
        case_id=case_id,
        reference=f"PPRG-2026-{number:04}",
        route="rapid_review",
        outcome="criteria_met",
        decided_on=date(2026, 11, 24),
        referrer_id=uuid4(),
        agencies=["police"],
        reasons="Invented reasons <b>for the office</b>.",
    )
    with world.services["triage"].database.writing("action") as session:
        publish(session, decision)
    world.services["triage"].drain()
    return case_id


@pytest.fixture
def office(world):
    return world.visitor("publisher", "coordinator")


def page_of(office, case_id):
    return office.get(f"/publications/for-case/{case_id}").location


def send(client, path, **answers):
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', client.get(path).text))
    return client.post(path, data={**answers, **hidden, "_end": "1"})


def words(page):
    """The text of a page's main part, on one line."""
    main = page.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def test_everybody_may_read_what_was_learnt_and_is_told_when_that_is_nothing(world):
    page = world.client("publisher").get("/learning")

    assert page.status_code == 200
    assert "Nothing has been published yet." in words(page)
    assert "X-Robots-Tag" not in page.headers


@pytest.mark.parametrize("path", ["/learning/something-2026", "/publications/00000000-0000-4000-8000-000000000000"])
def test_what_is_unknown_is_not_there(office, path):
    assert office.get(path).status_code == 404


@pytest.mark.parametrize("who", ["chair", "partner-police", "lead-police", "ops", "administrator"])
def test_drafts_are_the_office_s_alone(world, office, who):
    path = page_of(office, draft(world))
    visitor = world.visitor("publisher", who)

    answers = [visitor.get(each).status_code for each in ("/publications", path)]

    assert answers == [403, 403]
    assert world.client("publisher").get(path).status_code == 403


def test_a_case_without_a_ratified_decision_has_nothing_to_publish(office):
    refused = office.get(f"/publications/for-case/{uuid4()}")

    assert refused.status_code == 409
    assert "There is nothing to publish yet." in words(refused)


def test_a_ratified_decision_becomes_a_draft_with_its_reasons(world, office):
    empty = office.get("/publications")
    path = page_of(office, draft(world))

    page = office.get(path)

    assert "There is nothing to publish yet." in words(empty)
    assert "Case PPRG-2026-0001 Review Rapid review State Draft" in words(office.get("/publications"))
    assert "Case PPRG-2026-0001, Rapid review" in words(page)
    assert "Invented reasons &lt;b&gt;for the office&lt;/b&gt;." in page.text
    assert "Everybody can read what you write here." in words(page)


@pytest.mark.parametrize(
    ("title", "summary", "refusal"),
    [
        ("", LEARNT, "Give the page a title"),
        ("Four", LEARNT, "Give the page a title of 5 to 150 characters"),
        ("x" * 151, LEARNT, "Give the page a title of 5 to 150 characters"),
        (TITLE, "", "Say what was learnt"),
        (TITLE, "Too short to teach.", "Say what was learnt, in 50 to 5000 characters"),
        (TITLE, f"{LEARNT} It began on 3 May 2016.", "Give months and years only"),
        ("What we learnt by 03/05/2016", LEARNT, "Give months and years only"),
        (TITLE, f"{LEARNT} See pprg-2026-0001.", "Leave the case reference out"),
    ],
)
def test_what_must_not_be_public_is_refused_in_words_and_kept_as_typed(world, office, title, summary, refusal):
    path = page_of(office, draft(world))

    refused = send(office, path, title=title, summary=summary)

    assert refused.status_code == 422
    assert refusal in words(refused)
    assert f'value="{title}"' in refused.text or not title
    assert summary in refused.text
    assert "Nothing has been published yet." in words(office.get("/learning"))


@pytest.mark.parametrize(
    ("field", "answers"),
    [
        ("title", {"title": "What we learnt by 03/05/2016", "summary": LEARNT}),
        ("summary", {"title": TITLE, "summary": f"{LEARNT} See pprg-2026-0001."}),
    ],
)
def test_what_must_not_be_public_is_pointed_at_on_the_page_and_by_the_api(world, office, field, answers):
    path = page_of(office, draft(world))

    page = send(office, path, **answers)
    headers = {"Acting-As": "coordinator", "Idempotency-Key": "one"}
    refused = world.client("publisher").post(f"/api/v1{path}/release", json=answers, headers=headers)

    assert re.findall(r'<a href="(#[^"]+)"', page.text.partition("error-summary")[2]) == [f"#{field}"]
    assert re.findall(r'<p id="([^"]+)-error"', page.text) == [field]
    assert refused.status_code == 409
    assert refused.json["errors"] == [{"pointer": f"/{field}", "detail": refused.json["detail"]}]


def test_what_was_learnt_can_be_read_by_everybody_and_leads_back_to_nobody(world, office):
    case_id = draft(world)
    path = page_of(office, case_id)

    sent = send(office, path, title=TITLE, summary=f"{LEARNT}\n<i>Second line</i>")
    everybody = world.client("publisher")
    page, listed = everybody.get(sent.location), everybody.get("/learning")

    assert (sent.status_code, page.status_code) == (303, 200)
    assert sent.location == "/learning/hearing-a-child-when-many-agencies-are-involved-2026"
    assert f"Rapid review, published in 2026 {TITLE}" in words(page)
    assert "&lt;i&gt;Second line&lt;/i&gt;" in page.text
    assert f'href="{sent.location}"' in listed.text
    for secret in ("PPRG-2026", str(case_id), "Invented reasons"):
        assert secret not in page.text + listed.text


def test_an_outcome_is_published_once_and_what_the_other_window_typed_is_kept(world, office):
    path = page_of(office, draft(world))
    send(office, path, title=TITLE, summary=LEARNT)
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', office.get(page_of(office, draft(world, 2))).text))
    late = {"title": "Typed in the other window", "summary": LEARNT, **hidden, "_end": "1"}

    refused = office.post(path, data=late)

    assert refused.status_code == 422
    assert "This outcome has been published already." in words(refused)
    assert "Typed in the other window" in refused.text
    assert "Published on Tuesday 24 November 2026" in words(office.get(path))


def test_two_outcomes_of_the_same_title_have_addresses_of_their_own(world, office):
    sent = [send(office, page_of(office, draft(world, n)), title=TITLE, summary=LEARNT) for n in (1, 2)]

    first, second = (each.location for each in sent)
    assert second == f"{first}-2"
    assert [world.client("publisher").get(each).status_code for each in (first, second)] == [200, 200]
