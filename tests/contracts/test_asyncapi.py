import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from jsonschema import Draft7Validator

import golden
from pprg_embedded.world import SERVICES
from pprg_shared.asyncapi import ENVELOPE, document
from pprg_shared.contract import Envelope

PUBLISHED = json.loads((Path(__file__).parent / "asyncapi/schema-3.0.0.json").read_text("utf-8"))
ASYNCAPI = Draft7Validator(PUBLISHED)
DOCUMENT = document(SERVICES)
every_event = pytest.mark.parametrize("name", DOCUMENT["components"]["messages"])


def references(part):
    """Every $ref within a part of the document."""
    inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    own = [part["$ref"]] if isinstance(part, dict) and "$ref" in part else []
    return own + [found for each in inner for found in references(each)]


def resolved(reference):
    found = DOCUMENT
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def follows(schema, value):
    """What is wrong with a value by a schema of the document."""
    whole = {"allOf": [schema], "components": DOCUMENT["components"]}
    return [error.message for error in Draft7Validator(whole).iter_errors(value)]


def sample(name, file):
    return json.loads((golden.SAMPLES / name / file).read_text("utf-8"))


def test_the_document_follows_the_published_schema():
    assert [error.message for error in ASYNCAPI.iter_errors(DOCUMENT)] == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda document: document["operations"]["triage.says.case.opened.v1"].update(action="emit"),
        lambda document: document["channels"]["case.opened.v1"]["bindings"]["amqp"].update({"is": "topic"}),
        lambda document: document["components"]["schemas"]["case.opened.v1.public"].update(type="text"),
        lambda document: document.pop("info"),
    ],
    ids=["unknown action", "unknown binding", "no JSON Schema", "no info"],
)
def test_the_published_schema_refuses_what_is_no_asyncapi(spoil):
    spoilt = copy.deepcopy(DOCUMENT)

    spoil(spoilt)

    assert not ASYNCAPI.is_valid(spoilt)


def test_every_reference_leads_somewhere():
    assert all(resolved(reference) for reference in references(DOCUMENT))


def test_every_service_has_an_operation_for_all_that_it_says_and_hears():
    says = {f"{each.name}.says.{event.event_type}": "send" for each in SERVICES for event in each.says}
    hears = {f"{each.name}.hears.{event.event_type}": "receive" for each in SERVICES for event in each.hears}

    assert {name: each["action"] for name, each in DOCUMENT["operations"].items()} == says | hears


def test_every_event_has_a_channel_whose_address_is_its_routing_key():
    assert {name: each["address"] for name, each in DOCUMENT["channels"].items()} == {
        event.event_type: event.event_type for each in SERVICES for event in each.says
    }


def test_everything_has_words():
    parts = [*DOCUMENT["channels"].values(), *DOCUMENT["operations"].values()]

    assert [each for each in parts if not each["summary"].endswith(".")] == []


@every_event
def test_the_golden_sample_follows_the_document(name):
    payload = DOCUMENT["components"]["messages"][name]["payload"]

    assert follows(payload, sample(name, "wire.json")) == []


@every_event
def test_what_is_sealed_follows_the_schema_that_the_document_gives_for_it(name):
    rings = DOCUMENT["components"]["messages"][name]["payload"]["properties"]["data"]["properties"]["sealed"]
    inside = {ring: each["x-sealed"] for ring, each in rings["properties"].items()}
    said = sample(name, "values.json")["sealed"]

    assert inside.keys() == said.keys()
    assert [problem for ring, schema in inside.items() for problem in follows(schema, said[ring])] == []


def test_a_message_of_another_type_or_speaker_does_not_follow():
    payload = DOCUMENT["components"]["messages"]["case.opened.v1"]["payload"]

    assert follows(payload, sample("case.opened.v1", "wire.json") | {"source": "/pprg/notifier"})
    assert follows(payload, sample("outcome.published.v1", "wire.json"))


def test_sealed_parts_name_their_ring_and_who_can_open_it():
    message = DOCUMENT["components"]["messages"]["decision.ratified.v1"]
    ring = message["payload"]["properties"]["data"]["properties"]["sealed"]["properties"]["case"]

    assert (ring["x-ring"], ring["x-opened-by"]) == ("case", ["intake", "triage", "publisher"])


def test_the_document_names_every_attribute_that_an_envelope_writes():
    at = datetime(2026, 11, 24, tzinfo=UTC)
    attributes = {"source": "/pprg/test", "subject": "s", "correlation_id": "c", "public": {}}
    envelope = Envelope(uuid4(), "a.b.v1", time=at, revision=1, expires_at=at, replayed=True, **attributes)

    wire = json.loads(envelope.to_json())

    assert wire.keys() == ENVELOPE["properties"].keys()
    assert follows(ENVELOPE, wire) == []
