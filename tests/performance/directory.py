"""Looking for people among 100,000 and for agencies among 5,000, beside the same SQL by hand."""

import time

import psycopg
from rounds import percentile

from pprg_intake.actions.searching import keep_search, search_of
from pprg_intake.projections import listed_agencies, listed_people
from pprg_shared.actor import Actor
from pprg_shared.database import Database
from pprg_shared.paging import ROWS
from pprg_shared.profile import load_profile

PEOPLE, AGENCIES, ASKED = 100_000, 5000, 40
SEARCH, SEARCH_HAND = "people by name: the search kept, opened and answered", "by hand: count and page of people"
FIND, FIND_HAND = "agencies by part of the name", "by hand: count and page of agencies"
FILL = """
    TRUNCATE people, agencies, searches;
    INSERT INTO agencies (id, name, kind, active, revision, content)
      SELECT 'agency-' || n, 'Agency ' || n, 'health', true, 1, '' FROM generate_series(1, %(agencies)s) n;
    INSERT INTO people (id, agency, roles, active, revision, name, address, found_by, content)
      SELECT gen_random_uuid(), 'agency-' || n %% %(agencies)s, 'agency', true, 1,
             'Ann' || n %% 1000 || ' Example' || n, n || '@agency.example',
             ' ann' || n %% 1000 || ' example' || n, repeat('x', 200)
      FROM generate_series(1, %(people)s) n
"""
WHERE = "FROM people WHERE name IS NOT NULL AND found_by LIKE %s AND found_by LIKE %s"
PAGE = "SELECT id, agency, roles, active, revision, name, address, found_by"
NAMED = "FROM agencies WHERE lower(name) LIKE %s"
ONE = "SELECT id, name, kind, active, revision, area, domains"


def filled(place):
    """The address of a database with so many people and agencies."""
    there = "directory" in place.databases
    address = place.database("intake", "directory")
    if not there:
        about = {"people": place.scaled(PEOPLE), "agencies": place.scaled(AGENCIES)}
        with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as own:
            for statement in FILL.split(";"):
                own.execute(statement, about if "%(" in statement else None)
            own.execute("VACUUM ANALYZE")
    return address


def searching(place):
    """A sample: somebody looks for people, each time for others."""

    def sample():
        database = Database(filled(place), "intake", place.keys, profile=load_profile())
        who = Actor(load_profile().person("administrator").id, "", frozenset({"administrator"}), "pprg-office")

        def ask(number):
            with database.writing("action") as session:
                kept = keep_search(session, who, find=f"Ann{number} exam", of="")
            with database.reading() as session:
                return listed_people(session, search_of(session, who, kept), 1).total

        figures = measured(place, ask)
        database.close()
        return figures

    return sample


def searching_by_hand(place):
    """A sample: the same by psycopg, and nothing kept of whom was looked for."""

    def sample():
        with psycopg.connect(filled(place).replace("+psycopg", ""), autocommit=True) as own:

            def ask(number):
                like = (f"% ann{number}%", "% exam%")
                (total,) = own.execute(f"SELECT count(*) {WHERE}", like).fetchone()
                own.execute(f"{PAGE} {WHERE} ORDER BY found_by, id LIMIT {ROWS}", like).fetchall()
                return total

            return measured(place, ask)

    return sample


def finding(place):
    """A sample: somebody looks for agencies."""

    def sample():
        database = Database(filled(place), "intake", place.keys, profile=load_profile())

        def ask(number):
            with database.reading() as session:
                return listed_agencies(session, f"agency {number}", 1).total

        figures = measured(place, ask)
        database.close()
        return figures

    return sample


def finding_by_hand(place):
    """A sample: the same by psycopg."""

    def sample():
        with psycopg.connect(filled(place).replace("+psycopg", ""), autocommit=True) as own:

            def ask(number):
                like = (f"%agency {number}%",)
                (total,) = own.execute(f"SELECT count(*) {NAMED}", like).fetchone()
                own.execute(f"{ONE} {NAMED} ORDER BY lower(name), id LIMIT {ROWS}", like).fetchall()
                return total

            return measured(place, ask)

    return sample


def measured(place, ask):
    """How long each question takes; every one finds somebody."""
    taken = []
    for number in range(1, max(3, round(ASKED * place.scale)) + 2):
        began = time.perf_counter()
        found = ask(number)
        taken.append(1000 * (time.perf_counter() - began))
        assert found
    return {"p50 ms": percentile(taken[1:], 0.5), "p95 ms": percentile(taken[1:], 0.95)}


def variants(place):
    """All that is compared."""
    return {
        SEARCH: searching(place),
        SEARCH_HAND: searching_by_hand(place),
        FIND: finding(place),
        FIND_HAND: finding_by_hand(place),
    }
