"""A case that needs no decision of the group: closed by the office with a reason, and opened again."""

import re

import pytest

import invented
from beginnings import beginning

WITHDRAWN = {"reason": "withdrawn", "why": "Said so by telephone."}
SAME = {"reason": "duplicate", "other": "pprg-2026-0002 ", "why": "Both tell of one incident."}
ASKING = {"agencies": ["police"], "questions": "What was your part?"}
MEETING = {"day": "2026-12-08", "starts": "10:00", "ends": "12:00", "place": "Invented Room"}
REOPEN_FIRST = "This case is closed without a review. Reopen it first."


@pytest.fixture
@beginning
def cases(world, post, get):
    """The paths of two cases."""
    for _ in range(2):
        post("intake", "/referrals", invented.REFERRAL, "")
    found = sorted(get("triage", "/cases")["cases"], key=lambda each: each["reference"])
    return [f"/cases/{each['id']}" for each in found]


def words(page):
    main = page.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def submit(client, path, **answers):
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', client.get(path).text))
    return client.post(path, data={**hidden, **answers, "_end": "1"})


def test_the_office_closes_a_duplicate_on_its_page_and_opens_it_again(world, cases, get):
    case, _ = cases
    office, before = world.visitor("triage", "coordinator"), get("triage", cases[0])

    empty = submit(office, f"{case}/close", reason="duplicate", other="", why="Both tell of one incident.")
    closed = submit(office, f"{case}/close", **SAME)
    page, shown, listed = office.get(case), get("triage", case), words(office.get("/cases"))
    world.clock.forward(minutes=1)
    opened = submit(office, f"{case}/reopen", why="They are two incidents.")

    assert (empty.status_code, closed.status_code, opened.status_code) == (422, 303, 303)
    assert "Enter the reference of the other case" in empty.text
    assert "Both tell of one incident." in empty.text
    who = invented.PROFILE.person("coordinator").name
    told = "It is about the same as another case, PPRG-2026-0002. Both tell of one incident."
    assert f"Closed without a review on Tuesday 24 November 2026 by {who}. {told}" in words(page)
    assert f'href="{case}/close"' not in page.text
    assert (shown["clock"], shown["due_on"], shown["closed"]["words"]) == (None, None, told)
    assert {each["state"] for each in shown["clocks"]} <= {"met", "met_late", "ended"}
    assert "No clock binds" in listed
    after = get("triage", case)
    assert after | {"content": None} == before | {"content": None}
    happened = words(office.get(f"{case}/history"))
    assert f"Closed without a review. {told}" in happened
    assert "Opened again. They are two incidents." in happened
    assert f"Closed without a review. {told}" in words(office.get(f"{case}/print"))


def test_nobody_is_asked_called_or_decides_about_a_case_that_is_closed(cases, post):
    case, _ = cases
    post("triage", f"{case}/meetings/record", invented.HELD)
    post("triage", f"{case}/closing", WITHDRAWN)

    for path, body in (("requests", ASKING), ("meetings", MEETING), ("decisions", invented.decision("rapid_review"))):
        assert REOPEN_FIRST in str(post("triage", f"{case}/{path}", body, status=409))
    assert "closed already" in str(post("triage", f"{case}/closing", WITHDRAWN, status=409))


@pytest.mark.parametrize(
    ("path", "body", "advice"),
    [
        ("requests", ASKING, "An agency is still waited for"),
        ("meetings", MEETING, "Cancel it first"),
        ("decisions", invented.decision("rapid_review"), "the group decides on this case"),
    ],
)
def test_what_others_do_about_a_case_ends_before_it_is_closed(cases, post, get, path, body, advice):
    case, _ = cases
    if path == "decisions":
        post("triage", f"{case}/meetings/record", invented.HELD)
    post("triage", f"{case}/{path}", body)

    assert advice in str(post("triage", f"{case}/closing", WITHDRAWN, status=409))
    assert get("triage", case)["closed"] is None


@pytest.mark.parametrize(
    ("body", "status", "advice"),
    [
        ({"reason": "bored", "why": "Invented."}, 422, "Choose why no review is needed"),
        ({"reason": "withdrawn", "why": ""}, 422, "Say what speaks for closing it"),
        ({"reason": "withdrawn", "why": "x" * 501}, 422, "Keep this to 500 characters"),
        (WITHDRAWN | {"other": "PPRG-2026-0002"}, 409, "Leave this empty"),
        (SAME | {"other": "PPRG-2026-0001"}, 409, "This is the reference of the case itself"),
        (SAME | {"other": "PPRG-2026-0999"}, 409, "No case has this reference"),
    ],
)
def test_what_does_not_fit_is_refused_with_advice_and_nothing_is_kept(cases, post, unchanged, body, status, advice):
    refused = post("triage", f"{cases[0]}/closing", body, status=status)

    assert advice in str(refused)


def test_the_office_alone_closes_and_only_what_is_closed_is_opened_again(world, cases, post):
    case, _ = cases

    assert "The case is not closed" in str(post("triage", f"{case}/reopening", {"why": "Invented."}, status=409))
    for who in ("chair", "partner-police", "lead-police"):
        post("triage", f"{case}/closing", WITHDRAWN, who, status=403)
    assert f'href="{case}/close"' in world.visitor("triage", "deputy").get(case).text
