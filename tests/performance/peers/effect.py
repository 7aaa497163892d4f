"""What every consumer here does about a message: one transaction, its row in the inbox and its effect."""

import json
import os

import psycopg

INBOX = (
    "INSERT INTO inbox (id, type, subject, body, created_at, due_at, done_at) "
    "VALUES (%s, %s, %s, %s, now(), now(), now()) ON CONFLICT DO NOTHING"
)
EFFECT = "INSERT INTO effect (id, reference, agency, characters) VALUES (%s, %s, %s, %s)"


def connect():
    return psycopg.connect(os.environ["DATABASE_URL"].replace("+psycopg", ""), autocommit=True)


def carry_out(database, body):
    """The effect of a message, once."""
    event = json.loads(body)
    public = event["data"]["public"]
    row = event["id"], public["reference"], public["referrer_agency"], len(event["data"]["sealed"]["case"])
    with database.transaction():
        if database.execute(INBOX, (event["id"], event["type"], event["subject"], body.encode())).rowcount:
            database.execute(EFFECT, row)
