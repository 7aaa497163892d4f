"""Write the golden sample of a new event, or record its new optional fields: `python tools/golden.py EVENT...`."""

import importlib
import json
import pkgutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from pprg_shared import events
from pprg_shared.asyncapi import shape
from pprg_shared.contract import EVENTS, Envelope, Event
from pprg_shared.sealing import Keyring, Keys

CONTRACTS = Path(__file__).parent.parent / "tests/contracts"
#: For each event type a folder: `wire.json` as said, `values.json` what it says, `schema.json` what readers rely on.
SAMPLES = CONTRACTS / "events"
#: Published on purpose: they seal samples and nothing else. A ring's key never changes.
PUBLISHED: dict[str, str] = json.loads((CONTRACTS / "keys.json").read_text("utf-8"))
KEYS = Keys({ring: Keyring.parse(key) for ring, key in PUBLISHED.items()})
TIME = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
NOTHING: dict[str, Any] = {"type": "object", "properties": {}}


def declared() -> dict[str, type[Event]]:
    """Every event in pprg_shared.events, by type."""
    for module in pkgutil.iter_modules(events.__path__, f"{events.__name__}."):
        importlib.import_module(module.name)
    return {name: each for name, each in sorted(EVENTS.items()) if each.__module__.startswith(f"{events.__name__}.")}


def record(event: type[Event], folder: Path) -> str:
    """Write a sample where there is none, else only what the event may gain; exits when it needs a new version."""
    if not folder.exists():
        write_sample(event, folder)
        return "sample written; commit it, and never edit it again"
    recorded, today = json.loads((folder / "schema.json").read_text("utf-8")), shape(event)
    if found := list(breaks(recorded, today)):
        sys.exit(f"{advice(event)}: {'; '.join(found)}")
    if recorded == today:
        return "sample and schema are there, nothing to do"
    _write_json(folder / "schema.json", today)
    return "new optional fields recorded; the sample stays as it is"


def advice(event: type[Event]) -> str:
    """What to do about an event that changed too much."""
    return f"{event.event_type} changed: leave it as it was and declare version {event.event_version + 1}"


def breaks(recorded: dict[str, Any], today: dict[str, Any]) -> Iterator[str]:
    """What a reader or writer of the recorded event could trip over today."""
    for name in ("subject", "transient"):
        if recorded[name] != today[name]:
            yield f"{name} was {recorded[name]}, is {today[name]}"
    yield from _breaks(recorded["public"], today["public"], "public")
    for ring in sorted(recorded["sealed"] | today["sealed"]):
        yield from _breaks(recorded["sealed"].get(ring, NOTHING), today["sealed"].get(ring, NOTHING), f"sealed {ring}")


def _breaks(recorded: dict[str, Any], today: dict[str, Any], place: str) -> Iterator[str]:
    yield from _broken_fields(recorded, today, place)
    for name in sorted((recorded.keys() | today.keys()) - {"properties", "required"}):
        then, now = recorded.get(name), today.get(name)
        if isinstance(then, dict) and isinstance(now, dict):
            yield from _breaks(then, now, f"{place}[]")
        elif then != now:
            yield f"{name} of {place} was {then}, is {now}"


def _broken_fields(recorded: dict[str, Any], today: dict[str, Any], place: str) -> Iterator[str]:
    then, now = recorded.get("properties", {}), today.get("properties", {})
    must_then, must_now = set(recorded.get("required", [])), set(today.get("required", []))
    yield from (f"{place}.{name} is gone" for name in sorted(then.keys() - now.keys()))
    yield from (f"{place}.{name} must be there now" for name in sorted(must_now - must_then))
    yield from (f"{place}.{name} may be left out now" for name in sorted((must_then - must_now) & now.keys()))
    for name in sorted(then.keys() & now.keys()):
        yield from _breaks(then[name], now[name], f"{place}.{name}")


def write_sample(event: type[Event], folder: Path) -> None:
    """Invent a value for every field, say the event under the published keys, and keep what was said."""
    described = shape(event)
    fields = event.public_part.read(example(described["public"]))
    for ring, part in event.ring_parts.items():
        fields |= part.read(example(described["sealed"][ring]))
    speaker = event.__module__.rpartition(".")[2]
    said = event(**fields).wrap(
        KEYS,
        source="intake" if speaker == "every" else speaker,
        time=TIME,
        correlation_id="golden",
        event_id=uuid5(NAMESPACE_URL, event.event_type),
        expires_at=TIME + timedelta(minutes=10) if event.transient else None,
    )
    folder.mkdir(parents=True)
    (folder / "wire.json").write_bytes(said.to_json() + b"\n")
    _write_json(folder / "values.json", values(event, said))
    _write_json(folder / "schema.json", described)


def values(event: type[Event], envelope: Envelope) -> dict[str, Any]:
    """All that an envelope says, part by part, as read by today's code."""
    heard = event.unwrap(envelope, KEYS)
    rings = {ring: part.write(heard) for ring, part in event.ring_parts.items()}
    return {"public": event.public_part.write(heard), "sealed": rings}


def example(schema: dict[str, Any], name: str = "") -> Any:
    """An invented value that follows a JSON Schema of ours, a different one for each field."""
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if kinds[0] == "object":
        inner = schema.get("properties") or dict.fromkeys(("first", "second"), schema.get("additionalProperties"))
        return {each: example(inner[each], f"{name} {each}".strip()) for each in inner}
    if kinds[0] == "array":
        return [example(schema["items"], f"{name} {number}") for number in (1, 2)]
    number = sum(name.encode())
    day = TIME + timedelta(days=number % 90)
    formats = {"uuid": str(uuid5(NAMESPACE_URL, name)), "date": f"{day:%F}", "date-time": day.isoformat()}
    text = formats.get(schema.get("format", ""), f"{name}, Siân")
    return {"string": text, "integer": number, "number": number / 4, "boolean": True}[kinds[0]]


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")


def main() -> None:
    known = declared()
    if not sys.argv[1:] or not set(sys.argv[1:]) <= known.keys():
        sys.exit(f"usage: python tools/golden.py EVENT...\nEVENT is one of {', '.join(known)}")
    for name in sys.argv[1:]:
        print(f"{name}: {record(known[name], SAMPLES / name)}")


if __name__ == "__main__":
    main()
