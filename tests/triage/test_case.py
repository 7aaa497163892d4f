"""What a case shows of its referral: possible routes, clocks and what they wait for, what happened, and paper."""

import re
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

import invented
from invented import PROFILE
from pprg_shared.boxes import publish
from pprg_shared.events.publisher import PublicationPlanned
from pprg_triage import rules
from pprg_triage.models import Case

TODAY = date(2026, 11, 24)
YES = ("died", "abuse_or_neglect", "in_area_or_resident")
REFERRAL = invented.REFERRAL | {
    "subjects": [
        invented.SUBJECT | {"died_on": "?October 2026", "sex": "F", "ethnicity": "CHNE", "nhs_number": "943 476 5919"},
        invented.UNKNOWN | {"kind": "unborn", "name": "Invented Baby", "born": "January 2027"},
    ],
    "incident": "death",
    "incident_on": "?October 2026",
    "harm": ["neglect"],
    "criteria": [{"criterion": name, "reply": "yes", "evidence": "Canary evidence"} for name in YES],
    "parallel_processes": ["inquest"],
    "family": "An invented grandmother",
}


def post(world, service, path, body, who="coordinator"):
    headers = {**world.acting(who), "Idempotency-Key": str(uuid4())}
    answer = world.client(service).post(path, json=body, headers=headers)
    world.settle()
    return answer


def get(world, path, who="coordinator"):
    return world.client("triage").get(f"/api/v1{path}", headers=world.acting(who)).json


def refer(world, **changes):
    """The path of the case of a referral with these answers."""
    assert post(world, "intake", "/api/v1/referrals", REFERRAL | changes, "").status_code == 201
    (only,) = get(world, "/cases")["cases"]
    return f"/cases/{only['id']}"


@pytest.fixture
def office(world):
    return world.visitor("triage", "coordinator")


def words(page):
    main = page.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def clock(case, code):
    return next(each for each in case["clocks"] if each["code"] == code)


def test_a_case_shows_every_person_and_what_was_told_in_words(world, office):
    shown = words(office.get(refer(world)))

    assert "OFFICIAL-SENSITIVE" in shown
    for told in (
        "Invented Child Who A child Born May 2016 Died about October 2026 Sex Female Ethnicity Chinese",
        "Invented Baby Who An unborn child Due January 2027",
        "What it was Death When it happened about October 2026 Kinds of harm Neglect",
        "Family An invented grandmother",
        "Also under way Coroner&#39;s inquest",
        "Agreed by Invented Lead, safeguarding lead",
    ):
        assert told in shown


def test_several_routes_may_be_open_each_with_its_reason_and_never_with_evidence(world, office):
    case = refer(world)
    routes = {(each["code"], each["strength"]): each for each in get(world, case)["routes"]}
    page = words(office.get(case))

    assert ("rapid_review", rules.CERTAIN) in routes
    assert ("child_death_review", rules.CERTAIN) in routes
    assert not any(code == "safeguarding_adult_review" for code, _ in routes)
    reason = routes["rapid_review", rules.CERTAIN]["reason"]
    law = "Children Act 2004 section 16F, after a notification under section 16C(1): "
    assert reason.startswith(f"For the child: {law}")
    assert "abuse or neglect of the child is known or suspected" in reason
    assert "Canary" not in str(list(routes.values()))
    assert reason in page
    assert page.count("Canary evidence") == len(YES)
    assert "The group decides" in page


def test_the_death_of_a_mother_is_not_that_of_her_child(world, office):
    mother = invented.UNKNOWN | {"kind": "adult", "name": "Canary Mother", "born": "1994", "died_on": "3 October 2026"}
    yes = ("died", "violence_or_abuse", "relative_or_household")
    said = [{"criterion": name, "reply": "yes", "evidence": "Canary evidence"} for name in yes]
    case = refer(world, subjects=[mother, invented.SUBJECT], criteria=said, incident_on="3 October 2026")

    routes = {each["code"]: each for each in get(world, case)["routes"] if each["strength"] == rules.CERTAIN}
    page = words(office.get(case))

    assert set(routes) == {"dhr"}
    assert routes["dhr"]["reason"].startswith("For the adult: ")
    assert routes["dhr"]["reason"] in page
    assert "Canary" not in str(get(world, case)["routes"])
    not_ruled_out = page.partition("Not ruled out, since nothing was answered about them: ")[2].partition(".")[0]
    assert "Child death review" in not_ruled_out
    assert "LeDeR review" not in not_ruled_out, "it is open for the adult"


def test_of_several_alike_a_reason_says_which_it_is_about(world):
    teenager, toddler = (invented.SUBJECT | {"born": born, "died_on": "May 2026"} for born in ("2008", "2024"))
    said = [{"criterion": name, "reply": "yes"} for name in ("died", "learning_disability")]
    case = refer(world, subjects=[toddler, teenager], criteria=said, incident_on="May 2026")

    found = {each["code"]: each["reason"] for each in get(world, case)["routes"] if each["strength"] == rules.CERTAIN}

    assert found["leder"].startswith("For child 2: ")
    assert found["child_death_review"].startswith("Children Act 2004 section 16M")


@pytest.mark.parametrize(
    ("born", "incident", "strength"),
    [
        ("2024", "2026", None),  # one or two years old
        ("2008", "2026", "certain"),  # seventeen, since a child
        ("2011 to 2012", "2026", None),
        ("2009 to 2010", "2026", "possible"),
    ],
)
def test_partial_dates_answer_as_far_as_they_can(world, born, incident, strength):
    said = [{"criterion": name, "reply": "yes"} for name in ("died", "violence_or_abuse", "relative_or_household")]
    case = refer(world, subjects=[invented.SUBJECT | {"born": born}], criteria=said, incident_on=incident)

    found = {each["code"]: each["strength"] for each in get(world, case)["routes"]}

    assert found.get("dhr") == strength


def test_nothing_answered_leaves_everything_open_and_says_so(world, office):
    shown = words(office.get(refer(world, criteria=[], subjects=[invented.SUBJECT])))

    assert "No answer speaks for a route yet." in shown
    assert "Not ruled out, since nothing was answered about them: Serious incident notification, Rapid review" in shown


def test_clocks_run_or_say_what_they_wait_for(world):
    case = get(world, refer(world))

    assert clock(case, "referral.triage") == {
        "code": "referral.triage",
        "route": None,
        "day_zero": "2026-11-24",
        "due_on": "2026-12-01",
        "ended_on": None,
        "days_late": None,
        "state": "runs",
        "words": "day 0 Tue 24 Nov 2026; due Tue 1 Dec 2026",
    }
    assert clock(case, "rr.submit") == {
        "code": "rr.submit",
        "route": "rapid_review",
        "day_zero": None,
        "due_on": None,
        "ended_on": None,
        "days_late": None,
        "state": "waits",
        "words": "waits for: notification date",
    }
    assert not any(each["code"].startswith("adult_review") for each in case["clocks"])


def test_a_day_that_becomes_known_starts_its_clocks_and_the_case_is_due_anew(world, office):
    case = refer(world)
    before = get(world, case)
    noted = post(world, "triage", f"/api/v1{case}/dates", {"trigger": "notified", "day": "2026-11-20"})
    after = get(world, case)
    again = post(world, "triage", f"/api/v1{case}/dates", {"trigger": "notified", "day": "2026-11-23"})
    last = get(world, case)

    assert (noted.status_code, again.status_code) == (201, 201)
    assert [each["due_on"] for each in (before, after, last)] == ["2026-12-15", "2026-12-11", "2026-12-14"]
    assert clock(last, "rr.submit")["words"] == "day 0 Mon 23 Nov 2026; due Mon 14 Dec 2026"
    assert "Day 1 of 15, due Mon 14 Dec 2026, 14 working days left" in words(office.get("/cases"))
    assert "Target: Tue 24 Nov 2026" in words(office.get(case))
    meeting = {"day": "2026-12-15", "starts": "10:00", "ends": "12:00", "place": "Room"}
    refused = post(world, "triage", f"/api/v1{case}/meetings", meeting)
    assert (refused.status_code, "Mon 14 Dec 2026" in refused.json["detail"]) == (409, True)
    told = [each["what"] for each in get(world, f"{case}/history")["history"] if each["who"] == "Robin Sample"]
    assert told == ["Notification date: Fri 20 Nov 2026", "Notification date: Mon 23 Nov 2026"]


@pytest.mark.parametrize(("noted", "counted"), [(None, "2026-11-24"), ("2026-11-17", "2026-11-17")])
def test_the_first_request_starts_the_clocks_of_returns_unless_a_day_was_noted(world, noted, counted):
    case = refer(world)
    if noted:
        post(world, "triage", f"/api/v1{case}/dates", {"trigger": "request_sent", "day": noted})
    for agency in ("police", "icb"):
        post(world, "triage", f"/api/v1{case}/requests", {"agencies": [agency], "questions": "What?"})
        world.clock.forward(days=1)

    assert clock(get(world, case), "rr.agency_return")["day_zero"] == counted


def test_the_clock_of_returns_shows_its_working_and_who_started_it(world, office):
    case = refer(world)
    waiting = words(office.get(case))
    post(world, "triage", f"/api/v1{case}/requests", {"agencies": ["police"], "questions": "What?"})

    told = [(each["what"], each["who"]) for each in get(world, f"{case}/history")["history"]]

    assert "Agency returns in Begins when waits for: date the request was sent" in waiting
    assert "Agency returns in Due Thu 3 Dec 2026 How it is counted day 0 Tue 24 Nov 2026" in words(office.get(case))
    assert ("Date the request was sent: Tue 24 Nov 2026", "Robin Sample") in told


def test_a_planned_publication_starts_the_clock_of_those_who_are_told_before_it(world, office):
    case = refer(world, routes=["lcspr"])
    case_id = case.removeprefix("/cases/")
    waiting = clock(get(world, case), "lcspr.pre_publication")["words"]
    about = {"publication_id": uuid4(), "case_id": UUID(case_id), "reference": "PPRG-2026-0001"}
    about |= {"planned_by": PROFILE.person("coordinator").id}
    # Of one publication the highest revision holds, whatever comes last; before the other nobody must be told.
    for day, revision in ((15, 2), (8, 1)):
        planned = datetime(2027, 1, day, 9, tzinfo=UTC)
        say(world, PublicationPlanned(**about, publication_type="lcspr", planned_at=planned, revision=revision))
    other = about | {"publication_id": uuid4(), "publication_type": "dhr", "revision": 1}
    say(world, PublicationPlanned(**other, planned_at=datetime(2026, 12, 15, 9, tzinfo=UTC)))

    shown = get(world, case)
    told = [(each["what"], each["who"]) for each in get(world, f"{case}/history")["history"]]

    assert waiting == "waits for: planned publication date"
    assert clock(shown, "lcspr.pre_publication")["words"] == "day 0 Fri 15 Jan 2027; due Wed 6 Jan 2027"
    assert shown["planned_at"] == "2026-12-15T09:00:00+00:00"
    assert "Planned for Tuesday 15 December 2026, 09:00." in words(office.get(case))
    assert ("Publication planned: Friday 15 January 2027, 09:00", "Robin Sample") in told


def say(world, event):
    with world.services["publisher"].database.writing("action") as session:
        publish(session, event)
    world.settle()


def test_days_that_the_referrer_knew_start_clocks_at_once(world):
    case = get(world, refer(world, la_aware_on="2026-11-19", notified_on="2026-11-23"))

    assert case["due_on"] == "2026-12-14"
    assert clock(case, "sin.notify")["due_on"] == "2026-11-26"


def test_bank_holidays_are_named_in_the_working(world):
    world.clock.forward(days=20)
    case = get(world, refer(world, notified_on="2026-12-11"))

    assert "Christmas Day, Boxing Day and New Year" in clock(case, "rr.submit")["words"]


@pytest.mark.parametrize(
    ("body", "status", "advice"),
    [
        ({"trigger": "notified", "day": "2026-11-25"}, 409, "This day lies in the future"),
        ({"trigger": "notified", "day": "0001-01-01"}, 409, "Check the year"),
        ({"trigger": "notified", "day": "1999-01-01"}, 409, "Check the year"),
        ({"trigger": "notified", "day": "soon"}, 422, "Enter the day"),
        ({"trigger": "decided", "day": "2026-11-20"}, 422, "Choose from the list"),
        ({"trigger": 1, "day": "2026-11-20"}, 422, "Choose what has happened"),
        ({"trigger": "notified", "day": "2026-11-20", "due_on": "2027-01-01"}, 422, "Unknown field."),
        ({"day": "2026-11-20"}, 422, "Choose what has happened"),
    ],
)
def test_a_day_that_cannot_be_is_refused_and_nothing_changes(world, body, status, advice):
    case = refer(world)
    before = get(world, case)

    refused = post(world, "triage", f"/api/v1{case}/dates", body)

    assert refused.status_code == status
    assert advice in refused.text
    assert get(world, case) == before


@pytest.mark.parametrize(("who", "status"), [("chair", 403), ("lead-police", 403), ("deputy", 201)])
def test_days_are_noted_by_the_office(world, who, status):
    case = refer(world)

    noted = post(world, "triage", f"/api/v1{case}/dates", {"trigger": "notified", "day": "2026-11-20"}, who)

    assert noted.status_code == status


def test_the_form_for_a_day_keeps_what_was_typed(world, office):
    path = f"{refer(world)}/dates/new"
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', office.get(path).text))

    refused = office.post(path, data={**hidden, "_end": "1", "trigger": "csp_told", "day": "30 November 2026"})
    taken = office.post(path, data={**hidden, "_end": "1", "trigger": "csp_told", "day": "20/11/2026"})

    assert refused.status_code == 422
    assert "note it once it has come" in words(refused)
    assert 'value="30 November 2026"' in refused.text
    assert re.search(r'value="csp_told" selected', refused.text)
    assert taken.status_code == 303


def test_what_happened_stands_in_time_order_with_who(world):
    case = refer(world)
    world.clock.forward(days=1)
    post(world, "triage", f"/api/v1{case}/requests", {"agencies": ["police"], "questions": "Canary question"})
    world.clock.forward(days=1)
    (asked,) = world.client("intake").get("/api/v1/requests", headers=world.acting("lead-police")).json["requests"]
    post(world, "intake", f"/api/v1/requests/{asked['id']}/nil-return", {"author": "Canary author"}, "lead-police")
    world.clock.forward(days=1)
    meeting = {"day": "2026-12-01", "starts": "10:00", "ends": "12:00", "place": "Canary Room"}
    post(world, "triage", f"/api/v1{case}/meetings", meeting)

    told = get(world, f"{case}/history")["history"]
    lines = [(each["what"], each["who"]) for each in told]

    assert [each["at"] for each in told] == sorted(each["at"] for each in told)
    order = [
        ("Referral received", "Wiltshire Police"),
        ("Case opened", ""),
        ("Asked for information", "Wiltshire Police"),
        ("Answered that it holds nothing", "Wiltshire Police"),
    ]
    assert [each for each in lines if each in order] == order
    assert ("Letter accepted by the mail server: referral received", "") in lines
    assert any(what.startswith("Meeting called: ") for what, _ in lines)
    assert "Canary" not in str(told)


def test_a_decision_is_proposed_after_the_meeting_was_called_and_before_it_is_ratified(world):
    case = refer(world)
    meeting = {"day": "2026-12-01", "starts": "10:00", "ends": "12:00", "place": "Room"}
    post(world, "triage", f"/api/v1{case}/meetings", meeting)
    world.clock.forward(days=7)
    post(world, "triage", f"/api/v1{case}/meetings/record", invented.HELD | {"held_on": "2026-12-01"})
    decision = invented.decision("rapid_review", reasons="Canary reasons, which are invented.")
    post(world, "triage", f"/api/v1{case}/decisions", decision)
    proposed = get(world, case)["decisions"][0]["id"]
    post(world, "triage", f"/api/v1{case}/decisions/ratification", {"decision_id": proposed}, "partner-police")

    told = [(each["what"], each["who"]) for each in get(world, f"{case}/history")["history"]]

    order = [each for each in told if each[0].startswith(("Decision", "Meeting called", "The group met"))]
    assert order == [
        ("Meeting called: Tuesday 1 December 2026, 10:00", ""),
        ("The group met: 3 people were there", "Robin Sample"),
        ("Decision proposed: Rapid review", "Robin Sample"),
        ("Decision ratified: Rapid review", "Jamie Trial"),
    ]
    assert "Canary" not in str(told)


def test_what_happened_tells_who_met_in_number_and_what_was_sent_back(world, office):
    case = refer(world)
    one = invented.HELD["attended"][0]
    record = invented.HELD | {"conflicts": [one], "interests": "Canary interest."}
    post(world, "triage", f"/api/v1{case}/meetings/record", record)
    world.clock.forward(days=1)
    post(world, "triage", f"/api/v1{case}/meetings/record", invented.HELD | {"attended": invented.HELD["attended"][1:]})
    other = str(next(each.id for each in invented.PROFILE.people if each.code == "lead-police"))
    stood_in = {"others": [{"person": other, "stood_in_for": one}]}
    day = {"held_on": "2026-11-25", "attended": invented.HELD["attended"][1:]}
    post(world, "triage", f"/api/v1{case}/meetings/record", day | stood_in)
    decision = invented.decision("rapid_review", reasons="Canary reasons, which are invented.")
    post(world, "triage", f"/api/v1{case}/decisions", decision)
    proposed = {"decision_id": get(world, case)["decisions"][0]["id"]}
    world.clock.forward(days=1)
    post(world, "triage", f"/api/v1{case}/decisions/return", proposed | {"why": "Canary why."}, "partner-council")
    post(world, "triage", f"/api/v1{case}/decisions", decision)
    post(world, "triage", f"/api/v1{case}/decisions/ratification", proposed, "partner-council")

    told = [(each["what"], each["who"]) for each in get(world, f"{case}/history")["history"]]

    assert [each for each in told if each[0].startswith(("Decision", "The group met"))] == [
        ("The group met: 3 people were there, 1 with an interest", "Robin Sample"),
        ("The group met: 2 people were there", "Robin Sample"),
        ("The group met: 3 people were there, 1 for a member", "Robin Sample"),
        ("Decision proposed: Rapid review", "Robin Sample"),
        ("Decision sent back: Rapid review", "Casey Trial"),
        ("Decision proposed: Rapid review", "Robin Sample"),
        ("Decision ratified: Rapid review", "Casey Trial"),
    ]
    assert "Canary" not in "".join(what for what, _ in told if not what.startswith("Declared an interest"))
    assert "Decision sent back: Rapid review" in words(office.get(f"{case}/history"))


def test_an_invitation_that_is_taken_back_is_no_cancelled_meeting(world):
    case = refer(world)
    meeting = {"day": "2026-12-01", "starts": "10:00", "ends": "12:00", "place": "Room"}
    post(world, "triage", f"/api/v1{case}/meetings", meeting)
    interest = {"person": invented.HELD["attended"][0], "why": "Canary interest."}
    post(world, "triage", f"/api/v1{case}/interests", interest)

    told = [each["what"] for each in get(world, f"{case}/history")["history"]]

    assert "Invitation to a meeting taken back: Tuesday 1 December 2026, 10:00" in told
    assert not any(each.startswith("Meeting cancelled") for each in told)


def test_each_change_of_a_request_is_told_in_its_own_words(world):
    case = refer(world)
    post(world, "triage", f"/api/v1{case}/requests", {"agencies": ["police"], "questions": "Canary question"})
    post(world, "triage", f"/api/v1{case}/requests", {"agencies": ["icb"], "questions": "Canary question"})
    icb, police = (each["id"] for each in get(world, case)["requests"])
    there = f"/api/v1{case}/requests/{police}"
    more = {"reason": "Canary reason", "until": "2026-12-10"}
    post(world, "triage", f"{there}/move", {"due_on": "2026-12-09", "reason": "Canary"})
    post(world, "intake", f"/api/v1/requests/{police}/extension", more, "lead-police")
    post(world, "triage", f"{there}/decline", {"reason": "Canary"})
    post(world, "intake", f"/api/v1/requests/{police}/nil-return", {"author": "Canary author"}, "lead-police")
    post(world, "triage", f"{there}/query", {"query": "Canary query"})
    post(world, "triage", f"{there}/move", {"due_on": "2026-12-11", "reason": "Canary"})
    post(world, "intake", f"/api/v1/requests/{police}/nil-return", {"author": "Canary author"}, "lead-police")
    post(world, "triage", f"{there}/accept", {})
    post(world, "triage", f"/api/v1{case}/requests/{icb}/waive", {"reason": "Canary"}, "chair")

    told = [(each["what"], each["who"]) for each in get(world, f"{case}/history")["history"]]

    changes = [each for each in told if each[0].startswith(("Told", "Asked for a c", "Answer accepted"))]
    assert changes == [
        ("Told of another day to answer by: Wed 9 Dec 2026", "Wiltshire Police"),
        ("Told that it gets no more time", "Wiltshire Police"),
        ("Asked for a correction", "Wiltshire Police"),
        ("Told of another day to answer by: Fri 11 Dec 2026", "Wiltshire Police"),
        ("Answer accepted", "Wiltshire Police"),
        ("Told that no answer is waited for", "Integrated care board"),
    ]
    assert "Canary" not in str(told)


def test_the_page_of_what_happened_goes_on_when_the_bodies_of_messages_are_gone(world, office):
    case = refer(world)
    world.clock.forward(days=401)
    world.settle()

    shown = words(office.get(f"{case}/history"))

    assert "Referral received" in shown
    assert "Case opened" in shown


def test_an_event_that_is_new_here_is_named_after_itself():
    assert rules.event_words("meeting.moved.v2") == "Meeting moved"
    assert rules.event_words("referral.submitted.v3") == "Referral received"


def test_the_case_on_paper_holds_everything_and_its_marking_twice_without_a_menu(world, office):
    case = refer(world)
    page = office.get(f"{case}/print")

    assert page.text.count("OFFICIAL-SENSITIVE") == 2
    assert re.search(r"<thead>.*OFFICIAL-SENSITIVE.*</thead>", page.text, re.DOTALL)
    assert "<nav" not in page.text
    assert "<form" not in page.text
    for told in ("Invented Baby", "An invented account.", "Canary evidence", "waits for: notification date"):
        assert told in words(page)
    assert "Invented Child" not in page.text.partition("</head>")[0]


@pytest.mark.parametrize("page", ["/history", "/print", "/dates/new"])
def test_pages_about_the_whole_case_are_open_to_those_whose_work_it_is(world, office, page):
    case = refer(world)

    assert world.visitor("triage", "lead-police").get(case + page).status_code == 403
    assert world.client("triage").get(case + page).status_code == 403
    assert office.get(f"/cases/{uuid4()}{page}").status_code == 404


@pytest.mark.parametrize(
    ("born", "incident", "age"),
    [
        ("22 May 2016", "3 November 2026", 10),
        ("May 2016", "November 2026", 10),
        ("2016", "2026", None),
        ("January 2027", "November 2026", None),
        ("not a date", "2026", None),
    ],
)
def test_an_age_is_known_when_the_dates_leave_no_other(world, born, incident, age):
    profile = world.services["triage"].profile
    subject = {"kind": "child", "born": born}
    content = {"incident_on": incident, "subjects": [subject], "criteria": []}

    found = {each.code for each in rules.routes(profile, content, TODAY)}

    assert ("leder" in found) == (age is None or age >= 4)
    assert "safeguarding_adult_review" not in found


def test_day_zero_is_the_day_of_receipt_until_another_is_known():
    noted = date(2026, 11, 20)

    assert Case(received_on=TODAY).day_zero == TODAY
    assert Case(received_on=TODAY, clock_from=noted).day_zero == noted


ADULT = {
    "subjects": [invented.UNKNOWN | {"kind": "adult", "name": "Invented Adult", "born": "1950"}],
    "criteria": [],
}
WAITS = "waits for: date of the decision to start the adult review"


def test_the_clock_of_a_case_about_adults_alone_is_that_of_a_review_that_is_possible(world, office):
    case = refer(world, **ADULT)
    shown = get(world, case)

    page, paper, listed = (words(office.get(each)) for each in (case, f"{case}/print", "/cases"))

    for each in (page, paper, listed):
        assert f"Adult review completed, {WAITS}" in each
        assert "Day 0 of 15" not in each
    assert "No report of a rapid review is owed: none is possible by what" in page
    assert "Target:" not in page
    assert (shown["due_on"], shown["working"]) == (None, WAITS)


def test_a_clock_of_a_possible_review_that_has_begun_is_the_one_to_watch(world, office):
    case = refer(world, **ADULT)
    assert (
        post(world, "triage", f"/api/v1{case}/dates", {"trigger": "csp_told", "day": "2026-11-20"}).status_code == 201
    )

    page, listed = words(office.get(case)), words(office.get("/cases"))

    for each in (page, listed):
        assert "Decision on a domestic homicide review, due Sun 20 Dec 2026" in each


def test_no_clock_of_a_rapid_review_limits_a_meeting_about_adults(world, office):
    case = refer(world, **ADULT)
    meeting = {"day": "2027-02-10", "starts": "10:00", "ends": "12:00", "place": "Invented Room"}

    form = words(office.get(f"{case}/meetings/new"))
    called = post(world, "triage", f"/api/v1{case}/meetings", meeting)

    assert "The group must meet on a working day. Members" in form
    assert form.count("Room 1, Example House") == 6
    assert called.status_code == 201


def test_a_case_about_a_child_and_an_adult_keeps_the_clock_of_the_rapid_review(world, office):
    case = refer(world, subjects=[*ADULT["subjects"], invented.SUBJECT])

    assert "Day 0 of 15, due Tue 15 Dec 2026" in words(office.get(case))


@given(
    st.lists(st.sampled_from(["adult", "child", "unborn"]), min_size=1, max_size=4),
    st.dictionaries(st.sampled_from(list(PROFILE.criteria)), st.sampled_from(["yes", "no", "not_sure"])),
    st.dictionaries(st.sampled_from(list(PROFILE.triggers)), st.dates(date(2026, 1, 1), date(2026, 12, 1))),
)
def test_the_clock_to_watch_belongs_to_a_review_that_is_possible_or_to_every_case(kinds, replies, days):
    content = {
        "subjects": [{"kind": each, "born": ""} for each in kinds],
        "incident_on": "",
        "criteria": [{"criterion": name, "reply": reply} for name, reply in replies.items()],
    }
    days["referral_received"] = TODAY
    possible = {each.code for each in rules.routes(PROFILE, content, TODAY)} & set(PROFILE.decided_routes())

    watched = rules.clock_to_watch(PROFILE, content, [], rules.Facts(days), TODAY)

    begun = rules.begun(PROFILE, rules.Facts(days))
    owed = "rapid_review" in possible and not {"panel_sent", "published"} & set(days)
    assert (watched.code is None) == owed
    assert not watched.code or PROFILE.clocks[watched.code].route in {None, *possible, *begun}
    assert not watched.code or PROFILE.clocks[watched.code].ends not in days
    assert "published" not in days or watched == rules.Watch(rules.NOTHING_BINDS)


@pytest.mark.parametrize(
    ("kind", "reason", "named", "watched"),
    [
        ("adult", "concern", [], "adult_review.complete"),
        ("adult", "concern", ["rapid_review"], None),
        ("adult", "good_outcome", [], "referral.triage"),
        ("child", "concern", [], None),
        ("child", "good_outcome", [], "referral.triage"),
    ],
)
def test_what_is_watched_follows_from_who_and_why(kind, reason, named, watched):
    content = {"subjects": [{"kind": kind, "born": ""}], "incident_on": "", "criteria": [], "reason_kind": reason}

    facts = rules.Facts({"referral_received": TODAY})
    assert rules.clock_to_watch(PROFILE, content, named, facts, TODAY).code == watched
