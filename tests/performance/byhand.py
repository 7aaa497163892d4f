"""The same work as plainly as it can be written, by pika and psycopg alone: the measure that the product is held to.

Run as `byhand.py one|batch [open]`, `arrivals`, `publish RATE COUNT` or `serve`; addresses and keys come from the same
settings as the product's.
"""

import json
import os
import random
import sys
import time
import zlib
from base64 import b64decode, urlsafe_b64decode
from uuid import uuid4

import pika
import psycopg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

EXCHANGE, KEY, QUEUE = "pprg", "referral.submitted.v1", "pprg.triage"
BATCH, PREFETCH, WINDOW = 50, 100, 100
PERSISTENT = pika.BasicProperties(delivery_mode=2, content_type="application/cloudevents+json")

INBOX = (
    "INSERT INTO inbox (id, type, subject, body, created_at, due_at, done_at) "
    "VALUES (%s, %s, %s, %s, now(), now(), now()) ON CONFLICT DO NOTHING"
)
EFFECT = "INSERT INTO effect (id, reference, agency, characters) VALUES (%s, %s, %s, %s)"
INBOX_BATCH = (
    "INSERT INTO inbox (id, type, subject, body, created_at, due_at, done_at) "
    "SELECT u.*, now(), now(), now() FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::bytea[]) u "
    "ON CONFLICT DO NOTHING RETURNING id::text"
)
EFFECT_BATCH = (
    "INSERT INTO effect (id, reference, agency, characters) "
    "SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::int[])"
)


class Sealed:
    """The length of the narrative as it lies in the message, sealed."""

    def characters(self, event):
        return len(event["data"]["sealed"]["case"])


class Opened:
    """The length of the narrative itself: opened, unpacked and read first."""

    def __init__(self):
        self._cipher = AESGCM(b64decode(os.environ["CASE_KEYS"]))

    def characters(self, event):
        return len(
            json.loads(self.read(event["data"]["sealed"]["case"], f"event:{event['id']}:{event['type']}:case"))[
                "what_happened"
            ]
        )

    def read(self, token, place):
        raw = urlsafe_b64decode(token.partition(".")[2])
        return zlib.decompress(self._cipher.decrypt(raw[:12], raw[12:], place.encode()))


def effect_of(event, reader):
    public = event["data"]["public"]
    return event["id"], public["reference"], public["referrer_agency"], reader.characters(event)


def consume_one(channel, database, reader):
    """One message, one transaction, one acknowledgement."""

    def arrived(_channel, method, _about, body):
        event = json.loads(body)
        with database.transaction():
            if database.execute(INBOX, (event["id"], event["type"], event["subject"], body)).rowcount:
                database.execute(EFFECT, effect_of(event, reader))
        channel.basic_ack(method.delivery_tag)

    channel.basic_consume(QUEUE, arrived)
    channel.start_consuming()


def consume_batches(channel, database, reader):
    """What has arrived, at most 50 together: two statements, one transaction, one acknowledgement."""
    held = []
    channel.basic_consume(QUEUE, lambda _c, method, _a, body: held.append((method.delivery_tag, body)))
    while True:
        channel.connection.process_data_events(time_limit=1)
        while held:
            part, held[:] = held[:BATCH], held[BATCH:]
            keep(database, [(json.loads(body), body) for _, body in part], reader)
            channel.basic_ack(part[-1][0], multiple=True)


def keep(database, arrived, reader):
    columns = [[event[name] for event, _ in arrived] for name in ("id", "type", "subject")]
    with database.transaction():
        fresh = {row[0] for row in database.execute(INBOX_BATCH, [*columns, [body for _, body in arrived]])}
        rows = [effect_of(event, reader) for event, _ in arrived if event["id"] in fresh]
        database.execute(EFFECT_BATCH, [list(column) for column in zip(*rows, strict=True)])


def note_arrivals(channel):
    """Says on standard output when each message came."""

    def arrived(_channel, method, _about, body):
        at = time.time()
        os.write(1, f"{json.loads(body)['id']} {at}\n".encode())
        channel.basic_ack(method.delivery_tag)

    channel.basic_consume(QUEUE, arrived)
    channel.start_consuming()


class ConfirmEach:
    """One message, one round trip."""

    def __init__(self, url):
        self._connection = pika.BlockingConnection(pika.URLParameters(url))
        self._channel = self._connection.channel()
        self._channel.confirm_delivery()

    def publish(self, bodies):
        for body in bodies:
            self._channel.basic_publish(EXCHANGE, KEY, body, PERSISTENT, mandatory=True)

    def close(self):
        self._connection.close()


class Window:
    """Up to 100 messages on their way, then all their confirms: SelectConnection, its loop run by hand."""

    def __init__(self, url):
        self._open, self._tag = set(), 0
        self._connection = pika.SelectConnection(
            pika.URLParameters(url),
            on_open_callback=lambda connection: connection.channel(on_open_callback=self._opened),
            on_close_callback=lambda *_: self._connection.ioloop.stop(),
        )
        self._connection.ioloop.start()

    def _opened(self, channel):
        self._channel = channel
        channel.confirm_delivery(self._answered, callback=lambda _: self._connection.ioloop.stop())

    def _answered(self, frame):
        if not isinstance(frame.method, pika.spec.Basic.Ack):
            raise TypeError("the broker refuses a message")
        tag = frame.method.delivery_tag
        self._open = {each for each in self._open if each > tag} if frame.method.multiple else self._open - {tag}
        if not self._open:
            self._connection.ioloop.stop()

    def publish(self, bodies):
        for start in range(0, len(bodies), WINDOW):
            for body in bodies[start : start + WINDOW]:
                self._tag += 1
                self._open.add(self._tag)
                self._channel.basic_publish(EXCHANGE, KEY, body, PERSISTENT, mandatory=True)
            self._connection.ioloop.start()

    def close(self):
        self._connection.close()
        self._connection.ioloop.start()
        self._connection.ioloop.close()


def publish_at(url, rate, count):
    """Publish 2 kB at random moments, `rate` a second on the average; says when each call was begun."""
    chance, publisher = random.Random(7), ConfirmEach(url)
    for _ in range(count):
        time.sleep(chance.expovariate(rate))
        number = str(uuid4())
        message = json.dumps({"id": number, "data": "x" * 1900}).encode()
        began = time.time()
        publisher.publish([message])
        os.write(1, f"{number} {began}\n".encode())
    time.sleep(600)


def serve(url, database):
    """One page behind gunicorn, with a connection to the broker and one to the database."""
    # imported here, lest the consumers carry it
    from flask import Flask  # noqa: PLC0415 -- as above
    from gunicorn.app.base import BaseApplication  # noqa: PLC0415 -- as above

    class Server(BaseApplication):
        def load_config(self):
            chosen = {"bind": f"127.0.0.1:{os.environ['OPS_PORT']}", "worker_class": "gthread", "threads": 4}
            for name, value in (chosen | {"control_socket_disable": True}).items():
                self.cfg.set(name, value)

        def load(self):
            app = Flask("byhand")
            app.held = pika.BlockingConnection(pika.URLParameters(url)), psycopg.connect(database)
            app.add_url_rule("/readyz", view_func=lambda: "ready")
            return app

    Server().run()


def main(what, *more):
    url, database = os.environ["BROKER_URL"], os.environ["DATABASE_URL"].replace("+psycopg", "")
    if what == "serve":
        serve(url, database)
        return
    if what == "publish":
        publish_at(url, float(more[0]), int(more[1]))
        return
    channel = pika.BlockingConnection(pika.URLParameters(url)).channel()
    channel.basic_qos(prefetch_count=PREFETCH)
    if what == "arrivals":
        note_arrivals(channel)
        return
    consume = {"one": consume_one, "batch": consume_batches}[what]
    consume(channel, psycopg.connect(database, autocommit=True), Opened() if more else Sealed())


if __name__ == "__main__":
    main(*sys.argv[1:])
