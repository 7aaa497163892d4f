"""The embedded world on SQLite files in a folder, and beside it the same rows written by hand.

Run as `world.py WHAT FOLDER COUNT`; says seconds on the wall and of CPU, as JSON. WHAT is one of
`intake` and `journeys` (the product), `intake-by-hand` and `journeys-by-hand`, and `disk`.

A journey is a referral until its case is open and the letters about it are written and wait to be sent. The product
keeps each referral by a transaction of its own; then its relays and inboxes do their work as they do it always, in
batches. By hand the rows are those that the product made for one referral, under new numbers and sealed anew, in
batches of 50; what arrives is read and its seal opened.
"""

import dataclasses
import json
import os
import sqlite3
import sys
import time
from collections import defaultdict
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from messages import form

from pprg_embedded.world import compose, with_secrets
from pprg_intake import actions
from pprg_shared import logs
from pprg_shared.actor import NOBODY
from pprg_shared.audit.chain import Link, Mark, digest
from pprg_shared.audit.verifying import verified
from pprg_shared.config import Settings
from pprg_shared.contract import Envelope, seal_context

BATCH = 50
PAGE = 12 * 1024
#: What a journey leaves in each file; letters that are sent and what is said of them are no part of it.
TABLES = {
    "intake": ("people", "referrals", "outbox"),  # and the entry of the audit chain, which has no number of its own
    "triage": ("inbox", "cases", "ties", "news", "outbox"),
    "publisher": ("inbox", "case_members"),
    "notifier": ("inbox", "people", "tied", "letters"),
}
COUNTED = (("intake", "referrals"), ("notifier", "letters"), ("intake", "audit"))
#: Under whose keys a service opens what arrives.
HELD = {"triage": {"case", "contact"}, "notifier": {"contact"}, "publisher": {"case", "contact"}}
RINGS = {"people": "contact", "referrals": "case", "cases": "case", "ties": "case", "letters": "contact"}


class World:
    """The product without its threads: `settle` does what the loops of outboxes and inboxes would do."""

    def __init__(self, folder):
        settings = dataclasses.replace(with_secrets(Settings(var=str(folder))), trial=True, limits=False)
        self.folder, self.services = folder, {each.service.name: each for each in compose(settings)}
        for each in self.services.values():
            each.listen()
        self.settle()

    def settle(self):
        boxes = [
            loop.box for each in self.services.values() for loop in each.loops if loop.box.name in {"outbox", "inbox"}
        ]
        while sum(box.drain() for box in boxes):
            pass

    def refer(self, count):
        """So many referrals whose answers have been checked."""
        answers = form() | {"reason_kind": "concern", "source": "online"}
        for _ in range(count):
            with self.services["intake"].database.writing("action") as session:
                actions.submit_referral(session, NOBODY, prefix="PPRG", **answers)

    def file(self, service):
        connection = sqlite3.connect(self.folder / f"{service}.sqlite", isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous=FULL")
        return connection

    def count(self, service, table):
        with closing(self.file(service)) as own:
            return own.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


class ByHand:
    """The rows of one journey, written again and again."""

    def __init__(self, world):
        self._keys = world.services["triage"].keys
        before = {(service, table): _ids(world, service, table) for service in TABLES for table in TABLES[service]}
        world.refer(1)
        world.settle()
        self.files = {service: world.file(service) for service in TABLES}
        self._rows = defaultdict(list)
        for (service, table), known in before.items():
            found = self.files[service].execute(f"SELECT * FROM {table}").fetchall()
            self._rows[service] += [
                (table, dict(row), self._opened(table, row)) for row in found if row["id"] not in known
            ]
        entry = "SELECT * FROM audit ORDER BY sequence DESC LIMIT 1"
        self._entry = dict(self.files["intake"].execute(entry).fetchone())

    def refer(self, count):
        """So many referrals by a transaction each; the names under which their journeys go on."""
        return [self._refer() for _ in range(count)]

    def _refer(self):
        new = defaultdict(lambda: uuid4().hex)
        self._write("intake", [new])
        return new

    def go_on(self, journeys):
        """Relay, triage, relay, notifier and publisher: each a transaction for all of these."""
        self._mark("intake", journeys)
        self._write("triage", journeys)
        self._mark("triage", journeys)
        self._write("notifier", journeys)
        self._write("publisher", journeys)

    def _write(self, service, journeys):
        own = self.files[service]
        own.execute("BEGIN IMMEDIATE")
        if service == "intake":
            own.execute("UPDATE counters SET last = last + 1")
        for table, row, plain in self._rows[service]:
            names = list(row)
            made = [self._made(service, table, row, plain, new) for new in journeys]
            marks = ", ".join("?" * len(names))
            own.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks}) ON CONFLICT DO NOTHING", made)
        if service == "intake":
            self._record(own, journeys)
        own.execute("COMMIT")

    def _record(self, own, journeys):
        """What was done about each referrer, bound to the entry before it, and the head of the chain."""
        last = Mark(*own.execute("SELECT sequence, hash FROM audit_marks WHERE name = 'head'").fetchone())
        at, person = datetime.fromisoformat(self._entry["at"]).replace(tzinfo=UTC), UUID(self._entry["subject"]).hex
        for new in journeys:
            about = self._entry | {"subject": str(UUID(new[person])), "correlation_id": str(uuid4())}
            about |= {"sequence": last.sequence + 1, "previous": last.hash}
            last = Mark(about["sequence"], digest(Link(**about | {"at": at})))
            marks = ", ".join("?" * len(about))
            values = list((about | {"hash": last.hash}).values())
            own.execute(f"INSERT INTO audit ({', '.join(about)}) VALUES ({marks})", values)
        own.execute("UPDATE audit_marks SET sequence = ?, hash = ? WHERE name = 'head'", last)

    def _opened(self, table, row):
        """What lies under the seals of a row, by ring."""
        if "body" in row.keys():  # noqa: SIM118 -- a row of SQLite is not a mapping
            return self._read(Envelope.from_json(row["body"]), RINGS.values())
        if "content" in row.keys() and row["content"]:  # noqa: SIM118 -- the same
            ring = RINGS[table]
            return {ring: self._keys[ring].open(row["content"], _place(table, row["id"]))}
        return {}

    def _read(self, envelope, rings):
        places = {ring: seal_context(envelope.id, envelope.type, ring) for ring in envelope.sealed if ring in rings}
        return {ring: self._keys[ring].open(envelope.sealed[ring], place) for ring, place in places.items()}

    def _made(self, service, table, row, plain, new):
        """A row of one journey: its own numbers, and its own seal; what arrives is read."""
        changed = {name: new[value] if _is_number(name, value) else value for name, value in row.items()}
        if table in {"referrals", "cases"}:
            changed["reference"] = f"{row['reference']}-{new['reference'][:12]}"
        if table == "inbox":
            arrived = self._read(Envelope.from_json(row["body"]), HELD[service])
            assert all(json.loads(part) for part in arrived.values())
        elif table == "outbox":
            changed["body"] = self._said(Envelope.from_json(row["body"]), UUID(changed["id"]), plain)
        elif plain:
            ((ring, text),) = plain.items()
            changed["content"] = self._keys[ring].seal(text, _place(table, changed["id"]))
        return list(changed.values())

    def _said(self, envelope, number, plain):
        """An event under a new number, sealed anew."""
        places = {ring: seal_context(number, envelope.type, ring) for ring in plain}
        sealed = {ring: self._keys[ring].seal(text, places[ring]) for ring, text in plain.items()}
        return dataclasses.replace(envelope, id=number, sealed=sealed).to_json()

    def _mark(self, service, journeys):
        ids = [new[row["id"]] for table, row, _ in self._rows[service] if table == "outbox" for new in journeys]
        marks = ", ".join("?" * len(ids))
        change = f"UPDATE outbox SET done_at = created_at, attempts = 1 WHERE id IN ({marks})"
        assert self.files[service].execute(change, ids).rowcount == len(ids)


def _place(table, number):
    return f"column:{table}:{UUID(number)}:content"


def _is_number(name, value):
    """Whether a value is the number of something of this journey."""
    return name == "id" or (name.endswith("_id") and isinstance(value, str) and len(value) == 32)


def _ids(world, service, table):
    with closing(world.file(service)) as own:
        return {row["id"] for row in own.execute(f"SELECT id FROM {table}")}


def disk(folder, count):
    """The limit: as many bytes as a transaction writes, made durable."""
    page = os.urandom(PAGE)
    with (folder / "flushed").open("wb", buffering=0) as out:
        for _ in range(count):
            out.write(page)
            os.fdatasync(out.fileno())


def journeys_by_hand(hand, count):
    for start in range(0, count, BATCH):
        hand.go_on(hand.refer(min(BATCH, count - start)))


def journeys(world, count):
    world.refer(count)
    world.settle()


def measure(step, *given):
    wall, cpu = time.monotonic(), time.process_time()
    step(*given)
    return {"wall": time.monotonic() - wall, "cpu": time.process_time() - cpu}


def main(what, where, number):
    folder, count = Path(where), int(number)
    if what == "disk":
        return measure(disk, folder, count)
    world = World(folder)
    if what in {"intake", "journeys"}:
        world.refer(BATCH)
        world.settle()
        before = [world.count(*each) for each in COUNTED]
        took = measure(world.refer, count) if what == "intake" else measure(journeys, world, count)
    else:
        hand = ByHand(world)
        journeys_by_hand(hand, BATCH)
        before = [world.count(*each) for each in COUNTED]
        took = measure(hand.refer, count) if what.startswith("intake") else measure(journeys_by_hand, hand, count)
    chain = verified(world.services["intake"].database, [])
    assert chain.whole, chain.why
    written = [world.count(*each) - had for each, had in zip(COUNTED, before, strict=True)]
    assert written[0] == written[2] == count, written
    assert what.startswith("intake") or written[1] >= count, written
    return took


if __name__ == "__main__":
    logs.set_up("json")
    print(json.dumps(main(*sys.argv[1:])))  # noqa: T201 -- what it measured is its answer
