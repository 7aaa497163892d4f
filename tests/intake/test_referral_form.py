"""The referral in breadth: the gate, whom it is about, the criteria, and who writes it down for somebody."""

import re
from datetime import date

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from invented import REFERRAL, SUBJECT, UNKNOWN, as_form
from pprg_intake.models import Referral
from pprg_shared import subjects
from pprg_shared.boxes.tables import outbox
from pprg_shared.contract import Envelope
from pprg_shared.database import unseal
from pprg_shared.events.intake import ReferralSubmitted
from pprg_shared.partial_dates import ADVICE
from signed import acting

FORM = "/referrals/new?immediate_risk=no&reason_kind=concern&about=child"
TODAY = date(2026, 11, 24)
GATE = {"immediate_risk": "no", "reason_kind": "concern", "about": ["child", "unborn"]}


@pytest.fixture
def intake(world):
    return world.client("intake")


def submit(client, path, answers):
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', client.get(path).text))
    return client.post(path, data={**answers, **hidden, "_end": "1"})


def refer(client, who="", **changes):
    headers = {"Idempotency-Key": "one"} | acting(client, who)
    return client.post("/api/v1/referrals", json=REFERRAL | changes, headers=headers)


def stored(world):
    """The content of every referral that is kept."""
    with world.services["intake"].database.reading() as session:
        return [unseal(session, each, "content") for each in session.scalars(sa.select(Referral))]


def said(world):
    """The one referral that was said."""
    service = world.services["intake"]
    with service.database.reading() as session:
        body = session.scalar(sa.select(outbox.c.body).where(outbox.c.type == "referral.submitted.v1"))
    return ReferralSubmitted.unwrap(Envelope.from_json(body), service.database.keys)


def test_the_gate_leads_to_a_form_about_the_people_that_were_named(intake):
    passed = submit(intake, "/referrals/start", GATE)

    assert passed.status_code == 303
    assert passed.location == "/referrals/new?immediate_risk=no&reason_kind=concern&about=child&about=unborn"
    page = intake.get(passed.location).text
    assert "Was the child seriously harmed?" in page
    assert "Did the adult have needs for care and support" not in page
    assert "Child sexual exploitation" in page
    assert "Self-neglect" not in page


def test_a_live_concern_is_led_to_the_numbers_of_the_area_and_nothing_is_kept(world, intake):
    stopped = submit(intake, "/referrals/start", GATE | {"immediate_risk": "yes_not_yet"})

    assert stopped.status_code == 200
    for each in world.services["intake"].profile.reporting:
        assert each.call in stopped.text
        assert each.words in stopped.text
    assert stored(world) == []


def test_the_gate_asks_everything_and_cannot_be_walked_around(intake):
    asked = submit(intake, "/referrals/start", {})
    around = [intake.get(f"/referrals/new{each}") for each in ("", "?immediate_risk=yes_not_yet", "?about=child")]

    assert asked.status_code == 422
    for words in ("Say whether anyone is at risk now", "Say why you refer", "Say whom it is about"):
        assert words in asked.text
    assert [(each.status_code, each.location) for each in around] == [(303, "/referrals/start")] * 3


def test_a_good_outcome_has_its_own_short_form(world, intake):
    path = "/referrals/new?immediate_risk=no&reason_kind=good_outcome&about=adult"
    page = intake.get(path).text
    answers = REFERRAL | {"reason_kind": "good_outcome", "incident": "good_outcome"}
    subject = SUBJECT | {"kind": "adult", "born": "1961"}

    sent = submit(intake, path, as_form(answers | {"subjects": [subject]}))

    assert "Did agencies working together lead to a seriously good outcome?" in page
    assert "Has the person died?" not in page
    assert "Which kinds of harm" not in page
    assert sent.status_code == 303
    assert said(world).reason_kind == "good_outcome"


@pytest.mark.asvs("2.3.2")
def test_another_person_is_added_up_to_four_and_everything_typed_is_kept(world, intake):
    typed = as_form(REFERRAL) | {"criteria-0-reply": "yes", "criteria-0-evidence": "An invented record"}
    page = submit(intake, FORM, typed | {"_add": "subjects"})
    three = {f"subjects-{n}-name": f"Invented {n}" for n in (1, 2)}
    full = submit(intake, FORM, typed | three | {"_add": "subjects"})

    assert page.status_code == 200
    for kept in ("Invented Child", "An invented account.", "An invented record", 'id="subjects-1-name"'):
        assert kept in page.text
    assert "Add another person" in page.text
    assert 'id="subjects-3-name"' in full.text
    assert "Add another person" not in full.text
    assert stored(world) == []


def test_page_and_api_say_the_same_of_subjects_criteria_and_days(world, intake):
    page = intake.get(FORM).text
    number = re.search(r'name="criteria-(\d+)-criterion" value="seriously_harmed"', page)[1]
    died = UNKNOWN | {"name": "Invented Baby", "kind": "unborn", "born": "January 2027"}
    answers = REFERRAL | {"subjects": [SUBJECT | {"nhs_number": "943 476 5919"}, died], "harm": ["neglect"]}
    answers |= {"la_aware_on": "2026-11-20", "family": "An invented mother", "parallel_processes": ["inquest"]}
    criterion = {"criterion": "seriously_harmed", "reply": "yes", "evidence": "An invented record"}

    typed = as_form(answers) | {f"criteria-{number}-{name}": text for name, text in criterion.items()}
    by_form = submit(intake, FORM, typed | {"la_aware_on": "20 November 2026"})
    by_api = refer(intake, **answers, criteria=[criterion])
    one, other = stored(world)

    assert (by_form.status_code, by_api.status_code) == (303, 201)
    assert one == other
    assert one["criteria"] == [criterion]
    assert [each["name"] for each in one["subjects"]] == ["Invented Child", "Invented Baby"]


def test_what_is_said_seals_all_but_codes(world, intake):
    refer(intake, criteria=[{"criterion": "died", "reply": "no", "evidence": "Canary"}], family="Canary")
    heard = said(world)

    assert "Canary" not in str(heard.envelope)
    assert "Invented Child" not in str(heard.envelope)
    assert (heard.subject_name, heard.subjects[0].name) == ("Invented Child", "Invented Child")
    assert heard.criteria[0].evidence == "Canary"
    told = {name: REFERRAL[name] for name in ("authorised_by", "family_knows", "safety")}
    assert heard.more == told | {"family": "Canary"}


def test_a_coordinator_writes_down_what_came_by_phone_and_the_referrer_gets_the_letters(world, intake):
    office = world.visitor("intake", "coordinator")
    form = as_form(REFERRAL) | {"source": "phone", "taken_by": "Robin, 9 o'clock"}

    sent = submit(office, FORM, form)
    world.settle()
    headers = world.acting("coordinator")
    letters = world.client("notifier").get("/api/v1/letters", headers=headers).json["letters"]
    heard = said(world)

    assert sent.status_code == 303
    assert (heard.source, heard.more["taken_by"]) == ("phone", "Robin, 9 o'clock")
    assert heard.entered_by == world.services["intake"].profile.person("coordinator").id
    assert [each["template"] for each in letters if each["template"] == "referral_received"] == ["referral_received"]
    assert "For the office" not in intake.get(FORM).text


def test_nobody_else_says_how_a_referral_came(world, intake):
    refused = refer(intake, source="phone")
    of_the_office = refer(intake, "coordinator", source="phone")

    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/source")
    assert of_the_office.status_code == 201
    assert len(stored(world)) == 1


@pytest.mark.attack("A15")
@pytest.mark.parametrize("typed", ["about 40", "not known", "40 years"])
def test_whoever_knows_only_an_age_learns_how_to_give_it(world, intake, typed):
    born = "?1980 to 1990"
    page = intake.get(FORM).text
    adult = SUBJECT | {"kind": "adult"}

    wrong = submit(intake, FORM, as_form(REFERRAL | {"subjects": [adult | {"born": typed}]}))
    refused = refer(intake, subjects=[adult | {"born": typed}])
    taken = submit(intake, FORM, as_form(REFERRAL | {"subjects": [adult | {"born": born}]}))

    advice = f"If you know only about how old they are, give the years: {born}"
    assert advice in page
    assert (wrong.status_code, refused.status_code, taken.status_code) == (422, 422, 303)
    assert f"Person 1: {ADVICE}. {advice}" in wrong.text
    assert refused.json["errors"][0]["detail"].endswith(advice)
    assert f'value="{typed}"' in wrong.text
    assert [each["born"] for each in stored(world)[0]["subjects"]] == [born]


@pytest.mark.asvs("2.2.3")
@pytest.mark.parametrize(
    ("changes", "pointer", "words"),
    [
        ({"safety": ""}, "/safety", "Say whether anyone else is at risk"),
        ({"family_knows": ""}, "/family_knows", "Say whether they know"),
        ({"subjects": [SUBJECT | {"sex": ""}]}, "/subjects/0/sex", "or “Not known”"),
        ({"subjects": [SUBJECT | {"ethnicity": ""}]}, "/subjects/0/ethnicity", "or “Not known yet”"),
        ({"subjects": [SUBJECT | {"address": ""}]}, "/subjects/0/address", "or “not known”"),
        ({"subjects": []}, "/subjects", "Name one to four people"),
        ({"subjects": [SUBJECT] * 5}, "/subjects", "Name one to four people"),
        ({"subjects": [SUBJECT | {"kind": "cat"}]}, "/subjects/0/kind", "Say whom this is about"),
        ({"subjects": [SUBJECT | {"agency": "x"}]}, "/subjects/0/agency", "Unknown field."),
        ({"subjects": [SUBJECT | {"born": "2001"}]}, "/subjects/0/kind", "choose “An adult”"),
        ({"subjects": [SUBJECT | {"kind": "adult"}]}, "/subjects/0/kind", "choose “A child”"),
        ({"subjects": [SUBJECT | {"born": "May 2027"}]}, "/subjects/0/born", "For a due date choose"),
        ({"subjects": [SUBJECT | {"died_on": "May 2014"}]}, "/subjects/0/died_on", "before the date of birth"),
        ({"subjects": [SUBJECT | {"died_on": "May 2027"}]}, "/subjects/0/died_on", "lies in the future"),
        ({"subjects": [SUBJECT | {"nhs_number": "943 476 5910"}]}, "/subjects/0/nhs_number", "10 digits"),
        ({"incident_on": "25 November 2026"}, "/incident_on", "This day lies in the future"),
        ({"incident": "cat"}, "/incident", "Choose what it was"),
        ({"la_aware_on": "2026-11-25"}, "/la_aware_on", "This day lies in the future"),
        ({"notified_on": "0001-01-01"}, "/notified_on", "Check the year"),
        ({"harm": ["neglect", "neglect"]}, "/harm", "Name each once"),
        ({"harm": ["cat"]}, "/harm/0", "kinds of harm"),
        ({"parallel_processes": ["cat"]}, "/parallel_processes/0", "Choose from the list"),
        ({"criteria": [{"criterion": "child", "reply": "yes"}]}, "/criteria/0/criterion", "not asked"),
        ({"criteria": [{"criterion": "died", "reply": "maybe"}]}, "/criteria/0/reply", "yes, no or not sure"),
        ({"criteria": [{"criterion": "died", "reply": "yes"}] * 2}, "/criteria", "Answer each question once"),
        ({"criteria": {"died": "yes"}}, "/criteria", "Send a list of answers"),
        ({"authorised_by": ""}, "/authorised_by", "who in your agency agreed"),
        ({"declaration": False}, "/declaration", "Confirm this"),
        ({"declaration": None}, "/declaration", "Confirm this"),
        ({"family": "x" * 2001}, "/family", "2000 characters"),
        ({"immediate_risk": "yes_not_yet"}, "/immediate_risk", "Call 999"),
    ],
)
def test_what_does_not_fit_is_refused_by_name_and_stores_nothing(world, intake, changes, pointer, words):
    refused = refer(intake, **changes)

    assert refused.status_code == 422
    assert (refused.json["errors"][0]["pointer"], len(refused.json["errors"])) == (pointer, 1)
    assert words in refused.json["errors"][0]["detail"]
    assert stored(world) == []


def test_a_form_with_errors_in_rows_names_the_person_and_keeps_what_was_typed(world, intake):
    answers = as_form(REFERRAL | {"subjects": [SUBJECT, SUBJECT | {"name": "", "born": "31/02/2016"}]})
    answers |= {"criteria-3-evidence": "An invented record"}

    refused = submit(intake, FORM, answers)

    assert refused.status_code == 422
    assert "Person 2: Enter their name" in refused.text
    assert "Person 2: 31/02/2016 is not a real date" in refused.text
    assert "Answer yes, no or not sure" in refused.text
    for kept in ("An invented account.", "An invented record", 'value="31/02/2016"'):
        assert kept in refused.text
    assert stored(world) == []


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("943 476 5919", True),
        ("9434765919", True),
        ("9434765918", False),
        ("943476591", False),
        ("1234567890", False),
        ("٩٤٣٤٧٦٥٩١٩", False),
    ],
)
def test_an_nhs_number_has_a_check_digit(number, right):
    assert subjects.is_nhs_number(number) == right


@given(st.integers(0, 999_999_999), st.integers(0, 8), st.integers(1, 9))
def test_a_single_slip_in_an_nhs_number_is_always_found(nine, at, slip):
    right = next((text for n in range(10) if subjects.is_nhs_number(text := f"{nine:09}{n}")), None)
    if right is not None:
        wrong = right[:at] + str((int(right[at]) + slip) % 10) + right[at + 1 :]
        assert not subjects.is_nhs_number(wrong)


@given(
    st.dates(date(1930, 1, 1), TODAY),
    st.dates(date(1930, 1, 1), TODAY),
    st.sampled_from(["{0:%d/%m/%Y}", "{0:%m/%Y}", "{0:%Y}", "?{0:%Y}"]),
)
def test_a_kind_is_questioned_only_when_no_reading_of_the_dates_allows_it(born, on, shape):
    age = subjects.years(born, on)
    kind = "adult" if age >= subjects.ADULT else "child"

    found = subjects.subject_problems([{"kind": kind, "born": shape.format(born)}], shape.format(on), TODAY)

    assert "kind" not in found.get(0, {})
