"""Rules of the directory: secure domains, who takes over, codes, how names are found, and lists read as written."""

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprg_intake.rules import directory as rules
from pprg_intake.rules.directory_lists import AGENCY_COLUMNS, PERSON_COLUMNS, Entry, cells, columns_of, row_of
from pprg_shared.profile.partnership import AgencyKind, Role
from pprg_shared.spreadsheet import line, read_text

LEAD = rules.Post("safeguarding-lead", "safeguarding lead", "lead@police.example")
POLICE = rules.AgencyState("Police", "police", duties=(LEAD,))
WORD = (
    st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=20).map(str.strip).filter(rules.fold)
)


@pytest.mark.parametrize(
    ("address", "domains", "fits"),
    [
        ("a@police.uk", (), True),
        ("a@police.uk", ("police.uk",), True),
        ("a@Wiltshire.POLICE.uk", ("police.uk",), True),
        ("a@notpolice.uk", ("police.uk",), False),
        ("a@police.uk.example", ("police.uk",), False),
        ("a@cjsm.net", ("police.uk", "cjsm.net"), True),
    ],
)
def test_an_address_is_within_a_domain_or_below_it(address, domains, fits):
    assert rules.within(address, domains) is fits


@pytest.mark.parametrize(
    ("text", "domains", "wrong"),
    [
        ("police.uk, @CJSM.net\npolice.uk", ("police.uk", "cjsm.net"), []),
        ("a@police.uk", (), ["a@police.uk"]),
        ("localhost; .uk", (), ["localhost", ".uk"]),
        ("", (), []),
    ],
)
def test_domains_are_read_as_people_write_them(text, domains, wrong):
    assert rules.domains_of(text) == (domains, wrong)


@pytest.mark.parametrize(
    ("about", "field"),
    [
        ({}, None),
        ({"duties": ()}, "safeguarding_lead"),
        ({"duties": (), "active": False}, None),
        ({"kind": "office"}, "coordinator"),
        ({"domains": ("police.uk",)}, "safeguarding_lead"),
        ({"deputy": "x@elsewhere.example", "domains": ("police.example",)}, "deputy"),
        ({"single_point": "a@police.example", "deputy": "a@police.example"}, "deputy"),
    ],
)
def test_an_agency_needs_its_post_within_its_domains_and_a_deputy_who_is_somebody_else(about, field):
    assert list(rules.agency_problems(replace(POLICE, **about))) == ([field] if field else [])


@pytest.mark.parametrize(
    ("contacts", "who", "after"),
    [
        (("a@x.example", "b@x.example", "c@x.example"), "A@x.example", ("b@x.example", "", "c@x.example")),
        (("a@x.example", "b@x.example", ""), "b@x.example", ("a@x.example", "", "")),
        (("a@x.example", "", "a@x.example"), "a@x.example", ("", "", "")),
        (("a@x.example", "b@x.example", ""), "z@x.example", ("a@x.example", "b@x.example", "")),
    ],
)
def test_when_a_contact_leaves_the_deputy_takes_over(contacts, who, after):
    state = replace(POLICE, **dict(zip(rules.CONTACTS, contacts, strict=True)))

    left = rules.after_leaving(state, who)

    assert tuple(getattr(left, name) for name in rules.CONTACTS) == after


@pytest.mark.parametrize(
    ("posts", "contacts", "after"),
    [
        ({"safeguarding-lead": "A@x.example"}, {"deputy": "b@x.example"}, {"safeguarding-lead": "b@x.example"}),
        ({"safeguarding-lead": "a@x.example"}, {"single_point": "c@x.example"}, {"safeguarding-lead": "c@x.example"}),
        (
            {"safeguarding-lead": "a@x.example"},
            {"single_point": "a@x.example", "deputy": "b@x.example"},
            {"safeguarding-lead": "b@x.example"},
        ),
        ({"safeguarding-lead": "a@x.example"}, {"escalation": "d@x.example"}, {}),
        ({"safeguarding-lead": "team@x.example"}, {"deputy": "a@x.example"}, {"safeguarding-lead": "team@x.example"}),
        ({"coordinator": "a@x.example", "deputy": "b@x.example"}, {}, {"coordinator": "b@x.example"}),
        ({"coordinator": "c@x.example", "deputy": "a@x.example"}, {}, {"coordinator": "c@x.example"}),
        ({"coordinator": "a@x.example", "deputy": "a@x.example"}, {}, {}),
    ],
)
def test_a_post_whose_mailbox_is_the_leavers_own_goes_to_the_deputy_or_stays_empty(posts, contacts, after):
    state = replace(
        POLICE, duties=tuple(rules.Post(slug, slug, address) for slug, address in posts.items()), **contacts
    )

    left = rules.after_leaving(state, "a@x.example")

    assert {each.slug: each.address for each in left.duties} == after
    assert rules.after_leaving(left, "a@x.example") == left


def test_a_post_and_a_contact_follow_whoever_has_them_to_another_address():
    state = replace(POLICE, single_point="LEAD@police.example", deputy="b@police.example")

    moved = rules.after_moving(state, "lead@police.example", "new@police.example")

    assert moved.addresses() == {
        "single_point": "new@police.example",
        "deputy": "b@police.example",
        "safeguarding_lead": "new@police.example",
    }


def test_a_code_follows_from_the_name_and_is_nobody_elses():
    assert rules.code_of("St John's NHS Trust", ()) == "st-johns-nhs-trust"
    assert rules.code_of("Police", {"police", "police-2"}) == "police-3"
    assert rules.code_of("New", ()) == "new-2"
    assert rules.code_of("—", ()) == "agency"
    assert len(rules.code_of("x" * 200, {"x" * 56})) <= rules.LONGEST_CODE


@pytest.mark.parametrize(
    ("text", "name", "found"),
    [
        ("oneill", "Róisín O’Neill", True),
        ("ROI neill", "Róisín O’Neill", False),
        ("o'n roisin", "Róisín O’Neill", True),
        ("mith", "Ann Smith", False),
        ("smith ann", "Ann Smith-Jones", True),
        ("100%", "Ann Smith", False),
    ],
)
def test_each_word_begins_one_of_the_name(text, name, found):
    assert all(each in rules.found_by(name) for each in rules.beginnings(text)) is found


@given(WORD, WORD)
def test_whoever_is_looked_for_by_their_own_name_is_found(first, last):
    name = f"{first} {last}"

    assert all(each in rules.found_by(name) for each in rules.beginnings(name))


ADDRESSES = st.sampled_from(["", "a@police.example", "b@police.example"])
STATES = st.builds(
    rules.AgencyState,
    name=WORD,
    kind=st.sampled_from(list(rules.KINDS)),
    active=st.booleans(),
    area=st.sampled_from(["", "North, and West"]),
    single_point=ADDRESSES,
    deputy=ADDRESSES,
    domains=st.sampled_from([(), ("police.example", "cjsm.net")]),
    duties=st.sampled_from([(), (LEAD,)]),
)


def read(columns, answers, key):
    """What a file says of one row that was written to it."""
    text = line(each.label for each in columns.values()) + line(row_of(answers, key, columns))
    table = read_text(text)
    places, wrong = columns_of(table, columns)
    assert wrong == []
    return cells(table.lines[0][1], places, columns, {"police": "Police"})


@given(STATES)
def test_an_agency_read_from_a_list_is_as_it_was_written(state):
    found = read(AGENCY_COLUMNS, state.answers(), "police")

    assert found.pop("code") == "police"
    assert state.told(state.answers() | found) == replace(state, name=" ".join(state.name.split()))


@given(WORD, st.lists(st.sampled_from(list(rules.ROLES)), min_size=1, unique=True), st.booleans())
def test_a_person_read_from_a_list_is_as_they_were_written(name, roles, active):
    state = rules.PersonState(" ".join(name.split()), "a@police.example", "police", tuple(roles), active)

    found = read(PERSON_COLUMNS, state.answers(), "7")

    assert rules.person_state(found) == replace(state, roles=tuple(each for each in rules.ROLES if each in roles))


def test_heads_are_understood_however_they_are_spelt_and_what_is_none_of_ours_is_named():
    table = read_text("Full name,E-mail,Organisation,Role,Shoe size,Name\nA,a@x.example,Police,chair,9,B\n")

    places, wrong = columns_of(table, PERSON_COLUMNS)

    assert places == {0: "name", 1: "address", 2: "agency", 3: "roles"}
    assert [(each.row, each.column) for each in wrong] == [(1, "Shoe size"), (1, "Name")]


def test_an_empty_cell_clears_what_may_be_empty_and_leaves_what_must_be_chosen():
    table = read_text("Name,Area,Kind\nPolice,,\n")
    places, _ = columns_of(table, AGENCY_COLUMNS)

    assert cells(table.lines[0][1], places, AGENCY_COLUMNS, {}) == {"name": "Police", "area": ""}


def test_an_entry_says_what_would_change():
    changed = Entry(2, "police", POLICE, replace(POLICE, area="North", active=False))

    assert changed.words(AGENCY_COLUMNS) == "Changes: Can be asked, Area"
    assert Entry(2, "x", None, POLICE).words(AGENCY_COLUMNS) == "New"
    assert Entry(2, "police", POLICE, POLICE).same


def test_roles_and_kinds_are_those_of_the_profile():
    assert set(rules.ROLES) == set(get_args(Role))
    assert set(rules.KINDS) == set(get_args(AgencyKind))
