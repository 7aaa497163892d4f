"""Flask and psycopg as plainly as they can be written: no check of what comes, the product's rows by one transaction.

Run by gunicorn: `gunicorn --pythonpath peers flask_app:app`.
"""

import json
import os
import threading
from datetime import UTC, datetime

import psycopg
import rows
from flask import Flask, request
from psycopg.rows import dict_row

NUMBER = (
    "INSERT INTO counters (year, last) VALUES (%s, 1) "
    "ON CONFLICT (year) DO UPDATE SET last = counters.last + 1 RETURNING last"
)
COUNTED = (
    "ON CONFLICT (id) DO UPDATE SET "
    "count = CASE WHEN limits.ends_at <= now() THEN 1 ELSE limits.count + 1 END, "
    "ends_at = CASE WHEN limits.ends_at <= now() THEN excluded.ends_at ELSE limits.ends_at END"
)
HEAD = "SELECT sequence, hash FROM audit_marks WHERE name = 'head' FOR UPDATE"
MOVE = "UPDATE audit_marks SET sequence = %(sequence)s, hash = %(hash)s WHERE name = 'head'"
ASKED = "SELECT id AS request_id, case_id, reference, agency, state FROM requests WHERE id = %s FOR UPDATE"
ANSWERED = "UPDATE requests SET state = 'answered' WHERE id = %s"
KNOWN = "SELECT location, reference FROM answers WHERE scope = %s AND key = %s"
SCOPES = {"referrals": "nobody:referrals", "returns": "lead:returns"}

app = Flask("byhand")
_own = threading.local()


def database():
    """The connection of this thread."""
    if not hasattr(_own, "database"):
        _own.database = psycopg.connect(
            os.environ["DATABASE_URL"].replace("+psycopg", ""), autocommit=True, row_factory=dict_row
        )
    return _own.database


def into(table, names, more=""):
    """An INSERT of these columns."""
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(f'%({name})s' for name in names)}) {more}"


def keep(made):
    """All rows but the answer, which the first request with its key has already kept; entries of the chain last."""
    for table, found in made.items():
        if table == "outbox":
            insert_all(table, found)
        elif table not in {"answers", "audit"}:
            database().execute(into(table, found), found)


def record(entries):
    """Read the head of the audit chain, bind the entries to it, keep them and move the head."""
    head = database().execute(HEAD).fetchone()
    links = rows.chained(entries, head["sequence"], head["hash"])
    insert_all("audit", links)
    database().execute(MOVE, links[-1])


def insert_all(table, found):
    """Rows of the same columns."""
    with database().cursor() as cursor:
        cursor.executemany(into(table, found[0]), found)


def first(made):
    """Keep the answer; whether no request with its key was there before."""
    return database().execute(into("answers", made["answers"], "ON CONFLICT DO NOTHING"), made["answers"]).rowcount == 1


def again(scope, key):
    """The answer that the first request got."""
    return database().execute(KNOWN, (SCOPES[scope], key)).fetchone(), 201


@app.post("/api/v1/referrals")
def referral():
    raw, key = request.get_data(), request.headers["Idempotency-Key"]
    with database().transaction() as whole:
        last = database().execute(NUMBER, (datetime.now(UTC).year,)).fetchone()["last"]
        made = rows.of_referral(json.loads(raw), key, raw, last)
        if not first(made):
            raise psycopg.Rollback(whole)
        counted = rows.limit(request.remote_addr)
        database().execute(into("limits", counted, COUNTED), counted)
        keep(made)
        record(made["audit"])
        return {name: made["answers"][name] for name in ("reference", "location")}, 201
    return again("referrals", key)


@app.post("/api/v1/requests/<uuid:number>/return")
def give_back(number):
    raw, key = request.get_data(), request.headers["Idempotency-Key"]
    with database().transaction() as whole:
        asked = database().execute(ASKED, (number,)).fetchone()
        if asked.pop("state") != "asked":
            return {"detail": "answered"}, 409
        about = {name: str(value) for name, value in asked.items()}
        made = rows.of_return(json.loads(raw), about, key, raw)
        if not first(made):
            raise psycopg.Rollback(whole)
        keep(made)
        database().execute(ANSWERED, (number,))
        record(made["audit"])
        return {name: made["answers"][name] for name in ("reference", "location")}, 201
    return again("returns", key)
