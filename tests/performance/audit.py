"""The audit chain on PostgreSQL: what an entry costs an action, and how long it takes to look at a million of them."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg
import sqlalchemy as sa
from rounds import percentile

from pprg_shared.actor import NOBODY
from pprg_shared.audit import Mark, record
from pprg_shared.audit.chain import START, Link, bound
from pprg_shared.audit.verifying import verified
from pprg_shared.database import Database
from pprg_shared.profile import load_profile
from pprg_triage.projections import access_page

BARE, RECORDED = "an action's transaction, a row and no entry", "the same with an entry"
AT_ONCE = ", four at once"
VERIFY, ASK, LAST = "audit verify", "who saw what of a case, first page", "the same, last page"
ANSWERED = "who saw what of a case between two moments, all of it (`pprg-triage who-saw`)"
ENTRIES, CASES, ACTIONS, ASKED = 1_000_000, 50, 2000, 20
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
EFFECT = sa.text("INSERT INTO effect (id, reference) VALUES (:id, 'PPRG-2026-0001')")
COLUMNS = ", ".join(Link._fields)
ACCESS = """
    INSERT INTO access (id, case_id, at, service, person, agency, kind, verb)
    SELECT md5(n::text)::uuid, md5((n %% %(cases)s)::text)::uuid, timestamptz '2026-01-01' + n * interval '7 seconds',
           'triage', md5((n %% 97)::text)::uuid, 'police', 'read', 'case' FROM generate_series(1, %(count)s) AS n
"""
CASE = """
    INSERT INTO cases (id, reference, received_on, due_on, referrer_id, named, routes, content)
    VALUES (%(case)s, 'PPRG-2026-0001', '2026-01-01', '2026-01-22', %(case)s, 'police', 'rapid_review', '')
    ON CONFLICT DO NOTHING
"""
CHAIN = "chain"
YEAR = ("--from", "2026-01-01T00:00", "--to", "2027-01-01T00:00")


def acting(place, *, entry, threads=1):
    """A sample: so many transactions, each with the least that an action may do."""

    def sample():
        database = Database(place.database("intake", "acting"), "intake")
        count = place.scaled(ACTIONS)

        def one(_):
            with database.writing("action") as session:
                session.execute(EFFECT, {"id": uuid4()})
                if entry:
                    record(session, "change", "note_day", "a case", NOBODY)

        with ThreadPoolExecutor(threads) as crowd:
            list(crowd.map(one, range(threads)))
            began = time.perf_counter()
            list(crowd.map(one, range(count)))
            spent = time.perf_counter() - began
        assert verified(database, []).whole
        database.close()
        return {"actions/s": count / spent, "ms": 1000 * spent * threads / count}

    return sample


def chain_of(place):
    """The address of a database with a chain of so many entries, written once."""
    if CHAIN in place.databases:
        return place.databases[CHAIN]
    address, last = place.database("triage", CHAIN), START
    with psycopg.connect(address.replace("+psycopg", "")) as own, own.cursor() as cursor:
        with cursor.copy(f"COPY audit ({COLUMNS}) FROM STDIN") as copy:
            for number in range(1, place.scaled(ENTRIES) + 1):
                who = UUID(int=number % 100)
                link = bound(Link(number, NOW, who, "police", "read", "case", "a case", "c", last.hash, ""))
                copy.write_row(link)
                last = Mark(number, link.hash)
        cursor.execute("INSERT INTO audit_marks VALUES ('head', %s, %s)", last)
        cursor.execute(ACCESS, {"cases": CASES, "count": place.scaled(ENTRIES)})
    with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as own:
        own.execute("VACUUM ANALYZE")
    return address


def verifying(place):
    """A sample: the whole chain is looked at."""

    def sample():
        database = Database(chain_of(place), "triage")
        began = time.perf_counter()
        found = verified(database, [])
        spent = time.perf_counter() - began
        database.close()
        assert found.whole
        return {"entries/s": found.entries / spent, "s": spent}

    return sample


def asking(place, *, last=False):
    """A sample: a page of the entries of one case of fifty."""

    def sample():
        profile, taken = load_profile(), []
        database = Database(chain_of(place), "triage", place.keys, profile=profile)
        with database.reading() as session:
            case = session.scalar(sa.text("SELECT md5('1')::uuid"))
            pages = access_page(session, profile, case, page=1).pages
            for _ in range(ASKED):
                began = time.perf_counter()
                part = access_page(session, profile, case, page=pages if last else 1)
                taken.append(1000 * (time.perf_counter() - began))
        database.close()
        assert part.entries
        return {"p50 ms": percentile(taken, 0.5), "p95 ms": percentile(taken, 0.95)}

    return sample


def answered(place):
    """A sample: the command, from its start until it has told all of one case of fifty."""

    def sample():
        chain_of(place)
        with place.rows("triage", CHAIN) as rows:
            case, count = rows.execute("SELECT case_id, count(*) FROM access GROUP BY 1 ORDER BY 1 LIMIT 1").fetchone()
            rows.execute(CASE, {"case": case})
        command, environment = ["-m", "pprg_triage", "who-saw", str(case)], place.environment("triage", CHAIN)
        began = time.perf_counter()
        told = place.said_by([*command, *YEAR], environment)
        spent = time.perf_counter() - began
        assert len(told.splitlines()) == count
        return {"entries/s": count / spent, "s": spent}

    return sample


def variants(place):
    """All that is measured; only the first four do the same work."""
    return {
        BARE: acting(place, entry=False),
        RECORDED: acting(place, entry=True),
        BARE + AT_ONCE: acting(place, entry=False, threads=4),
        RECORDED + AT_ONCE: acting(place, entry=True, threads=4),
        VERIFY: verifying(place),
        ASK: asking(place),
        LAST: asking(place, last=True),
        ANSWERED: answered(place),
    }
