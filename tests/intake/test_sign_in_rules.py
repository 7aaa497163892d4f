"""What makes a password too easy, which codes are taken, and where a sign-in may lead."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprg_intake import rules
from pprg_intake.rules.codes import STEP_SECONDS, step_of
from pprg_intake.rules.passwords import LEAST, MOST, digest, problem

OWN = ("Robin Sample", "coordinator", "pprg-office.example", "Wiltshire SVPP", "PPRG")
COMMON = frozenset({digest("correct horse battery")})
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
LATER = st.integers(-120, 120).map(lambda seconds: AT + timedelta(seconds=seconds))


@pytest.mark.asvs("6.2.9")
@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short", "at least 12"),
        ("x" * 12, ""),
        ("x" * 200, ""),
        ("x" * 201, "at most 200"),
        ("Correct HORSE battery", "Many people"),
        ("correct horse battery staple", ""),
        ("robin-sample-99", "made of your name"),
        ("RobinSample1234", "made of your name"),
        ("PPRG2026pprg2026", ""),
        ("pprgPPRGpprg123", "made of your name"),
        ("practice-review", "made of your name"),
        ("a robin sings at noon", ""),
        ("\U0001f98a\U0001f98a\U0001f98a\U0001f98a\U0001f98a\U0001f98a1234567", ""),
    ],
)
def test_a_password_is_judged_by_length_the_common_ones_and_our_own_words(password, words):
    found = problem(password, OWN, COMMON)

    assert (found == "") == (words == "")
    assert words in found


@pytest.mark.asvs("6.2.5")
@given(st.text(min_size=LEAST, max_size=MOST).filter(lambda text: sum(each.isdigit() for each in text) >= 8))
def test_no_kind_of_character_is_asked_for_or_refused(password):
    assert problem(password, (), frozenset()) == ""


@given(st.text(max_size=LEAST - 1))
def test_nothing_short_will_do(password):
    assert problem(password, OWN, COMMON)


@given(typed_at=LATER, asked_at=LATER)
def test_a_code_is_taken_near_its_time_and_once(typed_at, asked_at):
    code = pyotp.TOTP(SECRET).at(typed_at)

    step = rules.accepted(SECRET, code, asked_at, 0)

    if abs(step_of(typed_at) - step_of(asked_at)) <= 1:
        assert step is not None
        assert rules.accepted(SECRET, code, asked_at, step) is None
    else:
        assert step is None or pyotp.TOTP(SECRET).generate_otp(step) == code


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "\u0661\u0662\u0663\u0664\u0665\u0666", "abcdef", "\U0001f98a"]
)
def test_what_is_no_code_is_not_taken(typed):
    assert rules.accepted(SECRET, typed, AT, 0) is None
    assert STEP_SECONDS == 30


@given(st.text(alphabet=rules.LETTERS, min_size=rules.LONG_CODE, max_size=rules.LONG_CODE))
def test_a_long_code_is_the_same_however_it_is_copied(code):
    copies = [rules.grouped(code), code.upper(), f" {code[:9]} {code[9:]}\n"]

    assert {rules.digest_of_code(each) for each in copies} == {rules.digest_of_code(code)}
    assert len(set(rules.LETTERS) & set("0o1li")) == 0


@pytest.mark.parametrize(
    ("wanted", "led"),
    [
        ("/cases", "/cases"),
        ("/cases?sort=due&page=2", "/cases?sort=due&page=2"),
        ("", ""),
        ("cases", ""),
        ("//evil.example", ""),
        ("/\\evil.example", ""),
        ("https://evil.example", ""),
        ("/a b", ""),
        ("/%0d%0aSet-Cookie:a=b", ""),
        ("/sign-out", ""),
        ("/caf\u00e9", ""),
        ("/" + "x" * 700, ""),
    ],
)
def test_a78_a_sign_in_leads_to_paths_of_ours_alone(wanted, led):
    assert rules.own_path(wanted) == led


@pytest.mark.parametrize(
    ("roles", "page"),
    [
        ({"agency", "member"}, "/requests"),
        ({"administrator"}, "/letters"),
        ({"ops"}, "/letters"),
        ({"coordinator"}, "/cases"),
        ({"member", "partner"}, "/cases"),
    ],
)
def test_each_role_begins_where_its_work_is(roles, page):
    assert rules.first_page(roles) == page
