"""From draft to public page by the front doors: who may do what, what is refused, what a second person does."""

import html
import re
from dataclasses import replace
from uuid import uuid4

import pytest
import sqlalchemy as sa

from invented import PUBLISHED
from pprg_publisher.models import Publication
from pprg_shared.boxes.tables import outbox
from publishing import send, words
from signed import acting

pytestmark = pytest.mark.both_databases


def said(world):
    with world.services["publisher"].database.reading() as session:
        return session.scalars(sa.select(outbox.c.type)).all()


@pytest.mark.parametrize("who", ["partner-police", "lead-police", "ops", "administrator"])
def test_drafts_are_the_office_s_and_the_chair_s_alone(world, people, who):
    path, _ = people.draft()
    visitor = world.visitor("publisher", who)

    answers = [visitor.get(each).status_code for each in ("/publications", path, "/publications/imports/new")]

    assert answers == [403, 403, 403]
    assert people.everybody.get(path).status_code == 403
    assert people.chair.get("/publications/imports/new").status_code == 403


def test_the_chair_reads_drafts_and_does_not_write_them(people):
    path, _ = people.draft()

    page = people.chair.get(path)
    refused = send(people.chair, "/sign-in", path, **PUBLISHED)

    assert "The office is still writing this." in words(page)
    assert "Offer for release" not in page.text
    assert refused.status_code == 403


def test_a_case_without_a_ratified_decision_has_nothing_to_publish(people):
    refused = people.office.get(f"/publications/for-case/{uuid4()}")

    assert refused.status_code == 409
    assert "There is nothing to publish yet." in words(refused)


def test_a_ratified_decision_becomes_a_draft_with_its_reasons(people):
    empty = people.office.get("/publications")
    path, case_id = people.draft()

    page = people.office.get(path)

    assert "There is nothing to publish yet." in words(empty)
    assert people.office.get(f"/publications/for-case/{case_id}").location == path
    listed = "Publication Draft of PPRG-2026-0001 Case PPRG-2026-0001 Review Rapid review Published Not yet State Draft"
    assert listed in words(people.office.get("/publications"))
    assert "Case PPRG-2026-0001, Rapid review" in words(page)
    assert "Invented reasons &lt;b&gt;for the office&lt;/b&gt;." in page.text
    assert "Everybody can read what you write here." in words(page)


def test_a_case_with_drafts_on_two_routes_leads_to_both(people):
    first, case_id = people.draft()
    second, _ = people.draft(case_id, route="lcspr")
    people.draft()

    page = people.office.get(f"/publications/for-case/{case_id}")

    assert page.status_code == 200
    assert set(re.findall(r'href="(/publications/[0-9a-f-]{36})"', page.text)) == {first, second}
    assert f'href="/cases/{case_id}"' in page.text
    assert "Import reviews" not in words(page)


def test_what_is_not_decided_yet_leaves_no_draft_and_its_later_decision_one(people):
    undecided, case_id = people.draft(outcome="insufficient_information")
    before = people.office.get(f"/publications/for-case/{case_id}")
    later, _ = people.draft(case_id, outcome="criteria_not_met")

    assert (people.office.get(undecided).status_code, before.status_code) == (404, 409)
    assert people.office.get(f"/publications/for-case/{case_id}").location == later
    assert words(people.office.get("/publications")).count("Draft of") == 1


def test_a_draft_has_the_type_that_the_profile_says_its_route_publishes(world, people):
    database = world.services["publisher"].database
    routes = database.profile.routes
    route = replace(routes["rapid_review"], publishes="lcspr")
    database.profile = replace(database.profile, routes={**routes, "rapid_review": route})

    path, _ = people.draft()

    assert re.search(r'value="lcspr"\s+selected', people.office.get(path).text)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"title": ""}, "Give the page a title"),
        ({"title": "Four"}, "Give the page a title, in 5 to 150 characters"),
        ({"label": ""}, "Say what the review calls the person or family"),
        ({"summary": "Short"}, "Say in a sentence what the review was about, in 20 to 300 characters"),
        ({"learning": ""}, "Say what was learnt"),
        ({"year": "26"}, "Enter a year from 1945 to 2026"),
        ({"year": "soon"}, "Enter a year such as 2026"),
        ({"type": "audit"}, "Choose a type of review from the list"),
        ({"themes": []}, "Choose at least one theme"),
        ({"themes": ["nonsense"]}, "Choose themes from the list"),
        ({"learning": f"{PUBLISHED['learning']} It began on 3 May 2016."}, "Give months and years only"),
        ({"recommendations": "By 03/05/2016 all of it."}, "Give months and years only"),
        ({"summary": "An invented case, pprg-2026-0001."}, "Leave the case reference out"),
    ],
)
def test_what_is_not_fit_to_be_public_is_refused_in_words_and_kept_as_typed(people, changed, refusal):
    path, _ = people.draft()
    typed = PUBLISHED | {"author": "Invented Reviewer"} | changed

    refused = send(people.office, path, _offer="1", **typed)

    assert refused.status_code == 422
    assert refusal in words(refused)
    for name in ("title", "summary", "learning", "author"):
        assert html.escape(str(typed[name]), quote=False) in refused.text.replace("&#39;", "'")
    assert "Nothing has been published yet." in words(people.everybody.get("/learning"))
    assert "Offer for release" in people.office.get(path).text


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("title", {"title": "What we learnt by 03/05/2016"}),
        ("summary", {"summary": "An invented case, pprg-2026-0001."}),
        ("label", {"label": "Child of 3 May"}),
    ],
)
def test_what_must_not_be_public_is_pointed_at_on_the_page_and_by_the_api(people, field, changed):
    path, _ = people.draft()

    page = send(people.office, path, _offer="1", **(PUBLISHED | changed))
    headers = {**acting(people.everybody, "coordinator"), "Idempotency-Key": "one"}
    refused = people.everybody.post(f"/api/v1{path}/offer", json=PUBLISHED | changed, headers=headers)

    assert re.findall(r'<a href="(#[^"]+)"', page.text.partition("error-summary")[2]) == [f"#{field}"]
    assert re.findall(r'<p id="([^"]+)-error"', page.text) == [field]
    assert refused.status_code == 409
    assert refused.json["errors"] == [{"pointer": f"/{field}", "detail": refused.json["detail"]}]


def test_a_draft_keeps_what_is_written_so_far_and_may_lack_the_rest(people):
    path, _ = people.draft()

    saved = send(people.office, path, title="A beginning", themes=["neglect"])
    wrong = send(people.office, path, title="A beginning", year="soon")
    page = people.office.get(path).text

    assert (saved.status_code, saved.location) == (303, path)
    assert (wrong.status_code, 'value="soon"' in wrong.text) == (422, True)
    assert 'value="A beginning"' in page
    assert 'value="neglect" checked' in " ".join(page.split())


@pytest.mark.asvs("2.3.2")
def test_who_offers_cannot_release_and_whoever_else_may_can(people):
    path = people.offered()

    page = people.office.get(path)
    refused = send(people.office, path, f"{path}/reopen")  # takes it back; offered again below
    own = send(people.office, path, _offer="1", **PUBLISHED)
    post = {"headers": {**acting(people.everybody, "coordinator"), "Idempotency-Key": "a key"}, "json": {}}
    api = people.everybody.post(f"/api/v1{path}/release", **post)
    released = send(people.deputy, path, f"{path}/release")

    assert "You offered this for release: a second person must release it." in words(page)
    assert f'action="{path}/release"' not in page.text
    assert (refused.status_code, own.status_code) == (303, 303)
    assert (api.status_code, api.json["detail"]) == (
        409,
        "You offered this for release: a second person must release it.",
    )
    assert (released.status_code, released.location) == (303, "/learning/what-was-learnt-2026")


def test_what_was_learnt_can_be_read_by_everybody_and_leads_back_to_nobody(world, people):
    path, case_id = people.draft()
    hostile = {"learning": f"{PUBLISHED['learning']}\n<i>Second line</i>", "title": "Hearing a child"}
    send(people.office, path, _offer="1", **(PUBLISHED | hostile))
    before = people.everybody.get("/learning")
    sent = send(people.chair, path, f"{path}/release")

    page, listed = people.everybody.get(sent.location), people.everybody.get("/learning")

    assert "Nothing has been published yet." in words(before)
    assert sent.location == "/learning/hearing-a-child-2026"
    assert "Rapid review, 24 November 2026 Hearing a child" in words(page)
    assert "&lt;i&gt;Second line&lt;/i&gt;" in page.text
    assert 'href="/learning?theme=information-sharing"' in page.text
    assert f'href="{sent.location}"' in listed.text
    for secret in ("PPRG-2026", str(case_id), "Invented reasons", "Robin Sample"):
        assert secret not in page.text + listed.text
    assert said(world) == ["outcome.published.v1"]


def test_what_is_offered_or_live_is_not_changed_and_what_the_other_window_typed_is_kept(people):
    path, _ = people.draft()
    hidden = {"_key": "another", "_end": "1"} | csrf(people.office, path)
    send(people.office, path, _offer="1", **PUBLISHED)
    late = people.office.post(path, data=PUBLISHED | {"title": "Typed in the other window"} | hidden)
    send(people.chair, path, f"{path}/release")
    twice = people.deputy.post(f"{path}/release", data={"_end": "1", **csrf(people.deputy, path)})

    assert (late.status_code, twice.status_code) == (422, 422)
    assert "This has been offered for release already." in words(late)
    assert "Typed in the other window" in late.text
    assert "This outcome has been published already." in words(twice)


def csrf(client, path):
    text = client.get("/publications/imports/new").text
    return {"_csrf": text.split('name="_csrf" value="')[1].split('"')[0]}


def test_what_is_withdrawn_leaves_a_page_that_says_so_and_keeps_its_address(world, people):
    path = people.offered(title="A title that gives somebody away")
    address = send(people.chair, path, f"{path}/release").location
    withdrawn = send(people.office, path, f"{path}/withdraw")
    gone = people.everybody.get(address)
    send(people.office, path, f"{path}/reopen")
    send(people.office, path, _offer="1", **(PUBLISHED | {"title": "A better title", "year": "2024"}))
    still = people.everybody.get(address)
    again = send(people.chair, path, f"{path}/release")

    assert withdrawn.status_code == 303
    assert (gone.status_code, still.status_code) == (410, 410)
    assert "Available on request" in words(gone)
    assert ("Rapid review, 2026" in words(gone), "Rapid review" in words(still), "2024" in words(still)) == (
        True,
        False,
        False,
    )
    assert "This document is available on request: ask the office." in words(gone)
    assert "gives somebody away" not in gone.text.replace(address, "")
    assert "gives somebody away" not in people.everybody.get("/learning").text
    assert (again.location, people.everybody.get(address).status_code) == (address, 200)
    assert said(world) == ["outcome.published.v1"], "the case knows already"
    with world.services["publisher"].database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Publication)) == 1


def test_a_label_that_recurs_in_the_same_year_is_refused(people):
    people.offered(label="Child Q")
    path, _ = people.draft()

    refused = send(people.office, path, _offer="1", **(PUBLISHED | {"label": "child  q."}))
    other = send(people.office, path, _offer="1", **(PUBLISHED | {"label": "child q", "year": "2025"}))

    assert "There is a publication of this type, label and year already." in words(refused)
    assert other.status_code == 303


def test_two_outcomes_of_the_same_title_have_addresses_of_their_own(people):
    first, second = people.published(), people.published()

    assert second == f"{first}-2"
    assert [people.everybody.get(each).status_code for each in (first, second)] == [200, 200]


def test_nobody_finds_a_publication_that_is_not_there(people):
    assert [people.everybody.get(each).status_code for each in ("/learning/nothing-2026",)] == [404]
    assert people.office.get(f"/publications/{uuid4()}").status_code == 404
    assert people.office.get(f"/publications/imports/{uuid4()}").status_code == 404
