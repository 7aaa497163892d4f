"""A code is worth one opening and five tries, also when many come at the same moment."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from pprg_intake.actions import links
from pprg_intake.models import Code

pytestmark = pytest.mark.both_databases("each lets one of many at a time in its own way")
BROWSER = "0" * 64


@pytest.fixture
def enter(world, letters):
    """Type a code into the page of a request, and the code that was mailed for it."""
    thing = f"request:{letters.ask().request_id}"
    database = world.services["intake"].database
    with database.writing("action") as session:
        links.issue_code(session, thing, BROWSER)

    def typed(code):
        with database.writing("action") as session:
            return links.enter_code(session, thing, BROWSER, code)

    typed.database, (typed.code,) = database, letters.codes()
    return typed


def attempts(enter):
    with enter.database.reading() as session:
        return session.scalar(sa.select(Code.attempts))


def test_of_many_who_enter_a_code_at_the_same_moment_one_gets_in(enter):
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(enter, [enter.code] * 4))

    (token,) = (each for each in found if each)
    assert (token.agency, token.roles) == ("police", {"agency"})
    assert token.only.startswith("request:")


def test_many_tries_at_the_same_moment_are_all_counted(enter):
    wrong = f"{(int(enter.code) + 1) % 10**6:06}"
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(enter, [wrong] * 5))

    assert found == [None] * 5
    assert attempts(enter) == 5
    assert enter(enter.code) is None
