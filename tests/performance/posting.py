"""The door: a referral of 4 kB and a return of 1,000 rows posted, beside other frameworks that store the same rows."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import load
from accounting import TICK, Meter
from messages import form, returned
from place import count

from pprg_intake.rules.limits import REFERRALS_BY_ADDRESS
from pprg_shared.audit.chain import START, Link, Mark, verify
from pprg_shared.profile import load_profile
from signed import bearing

HAND = "by hand: Flask and psycopg, nothing checked"
PRODUCT = "the product (`pprg-intake serve`)"
FASTAPI = "FastAPI, pydantic, SQLAlchemy ORM"
DJANGO = "Django REST framework"
REFERRALS, RETURNS = "posting referrals", "posting returns of 1,000 rows"
CONNECTIONS = {REFERRALS: 16, RETURNS: 4}
ASKED = (
    "INSERT INTO requests (id, case_id, reference, agency, due_on, state, wanted, content) "
    "SELECT gen_random_uuid(), gen_random_uuid(), 'PPRG-2026-0001', 'police', '2026-12-24', 'asked', 'both', '' "
    "FROM generate_series(1, %s) RETURNING id"
)
TABLES = ("answers", "referrals", "people", "submissions", "outbox", "audit", "audit_marks", "limits")
#: The one row that counts referrals from here, and the head of a chain without entries: both are there, as after years.
COUNTED = "INSERT INTO limits (id, what, count, most, ends_at) VALUES (%s, %s, 0, %s, now() + interval '1 day')"
HEAD = "INSERT INTO audit_marks (name, sequence, hash) VALUES ('head', %s, %s)"
LINKS = f"SELECT {', '.join(Link._fields)} FROM audit ORDER BY sequence"
MARK = "SELECT sequence, hash FROM audit_marks WHERE name = 'head'"


@dataclass(frozen=True)
class Server:
    """How a server is started, and whether in the environment of the peers."""

    command: tuple
    peer: bool = False


def gunicorn(app):
    """One worker of four threads, as the product has them."""
    how = ("--worker-class", "gthread", "--threads", "4", "--log-level", "warning", "--no-control-socket")
    return ("-m", "gunicorn", "--pythonpath", "peers", *how, app)


SERVERS = {
    HAND: Server(gunicorn("flask_app:app")),
    PRODUCT: Server(("-m", "pprg_intake", "serve")),
    FASTAPI: Server(("-m", "uvicorn", "--app-dir", "peers", "--no-access-log", "fastapi_app:app"), peer=True),
    DJANGO: Server(gunicorn("django_app:application"), peer=True),
}


def referrals(_place, _rows, number):
    """That many questions, each a referral with a key of its own."""
    bodies = [json.dumps(form()).encode() for _ in range(20)]
    for turn in range(number):
        yield load.post("/api/v1/referrals", bodies[turn % len(bodies)], Idempotency_Key=uuid4())


def returns(place, rows, number):
    """That many questions, each the answer to a request of its own."""
    body = json.dumps(returned()).encode()
    lead = bearing(load_profile().person("lead-police"), place.secrets["SIGN_IN_KEY"], datetime.now(UTC))
    for (request,) in rows.execute(ASKED, (number,)).fetchall():
        yield load.post(f"/api/v1/requests/{request}/return", body, Idempotency_Key=uuid4(), **lead)


def posted(place, section, server, questions, most):
    """A sample: a server is started, warmed up and asked; everything that it says it has stored is there."""

    def sample():
        number, many = place.scaled(most), CONNECTIONS[section]
        environment = place.environment("intake", "posting") | {"LOOP": "0"}
        port = environment["PORT"]
        environment |= {"UVICORN_PORT": port, "GUNICORN_CMD_ARGS": f"--bind 127.0.0.1:{port}"}
        port, python = int(port), place.peers if server.peer else place.python
        with (
            place.running(server.command, environment, python=python) as process,
            place.rows("intake", "posting") as rows,
        ):
            place.wait(lambda: load.listens(port), process)
            empty(rows, place.keys)
            load.ask(port, questions(place, rows, max(many, number // 10)), many)
            empty(rows, place.keys)
            asked = list(questions(place, rows, number))
            with Meter(server=process.pid, **place.pids) as meter:
                answers = load.ask(port, asked, many)
            stored = stored_rows(rows, section)
        refused = [each for each in answers if each.status != 201]
        assert not refused, f"{len(refused)} of {number}: {refused[0].body[:500]} {place.console()}"
        assert min(stored.values()) >= len(answers) == number, stored
        assert max(stored.values()) == number or section == RETURNS, stored
        return {
            "requests per CPU s": number / max(meter.cpu["server"], TICK),
            "requests/s": number / meter.wall,
            **load.waits(answers),
            **meter.per_thousand(number),
        }

    return sample


def stored_rows(rows, section):
    """How many referrals, or returns, are whole: by table the number of rows, by how many of them one has."""
    found = {table: count(rows, table) for table in TABLES}
    entries = recorded(rows)
    if section == REFERRALS:
        counted = rows.execute("SELECT sum(count) FROM limits").fetchone()[0]
        whole = {name: found[name] for name in ("answers", "referrals", "people")}
        return whole | {"outbox": found["outbox"] // 2, "audit": entries // 2, "limits": counted}
    said = count(rows, "outbox", "type = 'chronology.submitted.v1'")
    answered = count(rows, "requests", "state = 'answered'")
    kept = {"answers": found["answers"], "submissions": found["submissions"], "requests": answered}
    return kept | {"outbox": said, "audit": entries}


def recorded(rows):
    """How many entries the audit chain has, each of which holds."""
    links = [Link(number, at.astimezone(UTC), *more) for number, at, *more in rows.execute(LINKS)]
    found = verify(links, Mark(*rows.execute(MARK).fetchone()), [])
    assert found.whole, found.why
    return found.entries


def empty(rows, keys):
    """No rows, but for the number that this year has come to, the counter of this address and the chain's head."""
    what, most, _ = REFERRALS_BY_ADDRESS
    rows.execute("SET session_replication_role TO replica")  # what only adds to the chain is not asked
    rows.execute(f"TRUNCATE {', '.join(TABLES)}, counters, requests")
    rows.execute("SET session_replication_role TO origin")
    rows.execute("INSERT INTO counters SELECT extract(year FROM now()), 0")
    rows.execute(COUNTED, (keys["contact"].digest("127.0.0.1", f"limit:{what}"), what, most))
    rows.execute(HEAD, START)
    rows.execute("CHECKPOINT")


def variants(section):
    """All that is compared."""
    names, questions, most = {
        REFERRALS: ((HAND, PRODUCT, FASTAPI, DJANGO), referrals, 1200),
        RETURNS: ((HAND, PRODUCT), returns, 150),
    }[section]
    return lambda place: {name: posted(place, section, SERVERS[name], questions, most) for name in names}
