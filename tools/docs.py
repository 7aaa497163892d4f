"""Write docs/reference, the menu and who hears what from the code. `make docs` runs it; a house test compares."""

import dataclasses
import importlib
import json
import typing
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

import inputs
import roles
import security
from pprg_embedded.__main__ import main as pprg
from pprg_embedded.world import SERVICES, assemble, with_secrets
from pprg_shared.app import create_app
from pprg_shared.asyncapi import document, holders, json_schema, sentence
from pprg_shared.config import Settings
from pprg_shared.contract import Event
from pprg_shared.definitions import hash_name
from pprg_shared.openapi import document as openapi_document
from pprg_shared.profile import Profile
from pprg_shared.profile.reading import in_words as kind_in_words
from pprg_shared.profile.reading import is_coded, keys_of
from pprg_shared.rabbit.listeners import HEARD
from pprg_shared.web import MENU
from pprg_shared.web.reference import DOCUMENTS, operations

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs/reference"
WIDTH = 100
ORIGIN = "http://127.0.0.1:8000"
NAMES = [service.name for service in SERVICES]
TYPES = {"string": "text", "integer": "whole number", "number": "number", "boolean": "yes or no"}
FORMATS = {"uuid": "id", "date": "date", "date-time": "instant"}
#: Settings that begin with this word are for one service alone; a house test holds that against the code.
ONE_SERVICE = {"mail": "notifier"}
KINDS = {str: "text", int: "whole number", bool: "1 or 0"}


def pages() -> dict[Path, str]:
    """Every generated file and what must be in it."""
    asyncapi = json.dumps(document(SERVICES), indent=2, ensure_ascii=False)
    found = {"asyncapi.json": [asyncapi], "events.md": events(), "settings.md": settings(), "commands.md": commands()}
    found["profile.md"] = profile()
    apis, found["access.md"] = served()
    found |= {"api.md": api(apis), "input.md": what_is_taken(apis)}
    found |= {name: heading(title, *words) + lines for name, (title, words, lines) in security.pages().items()}
    reference = {REFERENCE / name: "\n".join(lines).rstrip() + "\n" for name, lines in found.items()}
    written = {
        DOCUMENTS / f"{name}.json": json.dumps(each, indent=2, ensure_ascii=False) + "\n" for name, each in apis.items()
    }
    parts = {MENU: roles.menu(SERVICES), HEARD: roles.heard(SERVICES)}
    return reference | written | {path: json.dumps(each, indent=2) + "\n" for path, each in parts.items()}


def served() -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The document of each service's API, and who may do what; the services are put together and not started."""
    with TemporaryDirectory() as folder:
        apps = [create_app(each) for each in assemble(with_secrets(Settings(var=folder)))]
        documents = {each.extensions["pprg"].service.name: openapi_document(each) for each in apps}
        return documents, roles.page(apps, heading, table)


def api(documents: dict[str, dict[str, Any]]) -> list[str]:
    lines = heading(
        "The API",
        "Every operation of the four services, with a `curl` for the world that `make run` starts. Where an address",
        'holds `$CASE_ID` or another name, set it first: the lists give the ids. `$TOKEN`: what "Your sign-ins" makes',
        "for whoever is signed in, or the key of an agency's program. What may be sent and what comes back",
        "is in the OpenAPI 3.1 documents: `shared/pprg_shared/web/openapi/`, served at",
        "`/api/v1/SERVICE/openapi.json`. The page `/api` of a running deployment shows the same for its own address.",
    )
    for each in operations(ORIGIN, documents):
        lines += [f"## {each.method} {each.path}", "", f"{each.summary} {each.whom}".strip(), ""]
        lines += ["```sh", *each.curl.splitlines(), "```", ""]
    return lines


def what_is_taken(documents: dict[str, dict[str, Any]]) -> list[str]:
    lines = heading(
        "What may be sent",
        "Nothing more and nothing longer is taken, from the pages or from the API: it is refused in words, and nothing",
        "of it is kept. `tests/intake/test_hostile_input.py` holds the limits. The numbers are this product's own.",
    )
    lines += table(("what", "at most", "else"), inputs.LIMITS)
    lines += [inputs.IN_WORDS, "", *table(("field", "head of the column", "words"), inputs.WORDS)]
    for operation, rows in inputs.fields(documents):
        lines += [
            f"## {operation}",
            "",
            *(table(("field", "needed", "what it may be"), rows) if rows else ["Nothing.", ""]),
        ]
    return lines


def heading(title: str, *words: str) -> list[str]:
    return [f"# {title}", "", "Written by `make docs`; do not edit.", "", *words, ""]


def table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> list[str]:
    lines = [list(head), *([str(cell).replace("|", "\\|") for cell in row] for row in rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return ["| " + " | ".join(line) + " |" for line in lines] + [""]


def listing(names: Iterable[str]) -> str:
    return ", ".join(names) or "nobody"


def events() -> list[str]:
    said = list(dict.fromkeys(event for service in SERVICES for event in service.says))
    overview = ([f"[{each.event_type}](#{anchor(each)})", who(each, "says"), who(each, "hears")] for each in said)
    lines = heading(
        "Events",
        "Who says what, who hears it, and what is in it. The same for machines, with every schema: `asyncapi.json`.",
        "Public fields lie in clear on the bus and in the boxes. Sealed fields open only with the keys of their ring;",
        "who holds none hears the public part alone.",
        "",
        *(f"- `{ring}` is held by {listing(holders(ring, SERVICES))}." for ring in rings()),
    )
    return lines + table(("event", "said by", "heard by"), overview) + [x for each in said for x in event_section(each)]


def rings() -> list[str]:
    return sorted({ring for service in SERVICES for ring in service.rings})


def anchor(event: type[Event]) -> str:
    return event.event_type.replace(".", "")


def who(event: type[Event], way: str) -> str:
    return listing(service.name for service in SERVICES if event in getattr(service, way))


def event_section(event: type[Event]) -> list[str]:
    heard = [f"- {each.name}: {sentence(each.hears[event])}" for each in SERVICES if event in each.hears]
    traits = [
        f"Subject: `{event.subject_field}`.",
        *(["Carries a revision: copies keep the higher."] if event.revised else []),
        *(["Transient: not acted on once it has expired, never replayed, not kept."] if event.transient else []),
    ]
    parts = {"public": event.public_part} | {f"sealed: {ring}": each for ring, each in event.ring_parts.items()}
    rows = [row for place, part in parts.items() for row in field_rows(place, json_schema(part.schema))]
    lines = [f"## {event.event_type}", "", sentence(event), " ".join(traits), "", *heard, ""]
    return lines + table(("field", "type", "where"), rows)


def field_rows(place: str, schema: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name, each in schema["properties"].items():
        yield f"`{name}`", in_words(each) + ("" if name in schema.get("required", ()) else ", may be left out"), place


def in_words(schema: dict[str, Any]) -> str:
    """A JSON Schema of ours as a person would say it."""
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if "properties" in schema:
        words = "(" + ", ".join(f"`{name}` {in_words(each)}" for name, each in schema["properties"].items()) + ")"
    elif kinds[0] == "array":
        words = f"list of {in_words(schema['items'])}"
    elif kinds[0] == "object":
        words = f"{in_words(schema['additionalProperties'])} by name"
    else:
        words = FORMATS.get(schema.get("format", ""), TYPES[kinds[0]])
    return f"{words}, or nothing" if "null" in kinds else words


def settings() -> list[str]:
    kinds = {name: KINDS[kind] for name, kind in typing.get_type_hints(Settings).items()}
    rows = (
        (f"`{name.upper()}`", kinds[name], default(each.default), wanted_by(name), each.metadata["words"])
        for name, each in Settings.__dataclass_fields__.items()
    )
    lines = heading(
        "Settings",
        "Read once, at the start, from the environment: `NAME`, or `NAME_FILE` naming a file that holds the value.",
        "`pprg run` makes the secrets that are empty; a service on its own will not start without, and says which.",
    )
    lines += table(("name", "type", "default", "for", "what it is"), rows)
    hashes = listing(f"`{hash_name(name)}`" for name in NAMES)
    return [*lines, f"For RabbitMQ's `definitions.json` alone, the hash of each service's password: {hashes}."]


def default(value: Any) -> str:
    return f"`{int(value) if isinstance(value, bool) else value}`" if value != "" else "empty"


def wanted_by(name: str) -> str:
    """The services that a setting is for."""
    ring, prefix = name.removesuffix("_keys"), name.partition("_")[0]
    if ring in rings():
        return listing(holders(ring, SERVICES))
    return ONE_SERVICE.get(prefix, "all")


def profile() -> list[str]:
    lines = heading(
        "The profile of a partnership",
        "What may stand in a file of `deploy/profiles/`, which `PROFILE` names. It is TOML; `based_on` names a file in",
        "the same folder that it is laid over, key by key. Where a place is written with `CODE`, each table's own name",
        "is the code by which other tables, events and addresses of pages call it. How to make one:",
        "`docs/how-to/make-a-profile.md`.",
    )
    return lines + profile_section(Profile, "")


def profile_section(kind: type, place: str) -> list[str]:
    """A table of a profile's keys, and the tables within it."""
    rows, within = [], []
    for name, hint, declared in keys_of(kind):
        if name == "code":
            continue
        where, inner = f"{place}.{name}".lstrip("."), inner_table(hint)
        about = declared.metadata
        words = f"{about['words']} Refers to `[{about['refers']}]`." if about["refers"] else about["words"]
        example = f"`{about['example']}`" if about["example"] else ""
        rows.append((f"`{name}`", kind_in_words(hint), needed(declared), words, example))
        within += profile_section(inner, f"{where}.CODE" if is_coded(inner) else where) if inner else []
    title = [f"## {f'[{place}]' if place else 'At the top'}", ""]
    code = [f"`CODE`: {keys_of(kind)[0][2].metadata['words']}", ""] if is_coded(kind) else []
    doc = [sentence(kind), ""] if place else []
    return title + doc + code + table(("key", "type", "default", "what it is", "example"), rows) + within


def inner_table(hint: Any) -> Any:
    """The dataclass that stands at a key, alone, optional or several by code."""
    candidates = (hint, *typing.get_args(hint))
    return next((each for each in candidates if dataclasses.is_dataclass(each)), None)


def needed(declared: "dataclasses.Field[Any]") -> str:
    if declared.default_factory is not dataclasses.MISSING:
        return "none"
    if declared.default is dataclasses.MISSING:
        return "must be given"
    return f"`{json.dumps(declared.default)}`" if declared.default not in {None, ""} else "none"


def commands() -> list[str]:
    lines = heading("Commands", "What `--help` says of each. Exit code 0: it did what it was asked.")
    own = [pair for name, each in sorted(pprg.commands.items()) if name not in NAMES for pair in helps(each, name)]
    for path, text in own:
        lines += command_section(f"pprg {path}", text.replace(path, f"pprg {path}", 1))
    lines += ["# Commands of a service", "", "PROGRAM is a service on its own, or one of the embedded world.", ""]
    for (path, text), programs in sorted(service_commands().items()):
        lines += command_section(path, text, f"PROGRAM is {in_short(programs)}.")
    return lines


def service_commands() -> dict[tuple[str, str], list[str]]:
    """Path and help text of each command of a service, and the programs that have just that."""
    groups = {f"pprg-{name}": importlib.import_module(f"pprg_{name}.__main__").main for name in NAMES}
    groups |= {f"pprg {name}": pprg.commands[name] for name in NAMES if name in pprg.commands}
    found: dict[tuple[str, str], list[str]] = {}
    for program, group in groups.items():
        for path, text in helps(group, program):
            found.setdefault((path.removeprefix(f"{program} "), text.replace(program, "PROGRAM")), []).append(program)
    return found


def in_short(programs: list[str]) -> str:
    """`pprg-SERVICE` for all four of a kind, else the programs themselves."""
    kinds = [[each for each in programs if each.startswith(prefix)] for prefix in ("pprg-", "pprg ")]
    names = [[f"{kind[0][:5]}SERVICE"] if len(kind) == len(NAMES) else kind for kind in kinds]
    return " or ".join(f"`{name}`" for kind in names for name in kind)


def helps(command: click.Command, path: str) -> Iterator[tuple[str, str]]:
    """The path and help text of a command, or of all that are in a group."""
    if isinstance(command, click.Group):
        for name, inner in sorted(command.commands.items()):
            yield from helps(inner, f"{path} {name}")
    else:
        context = click.Context(command, info_name=path, terminal_width=WIDTH, max_content_width=WIDTH)
        yield path, command.get_help(context)


def command_section(path: str, text: str, *notes: str) -> list[str]:
    shown = [f"    {line}".rstrip() for line in text.splitlines()]
    return [f"## {path}", "", *(part for note in notes for part in (note, "")), *shown, ""]


def main() -> None:
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for path, text in pages().items():
        path.write_text(text, "utf-8")
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
