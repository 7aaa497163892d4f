"""The AsyncAPI 3.0 document: who says what and who hears it, derived from the services and their events."""

import inspect
import itertools
from collections.abc import Callable, Sequence
from importlib import metadata
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import EXCLUDE, Schema

from pprg_shared.contract import MESSAGE_BYTES, Event
from pprg_shared.definitions import VHOST
from pprg_shared.rabbit.topology import EXCHANGE, queue_name
from pprg_shared.rabbit.wire import CONTENT_TYPE, PERSISTENT
from pprg_shared.service import Service

BINDING = {"bindingVersion": "0.3.0"}
ABOUT = f"""\
Events between the services, as CloudEvents 1.0 in structured JSON, at most {MESSAGE_BYTES // 1024} kB each. The routing
key is the type, `noun.verbed.vN`; a replay to one service goes to `to.<service>.noun.verbed.vN` and is marked
`replayed`. `data.public` lies in clear. `data.sealed` holds a token for each ring of keys: AES-256-GCM over compressed
JSON, bound to the id and type of the event. `x-ring` names the ring, `x-opened-by` the services that hold it, and
`x-sealed` the schema of what is inside. What is `x-transient` says by `expiresat` until when it is of use: after that
nobody acts on it; it is never replayed, and boxes drop what it said once it is published and once it is handled. Order
is never promised; whoever reads ignores what it does not know.
"""
_TOKEN = r"^[0-9a-f]{8}\.[0-9A-Za-z_-]+=*$"  # noqa: S105 -- the form of a sealed part, no secret
_converter = OpenAPIConverter("3.1.0", lambda _schema: None, APISpec("", "", "3.1.0"))  # 3.1 is plain JSON Schema


def document(services: Sequence[Service]) -> dict[str, Any]:
    """The AsyncAPI document of these services."""
    said = {event.event_type: event for each in services for event in each.says}
    said = dict(sorted(said.items()))
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Events of practice reviews",
            "version": metadata.version("pprg-shared"),
            "description": ABOUT,
            "tags": [{"name": each.name, "description": each.title} for each in services],
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {"rabbitmq": _server()},
        "channels": {name: _channel(event) for name, event in said.items()},
        "operations": dict(sorted(itertools.chain.from_iterable(map(_operations, services)))),
        "components": {
            "schemas": {"cloudevent": ENVELOPE} | _parts(list(said.values())),
            "messages": {name: _message(event, services) for name, event in said.items()},
            "correlationIds": {"correlation": {"location": "$message.payload#/correlationid"}},
            "securitySchemes": {"login": {"type": "userPassword", "description": "Each service has its own login."}},
        },
    }


def shape(event: type[Event]) -> dict[str, Any]:
    """What a reader of an event relies on, as JSON Schema: change it and the event needs a new version."""
    return {
        "subject": event.subject_field,
        "transient": event.transient,
        "public": json_schema(event.public_part.schema),
        "sealed": {ring: json_schema(part.schema) for ring, part in event.ring_parts.items()},
    }


def json_schema(schema: type[Schema]) -> dict[str, Any]:
    """The JSON Schema of one part of an event, as tolerant as its readers are."""
    tolerant = schema(unknown=EXCLUDE)
    found: dict[str, Any] = _converter.schema2jsonschema(tolerant)  # type: ignore[no-untyped-call]  # apispec's gap
    return found


def sentence(thing: type[Event] | Callable[..., Any]) -> str:
    """The docstring of an event or a handler, in one line."""
    return " ".join(inspect.cleandoc(thing.__doc__ or "").split())


def holders(ring: str, services: Sequence[Service]) -> list[str]:
    """The services that hold the keys of a ring."""
    return [each.name for each in services if ring in each.rings]


def _server() -> dict[str, Any]:
    return {
        "host": "{broker}",
        "pathname": f"/{VHOST}",
        "protocol": "amqp",
        "protocolVersion": "0-9-1",
        "description": "RabbitMQ 3.10 or later; definitions.json gives exchange, queues, bindings and logins.",
        "variables": {"broker": {"default": "127.0.0.1:5672", "description": "Host and port, from BROKER_URL."}},
        "security": [{"$ref": "#/components/securitySchemes/login"}],
    }


def _channel(event: type[Event]) -> dict[str, Any]:
    exchange = {"name": EXCHANGE, "type": "topic", "durable": True, "autoDelete": False, "vhost": VHOST}
    return {
        "address": event.event_type,
        "summary": sentence(event),
        "servers": [{"$ref": "#/servers/rabbitmq"}],
        "messages": {event.__name__: {"$ref": f"#/components/messages/{event.event_type}"}},
        "bindings": {"amqp": {"is": "routingKey", "exchange": exchange, **BINDING}},
    }


def _operations(service: Service) -> list[tuple[str, dict[str, Any]]]:
    says = {"deliveryMode": PERSISTENT, "mandatory": True, **BINDING}
    sent = [
        (f"{service.name}.says.{event.event_type}", _operation("send", service, event, sentence(event), says))
        for event in service.says
    ]
    received = [
        (
            f"{service.name}.hears.{event.event_type}",
            _operation("receive", service, event, sentence(handler), {"ack": True, **BINDING})
            | {"x-queue": queue_name(service.name)},
        )
        for event, handler in service.hears.items()
    ]
    return sent + received


def _operation(
    action: str, service: Service, event: type[Event], summary: str, binding: dict[str, Any]
) -> dict[str, Any]:
    channel = f"#/channels/{event.event_type}"
    return {
        "action": action,
        "summary": summary,
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{event.__name__}"}],
        "tags": [{"name": service.name}],
        "bindings": {"amqp": binding},
    }


def _parts(events: Sequence[type[Event]]) -> dict[str, Any]:
    found = {}
    for event in events:
        found[f"{event.event_type}.public"] = json_schema(event.public_part.schema)
        for ring, part in event.ring_parts.items():
            found[f"{event.event_type}.sealed.{ring}"] = json_schema(part.schema)
    return found


def _message(event: type[Event], services: Sequence[Service]) -> dict[str, Any]:
    speakers = [f"/pprg/{each.name}" for each in services if event in each.says]
    return {
        "name": event.event_type,
        "title": event.__name__,
        "summary": sentence(event),
        "contentType": CONTENT_TYPE,
        "correlationId": {"$ref": "#/components/correlationIds/correlation"},
        "x-subject": event.subject_field,
        "x-transient": event.transient,
        "payload": {
            "allOf": [{"$ref": "#/components/schemas/cloudevent"}],
            # Where it may be left out it was not there from the first: an older event of this version has none.
            "required": [
                *(["revision"] if event.revised and not hasattr(event, "revision") else []),
                *(["expiresat"] if event.transient else []),
            ],
            "properties": {
                "type": {"const": event.event_type},
                "source": {"const": speakers[0]} if len(speakers) == 1 else {"enum": speakers},
                "data": _data(event, services),
            },
        },
    }


def _data(event: type[Event], services: Sequence[Service]) -> dict[str, Any]:
    def token(ring: str) -> dict[str, Any]:
        inside = {"$ref": f"#/components/schemas/{event.event_type}.sealed.{ring}"}
        opened_by = holders(ring, services)
        return {"type": "string", "pattern": _TOKEN, "x-ring": ring, "x-opened-by": opened_by, "x-sealed": inside}

    rings = event.ring_parts
    needed = [ring for ring, part in rings.items() if "required" in json_schema(part.schema)]
    return {
        "properties": {
            "public": {"$ref": f"#/components/schemas/{event.event_type}.public"},
            "sealed": {"properties": {ring: token(ring) for ring in rings}, "required": needed},
        }
    }


#: The attributes that all events have; `Envelope` writes and reads them.
ENVELOPE: dict[str, Any] = {
    "type": "object",
    "description": "CloudEvents 1.0, structured JSON.",
    "required": ["specversion", "id", "type", "source", "subject", "time", "datacontenttype", "correlationid", "data"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "format": "uuid", "description": "The same id twice is the same event."},
        "type": {"type": "string", "description": "noun.verbed.vN, and the routing key."},
        "source": {"type": "string", "description": "/pprg/ and the service that says it."},
        "subject": {"type": "string", "description": "The referral, case, person or agency that it is about."},
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"const": "application/json"},
        "correlationid": {"type": "string", "description": "The same through all services, from the first request."},
        "revision": {"type": "integer", "description": "Copies of what changes keep the higher."},
        "expiresat": {"type": "string", "format": "date-time", "description": "Not to be acted on after this."},
        "replayed": {
            "const": True,
            "description": "Sent again to one service at an operator's word, or said in consequence of that.",
        },
        "data": {
            "type": "object",
            "required": ["public", "sealed"],
            "properties": {
                "public": {"type": "object"},
                "sealed": {"type": "object", "additionalProperties": {"type": "string"}},
            },
        },
    },
}
