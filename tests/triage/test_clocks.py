"""A clock ends: by what the product knows or by what the office notes; then the next one that binds is shown."""

import re
from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

import invented
from invented import PROFILE
from pprg_shared import calendar
from pprg_shared.profile import deadline
from pprg_triage import rules
from pprg_triage.rules import Ratified

TODAY = date(2026, 11, 24)
MET, NOT_MET, UNDECIDED = "criteria_met", "criteria_not_met", "insufficient_information"
PARTNER = "partner-police"
CHILD = {"subjects": [{"kind": "child", "born": "2016"}], "incident_on": "2026", "criteria": []}
ADULT = {"subjects": [{"kind": "adult", "born": "1950"}], "incident_on": "2026", "criteria": []}
REFERRED = {
    "child": invented.REFERRAL,
    "adult": invented.REFERRAL | {"subjects": [invented.SUBJECT | {"kind": "adult", "born": "1950"}]},
}


SERIOUS = [
    {"criterion": name, "reply": "yes", "evidence": "Invented"}
    for name in ("died", "abuse_or_neglect", "in_area_or_resident")
]


def ask(world, path, body, who="coordinator"):
    headers = {**world.acting(who), "Idempotency-Key": str(uuid4())}
    answer = world.client("triage").post(f"/api/v1{path}", json=body, headers=headers)
    world.settle()
    return answer


def note(world, case, trigger, day, **more):
    return ask(world, f"{case}/dates", {"trigger": trigger, "day": day, **more})


def get(world, path):
    return world.client("triage").get(f"/api/v1{path}", headers=world.acting("coordinator")).json


def refer(world, kind="child", **changes):
    headers = {"Idempotency-Key": str(uuid4())}
    known = {each["id"] for each in get(world, "/cases")["cases"]}
    sent = world.client("intake").post("/api/v1/referrals", json=REFERRED[kind] | changes, headers=headers)
    assert sent.status_code == 201
    world.settle()
    (new,) = (each["id"] for each in get(world, "/cases")["cases"] if each["id"] not in known)
    return f"/cases/{new}"


def decide(world, case, route, who=PARTNER, **changes):
    """The group decides on a route, and its body ratifies."""
    proposed = ask(world, f"{case}/decisions", invented.decision(route, **changes))
    assert proposed.status_code == 201, proposed.json
    (found,) = (each for each in get(world, case)["decisions"] if each["route"] == route and not each["ratified"])
    ratified = ask(world, f"{case}/decisions/ratification", {"decision_id": found["id"]}, who)
    assert ratified.status_code == 201, ratified.json


def clock(world, case, code, route=None):
    found = [each for each in get(world, case)["clocks"] if each["code"] == code and route in {None, each["route"]}]
    assert len(found) == 1
    return {name: found[0][name] for name in ("day_zero", "due_on", "ended_on", "days_late", "state")}


def words(page):
    main = page.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


@pytest.fixture
def office(world):
    return world.visitor("triage", "coordinator")


def shown(office, case):
    """What the list, the page and the paper say of a case."""
    return [words(office.get(each)) for each in ("/cases", case, f"{case}/print")]


def test_a_case_whose_report_went_in_time_is_never_called_late(world, office):
    case = refer(world)
    note(world, case, "notified", "2026-11-24", reference="INVENTED-SIN-1")
    world.clock.forward(days=20)
    sent = note(world, case, "panel_sent", "2026-12-14", reference="INVENTED-RR-9")
    world.clock.forward(days=22)

    assert sent.status_code == 201
    assert clock(world, case, "rr.submit") == {
        "day_zero": "2026-11-24",
        "due_on": "2026-12-15",
        "ended_on": "2026-12-14",
        "days_late": None,
        "state": "met",
    }
    for page in shown(office, case):
        assert "late" not in page.partition("Possible routes")[0]
        assert "of 15" not in page
        assert "No clock binds" in page
    page = words(office.get(case))
    assert "due Tue 15 Dec 2026. Met on Mon 14 Dec 2026" in page
    assert "What Notification date Day Tue 24 Nov 2026 Reference INVENTED-SIN-1" in page
    assert "Date the report was sent to the Panel Day Mon 14 Dec 2026 Reference INVENTED-RR-9" in page


def test_a_report_that_went_late_says_by_how_much(world, office):
    case = refer(world)
    note(world, case, "notified", "2026-11-24", reference="INVENTED-1")
    world.clock.forward(days=30)
    note(world, case, "panel_sent", "2026-12-17")

    found = clock(world, case, "rr.submit")

    assert (found["state"], found["days_late"]) == ("met_late", 2)
    assert "Met 2 working days late, on Thu 17 Dec 2026" in words(office.get(case))


def test_nothing_is_sent_to_the_panel_before_the_notification_has_its_reference(world, office):
    case = refer(world)
    before = note(world, case, "panel_sent", "2026-11-24")
    note(world, case, "notified", "2026-11-24")
    without = note(world, case, "panel_sent", "2026-11-24")
    note(world, case, "notified", "2026-11-24", reference="INVENTED-1")

    for refused in (before, without):
        assert (refused.status_code, refused.json["detail"]) == (
            409,
            "Note the notification date with its reference first",
        )
    assert note(world, case, "panel_sent", "2026-11-24").status_code == 201


def test_a_reference_that_came_with_the_referral_is_there_and_in_what_happened(world, office):
    case = refer(world, notified_on="2026-11-23", notification_reference="INVENTED-7")
    told = [(each["what"], each["who"]) for each in get(world, f"{case}/history")["history"]]

    assert get(world, case)["noted"] == [{"trigger": "notified", "day": "2026-11-23", "reference": "INVENTED-7"}]
    assert ("Notification date: Mon 23 Nov 2026, reference INVENTED-7", "the referrer") in told
    assert note(world, case, "panel_sent", "2026-11-24").status_code == 201


def test_a_reference_that_is_too_long_is_refused_and_what_was_typed_stays(world, office):
    path = f"{refer(world)}/dates/new"
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', office.get(path).text))
    typed = {"trigger": "notified", "day": "20/11/2026", "reference": "x" * 61}

    refused = office.post(path, data={**hidden, "_end": "1", **typed})

    assert refused.status_code == 422
    assert "Enter a reference of at most 60 characters" in words(refused)
    assert f'value="{"x" * 61}"' in refused.text
    assert get(world, path.removesuffix("/dates/new"))["noted"] == []


def test_what_the_product_knows_ends_clocks_by_itself(world):
    case = refer(world, la_aware_on="2026-11-20", notified_on="2026-11-23", criteria=SERIOUS)
    ended = ["referral.ack", "sin.notify"]
    assert [clock(world, case, each)["state"] for each in (*ended, "referral.triage")] == ["met", "met", "runs"]

    ask(world, f"{case}/requests", {"agencies": ["police"], "questions": "What?"})
    ended += ["rr.request_out", "referral.triage"]
    assert [clock(world, case, each)["state"] for each in (*ended, "rr.agency_return")] == ["met"] * 4 + ["runs"]
    (asked,) = world.client("intake").get("/api/v1/requests", headers=world.acting("lead-police")).json["requests"]
    headers = {**world.acting("lead-police"), "Idempotency-Key": str(uuid4())}
    body = {"author": "Invented author"}
    world.client("intake").post(f"/api/v1/requests/{asked['id']}/nil-return", json=body, headers=headers)
    world.settle()
    ask(world, f"{case}/meetings/record", invented.HELD)
    ended += ["rr.agency_return", "rr.meeting"]
    assert [clock(world, case, each)["state"] for each in (*ended, "rr.signoff")] == ["met"] * 6 + ["runs"]
    decide(world, case, "rapid_review")
    assert [clock(world, case, each)["state"] for each in (*ended, "rr.signoff")] == ["met"] * 7
    assert clock(world, case, "outcome.tell_referrer")["state"] == "met"
    assert clock(world, case, "rr.submit")["state"] == "runs"


def test_the_referrer_is_told_of_each_decision_that_is_in_force(world):
    case = refer(world, "adult")
    ask(world, f"{case}/meetings/record", invented.HELD)
    unknown = {"outcome": UNDECIDED, "answer_joint_working": "not_sure", "answer_care_and_support": "not_sure"}
    decide(world, case, "safeguarding_adult_review", "board-chair", **unknown)
    undecided = clock(world, case, "outcome.tell_referrer")
    world.clock.forward(days=14)
    decide(world, case, "safeguarding_adult_review", "board-chair")
    world.clock.forward(days=1)
    decide(world, case, "dhr", "community-chair")

    assert (undecided["state"], undecided["due_on"]) == ("waits", None)
    for route, day, due in (
        ("safeguarding_adult_review", "2026-12-08", "2026-12-15"),
        ("dhr", "2026-12-09", "2026-12-16"),
    ):
        found = clock(world, case, "outcome.tell_referrer", route)
        assert (found["day_zero"], found["due_on"], found["ended_on"]) == (day, due, day)
    assert clock(world, case, "dhr.decide")["state"] == "ended"


def test_the_list_goes_by_the_day_that_binds_and_on_to_the_next_clock(world, office):
    soon, adult, child = refer(world), refer(world, "adult"), refer(world)
    note(world, adult, "csp_told", "2026-11-02")
    note(world, soon, "notified", "2026-11-20", reference="INVENTED-1")
    before = [f"/cases/{each['id']}" for each in get(world, "/cases")["cases"]]
    first = [get(world, each)["due_on"] for each in (adult, soon, child)]
    note(world, soon, "panel_sent", "2026-11-24")
    ask(world, f"{soon}/meetings/record", invented.HELD)
    decide(world, soon, "rapid_review", next_step="no_further_review")
    after = {f"/cases/{each['id']}": each for each in get(world, "/cases")["cases"]}

    assert before == [adult, soon, child]
    assert first == ["2026-12-02", "2026-12-11", "2026-12-15"]
    assert list(after) == [adult, child, soon]
    assert [(each["clock"], each["due_on"]) for each in after.values()] == [
        ("dhr.decide", "2026-12-02"),
        ("rr.submit", "2026-12-15"),
        (None, None),
    ]
    assert "No clock binds" in words(office.get("/cases"))
    assert "Every clock that binds has ended" in words(office.get(soon))


TELL = "outcome.tell_referrer"
NOTIFIED, RECEIVED = {"notified": TODAY}, {"referral_received": TODAY}
RR, LCSPR, SAR, DHR = "rapid_review", "lcspr", "safeguarding_adult_review", "dhr"


@pytest.mark.parametrize(
    ("content", "days", "of_routes", "against", "watched"),
    [
        (CHILD, {}, {}, [], None),
        (CHILD, NOTIFIED, {}, [], None),
        # What was decided before anybody notified: no report is owed unless it is a rapid review after all.
        (CHILD, {}, {RR: {"decided": TODAY}}, [], None),
        (CHILD, {}, {RR: {"decided": TODAY}}, [RR], TELL),
        (CHILD, {}, {RR: {"decided": TODAY, "outcome_sent": TODAY}}, [RR], ""),
        (CHILD, {}, {LCSPR: {"decided": TODAY, "outcome_sent": TODAY}}, [], ""),
        # After a notification one is owed, whatever was decided, until it has gone.
        (CHILD, NOTIFIED, {RR: {"decided": TODAY}}, [RR], None),
        (CHILD, NOTIFIED | {"panel_sent": TODAY}, {RR: {"decided": TODAY, "outcome_sent": TODAY}}, [], ""),
        (CHILD, NOTIFIED | {"panel_sent": TODAY, "lcspr_started": TODAY}, {}, [], "lcspr.publish"),
        (CHILD, NOTIFIED | {"panel_sent": TODAY, "lcspr_started": TODAY, "published": TODAY}, {}, [], ""),
        # Whatever is owed: a case that was closed without a review is no case.
        (CHILD, NOTIFIED | {"closed_without_review": TODAY}, {}, [], ""),
        # An internal target does not bind; what others set does.
        (
            CHILD,
            NOTIFIED | {"panel_sent": TODAY, "lcspr_started": TODAY, "publication_planned": date(2027, 3, 1)},
            {},
            [],
            "lcspr.pre_publication",
        ),
        (ADULT, {}, {}, [], "adult_review.complete"),
        (ADULT, {"request_sent": TODAY}, {}, [], "adult_review.complete"),
        (ADULT, {"csp_told": TODAY}, {}, [], "dhr.decide"),
        (ADULT, {"csp_told": TODAY, "dhr_started": TODAY}, {DHR: {"decided": TODAY}}, [], "dhr.complete"),
        (ADULT, {"csp_told": TODAY}, {DHR: {"decided": TODAY, "outcome_sent": TODAY}}, [DHR], ""),
        (ADULT, {"adult_review_started": TODAY}, {}, [], "adult_review.complete"),
        (
            ADULT,
            {"adult_review_started": TODAY, "adult_review_completed": TODAY},
            {SAR: {"decided": TODAY}},
            [],
            "outcome.tell_referrer",
        ),
        (ADULT, {}, {SAR: {"decided": TODAY}, DHR: {"decided": TODAY, "outcome_sent": TODAY}}, [SAR, DHR], TELL),
        (ADULT, {"access_requested": TODAY}, {SAR: {"decided": TODAY, "outcome_sent": TODAY}}, [SAR], "access_request"),
    ],
)
def test_the_clock_that_binds_is_the_next_that_has_not_ended(content, days, of_routes, against, watched):
    facts = rules.Facts(RECEIVED | {"screened": TODAY, "acknowledged": TODAY} | days, of_routes, frozenset(against))

    assert rules.clock_to_watch(PROFILE, content, [], facts, TODAY).code == watched


ONE, OTHER = Ratified(RR, MET, TODAY), Ratified(DHR, MET, TODAY)
BOTH = {RR: {"decided", "published"}, DHR: {"decided", "published"}}


@pytest.mark.parametrize(
    ("ratified", "public", "of_routes", "of_case"),
    [
        ([ONE, OTHER], [], {RR: {"decided"}, DHR: {"decided"}}, False),
        ([ONE, OTHER], [(RR, RR)], {RR: {"decided", "published"}, DHR: {"decided"}}, False),
        ([ONE, OTHER], [(RR, RR), (DHR, DHR)], BOTH, False),
        # By its type it is about another route than that of its decision, too.
        ([ONE], [(RR, LCSPR)], {RR: {"decided", "published"}, LCSPR: {"published"}}, False),
        # Nobody knows what it is about: all that was decided, and without any the case.
        ([ONE, OTHER], [("", "")], BOTH, False),
        ([ONE, OTHER], [("", "thematic_review")], BOTH, False),
        ([], [("", "")], {}, True),
        ([Ratified(RR, UNDECIDED, TODAY)], [("", "")], {}, True),
    ],
)
def test_what_is_published_ends_the_clocks_of_what_it_is_about(ratified, public, of_routes, of_case):
    went = [rules.Public(route, kind, TODAY) for route, kind in public]

    facts = rules.facts_of(PROFILE, {}, {"published": TODAY} if went else {}, ratified, [], went)

    assert {route: set(days) for route, days in facts.of_routes.items()} == of_routes
    assert ("published" in facts.days) == of_case


@pytest.mark.parametrize(
    ("published", "watched"),
    [
        ([], "lcspr.publish"),
        ([RR], "lcspr.publish"),
        ([LCSPR], "dhr.complete"),
        ([LCSPR, DHR], TELL),
        ([RR, LCSPR, DHR], ""),
    ],
)
def test_clocks_of_routes_that_are_not_published_bind_on(published, watched):
    started = {"lcspr_started": TODAY, "dhr_started": date(2026, 12, 24), "panel_sent": TODAY}
    of_routes = {each: {"decided": TODAY} for each in (RR, DHR)}
    of_routes |= {each: of_routes.get(each, {}) | {"published": TODAY} for each in published}
    facts = rules.Facts(RECEIVED | {"screened": TODAY, "acknowledged": TODAY} | started, of_routes)

    assert rules.clock_to_watch(PROFILE, CHILD, [], facts, TODAY).code == watched


def publish_one(world, case, route):
    """What was decided on a route goes public."""
    (found,) = (each for each in get(world, case)["decisions"] if each["route"] == route)
    body = invented.PUBLISHED | {"type": route, "label": f"Case {route}"}
    for what, sent, who in (("offer", body, "coordinator"), ("release", {}, "chair")):
        headers = {**world.acting(who), "Idempotency-Key": str(uuid4())}
        path = f"/api/v1/publications/{found['id']}/{what}"
        answer = world.client("publisher").post(path, json=sent, headers=headers)
        assert answer.status_code == 201, answer.text
    world.settle()


def test_of_two_routes_the_clocks_of_the_one_that_is_not_published_run_on(world, office):
    case = refer(world, "adult")
    ask(world, f"{case}/meetings/record", invented.HELD)
    note(world, case, "csp_told", "2026-11-20")
    decide(world, case, "safeguarding_adult_review", "board-chair", next_step="start")
    decide(world, case, "dhr", "community-chair")
    started = get(world, case)["clock"]
    publish_one(world, case, "dhr")
    one, page = get(world, case)["clock"], words(office.get("/cases"))
    stays = clock(world, case, "publish.min_life", "dhr")
    publish_one(world, case, "safeguarding_adult_review")
    both = words(office.get("/cases"))

    assert started is not None
    assert one == "adult_review.complete"
    assert "Adult review completed, due" in page
    assert (stays["day_zero"], stays["due_on"]) == ("2026-11-24", "2027-11-24")
    assert get(world, case)["clock"] is None
    assert "Published Tue 24 Nov 2026" in both


@pytest.mark.parametrize(
    ("trigger", "noted", "problem"),
    [
        ("notified", {"notified"}, None),
        ("notified", {"notified", "csp_told"}, None),
        ("notified", {"notified", "panel_sent"}, "The date the report was sent to the Panel was noted under the"),
        ("panel_sent", {"notified", "panel_sent"}, None),
    ],
)
def test_what_others_refer_to_is_not_taken_back_before_them(trigger, noted, problem):
    found = rules.taking_back_problem(PROFILE, trigger, noted)

    assert (found is None) == (problem is None)
    assert problem is None or found.startswith(problem)


def test_the_notification_is_taken_back_once_the_report_is(world, office):
    case = refer(world)
    note(world, case, "notified", "2026-11-20", reference="INVENTED-1")
    note(world, case, "panel_sent", "2026-11-24")
    world.clock.forward(minutes=1)

    refused = take_back(world, case, "notified")
    kept = get(world, case)["noted"]
    first, then = take_back(world, case, "panel_sent"), take_back(world, case, "notified")

    assert refused.status_code == 409
    assert refused.json["detail"].endswith("was noted under the reference of this. Take that back first")
    assert {each["trigger"] for each in kept} == {"notified", "panel_sent"}
    assert (first.status_code, then.status_code) == (201, 201)


@pytest.mark.parametrize(
    ("route", "days", "last"),
    [
        (RR, RECEIVED, None),
        (RR, NOTIFIED, date(2026, 12, 14)),
        (DHR, {"csp_told": date(2026, 11, 20)}, date(2026, 12, 20)),
        (DHR, NOTIFIED, None),
        (SAR, NOTIFIED, None),
    ],
)
def test_a_decision_is_due_by_days_that_are_known_alone(route, days, last):
    assert rules.decide_by(PROFILE, route, rules.Facts(days)) == last


DUE = date(2026, 12, 15)


@pytest.mark.parametrize(
    ("code", "dates", "today", "state", "words"),
    [
        ("rr.submit", {}, TODAY, "waits", ""),
        ("rr.submit", {"notified": TODAY}, DUE, "runs", ""),
        ("rr.submit", {"notified": TODAY}, date(2026, 12, 16), "passed", ""),
        ("rr.submit", {"notified": TODAY, "panel_sent": DUE}, DUE, "met", "on Tue 15 Dec 2026"),
        (
            "rr.submit",
            {"notified": TODAY, "panel_sent": date(2026, 12, 16)},
            date(2027, 2, 1),
            "met_late",
            "1 working day late, on Wed 16 Dec 2026",
        ),
        # Due on a Sunday, done on that week's Monday: one day late; done on the Saturday before it is not.
        (
            "dhr.decide",
            {"csp_told": date(2026, 11, 20), "decided": date(2026, 12, 21)},
            date(2026, 12, 21),
            "met_late",
            "1 working day late, on Mon 21 Dec 2026",
        ),
        (
            "dhr.decide",
            {"csp_told": date(2026, 11, 19), "decided": date(2026, 12, 20)},
            date(2026, 12, 21),
            "met_late",
            "late, on Sun 20 Dec 2026",
        ),
        ("dhr.decide", {"decided": TODAY}, TODAY, "ended", "on Tue 24 Nov 2026"),
        ("publish.min_life", {"published": date(2025, 11, 3)}, TODAY, "over", ""),
        ("publish.min_life", {"published": date(2025, 12, 3)}, TODAY, "runs", ""),
    ],
)
def test_how_a_clock_stands(code, dates, today, state, words):
    found = deadline(PROFILE, code, dates)

    assert rules.clock_state(found, today) == state
    assert rules.ended_words(found) == words


@given(st.dates(date(2015, 1, 1), date(2026, 12, 31)), st.dates(date(2015, 1, 1), date(2026, 12, 31)))
def test_a_clock_is_met_by_its_last_day_or_late(day0, ended):
    found = deadline(PROFILE, "rr.submit", {"notified": day0, "panel_sent": ended})
    late = rules.days_late(found)

    assert rules.clock_state(found, date(2027, 6, 1)) == ("met_late" if ended > found.due else "met")
    assert (late is None) == (ended <= found.due)
    assert late is None or late == calendar.working_days_between(found.due, ended)


def day(number):
    return date(2026, 11, number)


@pytest.mark.parametrize(
    ("ratified", "letters", "noted", "told"),
    [
        ([], [3], None, {}),
        ([("a", MET, 2)], [], None, {"a": None}),
        ([("a", MET, 2)], [1], None, {"a": None}),
        ([("a", MET, 2)], [2], None, {"a": 2}),
        ([("a", MET, 2), ("b", MET, 9)], [2], None, {"a": 2, "b": None}),
        ([("a", MET, 2), ("b", MET, 2)], [2], None, {"a": 2, "b": None}),
        ([("a", MET, 2), ("b", NOT_MET, 9)], [10, 3], None, {"a": 3, "b": 10}),
        # Not enough was known: a letter told of that, and another of what was decided then.
        ([("a", UNDECIDED, 2)], [2], None, {}),
        ([("a", UNDECIDED, 2), ("a", MET, 9)], [2], None, {"a": None}),
        ([("a", UNDECIDED, 2), ("a", MET, 9)], [2, 11], None, {"a": 11}),
        # By telephone: what was decided by then was told.
        ([("a", MET, 2), ("b", MET, 9)], [], 5, {"a": 5, "b": None}),
        ([("a", MET, 2), ("b", MET, 9)], [4], 9, {"a": 4, "b": 9}),
    ],
)
def test_each_decision_is_told_by_a_letter_of_its_own(ratified, letters, noted, told):
    said = [Ratified(route, outcome, day(on)) for route, outcome, on in ratified]
    known = {"outcome_sent": day(noted)} if noted else {}

    facts = rules.facts_of(PROFILE, known, {}, said, [day(each) for each in letters])

    assert set(facts.of_routes) == set(told)
    for route, on in told.items():
        assert facts.of_routes[route].get("outcome_sent") == (on and day(on))
    assert facts.against == {route for route, outcome, _ in ratified if outcome == NOT_MET}


@pytest.mark.parametrize(
    ("asked", "waiting", "last", "waived", "returned"),
    [
        (0, 0, None, None, None),
        (2, 1, day(3), None, None),
        (2, 0, day(3), None, day(3)),
        (1, 0, None, None, None),
        (2, 0, None, day(5), day(5)),
        (2, 1, None, day(5), None),
        (2, 0, day(3), day(5), day(3)),
    ],
)
def test_returns_are_in_once_nobody_is_waited_for(asked, waiting, last, waived, returned):
    assert rules.returned_on(asked, waiting, last, waived) == returned


def test_when_all_are_waived_the_clock_of_returns_ends_with_the_last(world, office):
    case = refer(world, notified_on="2026-11-23", criteria=SERIOUS)
    ask(world, f"{case}/requests", {"agencies": ["police", "icb"], "questions": "What?"})
    for each in get(world, case)["requests"]:
        before = clock(world, case, "rr.agency_return")["state"]
        world.clock.forward(days=1)
        waived = ask(world, f"{case}/requests/{each['id']}/waive", {"reason": "They hold nothing new."}, "chair")
        assert (before, waived.status_code) == ("runs", 201)

    found = clock(world, case, "rr.agency_return")

    assert (found["state"], found["ended_on"]) == ("met", "2026-11-26")


@pytest.mark.parametrize(
    ("days", "ratified", "screened"),
    [
        ({}, [], None),
        ({"request_sent": day(5)}, [], day(5)),
        ({"met": day(4), "request_sent": day(5)}, [], day(4)),
        ({}, [Ratified("a", UNDECIDED, day(9))], day(9)),
        ({"screened": day(2), "met": day(4)}, [], day(2)),
        ({"panel_sent": day(12)}, [], day(12)),
        ({"notified": day(2), "acknowledged": day(3), "access_answered": day(4)}, [], None),
    ],
)
def test_what_the_group_did_after_screening_shows_that_it_has_screened(days, ratified, screened):
    assert rules.facts_of(PROFILE, days, {}, ratified, []).days.get("screened") == screened


def test_every_clock_ends_with_something_that_the_product_knows_or_somebody_may_note():
    may_happen = {*rules.notable(PROFILE), *rules.BY_THEMSELVES}

    assert {each.ends for each in PROFILE.clocks.values() if each.ends} <= may_happen
    assert [code for code, each in PROFILE.clocks.items() if each.ends is None] == ["publish.min_life"]


def test_a_ratified_decision_to_start_a_review_starts_its_clock_and_the_day_is_not_typed_twice(world, office):
    case = refer(world)
    ask(world, f"{case}/meetings/record", invented.HELD)
    world.clock.forward(days=1)
    decide(world, case, RR, next_step="lcspr")
    after_first = clock(world, case, "lcspr.publish")
    world.clock.forward(days=5)
    decide(world, case, LCSPR, next_step="start")

    told = [(each["what"], each["who"]) for each in get(world, f"{case}/history")["history"]]

    assert (after_first["day_zero"], after_first["due_on"]) == ("2026-11-25", "2027-05-25")
    assert clock(world, case, "lcspr.publish") == after_first
    begun = "Date of the decision to start the child practice review: Wed 25 Nov 2026"
    assert [each for each in told if each[0].startswith("Date of the decision to start")] == [(begun, "Jamie Trial")]


@pytest.mark.parametrize(
    ("kind", "route", "who", "changes", "code", "due"),
    [
        ("child", RR, PARTNER, {"next_step": "local_learning_review"}, "local_review.complete", "2027-02-24"),
        ("child", RR, PARTNER, {"next_step": "no_further_review"}, "local_review.complete", None),
        ("child", LCSPR, PARTNER, {"next_step": "start"}, "lcspr.publish", "2027-05-24"),
        ("child", LCSPR, PARTNER, {"next_step": "no_review"}, "lcspr.publish", None),
        ("adult", SAR, "board-chair", {"next_step": "start"}, "adult_review.complete", "2027-05-24"),
        ("adult", SAR, "board-chair", {"next_step": "rapid_time"}, "adult_review.complete", "2027-05-24"),
        ("adult", SAR, "board-chair", {"next_step": "no_review"}, "adult_review.complete", None),
        ("adult", DHR, "community-chair", {"next_step": "joint"}, "dhr.complete", "2027-05-24"),
        ("adult", DHR, "community-chair", {"next_step": "no_review"}, "dhr.complete", None),
    ],
)
def test_each_next_step_starts_what_the_profile_says(world, kind, route, who, changes, code, due):
    case = refer(world, kind)
    ask(world, f"{case}/meetings/record", invented.HELD)
    decide(world, case, route, who, **changes)

    found = [each["due_on"] for each in get(world, case)["clocks"] if each["code"] == code]

    assert found == [due] or (due is None and not found)


def test_a_decision_that_was_not_ratified_starts_nothing(world):
    case = refer(world, routes=["lcspr"])
    ask(world, f"{case}/meetings/record", invented.HELD)
    ask(world, f"{case}/decisions", invented.decision(LCSPR, next_step="start"))

    assert clock(world, case, "lcspr.publish")["state"] == "waits"


def take_back(world, case, trigger, why="It was the other case.", who="coordinator"):
    return ask(world, f"{case}/dates/taken-back", {"trigger": trigger, "why": why}, who)


def test_a_date_noted_by_mistake_is_taken_back_and_its_clocks_wait_again(world, office):
    case = refer(world)
    before = get(world, case)
    world.clock.forward(minutes=1)
    note(world, case, "notified", "2026-11-10", reference="INVENTED-1")
    noted = get(world, case)
    world.clock.forward(minutes=1)
    taken = take_back(world, case, "notified")
    after = get(world, case)

    told = [(each["what"], each["who"]) for each in get(world, f"{case}/history")["history"]]

    assert taken.status_code == 201
    assert (noted["due_on"], after["due_on"]) == ("2026-12-01", before["due_on"])
    assert after == before
    assert told[-2:] == [
        ("Notification date: Tue 10 Nov 2026, reference INVENTED-1", "Robin Sample"),
        ("Taken back: notification date. It was the other case.", "Robin Sample"),
    ]
    assert "Taken back: notification date. It was the other case." in words(office.get(f"{case}/print"))
    assert "INVENTED-1" not in words(office.get(case))


def test_a_clock_that_was_ended_by_mistake_runs_on_and_ends_again(world, office):
    case = refer(world)
    note(world, case, "notified", "2026-11-10", reference="INVENTED-1")
    world.clock.forward(minutes=1)
    note(world, case, "panel_sent", "2026-11-20")
    world.clock.forward(minutes=1)
    take_back(world, case, "panel_sent")
    runs = clock(world, case, "rr.submit")
    line = words(office.get("/cases"))
    world.clock.forward(days=14)
    passed = words(office.get(case))
    note(world, case, "panel_sent", "2026-12-01")

    assert (runs["state"], runs["ended_on"]) == ("runs", None)
    assert "Day 10 of 15, due Tue 1 Dec 2026, 5 working days left" in line
    assert "due Tue 1 Dec 2026. Passed" in passed
    assert clock(world, case, "rr.submit")["state"] == "met"


@pytest.mark.parametrize(
    ("body", "status", "advice"),
    [
        ({"trigger": "csp_told", "why": "Invented"}, 409, "This date was not noted, or was taken back already"),
        ({"trigger": "notified", "why": ""}, 422, "Say why in up to 500 characters"),
        ({"trigger": "notified"}, 422, "Say why it is taken back"),
        ({"trigger": "decided", "why": "Invented"}, 422, "Choose from the list"),
        ({"trigger": "notified", "why": "Invented", "day": "2026-11-20"}, 422, "Unknown field."),
    ],
)
def test_what_cannot_be_taken_back_is_refused_and_nothing_changes(world, body, status, advice):
    case = refer(world)
    note(world, case, "notified", "2026-11-10")
    before = get(world, case)

    refused = ask(world, f"{case}/dates/taken-back", body)

    assert (refused.status_code, advice in refused.text) == (status, True)
    assert get(world, case) == before


def test_a_date_is_taken_back_once_by_the_office_on_its_page(world, office):
    case = refer(world)
    note(world, case, "csp_told", "2026-11-10")
    path = f"{case}/dates/taken-back"
    world.clock.forward(minutes=1)
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', office.get(path).text))

    empty = office.post(path, data={**hidden, "_end": "1", "trigger": "csp_told", "why": ""})
    taken = office.post(path, data={**hidden, "_end": "1", "trigger": "csp_told", "why": "Invented"})
    again = take_back(world, case, "csp_told")

    assert (empty.status_code, taken.status_code, again.status_code) == (422, 303, 409)
    assert re.search(r'value="csp_told" selected', empty.text)
    assert [take_back(world, case, "csp_told", who=who).status_code for who in ("chair", "lead-police")] == [403, 403]
    assert f'href="{path}"' not in office.get(case).text


MEETING = {"starts": "10:00", "ends": "12:00", "place": "Invented Room"}
BEYOND = "The meeting on Wed 16 Dec 2026 lies after "
RECEIPT = f"{BEYOND}Tue 15 Dec 2026, the last day of the rapid review if it counted from the day of receipt."


def test_a_clock_that_has_not_begun_refuses_no_meeting_and_warns(world, office):
    case = refer(world)
    form = words(office.get(f"{case}/meetings/new"))
    called = ask(world, f"{case}/meetings", MEETING | {"day": "2026-12-16"})

    assert (
        "The clock of a rapid review has not begun; counted from the day of receipt it would end on Tuesday 15" in form
    )
    assert "January 2027, 10:00 to 12:00" in form
    assert called.status_code == 201
    assert get(world, case)["warnings"] == [f"{RECEIPT} Move it, unless that is meant."]
    assert f"Warning {RECEIPT} Move it" in words(office.get(case))


def test_a_clock_that_has_begun_refuses_a_meeting_after_its_last_day(world, office):
    case = refer(world, notified_on="2026-11-24")
    form = words(office.get(f"{case}/meetings/new"))
    refused, called = (ask(world, f"{case}/meetings", MEETING | {"day": day}) for day in ("2026-12-16", "2026-12-15"))
    moved = ask(world, f"{case}/meetings/move", MEETING | {"day": "2026-12-16"})

    assert "must meet on a working day, by Tuesday 15 December 2026 at the latest." in form
    assert (refused.status_code, called.status_code, moved.status_code) == (409, 201, 409)
    assert refused.json["detail"] == "The meeting must be inside the clock: on Tue 15 Dec 2026 at the latest"
    assert get(world, case)["warnings"] == []


def test_a_date_that_is_noted_warns_of_what_now_lies_outside_the_clock(world, office):
    case = refer(world)
    for agency, due in (("police", "2026-12-03"), ("icb", "2026-12-11"), ("gp", "2026-12-14")):
        said = {"agencies": [agency], "questions": "What?", "due_on": due, "due_reason": "Invented"}
        assert ask(world, f"{case}/requests", said).status_code == 201
    ask(world, f"{case}/meetings", MEETING | {"day": "2026-12-10"})
    before = get(world, case)["warnings"]
    note(world, case, "notified", "2026-11-16", reference="INVENTED-1")
    noted = get(world, case)["warnings"]
    ask(world, f"{case}/meetings/cancellation", {})
    note(world, case, "panel_sent", "2026-11-24")

    assert before == []
    assert noted == [
        "The meeting on Thu 10 Dec 2026 lies after the last day of the rapid review, Mon 7 Dec 2026. "
        "Move it, unless that is meant.",
        "2 agencies may answer after the last day of the rapid review, Mon 7 Dec 2026. "
        "Give another day, unless that is meant.",
    ]
    assert get(world, case)["warnings"] == []


@pytest.mark.parametrize(
    ("begun", "meets_on", "answers", "found"),
    [
        (True, None, [], []),
        (True, DUE, [DUE], []),
        (
            True,
            date(2026, 12, 16),
            [],
            ["The meeting on Wed 16 Dec 2026 lies after the last day of the rapid review, "],
        ),
        (False, date(2026, 12, 16), [], [RECEIPT]),
        (True, None, [DUE, date(2026, 12, 16)], ["1 agency may answer after the last day of the rapid review, Tue 15"]),
        (
            True,
            date(2027, 1, 6),
            [date(2027, 1, 6)] * 2,
            [BEYOND.replace("16 Dec 2026", "6 Jan 2027"), "2 agencies may"],
        ),
    ],
)
def test_what_lies_after_the_last_day_is_said(begun, meets_on, answers, found):
    said = rules.outside_clock(DUE, begun=begun, meets_on=meets_on, answers=answers)

    assert [each.startswith(start) for each, start in zip(said, found, strict=True)] == [True] * len(found)


@pytest.mark.parametrize(
    ("replies", "stands"),
    [({}, False), ({"care_leaver": "no"}, False), ({"care_leaver": "not_sure"}, False), ({"care_leaver": "yes"}, True)],
)
def test_the_death_of_a_care_leaver_is_notified_where_somebody_was_one(world, replies, stands):
    more = [{"criterion": name, "reply": reply, "evidence": "Invented"} for name, reply in replies.items()]
    case = refer(world, la_aware_on="2026-11-20", criteria=[*SERIOUS, *more])

    found = {each["code"] for each in get(world, case)["clocks"]}

    assert {"sin.notify", "sin.tell_partners"} <= found
    assert ("care_leaver.notify" in found) == stands


def test_copies_that_the_publisher_was_told_of_end_their_clock(world):
    case = refer(world, routes=["lcspr"])
    headers = {**world.acting("coordinator")}
    ask(world, f"{case}/meetings/record", invented.HELD)
    decide(world, case, LCSPR, next_step="start")
    publisher = world.client("publisher")
    (draft,) = publisher.get(f"/api/v1/publications?case={case[7:]}", headers=headers).json["publications"]

    def plan(**more):
        body = {"day": "2027-01-15", "at": "09:00", **more}
        keyed = headers | {"Idempotency-Key": str(uuid4())}
        assert publisher.post(f"/api/v1/publications/{draft['id']}/plan", json=body, headers=keyed).status_code == 201
        world.settle()
        return clock(world, case, "lcspr.pre_publication")

    planned, told = plan(), plan(copies_on="2026-11-24")

    assert (planned["due_on"], planned["state"]) == ("2027-01-06", "runs")
    assert (told["ended_on"], told["state"]) == ("2026-11-24", "met")
    assert get(world, case)["clock"] == "lcspr.publish"
    lines = [each["what"] for each in get(world, f"{case}/history")["history"]]
    assert "Publication planned: Friday 15 January 2027, 09:00, copies sent on Tue 24 Nov 2026" in lines
