"""What came on paper or by telephone counts from the day on which it came, and its referrer may have no address."""

import re
from datetime import date
from uuid import uuid4

import pytest

import invented
from invented import REFERRAL, as_form
from linked import ask_code
from pprg_intake.rules import received_problem
from pprg_triage import rules

pytestmark = pytest.mark.both_databases
#: Wednesday of the week before the day of these tests, Tuesday 24 November 2026.
CAME = "2026-11-18"
ON_PAPER = REFERRAL | {"source": "paper", "received_on": CAME, "incident_on": "October 2026"}
FORM = "/referrals/new?immediate_risk=no"
NO_ADDRESS = "The referrer has no address: tell them another way"


def words(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2].partition("</main>")[0]).split())


def by_page(world, who, **changes):
    """A referral by the form, by somebody or nobody; days as people type them."""
    client = world.visitor("intake", who) if who else world.client("intake")
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', client.get(FORM).text))
    answers = ON_PAPER | changes
    if answers["received_on"]:
        answers["received_on"] = f"{date.fromisoformat(answers['received_on']):%d/%m/%Y}"
    answer = client.post(FORM, data={**as_form(answers), **hidden, "_end": "1"})
    world.settle()
    return answer


def by_api(world, who, **changes):
    """The same by the API."""
    headers = {"Idempotency-Key": str(uuid4())} | (world.acting(who) if who else {})
    answers = {name: each for name, each in (ON_PAPER | changes).items() if name != "received_on" or each}
    answer = world.client("intake").post("/api/v1/referrals", json=answers, headers=headers)
    world.settle()
    return answer


WAYS = pytest.mark.parametrize("send", [by_page, by_api])


def only_case(get):
    (case,) = get("triage", "/cases")["cases"]
    return get("triage", f"/cases/{case['id']}")


def mails(world):
    """The letters of the try-out: to whom, and what they say."""
    texts = [each.read_text("utf-8").replace("\r", "") for each in (world.folder / "mailbox").iterdir()]
    return [(re.search(r"\nTo: (.*)\n", each)[1], each) for each in texts]


@WAYS
def test_clocks_count_from_the_day_on_which_it_came(world, get, send):
    assert send(world, "coordinator").status_code in {201, 303}

    case = only_case(get)
    counted = {each["code"]: each for each in case["clocks"]}
    page = world.visitor("triage", "coordinator").get(f"/cases/{case['id']}")
    history = world.visitor("triage", "coordinator").get(f"/cases/{case['id']}/history")

    assert (case["reference"], case["received_on"]) == ("PPRG-2026-0001", CAME)
    # Fifteen working days after Wednesday 18 November; two after it for the acknowledgement.
    assert case["due_on"] == "2026-12-09"
    assert case["working"].startswith("day 0 Wed 18 Nov 2026")
    assert {counted[each]["day_zero"] for each in ("referral.ack", "referral.triage")} == {CAME}
    assert "Received on Wednesday 18 November 2026" in words(page)
    assert "Day 4 of 15, due Wed 9 Dec 2026" in words(page)
    assert "Referral received: it came on Wed 18 Nov 2026" in words(history)
    (receipt,) = [text for to, text in mails(world) if to == REFERRAL["referrer_email"]]
    assert "Wednesday 18 November 2026" in receipt


@WAYS
@pytest.mark.parametrize("how", [{}, {"source": "phone"}])
def test_what_is_said_to_have_come_on_no_day_came_today(world, get, send, how):
    assert send(world, "coordinator", received_on="", **how).status_code in {201, 303}

    case = only_case(get)
    history = world.visitor("triage", "coordinator").get(f"/cases/{case['id']}/history")

    assert (case["received_on"], case["due_on"]) == ("2026-11-24", "2026-12-15")
    assert "it came on" not in words(history)


def test_only_the_office_is_asked_when_and_how_it_came(world, get):
    pages = {who: world.visitor("intake", who).get(FORM).text for who in ("coordinator", "deputy", "lead-police")}
    pages[""] = world.client("intake").get(FORM).text
    refused = [by_api(world, who) for who in ("lead-police", "")]

    assert {who for who, page in pages.items() if 'name="received_on"' in page} == {"coordinator", "deputy"}
    for each in refused:
        assert each.status_code == 422
        assert {"/received_on", "/source"} == {error["pointer"] for error in each.json["errors"]}
    assert get("triage", "/cases")["cases"] == []


@WAYS
@pytest.mark.parametrize(
    ("changes", "field", "advice"),
    [
        ({"received_on": "2026-11-25"}, "received_on", "This day lies in the future"),
        ({"received_on": "1900-01-01", "incident_on": "1900"}, "received_on", "Check the year"),
        ({"source": "online"}, "received_on", "Say how the referral came, or leave this empty"),
        ({"incident_on": "20 November 2026"}, "received_on", "before the day on which it happened"),
        (
            {"source": "online", "received_on": "", "referrer_email": ""},
            "referrer_email",
            "Enter your work email address",
        ),
        ({"referrer_email": "lead at police"}, "referrer_email", "one email address"),
    ],
)
def test_what_does_not_fit_gets_advice_and_nothing_is_kept(world, get, send, changes, field, advice):
    answer = send(world, "coordinator", **changes)

    assert answer.status_code == 422
    if send is by_page:
        assert advice in words(answer)
        assert "An invented account." in answer.text
    else:
        assert [each["pointer"] for each in answer.json["errors"]] == [f"/{field}"]
        assert advice in answer.json["errors"][0]["detail"]
    assert get("triage", "/cases")["cases"] == []


def test_whoever_refers_for_themselves_needs_an_address(world, get):
    refused = world.client("intake").post(
        "/api/v1/referrals", json=REFERRAL | {"referrer_email": ""}, headers={"Idempotency-Key": "one"}
    )

    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/referrer_email")
    assert get("triage", "/cases")["cases"] == []


@WAYS
def test_to_a_referrer_without_an_address_no_letter_goes_and_the_case_says_so(world, post, get, letters, send):
    assert send(world, "coordinator", referrer_email="").status_code in {201, 303}
    case = only_case(get)
    path = f"/cases/{case['id']}"
    post("triage", f"{path}/requests", {"agencies": ["police"], "questions": "What was your part?"})
    post("triage", f"{path}/meetings", {"standing": "2026-12-08"})
    invited = get("triage", path)["meetings"][0]["invited"]
    post("triage", f"{path}/meetings/record", invented.HELD)
    post("triage", f"{path}/decisions", invented.decision("rapid_review"))
    (decision,) = get("triage", path)["decisions"]
    post("triage", f"{path}/decisions/ratification", {"decision_id": decision["id"]}, "partner-police")
    ask_code(letters.browser(), f"/referrals/{case['reference']}/outcome")
    world.settle()
    office = world.visitor("triage", "coordinator")
    found = get("notifier", f"/letters?subject={case['id']}")["letters"]

    assert [NO_ADDRESS in words(office.get(each)) for each in (path, f"{path}/print")] == [True, True]
    assert {each["template"] for each in found} & {"referral_received", "outcome_to_referrer", "code"} == set()
    assert {"outcome_to_agency", "meeting_invitation"} <= {each["template"] for each in found}
    assert {each["state"] for each in found} == {"accepted"}
    assert len(invited) == len(invented.HELD["attended"]) + 1 or len(invited) > 2
    assert [to for to, _ in mails(world) if not to.strip()] == []
    assert get("triage", path)["letters"]["failed"] == 0


def test_a_case_whose_referrer_has_an_address_says_nothing_of_it(world, get):
    by_api(world, "coordinator")

    assert NO_ADDRESS not in words(world.visitor("triage", "coordinator").get(f"/cases/{only_case(get)['id']}"))


@pytest.mark.parametrize(
    ("answers", "advice"),
    [
        ({}, None),
        ({"received_on": date(2026, 11, 24)}, None),
        ({"received_on": date(2026, 11, 23), "source": "mail"}, None),
        ({"received_on": date(2026, 11, 23), "source": "mail", "incident_on": "November 2026"}, None),
        ({"received_on": date(2026, 10, 31), "source": "mail", "incident_on": "November 2026"}, "before the day"),
        ({"received_on": date(2026, 11, 23)}, "Say how the referral came"),
        ({"received_on": date(2026, 11, 25), "source": "mail"}, "in the future"),
        ({"received_on": date(1990, 1, 1), "source": "mail"}, "Check the year"),
    ],
)
def test_on_which_day_something_can_have_come(answers, advice):
    problem = received_problem(answers, date(2026, 11, 24))

    assert (problem is None) == (advice is None)
    assert (advice or "") in (problem or "")


REACHED = "referrer@invented.example"


def decide(post, get, path, route):
    post("triage", f"{path}/decisions", invented.decision(route))
    (decision,) = (each for each in get("triage", path)["decisions"] if each["route"] == route)
    post("triage", f"{path}/decisions/ratification", {"decision_id": decision["id"]}, "partner-police")


def reach(post, get, path, address=REACHED, status=201):
    """The office adds, or corrects, where letters to the referrer go."""
    shown = get("triage", path)
    body = rules.referred(shown["content"]) | {"revision": shown["amendments"], "why": "They rang."}
    return post("triage", f"{path}/amendments", body | {"referrer_email": address}, status=status)


def test_once_a_referrer_on_paper_has_an_address_letters_go_and_the_page_says_which_did_not(world, post, get, letters):
    by_api(world, "coordinator", referrer_email="")
    case = only_case(get)
    path, office = f"/cases/{case['id']}", world.visitor("triage", "coordinator")
    post("triage", f"{path}/meetings/record", invented.HELD)
    post("triage", f"{path}/meetings", {"standing": "2026-12-08"})
    decide(post, get, path, "rapid_review")
    before = mails(world)
    reach(post, get, path)
    page, told = words(office.get(path)), words(office.get(f"{path}/history"))
    world.clock.forward(days=1)
    decide(post, get, path, "lcspr")
    after = [text for to, text in mails(world) if to == REACHED]
    ask_code(letters.browser(), f"/referrals/{case['reference']}/outcome")
    world.settle()
    codes = [text for to, text in mails(world) if to == REACHED and "Code:" in text]
    post("triage", f"{path}/dates", {"trigger": "outcome_sent", "day": "2026-11-25"})
    later = words(office.get(path))

    assert [to for to, _ in before if to == REACHED] == []
    assert NO_ADDRESS not in page
    assert "The referrer has an address since 24 November 2026: letters go out from then on." in page
    assert "They had none of the meeting on Tuesday 8 December 2026" in page
    assert "and none of what was decided: Rapid review. Tell them another way" in page
    assert f"Their work email address: was nothing; now “{REACHED}”" in told
    assert len(after) == 1
    assert "A decision has been made about the referral" in after[0]
    assert len(codes) == 1
    assert "what was decided: Rapid review" not in later
    assert "They had none of the meeting" in later


def test_a_wrong_address_is_corrected_and_the_newest_word_holds(world, post, get):
    by_api(world, "coordinator")
    path = f"/cases/{only_case(get)['id']}"
    reach(post, get, path, "wrong@invented.example")
    reach(post, get, path)
    post("triage", f"{path}/meetings/record", invented.HELD)
    decide(post, get, path, "rapid_review")

    to = [each for each, text in mails(world) if "about the referral that you sent us" in text]
    assert to == [REACHED]
    assert "They had none of" not in words(world.visitor("triage", "coordinator").get(path))


def test_no_address_and_the_same_address_change_nothing(world, post, get):
    by_api(world, "coordinator", referrer_email="")
    path = f"/cases/{only_case(get)['id']}"

    wrong = reach(post, get, path, "lead at police", status=422)
    empty = reach(post, get, path, "", status=409)

    assert wrong["errors"][0]["pointer"] == "/referrer_email"
    assert "Nothing differs" in empty["detail"]
    assert NO_ADDRESS in words(world.visitor("triage", "coordinator").get(path))


def test_a_case_from_a_list_has_no_referrer_to_write_to(world, post, get):
    text = "Ref,Date received,Name,Type\nR/1,3 November 2026,Canary Child,Rapid review\n"
    post("triage", "/cases/imports", {"text": text})
    (case,) = get("triage", "/cases")["cases"]
    path = f"/cases/{case['id']}"

    form = world.visitor("triage", "coordinator").get(f"{path}/amend").text
    shown = get("triage", path)["content"]
    body = rules.referred(shown) | {"revision": 0, "why": "They rang.", "referrer_email": REACHED}
    body |= {"subjects": [invented.SUBJECT], "incident_on": "2026", "incident": "death", "what_happened": "Invented."}
    refused = post("triage", f"{path}/amendments", body, status=409)

    assert 'name="referrer_email"' not in form
    assert 'name="family"' in form
    assert "it has no referrer" in refused["detail"]
