"""The profiles that ship with the product: complete, consistent, and without real people."""

import dataclasses
import re
import tomllib
import typing
from pathlib import Path

import pytest

from pprg_shared.profile import Profile, load_profile
from pprg_shared.profile.letters import KINDS
from pprg_shared.profile.partnership import Role
from pprg_shared.profile.reading import keys_of
from pprg_shared.profile.routes import OUTCOMES

FOLDER = Path(__file__).parent.parent.parent / "deploy/profiles"
NAMES = ("wiltshire", "swindon", "salford")
#: Ofcom's numbers for fiction, and the emergency services.
FICTION = re.compile(r"01632 960\d{3}|999")
#: The clocks of the field: rule, number, unit.
CATALOGUE = {
    "sin.notify": (5, "working_days"),
    "sin.tell_partners": (5, "working_days"),
    "care_leaver.notify": (5, "working_days"),
    "rr.submit": (15, "working_days"),
    "rr.request_out": (1, "working_days"),
    "rr.agency_return": (7, "working_days"),
    "rr.meeting": (12, "working_days"),
    "rr.signoff": (14, "working_days"),
    "lcspr.publish": (6, "months"),
    "lcspr.pre_publication": (-7, "working_days"),
    "publish.min_life": (12, "months"),
    "adult_review.complete": (6, "months"),
    "adult_review.agency_return": (15, "working_days"),
    "adult_review.imr": (20, "working_days"),
    "dhr.decide": (1, "months"),
    "dhr.complete": (6, "months"),
    "local_review.complete": (3, "months"),
    "leder.complete": (6, "months"),
    "referral.ack": (1, "working_days"),
    "referral.triage": (5, "working_days"),
    "outcome.tell_referrer": (5, "working_days"),
    "access_request": (1, "months"),
}
#: What reviews teach, as national and local lists name it, by group: who loses one here loses it from old pages.
THEMES = {
    "harm": """
        non-accidental-injury physical-abuse neglect adolescent-neglect emotional-abuse child-sexual-abuse csa-images
        csa-in-care sexual-exploitation criminal-exploitation domestic-abuse coercive-control suicide self-harm
        eating-disorder self-neglect modern-slavery financial-abuse organisational-abuse online-harm
        female-genital-mutilation
    """,
    "person": """
        infant adolescent-parents looked-after-child care-leaver disability learning-disability autism mental-health
        substance-misuse homelessness unaccompanied-or-age-dispute home-education dementia high-risk-behaviour
    """,
    "family": """
        parental-substance-misuse parental-mental-health parents-background parental-conflict acrimonious-separation
        working-with-fathers hidden-men sibling-impact kinship-care
    """,
    "practice": """
        information-sharing escalation risk-assessment multi-agency-planning strategy-discussions discharge-planning
        care-proceedings working-with-resistance disguised-compliance professional-curiosity fixed-thinking
        historic-concerns voice-of-child making-safeguarding-personal mental-capacity missed-appointments
        transfer-between-areas early-help supervision record-keeping cultural-competence racism-and-bias
    """,
    "good_practice": "good-outcome relationship-based-practice",
}


def shipped(name: str):
    return load_profile(str(FOLDER / f"{name}.toml"))


@pytest.fixture(params=NAMES)
def profile(request):
    return shipped(request.param)


def test_without_a_setting_it_is_wiltshire():
    assert load_profile() == shipped("wiltshire")


def test_every_clock_of_the_field_runs_as_long_as_the_field_says(profile):
    assert {name: (each.number, str(each.unit)) for name, each in profile.clocks.items()} == CATALOGUE


def test_every_theme_of_the_field_is_there_in_its_group(profile):
    by_group = {name: {code for code, each in profile.themes.items() if each.group == name} for name in THEMES}

    assert set(profile.theme_groups) == set(THEMES)
    assert by_group == {name: set(codes.split()) for name, codes in THEMES.items()}


def test_every_letter_and_outcome_has_its_words(profile):
    assert set(profile.letters.kinds) == set(KINDS)
    assert set(profile.outcomes) == set(OUTCOMES)


def test_people_and_addresses_are_invented(profile):
    addresses = [each.address for each in profile.people]
    addresses += [duty.address for agency in profile.agencies for duty in agency.duties]
    addresses.append(profile.partnership.email)
    numbers = [profile.partnership.phone, *(each.call for each in profile.reporting)]

    assert [each for each in addresses if not each.endswith(".example")] == []
    assert [each for each in numbers if not FICTION.fullmatch(each)] == []


def test_every_role_and_every_agency_that_may_be_asked_has_somebody_to_act_as(profile):
    assert {role for each in profile.people for role in each.roles} == set(typing.get_args(Role))
    assert set(profile.asked_agencies()) <= {each.agency for each in profile.people if "agency" in each.roles}


def test_every_criterion_bears_on_some_route(profile):
    used = {
        name
        for route in profile.routes.values()
        for name in (*route.considers, *(name for each in route.mandates for name in (*each.all, *each.any)))
    }

    assert used == set(profile.criteria)


def test_one_body_ratifies_each_kind_of_review():
    routes = shipped("wiltshire").routes

    assert {name: each.ratified_by for name, each in routes.items() if each.decided == "here"} == {
        "rapid_review": "safeguarding_partners",
        "lcspr": "safeguarding_partners",
        "safeguarding_adult_review": "safeguarding_adults_board",
        "dhr": "community_safety_partnership",
        "local_learning_review": "safeguarding_partners",
        "good_practice_review": "safeguarding_partners",
    }


def test_the_profiles_differ_where_the_partnerships_do():
    wiltshire, swindon, salford = map(shipped, NAMES)

    assert [each.labels.group for each in (wiltshire, swindon, salford)] == [
        "Partnership Practice Review Group",
        "practice review group",
        "practice review sub-group",
    ]
    assert "safeguarding_adult_review" in wiltshire.decided_routes()
    assert "safeguarding_adult_review" not in salford.decided_routes()
    assert swindon.decided_routes()["local_learning_review"] == "Local case review"
    assert salford.decided_routes()["good_practice_review"] == "Seriously good outcome review"


def test_salford_says_when_reports_come_down_and_that_briefings_stay():
    documents = shipped("salford").publication.documents

    assert documents["full_report"].take_down_months == 12
    assert documents["seven_minute_briefing"].take_down_months is None
    assert shipped("wiltshire").publication.documents["full_report"].take_down_months is None


def test_a_theme_means_one_thing_by_whatever_phrase(profile):
    phrases = [
        each.lower()
        for theme in profile.themes.values()
        for each in {theme.label.lower(), *map(str.lower, theme.aliases)}
    ]

    assert sorted(phrases) == sorted(set(phrases))


def test_codes_become_the_names_that_people_use():
    names = shipped("wiltshire").names()

    assert names["agency"]("police") == "Wiltshire Police"
    assert names["review"]("dhr") == "Domestic homicide review"
    assert names["person"]("coordinator") == "Robin Sample"
    assert (names["agency"]("gone"), names["review"]("gone"), names["person"]("gone")) == ("gone", "gone", "")


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_says_that_its_people_are_invented_and_only_what_differs(name):
    text = (FOLDER / f"{name}.toml").read_text("utf-8")
    comment = " ".join(line.lstrip("# ") for line in text.partition("\n\n")[0].splitlines())

    assert "all people are invented" in comment
    assert tomllib.loads(text)["based_on"] == "england.toml"


def test_every_example_of_the_reference_can_be_written():
    examples = [
        each.metadata["example"]
        for section in sections(Profile)
        for name, _, each in keys_of(section)
        if name != "code" and each.metadata["example"]
    ]

    assert len(examples) > 90
    for each in examples:
        assert tomllib.loads(each if re.match(r"\w+ = ", each) else f"key = {each}")


def sections(kind):
    """A table of a profile and all within it."""
    yield kind
    for _, hint, _ in keys_of(kind):
        for each in (hint, *typing.get_args(hint)):
            if dataclasses.is_dataclass(each):
                yield from sections(each)
