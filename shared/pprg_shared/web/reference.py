"""What the documents of all APIs say, put for people: each operation with a `curl` that works when it is pasted."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DOCUMENTS = Path(__file__).parent / "openapi"
JSON = "application/json"


@dataclass(frozen=True)
class Shown:
    """One operation of one service."""

    service: str
    name: str
    method: str
    path: str
    summary: str
    whom: str
    curl: str


def operations(origin: str, documents: Mapping[str, Any] | None = None) -> list[Shown]:
    """Every operation of all services, with `curl` for this origin (`https://host`, without a slash at its end)."""
    found = documents if documents is not None else read()
    return [each for service, document in found.items() for each in _operations(service, document, origin)]


def read() -> dict[str, Any]:
    """The documents by service, as `make docs` wrote them."""
    return {path.stem: json.loads(path.read_bytes()) for path in sorted(DOCUMENTS.glob("*.json"))}


def _operations(service: str, document: Mapping[str, Any], origin: str) -> Iterator[Shown]:
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            curl = _curl(origin, path, method, said)
            name = said["operationId"]
            yield Shown(service, name, method.upper(), path, said["summary"], said["description"], curl)


def _curl(origin: str, path: str, method: str, said: Mapping[str, Any]) -> str:
    place = re.sub(r"\{(\w+)\}", lambda found: f"${found[1].upper()}", path)
    wanted = [each for each in said["parameters"] if each["in"] == "query" and each["required"]]
    asked = "&".join(f"{each['name']}=${each['name'].upper()}" for each in wanted)
    parts = [f'curl --fail-with-body "{origin}{place}{"?" + asked if asked else ""}"']
    if "x-example-person" in said:
        parts.append('-H "Authorization: Bearer $TOKEN"')
    if method == "post":
        ((kind, content),) = said["requestBody"]["content"].items()
        parts.append('-H "Idempotency-Key: $(date +%s)-$$-$RANDOM"')
        parts.append(f"-H {shlex.quote(f'Content-Type: {kind}')}")
        if kind == JSON:
            parts.append(f"-d {shlex.quote(json.dumps(content.get('example', {}), indent=2, ensure_ascii=False))}")
        else:  # -d would take the ends of its lines away
            parts.append('--data-binary "@$FILE"')
    return " \\\n  ".join(parts)
