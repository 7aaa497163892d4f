"""The audit chain: written with what it tells of, and whatever is done to it afterwards is found."""

import json
import random
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from invented import REFERRAL
from pprg_embedded.__main__ import main
from pprg_shared.actor import NOBODY, Actor
from pprg_shared.audit import Mark, record
from pprg_shared.audit.anchors import Anchors
from pprg_shared.audit.chain import KINDS, START, Link, bound, verify
from pprg_shared.audit.verifying import head_of, verified
from pprg_shared.boxes.tables import audit
from pprg_shared.boxes.tables import metadata as shared_tables
from pprg_shared.database import Database
from stored import changes, stored

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
COUNT = 100
EVERY = 20
#: A change of each of these is an edit; the number of an entry is changed by exchanging, taking out and putting in.
EDITED = {
    "at": "2027-01-01 00:00:00.000000",
    "person": "0" * 32,
    "agency": "icb",
    "kind": "another",
    "verb": "nothing",
    "subject": "another case",
    "correlation_id": "another",
    "previous": "1" * 64,
    "hash": "1" * 64,
}


def chain(entries):
    """Links of these entries: (seconds, person, agency, kind, verb, subject)."""
    links, last = [], START
    for number, (seconds, person, agency, kind, verb, subject) in enumerate(entries, 1):
        at = NOW + timedelta(seconds=seconds)
        links.append(bound(Link(number, at, person, agency, kind, verb, subject, "c", last.hash, "")))
        last = Mark(number, links[-1].hash)
    return links


def mark(link):
    return Mark(link.sequence, link.hash)


ENTRIES = st.tuples(
    st.integers(0, 10**6),
    st.none() | st.uuids(),
    st.none() | st.sampled_from(["police", "gp"]),
    st.sampled_from(list(KINDS)),
    st.text(max_size=20),
    st.text(max_size=20),
)
OTHERS = {name: value for name, value in EDITED.items() if name not in {"at", "person"}}


@given(st.lists(ENTRIES, max_size=12), st.data())
def test_a_chain_holds_as_it_was_written_whichever_anchors_were_laid(entries, data):
    links = chain(entries)
    anchored = [mark(link) for link in links if data.draw(st.booleans())]

    found = verify(links, mark(links[-1]) if links else None, anchored)

    assert (found.whole, found.entries, found.anchors) == (True, len(links), len(anchored))


@given(st.lists(ENTRIES, min_size=1, max_size=12), st.data())
def test_an_edit_is_found_at_its_entry(entries, data):
    links = chain(entries)
    place = data.draw(st.integers(0, len(links) - 1))
    name = data.draw(st.sampled_from(list(EDITED)))
    other = {"at": links[place].at + timedelta(microseconds=1), "person": UUID(int=0)}.get(name, OTHERS.get(name))
    changed = links[place]._replace(**{name: other})
    head = mark(links[-1])
    links[place] = changed

    found = verify(links, head, [])

    assert changed in chain(entries) or found.broken_at == place + 1


@given(st.lists(ENTRIES, min_size=2, max_size=12), st.data())
def test_entries_written_anew_break_against_an_anchor_behind_them(entries, data):
    """Whoever writes all that follows anew, hashes and head too, still cannot write the anchors anew."""
    before, place = chain(entries), data.draw(st.integers(0, len(entries) - 1))
    other = [*entries[:place], (*entries[place][:-1], entries[place][-1] + "!"), *entries[place + 1 :]]
    after, anchored = chain(other), mark(before[data.draw(st.integers(place, len(entries) - 1))])

    assert verify(after, mark(after[-1]), []).whole
    found = verify(after, mark(after[-1]), [anchored])

    assert found.broken_at is not None
    assert found.broken_at <= anchored.sequence


@given(st.lists(ENTRIES, min_size=2, max_size=12), st.data())
def test_a_cut_that_reaches_behind_an_anchor_is_found_there(entries, data):
    links = chain(entries)
    left = data.draw(st.integers(0, len(links) - 1))
    head = mark(links[left - 1]) if left else None

    found = verify(links[:left], head, [mark(links[-1])])

    assert found.broken_at == left + 1


@pytest.fixture
def written(tmp_path):
    """A database with a chain of 100 entries, as many anchors as there would be, and the means to touch them."""
    database = Database(f"sqlite:///{tmp_path}/a.sqlite", "things", clock=lambda: NOW)
    shared_tables.create_all(database.engine)
    anchors, chance = Anchors(tmp_path / "anchors", "things"), random.Random(1)
    for number in range(1, COUNT + 1):
        who = invented_actor(chance)
        with database.writing("action") as session:
            record(session, chance.choice(list(KINDS)), f"verb{number % 7}", f"case {number % 9}", who)
        if number % EVERY == 0:
            with database.reading() as session:
                anchors.lay(head_of(session), NOW)
    yield database, anchors
    database.close()


def invented_actor(chance):
    return Actor(UUID(int=chance.getrandbits(128)), "", frozenset(), chance.choice(["police", None]))


class Tampering:
    """What somebody with all rights on the database may do: the hashes need no key."""

    def __init__(self, rows, head, chance):
        self.rows, self.head, self.chance = rows, head, chance

    def edit(self):
        row = self.chance.choice(self.rows)
        name = self.chance.choice(list(EDITED))
        row[name] = EDITED[name]

    def delete(self):
        self.rows.remove(self.chance.choice(self.rows))

    def swap(self):
        one, other = self.chance.sample(self.rows, 2)
        one["sequence"], other["sequence"] = other["sequence"], one["sequence"]

    def insert(self):
        at = self.chance.randrange(len(self.rows) + 1)
        copied = dict(self.chance.choice(self.rows)) | {"sequence": at + 1}
        for row in self.rows[at:]:
            row["sequence"] += 1
        self.rows.insert(at, copied)

    def cut(self):
        del self.rows[self.chance.randrange(COUNT) :]
        self.put_head_right()

    def write_anew(self):
        self.chance.choice(self.rows)["subject"] = "another case"
        self.bind_anew()

    def delete_and_write_anew(self):
        self.delete()
        for number, row in enumerate(self.rows, 1):
            row["sequence"] = number
        self.bind_anew()

    def bind_anew(self):
        last = START
        for row in self.rows:
            person = UUID(row["person"]) if row["person"] else None
            at = datetime.fromisoformat(row["at"]).replace(tzinfo=UTC)
            values = row | {"person": person, "at": at, "previous": last.hash}
            row["previous"], row["hash"] = last.hash, bound(Link(**values)).hash
            last = Mark(row["sequence"], row["hash"])
        self.put_head_right()

    def put_head_right(self):
        self.head = (self.rows[-1]["sequence"], self.rows[-1]["hash"]) if self.rows else None


WAYS = ("edit", "delete", "swap", "insert", "cut", "write_anew", "delete_and_write_anew")


@pytest.mark.attack("A75")
@pytest.mark.asvs("11.4.3", "16.4.2")
def test_each_of_a_thousand_random_tamperings_is_found(written):
    """The last entry has an anchor, so whatever is done reaches behind it."""
    database, anchors = written
    chance, missed = random.Random(2026), []
    assert verified(database, anchors).whole
    with closing(sqlite3.connect(database.url.database)) as raw:
        raw.row_factory = sqlite3.Row
        raw.execute("PRAGMA synchronous = OFF")  # a thousand times is to be quick; no power is cut
        rows = [dict(each) for each in raw.execute("SELECT * FROM audit ORDER BY sequence")]
        head = tuple(raw.execute("SELECT sequence, hash FROM audit_marks").fetchone())
        for number in range(1000):
            touched = Tampering([dict(each) for each in rows], head, chance)
            way = WAYS[number % len(WAYS)]
            getattr(touched, way)()
            put(raw, touched)
            found = verified(database, anchors)
            if found.whole or not 1 <= found.broken_at <= COUNT + 1:
                missed.append((number, way))
        put(raw, Tampering(rows, head, chance))

    assert missed == []
    assert verified(database, anchors).whole


def put(raw, touched):
    """Make the database hold these rows and this head."""
    raw.execute("DELETE FROM audit")
    names = ", ".join(touched.rows[0]) if touched.rows else ""
    places = ", ".join(f":{name}" for name in touched.rows[0]) if touched.rows else ""
    if touched.rows:
        raw.executemany(f"INSERT INTO audit ({names}) VALUES ({places})", touched.rows)
    raw.execute("DELETE FROM audit_marks")
    if touched.head:
        raw.execute("INSERT INTO audit_marks VALUES ('head', ?, ?)", touched.head)
    raw.commit()


@pytest.fixture
def triage(world):
    return world.services["triage"]


@pytest.fixture
def case(world):
    """The id of a case."""
    headers = world.acting("coordinator") | {"Idempotency-Key": "one"}
    world.client("intake").post("/api/v1/referrals", json=REFERRAL, headers=headers)
    world.settle()
    (only,) = world.client("triage").get("/api/v1/cases", headers=world.acting("coordinator")).json["cases"]
    return only["id"]


def entries(runtime):
    with runtime.database.reading() as session:
        return session.execute(sa.select(audit).order_by(audit.c.sequence)).all()


def note(world, case, key="two"):
    """Do something about a case."""
    said = {"trigger": "notified", "day": "2026-11-23"}
    headers = world.acting("coordinator") | {"Idempotency-Key": key, "X-Request-ID": "request-of-the-test"}
    return world.client("triage").post(f"/api/v1/cases/{case}/dates", json=said, headers=headers)


@pytest.mark.asvs("16.2.1")
@pytest.mark.both_databases
def test_what_a_person_does_is_recorded_once_with_it(world, triage, case, clock):
    before = len(entries(triage))

    sent, again = note(world, case), note(world, case)
    *_, entry = entries(triage)

    assert (sent.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
    assert len(entries(triage)) == before + 1
    assert (entry.kind, entry.verb, entry.subject, entry.at) == ("change", "note_day", case, clock())
    assert (entry.person, entry.agency) == (triage.profile.person("coordinator").id, "pprg-office")
    assert entry.correlation_id == "request-of-the-test"
    assert verified(triage.database, []).whole


@pytest.mark.both_databases
def test_those_who_record_at_once_come_one_after_another(triage):
    """From the very first entry on, and with several entries in one transaction."""

    def record_some(number):
        with triage.database.writing("action") as session:
            for each in range(1 + number % 3):
                record(session, "read", "case", f"case {number} {each}", NOBODY)

    before = len(entries(triage))
    with ThreadPoolExecutor(4) as crowd:
        list(crowd.map(record_some, range(60)))

    assert len(entries(triage)) - before == 120
    assert verified(triage.database, []).whole


@pytest.mark.both_databases
def test_a_head_that_was_taken_away_is_found_anew_and_the_chain_goes_on(world, triage, case):
    note(world, case)
    with triage.database.writing("action") as session:
        session.execute(sa.text("DELETE FROM audit_marks"))
    broken = verified(triage.database, [])

    note(world, case, "three")

    assert not broken.whole
    assert verified(triage.database, []).whole


@pytest.mark.fault("F79")
@pytest.mark.asvs("16.5.3")
@pytest.mark.both_databases
def test_what_cannot_be_recorded_is_neither_done_nor_shown(world, triage, case):
    with triage.database.writing("action") as session:
        session.execute(sa.text("ALTER TABLE audit RENAME TO elsewhere"))

    failed, page = note(world, case), world.visitor("triage", "coordinator").get(f"/cases/{case}")

    assert failed.status_code in {500, 503}
    assert page.status_code in {500, 503}
    assert "Invented Child" not in page.text
    with triage.database.reading() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM trigger_days")) == 0
    with triage.database.writing("action") as session:
        session.execute(sa.text("ALTER TABLE elsewhere RENAME TO audit"))
    assert note(world, case).status_code == 201
    assert "Invented Child" in world.visitor("triage", "coordinator").get(f"/cases/{case}").text


@pytest.mark.attack("A75")
@pytest.mark.asvs("16.4.2")
@pytest.mark.both_databases
@pytest.mark.parametrize("statement", ["UPDATE audit SET subject = 'another'", "DELETE FROM audit"])
def test_the_database_takes_nothing_away_from_the_chain(world, triage, case, statement):
    note(world, case)

    before = stored(world, but=())

    with pytest.raises(sa.exc.DBAPIError, match="only added"), triage.database.writing("action") as session:
        session.execute(sa.text(statement))

    assert verified(triage.database, []).whole
    assert changes(before, stored(world, but=())) == {}


@pytest.fixture
def verify_command(settings):
    def run(*options):
        done = CliRunner().invoke(main, ("triage", "audit", "verify", *options), env={"VAR": settings.var})
        return done.exit_code, done.output

    return run


@pytest.mark.attack("A75")
def test_the_command_says_whether_the_chain_is_whole_and_where_it_breaks(world, triage, case, verify_command):
    note(world, case)
    count = len(entries(triage))
    whole = verify_command(), verify_command("--json")
    with triage.database.writing("action") as session:
        session.execute(sa.text("DROP TRIGGER audit_no_update"))
        session.execute(sa.text(f"UPDATE audit SET person = NULL WHERE sequence = {count}"))

    before = stored(world, but=())
    code, words = verify_command()
    _, as_json = verify_command("--json")

    assert whole[0] == (0, f"whole: {count} entries, 0 anchors\n")
    assert json.loads(whole[1][1])["whole"]
    assert (code, words) == (1, f"broken at entry {count}: the entry is not as it was written\n")
    assert json.loads(as_json)["broken_at"] == count
    assert changes(before, stored(world, but=())) == {}, "to look mends nothing"


CUT = "DELETE FROM audit WHERE sequence > {last} - 2"
PUT_BACK = "UPDATE audit_marks SET sequence = {last} - 2, hash = (SELECT hash FROM audit WHERE sequence = {last} - 2)"
SWAPPED = "UPDATE audit SET sequence = CASE sequence WHEN 2 THEN -3 WHEN 3 THEN -2 END WHERE sequence IN (2, 3)"
TAMPERED = {
    "edited": (["UPDATE audit SET verb = 'nothing' WHERE sequence = 2"], 2, "the entry is not as it was written"),
    "deleted": (["DELETE FROM audit WHERE sequence = 2"], 2, "after entry 1 comes 3"),
    "swapped": (
        [SWAPPED, "UPDATE audit SET sequence = -sequence WHERE sequence < 0"],
        2,
        "the entry does not follow from the one before",
    ),
    "cut": ([CUT], -1, "entries up to {last} are gone"),
    "cut-with-its-head": ([CUT, PUT_BACK], -1, "entries up to {last}, of which an anchor was laid, are gone"),
}


@pytest.mark.attack("A75")
@pytest.mark.asvs("16.4.2")
@pytest.mark.parametrize("how", TAMPERED)
def test_the_command_names_the_entry_at_which_somebody_tampered_and_mends_nothing(
    world, triage, case, verify_command, how
):
    statements, at, why = TAMPERED[how]
    for key in "abcde":
        assert note(world, case, key).status_code == 201
    world.settle()
    last = len(entries(triage))
    if how == "cut-with-its-head":
        with triage.database.reading() as session:
            Anchors(triage.settings.anchors(), "triage").lay(head_of(session), NOW)
    with triage.database.writing("action") as session:
        for name in ("audit_no_update", "audit_no_delete"):
            session.execute(sa.text(f"DROP TRIGGER {name}"))
        for each in statements:
            session.execute(sa.text(each.format(last=last)))
    before = stored(world, but=())

    code, words = verify_command()

    found = at if at > 0 else last + at
    assert (code, words) == (1, f"broken at entry {found}: {why.format(last=last)}\n")
    assert changes(before, stored(world, but=())) == {}
