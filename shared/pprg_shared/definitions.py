"""RabbitMQ's definitions.json: topology, and one login a service that says only its own and hears only its own."""

import base64
import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from pprg_shared.config import SettingsError
from pprg_shared.rabbit.topology import (
    DEAD_EXCHANGE,
    EXCHANGE,
    binding_keys,
    dead_queue_arguments,
    dead_queue_name,
    queue_arguments,
    queue_name,
)
from pprg_shared.service import Service

VHOST = "pprg"
SALT_BYTES = 4
#: A service and the names (`referral.submitted`) of what it says and hears.
Voices = Mapping[str, tuple[Iterable[str], Iterable[str]]]


def definitions_json(services: Iterable[Service], environ: Mapping[str, str] | None = None) -> str:
    """definitions.json for these services; the hashes of their passwords come from the environment."""
    voices = {each.name: ({e.event_name for e in each.says}, {e.event_name for e in each.hears}) for each in services}
    source = os.environ if environ is None else environ
    return json.dumps(definitions(voices, {name: _hash_of(name, source) for name in voices}), indent=2)


def definitions(services: Voices, password_hashes: Mapping[str, str], vhost: str = VHOST) -> dict[str, Any]:
    """Exchanges, queues, bindings, logins and what each login may."""
    heard = {name: sorted(set(hears)) for name, (_, hears) in services.items()}
    found: dict[str, Any] = {
        "vhosts": [{"name": vhost}],
        "users": [_user(name, password_hashes[name]) for name in services],
        "permissions": [{"user": name, "vhost": vhost, **_permissions(name)} for name in services],
        "topic_permissions": [
            {"user": name, "vhost": vhost, **each}
            for name, (says, _) in services.items()
            for each in _topic_permissions(name, sorted(set(says)), heard[name])
        ],
        "exchanges": [{"vhost": vhost, **_exchange(name)} for name in (EXCHANGE, DEAD_EXCHANGE)],
        "queues": [{"vhost": vhost, **each} for name in services for each in _queues(name)],
        "bindings": [{"vhost": vhost, **each} for name in services for each in _bindings(name, heard[name])],
    }
    return found


def hash_password(password: str, salt: bytes | None = None) -> str:
    """A password as RabbitMQ keeps it (`rabbit_password_hashing_sha256`)."""
    salt = secrets.token_bytes(SALT_BYTES) if salt is None else salt
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def hash_name(service: str) -> str:
    """The setting that holds the hash of a service's broker password."""
    return f"{service.upper()}_BROKER_PASSWORD_HASH"


def _hash_of(service: str, environ: Mapping[str, str]) -> str:
    name = hash_name(service)
    if not environ.get(name):
        raise SettingsError(f"{name} must hold the hash of {service}'s password at RabbitMQ")
    return environ[name]


def _user(name: str, password_hash: str) -> dict[str, Any]:
    algorithm = "rabbit_password_hashing_sha256"
    return {"name": name, "password_hash": password_hash, "hashing_algorithm": algorithm, "tags": []}


def _permissions(service: str) -> dict[str, str]:
    """Its own queues, to mend them and to read; the exchanges are further limited by topic permissions.

    To bind a queue takes writing to the queue and reading from the exchange; to name a dead-letter exchange takes
    writing to that. No service may configure an exchange, nor touch the default one, which reaches every queue.
    """
    own = _either([queue_name(service), dead_queue_name(service)])
    both = _either([EXCHANGE, DEAD_EXCHANGE, queue_name(service), dead_queue_name(service)])
    return {"configure": f"^{own}$", "write": f"^{both}$", "read": f"^{both}$"}


def _topic_permissions(service: str, says: list[str], hears: list[str]) -> list[dict[str, str]]:
    write = rf"^(to\.[a-z]+\.)?{_either(says)}\.v[0-9]+$" if says else "^$"
    read = rf"^(to\.{service}\.)?{_either(hears)}\.\*$" if hears else "^$"
    return [
        {"exchange": EXCHANGE, "write": write, "read": read},
        {"exchange": DEAD_EXCHANGE, "write": f"^{service}$", "read": f"^{service}$"},
    ]


def _either(names: Iterable[str]) -> str:
    return "(" + "|".join(name.replace(".", r"\.") for name in names) + ")"


def _exchange(name: str) -> dict[str, Any]:
    return {"name": name, "type": "topic", "durable": True, "auto_delete": False, "internal": False, "arguments": {}}


def _queues(service: str) -> list[dict[str, Any]]:
    pairs = ((queue_name(service), queue_arguments(service)), (dead_queue_name(service), dead_queue_arguments()))
    return [{"name": name, "durable": True, "auto_delete": False, "arguments": arguments} for name, arguments in pairs]


def _bindings(service: str, hears: list[str]) -> list[dict[str, Any]]:
    triples = [(EXCHANGE, queue_name(service), key) for key in binding_keys(service, hears)]
    triples.append((DEAD_EXCHANGE, dead_queue_name(service), service))
    return [
        {"source": source, "destination": to, "destination_type": "queue", "routing_key": key, "arguments": {}}
        for source, to, key in triples
    ]
