"""The first page's list among 10,000 cases with and without need-to-know, beside the same statements by hand."""

import time
from datetime import date
from unittest.mock import patch

import pages
import psycopg
import sqlalchemy as sa
from rounds import percentile

from pprg_shared.actor import Actor
from pprg_shared.database import Database
from pprg_shared.profile import load_profile
from pprg_triage.projections import listing

OPEN, OFFICE, CHAIR = "the list, nobody asked whose", "the list of a coordinator", "the list of a chair"
HAND, HAND_OFFICE, HAND_CHAIR = (f"by hand: {each}" for each in (OPEN, OFFICE, CHAIR))
ASKED = 200
DAY = date(2026, 11, 24)
TIES = "SELECT 1 FROM ties WHERE ties.case_id = cases.id AND person_id = %(person)s AND since <= now()"
HELD = "AND (until IS NULL OR until > now())"
CHECKS = {
    OPEN: "true",
    OFFICE: f"NOT EXISTS ({TIES} {HELD} AND role = 'interest')",
    CHAIR: f"NOT EXISTS ({TIES} {HELD} AND role = 'interest') AND EXISTS ({TIES} {HELD} AND role <> 'interest')",
}
COUNT = "SELECT count(*) FROM cases WHERE {}"
PAGE = """
    SELECT cases.id, cases.reference, received_on, due_on, clock_from, watches, waits, binds_on, routes, known_as,
        published_on
    FROM cases LEFT JOIN imported_cases ON imported_cases.id = cases.id LEFT JOIN published ON published.id = cases.id
    WHERE {} ORDER BY binds_on ASC NULLS LAST, cases.reference LIMIT 100
"""


def actor_of(what):
    person = load_profile().person("chair" if what == CHAIR else "coordinator")
    return Actor(person.id, person.name, frozenset(person.roles), person.agency)


def timed(ask, place):
    """A sample: how long one list takes, of so many."""
    ask()
    taken = []
    for _ in range(max(3, round(ASKED * place.scale))):
        began = time.perf_counter()
        ask()
        taken.append(1000 * (time.perf_counter() - began))
    return {"p50 ms": percentile(taken, 0.5), "p95 ms": percentile(taken, 0.95)}


def filled(place):
    """The address of a database with all these cases, each chaired; how many there are."""
    cases = max(50, round(pages.CASES * place.scale))
    with place.rows("triage", "pages") as rows:
        pages._cases(place, rows, cases)
    return place.database("triage", "pages"), cases


def listed(place, what):
    """The product's projection; without checks its condition lets everything through."""

    def sample():
        address, cases = filled(place)
        profile, who = load_profile(), actor_of(what)
        database = Database(address, "triage", place.keys, profile=profile)

        def ask():
            with database.reading() as session:
                assert listing.listed_cases(session, who, profile, DAY, 1).part.total == cases

        try:
            if what != OPEN:
                return timed(ask, place)
            with patch.object(listing, "visible", lambda *_: sa.true()):
                return timed(ask, place)
        finally:
            database.close()

    return sample


def by_hand(place, what):
    """The same two statements, and nothing made of their rows."""

    def sample():
        address, cases = filled(place)
        values = {"person": actor_of(what).person}
        with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as own:

            def ask():
                assert own.execute(COUNT.format(CHECKS[what]), values).fetchone() == (cases,)
                assert own.execute(PAGE.format(CHECKS[what]), values).fetchall()

            return timed(ask, place)

    return sample


def variants(place):
    """All that is compared."""
    product = {each: listed(place, each) for each in CHECKS}
    return product | {f"by hand: {each}": by_hand(place, each) for each in CHECKS}
