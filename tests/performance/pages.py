"""The first page and a case page among 10,000 cases, beside the same statements and the same template by hand."""

from datetime import UTC, datetime
from uuid import uuid4

import load
from accounting import TICK, Meter
from messages import form

from pprg_shared.boxes.arrival import Arrival
from pprg_shared.database import Database
from pprg_shared.events.intake import PersonChanged, ReferralSubmitted, Subject
from pprg_shared.paging import ROWS
from pprg_shared.profile import load_profile
from pprg_triage.service import service as triage
from signed import cookies_of

CASES = 10_000
PRODUCT, HAND = "the product (`pprg-triage serve`)", "by hand: the same statements, the same template"
FIRST, CASE = "page of all cases", "page of a case"
#: What each page is asked for how often, over how many connections.
ASKED, CONNECTIONS = {FIRST: 200, CASE: 300}, 2
#: The chair reads: of a coordinator the case page also counts a step.
READER = "chair"
SERVERS = {
    PRODUCT: ("-m", "pprg_triage", "serve"),
    HAND: ("-m", "gunicorn", "--worker-class", "gthread", "--threads", "4", "--no-control-socket", "rendering:answer"),
}
#: Other cases, as like it as their columns are, and what belongs to each of them.
OTHERS = """
INSERT INTO cases (id, reference, received_on, due_on, watches, waits, binds_on, referrer_id, named, routes, content)
  SELECT gen_random_uuid(), 'PPRG-2025-' || n, received_on, due_on, watches, waits, binds_on,
    referrer_id, named, routes, content
  FROM cases, generate_series(1, %(others)s) n;
INSERT INTO requests (id, case_id, agency, due_on, state)
  SELECT gen_random_uuid(), id, agency, due_on, 'asked' FROM cases, unnest(%(agencies)s::text[]) agency;
INSERT INTO news (id, case_id, kind, agency, at) SELECT gen_random_uuid(), id, 'referral', 'police', now() FROM cases;
INSERT INTO letters_heard (id, case_id, template, state)
  SELECT gen_random_uuid(), id::text, 'information_request', 'accepted' FROM cases, generate_series(1, 4);
INSERT INTO chronology (id, case_id, agency, number, day, until, content)
  SELECT gen_random_uuid(), id, 'police', n, received_on, received_on, repeat('x', 300)
  FROM cases, generate_series(1, 5) n;
INSERT INTO ties (id, case_id, person_id, role, since, content)
  SELECT gen_random_uuid(), id, %(reader)s, 'chair', now(), '' FROM cases WHERE reference NOT LIKE 'WR-%%';
"""


def asked(place, page, server):
    """A sample: a server is started, warmed up and asked for a page; every answer shows what it should."""

    def sample():
        number = max(3, round(ASKED[page] * place.scale))
        cases = max(50, round(CASES * place.scale))
        with place.rows("triage", "pages") as rows:
            case, reference = _cases(place, rows, cases)
        environment = place.environment("triage", "pages") | {"LOOP": "0", "TRIAL": "1"}
        port = environment["PORT"]
        environment |= {"GUNICORN_CMD_ARGS": f"--bind 127.0.0.1:{port}"}
        kept = cookies_of(load_profile().person(READER), place.secrets, datetime.now(UTC))
        cookie = "; ".join(f"{name}={value}" for name, value in kept.items())
        question = load.get("/cases" if page == FIRST else f"/cases/{case}", Cookie=cookie)
        with place.running(SERVERS[server], environment) as process:
            place.wait(lambda: load.listens(int(port)), process)
            load.ask(int(port), [question] * 4, CONNECTIONS)
            with Meter(page=process.pid, **place.pids) as meter:
                answers = load.ask(int(port), [question] * number, CONNECTIONS)
        for each in answers:
            links = each.body.count(b'href="/cases/')
            assert each.status == 200, place.console()
            assert reference.encode() in each.body or page == FIRST
            assert page == CASE or links >= min(cases, ROWS), f"{links} of {cases}"
        spent = max(meter.cpu["page"], TICK) + meter.cpu.get("PostgreSQL", 0)
        return {
            "CPU ms": 1000 * spent / number,
            **{f"{name}'s ms": 1000 * seconds / number for name, seconds in meter.cpu.items() if name != "broker"},
            "kB": len(answers[0].body) / 1000,
            **load.waits(answers),
        }

    return sample


def _cases(place, rows, number):
    """The case that is read, one of so many; they are made when they are first asked for."""
    (there,) = rows.execute("SELECT count(*) FROM cases").fetchone()
    if there != number:
        tables = "cases, ties, people, requests, news, letters_heard, chronology, inbox, outbox"
        rows.execute(f"TRUNCATE {tables}")
        _open_one(place)
        agencies = list(load_profile().asked_agencies())[:8]
        for statement in filter(str.strip, OTHERS.split(";")):
            values = {"others": number - 1, "agencies": agencies, "reader": load_profile().person(READER).id}
            rows.execute(statement, values if "%(" in statement else None)
        rows.execute("VACUUM ANALYZE")
    return rows.execute("SELECT id, reference FROM cases WHERE reference LIKE 'WR-%'").fetchone()


def _open_one(place):
    """A case as triage opens it when it hears of a referral; whoever reads chairs the group, and so the case."""
    told = {name: value for name, value in form().items() if name in ReferralSubmitted.__dataclass_fields__}
    told |= {"subjects": [Subject(**each) for each in told["subjects"]], "criteria": []}
    now = datetime.now(UTC)
    about = {"referral_id": uuid4(), "reference": "WR-1", "submitted_on": now.date(), "referrer_id": uuid4()}
    first = {"subject_kind": "child", "subject_name": "Invented Child", "subject_born": "May 2016"}
    event = ReferralSubmitted(**told, **about, **first)
    reader = load_profile().person(READER)
    known = {"person_id": reader.id, "name": reader.name, "address": reader.address, "roles": list(reader.roles)}
    told = PersonChanged(**known, agency=reader.agency, active=True, revision=1)
    wrapped = {"source": "intake", "time": now, "correlation_id": "bench"}
    bodies = [each.wrap(place.keys, **wrapped).to_json() for each in (told, event)]
    url = place.database("triage", "pages")
    database = Database(url, "triage", place.keys, profile=load_profile())
    try:
        arrival = Arrival(database, triage.hears, lambda: None)
        assert [arrival.receive([each]) for each in bodies] == [[True], [True]]
    finally:
        database.close()


def variants(page):
    """All that is compared."""
    return lambda place: {server: asked(place, page, server) for server in SERVERS}
