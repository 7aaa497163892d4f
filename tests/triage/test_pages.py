"""Triage by its front doors: what each page shows, to whom, and what its forms refuse in words."""

import re
from uuid import uuid4

import pytest

import invented
from beginnings import beginning

REFERRAL = invented.REFERRAL | {
    "referrer_agency": "gp",
    "incident_on": "?October 2026",
    "what_happened": "An invented account.\n<script>alert(1)</script>",
    "agencies": ["police", "gp"],
    "routes": ["rapid_review"],
}
MEETING = {"day": "8 December 2026", "starts": "10:00", "ends": "12:00", "place": "Invented Room"}
DECISION = invented.decision("rapid_review")
DECIDE = "/decision/rapid_review"


@pytest.fixture
@beginning
def case(world):
    """The path of a case that was just referred."""
    sent = world.client("intake").post("/api/v1/referrals", json=REFERRAL, headers={"Idempotency-Key": "one"})
    world.settle()
    headers = world.acting("coordinator")
    (only,) = world.client("triage").get("/api/v1/cases", headers=headers).json["cases"]
    assert sent.json["reference"] == only["reference"]
    return f"/cases/{only['id']}"


@pytest.fixture
def office(world):
    return world.visitor("triage", "coordinator")


def fill(client, path, **answers):
    """What a browser sends when somebody fills the form on a page."""
    hidden = dict(re.findall(r'name="(_csrf|_key|decision_id)" value="([^"]+)"', client.get(path).text))
    return {**hidden, "_end": "1", **answers}


def send(client, path, **answers):
    return client.post(path, data=fill(client, path, **answers))


def words(page):
    """The text of a page's main part, on one line."""
    main = page.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub("</?bdi[^>]*>", "", main)).split())


def test_the_first_page_tells_of_a_referral_by_name_and_shows_its_clock(case, office):
    page = office.get("/cases")

    assert "New referral from GP practices" in words(page)
    assert "Rapid review" in words(page)
    assert "Day 0 of 15, due Tue 15 Dec 2026, 15 working days left" in words(page)
    assert f'href="{case}"' in page.text


def test_the_first_page_says_so_when_there_is_no_case(office):
    assert "There are no cases yet." in words(office.get("/cases"))


def test_a_case_shows_its_clock_with_working_what_comes_next_and_what_was_told(case, office):
    page = office.get(case)

    assert "day 0 Tue 24 Nov 2026; due Tue 15 Dec 2026" in words(page)
    assert "Ask agencies Target: Wed 25 Nov 2026. Next" in words(page)
    assert "When it happened about October 2026" in words(page)
    assert "No agency has been asked yet. The referrer named: Wiltshire Police, GP practices." in words(page)
    assert "&lt;script&gt;alert(1)" in page.text
    assert "Invented Child" not in page.text.partition("</head>")[0]


@pytest.mark.asvs("8.2.1", "8.3.1")
@pytest.mark.parametrize(
    ("who", "page", "status"),
    [
        ("lead-police", "", 403),
        ("ops", "", 403),
        ("administrator", "/chronology", 403),
        ("chair", "", 200),
        ("partner-police", "/chronology", 404),
        ("chair", "/requests/new", 403),
        ("partner-health", "/meetings/new", 403),
        ("partner-health", "/decision/new", 403),
        ("chair", "/decision/new", 200),
        ("deputy", "/requests/new", 200),
    ],
)
def test_a_case_is_open_to_those_whose_work_it_is(world, case, who, page, status):
    assert world.visitor("triage", who).get(case + page).status_code == status


@pytest.mark.asvs("8.2.1")
@pytest.mark.parametrize(
    "path", ["/cases", "{case}", "{case}/chronology", "{case}/requests/new", "{case}/decision/new"]
)
def test_nothing_is_open_to_somebody_who_has_not_said_who_they_are(world, case, path):
    refused = world.client("triage").get(path.format(case=case))

    assert refused.status_code == 403
    assert "Sign in" in words(refused)


@pytest.mark.parametrize(
    "page", ["", "/chronology", "/requests/new", "/meetings/new", "/decision/new", "/returns/{id}"]
)
def test_an_unknown_case_is_not_there(office, page):
    path = f"/cases/{uuid4()}{page.format(id=uuid4())}"

    assert office.get(path).status_code == 404


def test_while_agencies_are_awaited_the_office_may_go_on_and_sees_who_is_late(world, case, office):
    send(office, f"{case}/requests/new", agencies="police", questions="What?")
    on_time = words(office.get(case))
    world.clock.forward(days=10)
    late = words(office.get(case))

    assert "0 of 1 have answered, 0 rows. Target: Thu 3 Dec 2026. Waiting Call the meeting" in on_time
    assert "Call the meeting Target: Thu 10 Dec 2026. Next" in on_time
    assert "Wiltshire Police Due Thu 3 Dec 2026 Answer Waiting" in on_time
    assert "Wiltshire Police Due Thu 3 Dec 2026 Answer Overdue" in late


def test_an_unknown_return_of_a_known_case_is_not_there(case, office):
    assert office.get(f"{case}/returns/{uuid4()}").status_code == 404


def test_a_case_shows_that_a_letter_about_it_came_back(world, case, office):
    before = words(office.get(case))
    headers = {**world.acting("coordinator"), "Idempotency-Key": "back"}
    path = f"/api/v1/letters?subject={case.rpartition('/')[2]}"
    letter = world.client("notifier").get(path, headers=headers).json["letters"][0]["id"]

    path = f"/api/v1/letters/{letter}/returned"
    told = world.client("notifier").post(path, json={"why": "full"}, headers=headers)
    world.settle()

    assert told.status_code == 201
    assert "3 accepted by the mail server." in before
    assert "2 accepted by the mail server, 1 failed ." in words(office.get(case))


def test_agencies_are_asked_once_and_named_by_their_names(case, office):
    path = f"{case}/requests/new"
    none, first = send(office, path, questions="What?"), send(office, path, agencies="police", questions="What?")
    page, form = office.get(case), office.get(path)
    again = send(office, path, agencies="police", questions="What, please?")

    assert (none.status_code, first.status_code, again.status_code) == (422, 303, 422)
    assert "Choose at least one agency" in words(none)
    assert "Wiltshire Police Due Thu 3 Dec 2026 Answer Waiting" in words(page)
    assert "Asked already: Wiltshire Police." in words(form)
    assert re.findall(r'name="agencies"[^>]* value="([a-z-]+)" checked', form.text) == ["gp"]
    assert "have been asked already. Choose others." in words(again)
    assert "What, please?" in again.text


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"day": ""}, "Enter the day of the meeting"),
        ({"day": "soon"}, "Enter the day of the meeting"),
        ({"day": "31/02/2026"}, "Enter the day of the meeting"),
        ({"day": "23 November 2026"}, "The meeting must lie in the future"),
        ({"day": "Saturday 5 December 2026"}, "Sat 5 Dec 2026 is not a working day"),
        ({"starts": "ten"}, "Enter when the meeting starts, such as 10:00"),
        ({"ends": "25:00"}, "Enter when the meeting ends, such as 12:00"),
        ({"ends": "9.30am"}, "The meeting must end after it starts"),
        ({"place": ""}, "Say where the group meets"),
        ({"place": "x" * 201}, "Say where, in up to 200 characters"),
    ],
)
def test_a_meeting_that_cannot_be_is_refused_in_words_and_kept_as_typed(case, office, changes, refusal):
    refused = send(office, f"{case}/meetings/new", **MEETING | changes)

    assert refused.status_code == 422
    assert refusal in words(refused)
    assert all(f'value="{typed}"' in refused.text for typed in (MEETING | changes).values() if typed)
    assert "The group has not been called yet." in words(office.get(case))


@pytest.mark.parametrize(
    ("page", "sent", "field"),
    [
        ("/requests/new", {"agencies": "police", "questions": "What, please?"}, "agencies"),
        ("/meetings/new", MEETING | {"day": "23 November 2026"}, "day"),
        ("/meetings/new", MEETING | {"day": "24 November 2026", "starts": "9:15"}, "starts"),
        ("/meetings/new", MEETING | {"ends": "9:30"}, "ends"),
        (DECIDE, DECISION | {"outcome": "criteria_not_met"}, "outcome"),
    ],
)
def test_a_no_about_one_answer_leads_to_it_and_stands_beside_it(case, office, page, sent, field):
    send(office, f"{case}/requests/new", agencies="police", questions="What?")
    if page == DECIDE:
        send(office, f"{case}/meetings/held", **invented.HELD)

    refused = send(office, case + page, **sent)

    summary = refused.text.partition('class="govuk-error-summary"')[2].partition("</ul>")[0]
    (beside,) = re.findall(r'<p id="([^"]+)-error" class="govuk-error-message">', refused.text)
    assert refused.status_code == 422
    assert (re.findall(r'<a href="([^"]+)"', summary), beside) == ([f"#{field}"], field)
    assert f'id="{field}"' in refused.text


def test_the_api_names_the_answer_that_a_no_is_about_and_none_when_it_is_about_none(world, case):
    def post(what, body, who="coordinator"):
        headers = {**world.acting(who), "Idempotency-Key": str(uuid4())}
        return world.client("triage").post(f"/api/v1{case}/{what}", json=body, headers=headers)

    asking = {"agencies": ["police"], "questions": "What?"}
    meeting = MEETING | {"day": "2026-12-08"}
    early = post("decisions", DECISION)
    post("requests", asking)
    wrong = [post("meetings", meeting | {"day": "2026-12-05"}), post("meetings", meeting | {"ends": "09:00"})]
    done = [post("meetings", meeting), post("meetings/record", invented.HELD), post("decisions", DECISION, "chair")]
    (decision,) = world.client("triage").get(f"/api/v1{case}", headers=world.acting("chair")).json["decisions"]
    refused = [*wrong, post("requests", asking), post("decisions", DECISION)]
    refused.append(post("decisions/ratification", {"decision_id": decision["id"]}, "chair"))

    assert [each.status_code for each in done] == [201, 201, 201]
    assert {each.status_code for each in [early, *refused]} == {409}
    assert "errors" not in early.json
    assert [each.json["errors"] for each in refused] == [
        [{"pointer": pointer, "detail": each.json["detail"]}]
        for pointer, each in zip(["/day", "/ends", "/agencies", "/route", "/decision_id"], refused, strict=True)
    ]


@pytest.mark.parametrize(
    ("day", "starts", "ends"),
    [
        ("8 December 2026", "10:00", "12:00"),
        ("Tue 8 Dec 2026", "10.00", "12pm"),
        ("Tuesday 8 december 2026", "10 am", "12:00 pm"),
        ("08/12/2026", "10:00am", "12.00"),
        ("2026-12-08", "10am", "12.00pm"),
    ],
)
def test_a_meeting_is_called_as_people_write_days_and_times(case, office, day, starts, ends):
    called = send(office, f"{case}/meetings/new", day=day, starts=starts, ends=ends, place="Invented Room")

    assert (called.status_code, called.location) == (303, case)
    assert "Tuesday 8 December 2026, 10:00 to 12:00, Invented Room." in words(office.get(case))


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"route": ""}, "Say which kind of review"),
        ({"route": "lcspr"}, "This form is about another kind of review"),
        ({"answer_died": ""}, "Answer yes, no or not enough information"),
        ({"answer_abuse_or_neglect": "no"}, "A criterion that is needed is answered with no"),
        ({"next_step": ""}, "Choose what happens next"),
        ({"to_agency": "The agencies of Invented Child are thanked."}, "Leave out the name of the person"),
        ({"to_agency": "The Invented family is thanked."}, "Take it out, or tick this if it is an ordinary word here"),
        ({"outcome": ""}, "Say whether the criteria are met"),
        ({"reasons": "Because."}, "Give the reasons, in 20 to 8000 characters"),
    ],
)
def test_a_decision_that_is_not_whole_is_refused_in_words(case, office, changes, refusal):
    send(office, f"{case}/meetings/held", **invented.HELD)

    refused = send(office, f"{case}{DECIDE}", **DECISION | changes)

    assert refused.status_code == 422
    assert refusal in words(refused)
    assert (DECISION | changes)["reasons"] in refused.text


def test_a_word_that_is_also_part_of_a_name_is_kept_once_it_is_confirmed(case, office):
    send(office, f"{case}/meetings/held", **invented.HELD)
    typed = {"to_referrer": "An invented sentence for whoever referred the case."}

    refused = send(office, f"{case}{DECIDE}", **DECISION | typed)
    taken = send(office, f"{case}{DECIDE}", **DECISION | typed | {"ordinary_words": "true"})

    assert "part of the name of somebody in the case" in words(refused)
    assert 'href="#ordinary_words"' in refused.text
    assert re.search(r"<details[^>]* open>(?:(?!</details>).)*ordinary_words", refused.text, re.DOTALL)
    assert taken.status_code == 303


@pytest.mark.asvs("2.3.1")
def test_nothing_is_decided_before_the_group_has_met_nor_twice(case, office):
    send(office, f"{case}/meetings/new", **MEETING)
    too_early = send(office, f"{case}{DECIDE}", **DECISION)
    send(office, f"{case}/meetings/held", **invented.HELD)
    first, second = (send(office, f"{case}{DECIDE}", **DECISION) for _ in range(2))

    assert (too_early.status_code, first.status_code, second.status_code) == (422, 303, 422)
    assert "Write down first that the group has met" in words(too_early)
    assert "There is a decision on this kind of review already." in words(second)


@pytest.fixture
@beginning
def proposed(world, case, office):
    """A case on which the chair has proposed a decision."""
    send(office, f"{case}/meetings/held", **invented.HELD)
    assert send(world.visitor("triage", "chair"), f"{case}{DECIDE}", **DECISION).status_code == 303
    return case


def ratify(client, case, form_at="", **answers):
    return client.post(f"{case}/decision/ratify", data=fill(client, f"{case}{form_at}", **answers))


def test_who_proposed_is_told_that_a_second_person_must_ratify(world, proposed):
    chair = world.visitor("triage", "chair")
    page = chair.get(proposed)
    (decision,) = chair.get(f"/api/v1{proposed}", headers=world.acting("chair")).json["decisions"]

    refused = ratify(chair, proposed, DECIDE, decision_id=decision["id"])

    assert "You proposed this decision: a second person must ratify it." in words(page)
    assert "Ratify this decision" not in words(page)
    assert refused.status_code == 422
    assert "A second person must ratify: you proposed this decision" in words(refused)
    assert "Ratified Not yet" in words(refused)


def test_a_second_person_ratifies_once(world, proposed):
    partner, other = world.visitor("triage", "partner-police"), world.visitor("triage", "partner-health")
    late = fill(other, proposed)

    done, refused = ratify(partner, proposed), other.post(f"{proposed}/decision/ratify", data=late)

    assert (done.status_code, done.location, refused.status_code) == (303, proposed, 422)
    assert "This decision has been ratified already" in words(refused)
    assert "Ratified Tuesday 24 November 2026, by Jamie Trial" in words(partner.get(proposed))


def test_ratifying_needs_the_right_person_and_a_decision_of_this_case(world, proposed, office):
    partner = world.visitor("triage", "partner-police")

    by_the_office = ratify(office, proposed, DECIDE, decision_id=str(uuid4()))
    nothing, unknown = ratify(partner, proposed, decision_id=""), ratify(partner, proposed, decision_id=str(uuid4()))

    assert (by_the_office.status_code, nothing.status_code, unknown.status_code) == (403, 422, 404)
    assert "Say which decision" in words(nothing)
    assert "It waits for the safeguarding partners to ratify it." in words(office.get(proposed))


def test_a_person_is_offered_only_what_they_may_do(world, proposed, office):
    chair = words(world.visitor("triage", "chair").get(proposed))
    member = world.visitor("triage", "partner-council").get(proposed)

    assert f'href="{proposed}/requests/new"' in office.get(proposed).text
    assert "See the letters of this case" not in chair
    assert f'href="{proposed}/requests/new"' not in member.text
    assert "Ratify this decision" in words(member)


def test_returns_and_chronology_stand_under_the_names_of_their_agencies(world, case, office):
    empty = office.get(f"{case}/chronology")
    send(office, f"{case}/requests/new", agencies=["police", "gp"], questions="What?")
    world.settle()
    rows = [{"date": "?May 2016", "source": "Custody log", "event": "An invented event"}]
    answers = {
        "police": ("return", invented.ANSWERED | {"author": "Lead", "summary": "An invented summary.", "rows": rows}),
        "gp": ("nil-return", {"author": "Lead"}),
    }
    for agency, (kind, body) in answers.items():
        headers = {**world.acting(f"lead-{agency}"), "Idempotency-Key": agency}
        (asked,) = world.client("intake").get("/api/v1/requests", headers=headers).json["requests"]
        world.client("intake").post(f"/api/v1/requests/{asked['id']}/{kind}", json=body, headers=headers)
    world.settle()

    page, chronology = office.get(case), office.get(f"{case}/chronology")
    returns = [words(office.get(path)) for path in re.findall(rf'href="({case}/returns/[^"]+)"', page.text)]

    assert "No agency has sent a chronology yet." in words(empty)
    assert "2 of 2 have answered, 1 row. Target: Thu 3 Dec 2026. Done" in words(page)
    assert "about May 2016 Agency Wiltshire Police Source Custody log" in words(chronology)
    assert "Return from GP practices" in returns[0]
    assert "This agency holds nothing about Invented Child." in returns[0]
    assert "An invented summary." in returns[1]
