import json
import os
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_structured_event
from cloudevents.core.formats.json import JSONFormat
from hypothesis import given
from hypothesis import strategies as st

from pprg_shared.contract import Envelope
from pprg_shared.errors import TooLarge, Unreadable
from pprg_shared.events.intake import ChronologySubmitted, PersonChanged
from pprg_shared.events.told import Row
from pprg_shared.sealing import Keyring, Keys, SealError

KEYS = Keys({"case": Keyring([os.urandom(32)]), "contact": Keyring([os.urandom(32)])})
ROW = Row(value="2016", precision="year", uncertain=True, as_entered="?2016", source="s", event="e", action="")
ABOUT = {"request_id": uuid4(), "case_id": uuid4(), "reference": "PPRG-2026-0001", "agency": "police"}
SAID = ChronologySubmitted(**ABOUT, submitted_on=date(2026, 11, 24), count=1, rows=[ROW])


def wrapped(event, keys=KEYS):
    return event.wrap(keys, source="intake", time=datetime.now(UTC), correlation_id="c")


def test_an_event_reads_back_as_it_was_said():
    body = wrapped(SAID).to_json()

    heard = ChronologySubmitted.unwrap(Envelope.from_json(body), KEYS)

    assert heard == SAID
    assert heard.envelope.subject == str(ABOUT["case_id"])


def test_the_sealed_part_is_nowhere_in_clear():
    secret = "Canary Narrative"
    row = Row(value="2016", precision="year", uncertain=True, as_entered="2016", source="s", event=secret, action="")
    said = ChronologySubmitted(**ABOUT, submitted_on=date(2026, 11, 24), count=1, rows=[row])

    assert secret.encode() not in wrapped(said).to_json()


def test_who_holds_no_key_cannot_read_and_is_told_so():
    heard = ChronologySubmitted.unwrap(wrapped(SAID), Keys({"contact": KEYS["contact"]}))

    assert heard.count == 1
    with pytest.raises(AttributeError, match="sealed under a key"):
        _ = heard.rows


def test_a_sealed_part_moved_to_another_event_does_not_open():
    mine, other = wrapped(SAID), wrapped(SAID)
    swapped = Envelope(**{**mine.__dict__, "sealed": other.sealed})

    with pytest.raises(SealError):
        ChronologySubmitted.unwrap(swapped, KEYS)


@pytest.mark.fault("F57")
def test_unknown_fields_are_ignored_when_reading():
    wire = json.loads(wrapped(SAID).to_json())
    wire["later"] = 1
    wire["data"]["public"]["later"] = 1

    assert ChronologySubmitted.unwrap(Envelope.from_json(json.dumps(wire).encode()), KEYS) == SAID


def test_what_does_not_follow_the_schema_is_refused_when_writing():
    with pytest.raises(ValueError, match="count"):
        wrapped(ChronologySubmitted(**ABOUT, submitted_on=date(2026, 11, 24), count=None, rows=[]))


def test_a_copy_carries_its_revision_on_the_wire():
    state = {"person_id": uuid4(), "agency": None, "roles": [], "active": True, "name": "n", "address": "a@b.example"}

    assert json.loads(wrapped(PersonChanged(**state, revision=7)).to_json())["revision"] == 7


def test_an_independent_library_reads_the_wire_form():
    body = wrapped(SAID).to_json()
    message = HTTPMessage(headers={"content-type": "application/cloudevents+json"}, body=body)

    read = from_structured_event(message, JSONFormat())

    assert read.get_type() == "chronology.submitted.v1"
    assert read.get_subject() == str(ABOUT["case_id"])


@pytest.mark.asvs("1.5.2")
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode) | st.just(b'{"id": 1}'))
def test_anything_else_is_unreadable(body):
    with pytest.raises(Unreadable):
        Envelope.from_json(body)


@pytest.mark.fault("F43")
def test_a_message_over_the_limit_is_refused():
    rows = [Row(**{**ROW.__dict__, "event": os.urandom(60_000).hex()}) for _ in range(4)]
    said = ChronologySubmitted(**ABOUT, submitted_on=date(2026, 11, 24), count=4, rows=rows)

    with pytest.raises(TooLarge, match="is the most"):
        wrapped(said).to_json()
