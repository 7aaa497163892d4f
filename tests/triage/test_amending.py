"""What was referred is corrected and added to: what was there stays known, and what follows from it follows anew."""

import re
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

import invented
from beginnings import beginning
from invented import REFERRAL, SUBJECT, UNKNOWN, as_form
from pprg_shared.boxes.tables import outbox
from pprg_triage import rules
from pprg_triage.models import Amendment

BROTHER = UNKNOWN | {"kind": "child", "name": "Invented Brother", "born": "2019", "relation": "brother of the first"}
WHY = "The school rang on 24 November."


def words(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2].partition("</main>")[0]).split())


@pytest.fixture
@beginning
def case(post, get):
    """A case about one child; its path."""
    criteria = [{"criterion": "died", "reply": "no"}]
    post("intake", "/referrals", REFERRAL | {"criteria": criteria, "location": "Invented Road"}, "")
    (only,) = get("triage", "/cases")["cases"]
    return f"/cases/{only['id']}"


def said(get, case, **changes):
    """What stands at a case as it could be sent again, but for the changes."""
    content = get("triage", case)["content"]
    kept = rules.referred(content)
    return kept | {"revision": get("triage", case)["amendments"], "why": WHY} | changes


@pytest.fixture
def amend(post, get, case):
    """Correct a case by the API."""

    def send(status=201, who="coordinator", **changes):
        return post("triage", f"{case}/amendments", said(get, case, **changes), who, status)

    return send


def typed(page):
    """What a browser would send of the form that a page shows."""
    form = page.text[page.text.index("<form method") :]
    fields = dict(re.findall(r'<input[^>]*?name="([^"]+)"[^>]*?type="(?:text|hidden)"[^>]*?value="([^"]*)"', form))
    fields |= dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    fields |= {
        name: text for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', form) if text
    }
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        fields |= {name: chosen[1]} if chosen else {}
    for each in re.findall(r"<input[^>]*checked[^>]*>", form):
        fields[re.search(r'name="([^"]+)"', each)[1]] = re.search(r'value="([^"]*)"', each)[1]
    return {name: text for name, text in fields.items() if text} | {"_end": "1"}


def history(world, case, who="coordinator"):
    return words(world.visitor("triage", who).get(f"{case}/history"))


@pytest.mark.both_databases
def test_by_page_a_person_is_added_and_what_was_wrong_is_put_right(world, get, case):
    office = world.visitor("triage", "coordinator")
    page = office.get(f"{case}/amend")
    sent = typed(page) | {"subjects-0-born": "22 May 2015", "what_happened": "Another invented account.", "why": WHY}
    sent |= {f"subjects-1-{name}": text for name, text in BROTHER.items()}

    taken = office.post(f"{case}/amend", data=sent)
    world.settle()
    content, shown = get("triage", case)["content"], words(office.get(case))

    assert (taken.status_code, taken.location) == (303, case), words(taken)
    assert [(each["name"], each["born"]) for each in content["subjects"]] == [
        ("Invented Child", "22 May 2015"),
        ("Invented Brother", "2019"),
    ]
    assert (content["subject_born"], content["what_happened"]) == ("22 May 2015", "Another invented account.")
    assert content["more"]["location"] == "Invented Road"
    assert content["criteria"] == [{"criterion": "died", "reply": "no", "evidence": ""}]
    for each in ("Invented Brother", "Born 22 May 2015", "It was corrected once", "To the others brother of the first"):
        assert each in shown


def test_what_was_there_before_is_kept_and_read_under_what_happened(world, get, case, amend):
    amend(subjects=[SUBJECT | {"born": "2015"}], criteria=[{"criterion": "died", "reply": "yes", "evidence": "A log"}])
    amend(subjects=[SUBJECT | {"born": "2014"}, BROTHER], location="", why="The register says so.")
    amend(subjects=[BROTHER], incident="death", why="It is about the brother.")
    told = history(world, case)
    paper = words(world.visitor("triage", "coordinator").get(f"{case}/print"))
    with world.services["triage"].database.reading() as session:
        kept = [each.content for each in session.scalars(sa.select(Amendment))]

    for page in (told, paper):
        assert (
            "What was referred was corrected Person 1, date of birth, or due date: was “May 2016”; now “2015”" in page
        )
        assert f"Has the person died?: was no; now yes (A log) Why: {WHY}" in page
        assert "was “2015”; now “2014” Person 2 added: Invented Brother" in page
        assert "Where did it happen?: was “Invented Road”; now nothing Why: The register says so." in page
        assert "Person 1, their name: was “Invented Child”; now “Invented Brother”" in page
        assert "Person 2 no longer among them: Invented Brother" in page
    assert invented.PROFILE.person("coordinator").name in told
    assert get("triage", case)["amendments"] == len(kept) == 3
    assert [each for each in kept if "Invented" in each] == []


def test_routes_and_the_clock_to_watch_are_found_anew(get, case, amend):
    before = get("triage", case)
    adult = UNKNOWN | {"kind": "adult", "name": "Invented Adult", "born": "1950"}
    amend(subjects=[adult], criteria=[])
    as_adult = get("triage", case)
    amend(subjects=[SUBJECT], criteria=before["content"]["criteria"])
    again = get("triage", case)

    assert {"rapid_review"} <= {each["code"] for each in before["routes"]}
    assert "rapid_review" not in {each["code"] for each in as_adult["routes"]}
    assert "safeguarding_adult_review" in {each["code"] for each in as_adult["routes"]}
    assert (before["due_on"], as_adult["due_on"], again["due_on"]) == (before["due_on"], None, before["due_on"])
    assert {each["code"] for each in again["routes"]} == {each["code"] for each in before["routes"]}


def test_agencies_asked_before_and_after_read_of_the_corrected_people(world, post, get, case, amend):
    post("triage", f"{case}/requests", {"agencies": ["police", "icb"], "questions": "What was your part?"})
    there = {each["agency"]: f"/requests/{each['id']}" for each in get("triage", case)["requests"]}
    post("intake", f"{there['icb']}/nil-return", {"author": "Lead"}, "lead-icb")

    amend(subjects=[SUBJECT | {"born": "2015"}, BROTHER])
    post("triage", f"{case}/requests", {"agencies": ["gp"], "questions": "What was your part?"})
    there |= {each["agency"]: f"/requests/{each['id']}" for each in get("triage", case)["requests"]}
    shown = {each: get("intake", path, f"lead-{each}") for each, path in there.items()}
    page = world.visitor("intake", "lead-police").get(there["police"])
    found = get("notifier", f"/letters?subject={case.removeprefix('/cases/')}")["letters"]
    states = {each["agency"]: each["state"] for each in get("triage", case)["requests"]}

    for each in shown.values():
        assert [(one["name"], one["born"]) for one in each["subjects"]] == [
            ("Invented Child", "2015"),
            ("Invented Brother", "2019"),
        ]
    assert "The 2 people whom it is about" in words(page)
    assert [each["to"] for each in found if each["template"] == "request_amended"] == ["police/safeguarding-lead"]
    assert (states["icb"], shown["icb"]["state"]) == ("nil", "answered")
    with world.services["triage"].database.reading() as session:
        bodies = [bytes(each) for each in session.scalars(sa.select(outbox.c.body)) if each]
    mails = [each.read_bytes() for each in (world.folder / "mailbox").iterdir()]
    assert [each for each in (*bodies, *mails) if b"Invented Brother" in each] == []


def test_who_it_is_about_stays_right_when_what_is_said_of_a_request_later_comes_first(world, post, get, case, amend):
    post("triage", f"{case}/requests", {"agencies": ["police"], "questions": "What was your part?"})
    (request,) = get("triage", case)["requests"]
    amend(subjects=[SUBJECT, BROTHER])
    post("triage", f"{case}/requests/{request['id']}/move", {"due_on": "2026-12-10", "reason": "Leave"})
    shown = get("intake", f"/requests/{request['id']}", "lead-police")

    assert (len(shown["subjects"]), shown["due_on"]) == (2, "2026-12-10")


def test_what_happened_tells_each_change_of_a_request_in_its_own_words(post, get, case, amend):
    post("triage", f"{case}/requests", {"agencies": ["police"], "questions": "What was your part?"})
    (request,) = get("triage", case)["requests"]

    amend(subjects=[SUBJECT | UNKNOWN, BROTHER])
    post("triage", f"{case}/requests/{request['id']}/move", {"due_on": "2026-12-10", "reason": "Leave"})

    changes = ["Told whom the case is about now", "Told of another day to answer by"]
    told = [line["what"].partition(":")[0] for line in get("triage", f"{case}/history")["history"]]
    assert [each for each in told if each in changes] == changes
    history = get("triage", f"{case}/requests/{request['id']}")["history"]
    assert [line["what"] for line in history] == ["ask", "amend", "move"]


def test_what_says_nothing_new_of_people_troubles_no_agency(post, get, case, amend):
    post("triage", f"{case}/requests", {"agencies": ["police"], "questions": "What was your part?"})
    amend(what_happened="Another invented account.")
    found = get("notifier", f"/letters?subject={case.removeprefix('/cases/')}")["letters"]

    assert [each for each in found if each["template"] == "request_amended"] == []
    assert get("triage", case)["content"]["what_happened"] == "Another invented account."


@pytest.mark.both_databases
def test_two_who_correct_at_once_overwrite_nothing_and_lose_nothing_that_they_typed(world, get, case, amend):
    office, deputy = world.visitor("triage", "coordinator"), world.visitor("triage", "deputy")
    first = typed(office.get(f"{case}/amend")) | {"subjects-0-born": "2015", "why": WHY}
    second = typed(deputy.get(f"{case}/amend")) | {"subjects-0-name": "Invented Other Name", "why": "Typed meanwhile."}

    taken = office.post(f"{case}/amend", data=first)
    refused = deputy.post(f"{case}/amend", data=second)
    kept = typed(refused)
    between = get("triage", case)
    again = deputy.post(f"{case}/amend", data=kept | {"subjects-0-born": "2015"})
    after = get("triage", case)

    assert (taken.status_code, refused.status_code, again.status_code) == (303, 409, 303)
    assert "Somebody else has corrected this since you opened it." in words(refused)
    assert "was “May 2016”; now “2015”" in words(refused)
    assert (kept["subjects-0-name"], kept["why"], kept["revision"]) == ("Invented Other Name", "Typed meanwhile.", "1")
    assert [each["name"] for each in between["content"]["subjects"]] == ["Invented Child"]
    assert [(each["name"], each["born"]) for each in after["content"]["subjects"]] == [("Invented Other Name", "2015")]
    assert (between["amendments"], after["amendments"]) == (1, 2)


def test_at_the_api_the_second_of_two_gets_409_and_the_first_stands(get, post, case):
    body = said(get, case, subjects=[SUBJECT | {"born": "2015"}])
    post("triage", f"{case}/amendments", body)
    refused = post("triage", f"{case}/amendments", body | {"subjects": [SUBJECT | {"born": "2014"}]}, status=409)

    assert "Somebody else has corrected this" in refused["detail"]
    assert get("triage", case)["content"]["subject_born"] == "2015"


@pytest.mark.both_databases("each lets one of two at a time in its own way")
def test_of_two_at_the_same_moment_one_is_told_to_look_again(world, get, case):
    body = said(get, case)
    headers = [world.acting(who) | {"Idempotency-Key": str(uuid4())} for who in ("coordinator", "deputy")]
    clients = [world.client("triage") for _ in headers]

    def send(number):
        changed = body | {"subjects": [SUBJECT | {"born": f"201{number}"}]}
        return clients[number].post(f"/api/v1{case}/amendments", json=changed, headers=headers[number]).status_code

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(send, range(2)))

    assert answers == [201, 409]
    assert get("triage", case)["amendments"] == 1


@pytest.mark.parametrize(
    ("changes", "pointer", "advice"),
    [
        ({"why": ""}, "/why", "Say why it is corrected"),
        ({"revision": None}, "/revision", "open the case again"),
        ({"subjects": []}, "/subjects", "Name one to four people"),
        ({"subjects": [SUBJECT] * 5}, "/subjects", "Name one to four people"),
        ({"subjects": [SUBJECT | {"born": "2001"}]}, "/subjects/0/kind", "choose “An adult”"),
        ({"subjects": [SUBJECT | {"nhs_number": "943 476 5910"}]}, "/subjects/0/nhs_number", "10 digits"),
        ({"subjects": [SUBJECT | {"born": "about ten"}]}, "/subjects/0/born", "If you know only about how old"),
        ({"incident_on": "25 November 2026"}, "/incident_on", "lies in the future"),
        ({"incident": "cat"}, "/incident", "Choose what it was"),
        ({"criteria": [{"criterion": "died", "reply": "maybe"}]}, "/criteria/0/reply", "yes, no or not sure"),
        ({"harm": ["cat"]}, "/harm/0", "kinds of harm"),
    ],
)
def test_what_does_not_fit_gets_advice_and_changes_nothing(get, case, amend, changes, pointer, advice):
    refused = amend(422, **changes)

    assert [each["pointer"] for each in refused["errors"]] == [pointer]
    assert advice in refused["errors"][0]["detail"]
    assert get("triage", case)["amendments"] == 0


def test_by_page_what_is_wrong_is_shown_and_what_was_typed_stays(world, get, case):
    office = world.visitor("triage", "coordinator")
    sent = typed(office.get(f"{case}/amend")) | {"subjects-0-born": "31/02/2016", "what_happened": "Typed anew."}

    refused = office.post(f"{case}/amend", data=sent)

    assert refused.status_code == 422
    assert "not a real date" in words(refused)
    assert "Say why it is corrected" in words(refused)
    assert typed(refused)["what_happened"] == "Typed anew."
    assert get("triage", case)["amendments"] == 0


def test_what_changes_nothing_is_told_so(amend):
    assert "Nothing differs from what stands there" in amend(409)["detail"]


@pytest.mark.parametrize("who", ["chair", "partner-police", "lead-police", "administrator"])
def test_the_office_alone_corrects(world, get, post, case, who):
    post("triage", f"{case}/amendments", said(get, case, what_happened="No."), who, 403)
    page = world.visitor("triage", who).get(f"{case}/amend")

    assert page.status_code == 403


def test_a_case_that_is_closed_to_somebody_of_the_office_is_not_there(world, get, post, case):
    body = said(get, case, what_happened="No.")
    deputy = str(invented.PROFILE.person("deputy").id)
    post("triage", f"{case}/interests", {"person": deputy, "why": "Invented."})
    post("triage", f"{case}/amendments", body, "deputy", 404)

    assert world.visitor("triage", "deputy").get(f"{case}/amend").status_code == 404


def test_whoever_decides_without_names_reads_that_and_how_it_was_corrected_without_them(world, post, case, amend):
    amend(
        subjects=[SUBJECT | {"name": "Canary Name", "born": "2015"}, BROTHER | {"name": "Canary Brother"}],
        why="Canary why",
    )
    chair = {"person": str(invented.PROFILE.person("board-chair").id), "role": "member", "why": "Invented."}
    post("triage", f"{case}/members", chair)
    told = history(world, case, "board-chair")
    paper = words(world.visitor("triage", "board-chair").get(f"{case}/print"))

    for page in (told, paper):
        assert "Person 1, their name: changed" in page
        assert "was “May 2016”; now “2015” Person 2 added" in page
        assert "Canary" not in page


def test_a_case_from_a_list_is_corrected_too(world, post, get):
    made = post("triage", "/cases/imports", {"text": "Ref,Date received,Name\nA/1,3 November 2026,Invented Adult\n"})
    (only,) = get("triage", "/cases")["cases"]
    case = f"/cases/{only['id']}"
    office = world.visitor("triage", "coordinator")
    page = office.get(f"{case}/amend")
    sent = typed(page) | as_form({"subjects": [SUBJECT | {"name": "Invented Adult"}]}) | {"why": WHY}
    sent |= {"incident_on": "2026", "incident": "serious_harm", "what_happened": "An invented account."}

    taken = office.post(f"{case}/amend", data=sent)
    content = get("triage", case)["content"]
    kept = get("triage", made["location"])["cases"]

    assert taken.status_code == 303, words(taken)
    assert [each["touched"] for each in kept] == ["what was referred was corrected"]
    assert (content["subject_name"], content["what_happened"]) == ("Invented Adult", "An invented account.")
    assert content["source"] == "list"


TEXTS = st.text("ab", max_size=2)
PEOPLE = st.lists(
    st.fixed_dictionaries({"kind": st.just("child"), "name": TEXTS.filter(bool), "born": TEXTS.filter(bool)}),
    min_size=1,
    max_size=4,
)
ANSWERS = st.lists(
    st.fixed_dictionaries({"criterion": st.sampled_from("xyz"), "reply": st.sampled_from(["yes", "no"])}),
    max_size=3,
    unique_by=lambda each: each["criterion"],
)
STATES = st.fixed_dictionaries(
    {"subjects": PEOPLE, "criteria": ANSWERS, "incident_on": TEXTS, "what_happened": TEXTS, "location": TEXTS}
)


@given(STATES, STATES)
def test_what_stands_after_a_correction_is_what_was_said_and_differs_only_where_it_does(first, second):
    empty = {"subjects": [], "criteria": [], "more": {"family": "kept"}, "source": "online"}
    before, after = rules.amended(empty, first), rules.amended(rules.amended(empty, first), second)
    one, other = rules.referred(before), rules.referred(after)
    for each in (one, other):
        each["criteria"].sort(key=lambda answer: answer["criterion"])

    assert {name: other[name] for name in ("incident_on", "what_happened", "location")} == {
        name: second[name] for name in ("incident_on", "what_happened", "location")
    }
    assert [each["name"] for each in other["subjects"]] == [each["name"] for each in second["subjects"]]
    assert (after["more"]["family"], after["source"]) == ("kept", "online")
    assert (list(rules.differences(one, other)) == []) == (one == other)
    assert list(rules.differences(one, one)) == []


FAMILY = {"family": "Canary Aunt, who lives nearby.", "safety": "A sister is safe.", "other_agencies": "A food bank"}


@pytest.mark.both_databases
def test_family_safety_and_agencies_are_added_and_what_was_there_before_stays_known(world, get, case, amend):
    before = get("triage", case)["content"]
    office = world.visitor("triage", "coordinator")
    page = office.get(f"{case}/amend")
    sent = typed(page) | FAMILY | {"why": WHY}
    sent["agencies"] = ["police", "gp"]
    taken = office.post(f"{case}/amend", data=sent)
    world.settle()
    content, shown, told = get("triage", case)["content"], words(office.get(case)), history(world, case)
    ask = office.get(f"{case}/requests/new").text

    assert (taken.status_code, taken.location) == (303, case), words(taken)
    assert (before["agencies"], content["agencies"]) == (invented.REFERRAL["agencies"], ["police", "gp"])
    assert {name: content["more"][name] for name in FAMILY} == FAMILY
    assert content["more"]["family_knows"] == before["more"]["family_knows"]
    for each in (
        "Family Canary Aunt, who lives nearby.",
        "Others at risk A sister is safe.",
        "Other agencies A food bank",
    ):
        assert each in shown
    assert "Family and others who matter: was nothing; now “Canary Aunt, who lives nearby.”" in told
    assert f"at risk, and what has been done?: was “{before['more']['safety']}”; now “A sister is safe.”" in told
    assert "Which agencies know them?: was" in told
    assert "; now Wiltshire Police, GP practices" in told
    assert {each for each in ("police", "gp") if re.search(rf'value="{each}"[^>]*checked', ask)} == {"police", "gp"}


def test_who_does_not_read_names_reads_that_the_family_was_corrected_and_not_how(world, post, case, amend):
    amend(**FAMILY)
    reader = {"person": str(invented.PROFILE.person("board-chair").id), "role": "member", "why": "Invented."}
    post("triage", f"{case}/members", reader)

    told = history(world, case, "board-chair")

    assert "Family and others who matter: changed" in told
    assert "Canary" not in told


def test_what_is_left_out_at_the_api_stays_and_what_is_empty_goes(get, post, case, amend):
    amend(**FAMILY)
    kept = {name: each for name, each in said(get, case).items() if name not in {*FAMILY, "agencies"}}
    post("triage", f"{case}/amendments", kept | {"what_happened": "Another account."})
    after = get("triage", case)["content"]
    amend(other_agencies="")

    assert {name: after["more"][name] for name in FAMILY} == FAMILY
    assert "other_agencies" not in get("triage", case)["content"]["more"]


def test_a_correction_from_before_more_could_be_corrected_says_nothing_of_it():
    state = {"subjects": [], "criteria": [], "location": "", "incident_on": "", "incident": "", "harm": []}
    state |= {"what_happened": ""}

    assert list(rules.differences(state, state | {"family": "Somebody", "agencies": ["police"]})) == []
