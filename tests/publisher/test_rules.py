import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprg_publisher.rules import public_problem, slug


@pytest.mark.parametrize(
    "text", ["born on 3 May 2016", "on 03/05/2016", "the 3rd February", "3.5.16", "case pprg-2026-0001 showed"]
)
def test_what_leads_back_to_a_person_is_refused(text):
    assert public_problem(text, "PPRG-2026-0001")


@pytest.mark.parametrize("text", ["In May 2016 two agencies met", "Between 2015 and 2016", "Three visits in 14 weeks"])
def test_months_and_years_are_welcome(text):
    assert public_problem(text, "PPRG-2026-0001") is None


@given(st.text(max_size=200), st.integers(2000, 2100))
def test_an_address_is_plain_whatever_the_title(title, year):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug(title, year))
