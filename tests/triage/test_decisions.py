"""Decisions by their front doors: one a route, in the words of its criteria, ratified by its own body or sent back."""

import html
import json
import re
from datetime import date
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

import invented
from pprg_shared.boxes import publish
from pprg_shared.boxes.tables import outbox
from pprg_shared.events.publisher import OutcomePublished

PARTNER, BOARD = "partner-police", "board-chair"
ADULT = {"subjects": [invented.UNKNOWN | {"kind": "adult", "name": "Invented Adult", "born": "1950"}]}


@pytest.fixture
def refer(world):
    """The path of a case about a child or an adult on which the group has met."""

    def send(**changes):
        body, headers = invented.REFERRAL | changes, {"Idempotency-Key": "one"}
        world.client("intake").post("/api/v1/referrals", json=body, headers=headers)
        world.settle()
        (only,) = world.client("triage").get("/api/v1/cases", headers=world.acting("coordinator")).json["cases"]
        path = f"/cases/{only['id']}"
        assert ask(world, path, "meetings/record", invented.HELD).status_code == 201
        return path

    return send


def ask(world, case, what, body, who="coordinator"):
    headers = {**world.acting(who), "Idempotency-Key": str(uuid4())}
    answer = world.client("triage").post(f"/api/v1{case}/{what}", json=body, headers=headers)
    world.settle()
    return answer


def decisions(world, case):
    return world.client("triage").get(f"/api/v1{case}", headers=world.acting("coordinator")).json["decisions"]


def ratify(world, case, decision, who):
    return ask(world, case, "decisions/ratification", {"decision_id": decision["id"]}, who)


def words(page):
    main = page.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


@pytest.mark.parametrize("proposed", [("safeguarding_adult_review", "dhr"), ("dhr", "safeguarding_adult_review")])
def test_decisions_stand_in_the_order_of_the_profile_s_routes(world, refer, proposed):
    case = refer(**ADULT)
    for route in proposed:
        ask(world, case, "decisions", invented.decision(route))

    assert [each["route"] for each in decisions(world, case)] == ["safeguarding_adult_review", "dhr"]


def test_each_route_has_a_decision_and_a_body_of_its_own(world, refer):
    case = refer(**ADULT)
    for route in ("safeguarding_adult_review", "dhr"):
        assert ask(world, case, "decisions", invented.decision(route)).status_code == 201
    adult, dhr = sorted(decisions(world, case), key=lambda each: each["route"] == "dhr")

    wrong = [ratify(world, case, adult, each) for each in ("community-chair", PARTNER)]
    right = [ratify(world, case, adult, BOARD), ratify(world, case, dhr, "community-chair")]

    assert (adult["body"], dhr["body"]) == ("the Safeguarding Adults Board", "the community safety partnership")
    assert [each.status_code for each in wrong] == [409, 409]
    assert wrong[0].json["detail"] == "Another body ratifies decisions on this kind of review"
    assert [each.status_code for each in right] == [201, 201]
    assert [each["ratified"] for each in decisions(world, case)] == [True, True]


@pytest.mark.parametrize("routes", [("safeguarding_adult_review",), ("safeguarding_adult_review", "dhr")], ids=len)
def test_a_case_leads_to_what_is_published_and_to_all_drafts_while_another_may_wait(world, refer, routes):
    case, ratifiers = refer(**ADULT), {"safeguarding_adult_review": BOARD, "dhr": "community-chair"}
    for route in routes:
        ask(world, case, "decisions", invented.decision(route))
    for each in decisions(world, case):
        ratify(world, case, each, ratifiers[each["route"]])
    case_id = UUID(case.removeprefix("/cases/"))
    office = world.visitor("triage", "coordinator")

    before = office.get(case).text
    about = {"reference": "PPRG-2026-0001", "slug": "an-invented-case", "published_on": date(2026, 11, 24)}
    with world.services["publisher"].database.writing("action") as session:
        publish(session, OutcomePublished(publication_id=uuid4(), case_id=case_id, **about))
    world.settle()
    after = office.get(case).text

    drafts = f'href="/publications/for-case/{case_id}"'
    assert drafts in before
    assert (drafts in after, 'href="/learning/an-invented-case"' in after) == (len(routes) > 1, len(routes) == 1)


def test_what_is_left_empty_is_the_strongest_mandate_and_the_standard_words(world, refer):
    case = refer(**ADULT)
    weaker = {"answer_joint_working": "no", "answer_died_of_abuse": "no"}
    ask(world, case, "decisions", invented.decision("safeguarding_adult_review", **weaker))

    (decision,) = decisions(world, case)

    assert decision["mandate"] == "may"
    assert "are met: Safeguarding adult review." in decision["to_referrer"]


@pytest.mark.parametrize(
    ("changes", "status", "pointer"),
    [
        ({"outcome": "criteria_not_met"}, 409, "/outcome"),
        ({"answer_child": "no"}, 409, "/outcome"),
        ({"answer_child": "not_sure"}, 409, "/outcome"),
        ({"answer_child": "perhaps"}, 422, "/answer_child"),
        ({"next_step": ""}, 422, "/next_step"),
        ({"next_step": "start"}, 422, "/next_step"),
        ({"to_referrer": "We looked at INVENTED CHILD."}, 409, "/to_referrer"),
        ({"route": "sin"}, 422, "/route"),
        ({"route": "dhr"}, 422, "/answer_aged_16"),
        ({"anything": "else"}, 422, "/anything"),
    ],
)
def test_a_decision_that_cannot_be_is_refused_and_nothing_is_stored(world, refer, changes, status, pointer):
    case = refer()

    refused = ask(world, case, "decisions", invented.decision("rapid_review") | changes)

    assert refused.status_code == status
    assert pointer in [each["pointer"] for each in refused.json["errors"]]
    assert decisions(world, case) == []


def test_a_decision_is_sent_back_changed_and_ratified_and_what_was_said_stays(world, refer):
    case = refer()
    ask(world, case, "decisions", invented.decision("rapid_review"))
    (first,) = decisions(world, case)
    back = {"decision_id": first["id"], "why": "Say more about the school."}

    by_the_proposer, sent = (ask(world, case, "decisions/return", back, who) for who in ("coordinator", PARTNER))
    too_early = ratify(world, case, first, PARTNER)
    page = words(world.visitor("triage", "coordinator").get(case))
    again = ask(world, case, "decisions", invented.decision("rapid_review", dissent="The school disagrees."))
    (second,) = decisions(world, case)
    done = ratify(world, case, second, PARTNER)

    assert [each.status_code for each in (by_the_proposer, sent, too_early)] == [403, 201, 409]
    assert "Sent back on Tuesday 24 November 2026: Say more about the school." in page
    assert (again.status_code, second["id"], second["dissent"]) == (201, first["id"], "The school disagrees.")
    assert [each["sent_back"]["why"] for each in second["history"]] == ["Say more about the school."]
    assert done.status_code == 201


def test_a_proposal_that_was_sent_back_is_changed_from_where_it_was(world, refer):
    case, office = refer(), world.visitor("triage", "coordinator")
    ask(world, case, "decisions", invented.decision("rapid_review", why_died="The inquest says so."))
    (decision,) = decisions(world, case)
    ask(world, case, "decisions/return", {"decision_id": decision["id"], "why": "Think again."}, PARTNER)

    page = office.get(f"{case}/decision/rapid_review").text

    assert 'value="The inquest says so."' in page
    assert "Invented reasons: the agencies could have worked together better." in page
    assert re.search(r'name="outcome" type="radio" value="criteria_met" checked', page)


def test_what_could_not_be_decided_is_decided_later(world, refer):
    case = refer()
    unsure = {"outcome": "insufficient_information", "answer_child": "not_sure"}
    first = ask(world, case, "decisions", invented.decision("rapid_review", **unsure))
    (decision,) = decisions(world, case)
    ratify(world, case, decision, PARTNER)

    second = ask(world, case, "decisions", invented.decision("rapid_review"))
    third = ask(world, case, "decisions", invented.decision("rapid_review"))

    assert [each.status_code for each in (first, second, third)] == [201, 201, 409]


def test_the_age_of_the_person_is_answered_and_the_routes_of_the_referral_come_first(world, refer):
    case, office = refer(routes=["lcspr"]), world.visitor("triage", "coordinator")

    chosen, form = office.get(f"{case}/decision/new"), office.get(f"{case}/decision/lcspr")

    first = re.findall(rf'href="{case}/decision/(\w+)"', chosen.text)[0]
    assert first == "lcspr"
    assert re.search(r'name="answer_child" type="radio" value="yes" checked', form.text)
    assert "Does the case show themes that come again and again?" in words(form)
    assert office.get(f"{case}/decision/leder").status_code == 404


def test_what_is_said_about_a_ratified_decision_holds_nothing_of_the_case_in_clear(world, refer):
    case = refer()
    secret = {"reasons": "The canary reasons of the group.", "to_agency": "The canary words.", "dissent": "A canary."}
    ask(world, case, "decisions", invented.decision("rapid_review", **secret))
    (decision,) = decisions(world, case)
    ratify(world, case, decision, PARTNER)

    with world.services["triage"].database.reading() as session:
        bodies = [bytes(each) for each in session.scalars(sa.select(outbox.c.body))]
    said = next(json.loads(each) for each in bodies if json.loads(each)["type"] == "decision.ratified.v1")

    assert said["data"]["public"]["mandate"] == "serious_incident"
    assert said["data"]["public"]["next_step"] == "lcspr"
    assert [each for each in bodies if b"canary" in each.lower()] == []


BOX = r'<textarea[^>]*name="{}"[^>]*>(.*?)</textarea>'


def send(client, path, **answers):
    """Open a form and send it as a browser does: what stands in its boxes, but for what was typed instead."""
    text = client.get(path).text
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', text))
    boxes = {name: box(text, name) for name in ("to_referrer", "to_agency")}
    return client.post(path, data={**hidden, "_end": "1", **boxes, **answers})


def box(text, name):
    return html.unescape(re.search(BOX.format(name), text, re.DOTALL)[1])


def test_the_standard_words_stand_in_the_boxes_and_follow_the_outcome_until_they_are_changed(world, refer):
    case, office = refer(), world.visitor("triage", "coordinator")
    at_first = box(office.get(f"{case}/decision/rapid_review").text, "to_referrer")
    said = invented.decision("rapid_review", to_agency="Words of our own.")

    wrong = send(office, f"{case}/decision/rapid_review", **said | {"reasons": "Short."})
    send(office, f"{case}/decision/rapid_review", **said)
    (decision,) = decisions(world, case)

    assert at_first.startswith("The group cannot say yet whether the criteria for this are met: Rapid review.")
    assert box(wrong.text, "to_referrer") == decision["to_referrer"]
    assert decision["to_referrer"].startswith(
        "The group considered the case and found that the criteria for this are met"
    )
    assert decision["to_agency"] == box(wrong.text, "to_agency") == "Words of our own."


def test_the_form_of_a_review_that_the_age_rules_out_begins_with_the_words_for_that(world, refer):
    case, office = refer(**ADULT), world.visitor("triage", "coordinator")

    text = office.get(f"{case}/decision/rapid_review").text

    assert "are not met: Rapid review." in box(text, "to_agency")


RECORD = {
    "harm": ["neglect", "self_neglect"],
    "equality": "Her disability made her depend on others.",
    "dissent": "The referrer asked for more; the group explained.",
    "advice": "The solicitor of the council agreed.",
    "method": "A learning event, led by an independent reviewer, by June.",
}


def test_a_decision_record_holds_what_others_will_ask_and_prints_it(world, refer):
    case, office = refer(**ADULT | {"harm": ["self_neglect"]}), world.visitor("triage", "coordinator")
    form = office.get(f"{case}/decision/safeguarding_adult_review").text
    ask(world, case, "decisions", invented.decision("safeguarding_adult_review", **RECORD))

    shown = words(office.get(case)), words(office.get(f"{case}/print"))

    assert re.search(r'name="harm" type="checkbox" value="self_neglect" checked', form)
    for page in shown:
        assert "Kinds of abuse or neglect Neglect and acts of omission, Self-neglect" in page
        for name in set(RECORD) - {"harm"}:
            assert RECORD[name] in page
        assert "Invented reasons: the agencies could have worked together better." in page
        assert "Decided(" not in page


@pytest.mark.parametrize(
    ("changes", "status", "pointer"),
    [
        ({"harm": []}, 409, "/harm"),
        ({"harm": ["unkindness"]}, 422, "/harm/0"),
        ({"equality": ""}, 422, "/equality"),
        ({"advice": "x" * 2001}, 422, "/advice"),
    ],
)
def test_a_record_that_lacks_what_the_law_asks_for_is_refused(world, refer, changes, status, pointer):
    case = refer()

    refused = ask(world, case, "decisions", invented.decision("rapid_review") | changes)

    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (status, pointer)
    assert decisions(world, case) == []


def test_local_reviews_name_no_kind_of_harm(world, refer):
    case = refer()

    form = world.visitor("triage", "coordinator").get(f"{case}/decision/good_practice_review")
    made = ask(world, case, "decisions", invented.decision("good_practice_review"))

    assert 'name="harm"' not in form.text
    assert made.status_code == 201


def test_a_decision_after_its_last_day_says_why_it_is_late(world, refer):
    case, office = refer(), world.visitor("triage", "coordinator")
    ask(world, case, "dates", {"trigger": "notified", "day": "2026-11-24"})
    in_time = office.get(f"{case}/decision/rapid_review").text
    world.clock.forward(days=21)  # Partners sign off within 14 working days of Tuesday 24 November: by 14 December.
    late = office.get(f"{case}/decision/rapid_review").text

    refused = send(office, f"{case}/decision/rapid_review", **invented.decision("rapid_review"))
    by_api = ask(world, case, "decisions", invented.decision("rapid_review"))
    made = ask(world, case, "decisions", invented.decision("rapid_review", delay="The inquest came first."))

    assert ('name="delay"' in in_time, 'name="delay"' in late) == (False, True)
    assert "It had to be decided by Mon 14 Dec 2026. Say why it is late" in words(refused)
    assert (by_api.status_code, by_api.json["errors"][0]["pointer"]) == (409, "/delay")
    assert made.status_code == 201
    assert "Why it was decided late The inquest came first." in words(office.get(case))


def test_a_decision_is_not_late_by_a_clock_that_has_not_begun(world, refer):
    case, office = refer(), world.visitor("triage", "coordinator")
    world.clock.forward(days=60)
    form = office.get(f"{case}/decision/rapid_review").text

    made = ask(world, case, "decisions", invented.decision("rapid_review"))

    assert 'name="delay"' not in form
    assert made.status_code == 201


def test_a_review_without_such_a_clock_is_never_late(world, refer):
    case = refer(**ADULT)
    world.clock.forward(days=200)

    made = ask(world, case, "decisions", invented.decision("safeguarding_adult_review"))
    unknown = ask(world, case, "decisions", invented.decision("dhr"))

    assert (made.status_code, unknown.status_code) == (201, 201)


def test_who_declared_an_interest_ratifies_nothing(world, refer):
    case = refer()
    partner = world.services["triage"].profile.person(PARTNER)
    declared = {"conflicts": [str(partner.id)], "interests": "Managed the case in 2025."}
    ask(world, case, "meetings/record", invented.HELD | declared)
    ask(world, case, "decisions", invented.decision("rapid_review"))
    (decision,) = decisions(world, case)

    not_there = ratify(world, case, decision, PARTNER)
    withdrawn = ask(world, case, "interests/withdrawal", {}, PARTNER)
    members = world.client("triage").get(f"/api/v1{case}/members", headers=world.acting("coordinator")).json
    (interest,) = [each["id"] for each in members["members"] if each["role"] == "interest"]
    ended = ask(world, case, f"members/{interest}/end", {})
    refused, done = (ratify(world, case, decision, each) for each in (PARTNER, "partner-health"))

    assert (not_there.status_code, withdrawn.status_code, ended.status_code) == (404, 409, 201)
    assert (refused.status_code, done.status_code) == (409, 201)
    assert refused.json["detail"] == "You declared an interest in this case: somebody else must ratify"
