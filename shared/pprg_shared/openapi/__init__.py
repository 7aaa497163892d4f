"""The OpenAPI 3.1 document of a service, read off the views of its API: what they load, whom they need, what they give.

`make docs` writes it beside the pages, so that serving needs no apispec; `pprg_shared.web.reference` shows it.
"""

import ast
import dataclasses
import inspect
import textwrap
from collections.abc import Callable, Iterator
from importlib import metadata
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from flask import Flask
from marshmallow import INCLUDE, Schema, fields
from werkzeug.routing import AnyConverter, Rule, UUIDConverter

from pprg_shared.access import EVERYBODY
from pprg_shared.examples import ID, example_of
from pprg_shared.openapi.parts import HEADERS, JSON, KEY, PROBLEM, RECEIPT, WHO, done, headers, problem
from pprg_shared.profile import Profile
from pprg_shared.schemas import schema_of
from pprg_shared.service import Service
from pprg_shared.web.problems import PROBLEMS

ABOUT = """\
The same schemas and actions stand behind the pages. Every POST carries an `Idempotency-Key`: sent again with the same
key and body it gets the first answer and does nothing. Bodies are strict: unknown names are refused. What goes wrong is
told as `application/problem+json` (RFC 9457). `Authorization: Bearer` carries the token that somebody who is signed in
makes under "Your sign-ins", which works for an hour, or the key that an administrator made for a program of an agency;
its scopes open referrals, or requests and outcomes, of that agency. Codes of agencies, reviews and
people come from the partnership's profile; those in the examples are of the profile that is shipped, and all people in
them are invented.
"""
#: What may go wrong with any request, and with those that send something.
ALWAYS = ("malformed", "signed-out", "too-many", "unavailable")
SENDING = ("conflict", "too-large", "unsupported-type", "invalid")
_converter = OpenAPIConverter("3.1.0", lambda _schema: None, APISpec("", "", "3.1.0"))  # 3.1 is plain JSON Schema


def document(app: Flask) -> dict[str, Any]:
    """The OpenAPI document of the service behind this app."""
    alive = app.extensions["pprg"]
    with app.test_request_context():  # choices come from the profile
        rules = sorted(app.url_map.iter_rules(), key=lambda each: each.rule)
        operations = [_Operation(rule, app, alive.service, alive.profile) for rule in rules if is_api(rule)]
        paths: dict[str, dict[str, Any]] = {}
        for each in operations:
            paths.setdefault(each.path, {})[each.method] = each.whole()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"Practice reviews: {alive.service.title[0].lower()}{alive.service.title[1:]}",
            "version": metadata.version("pprg-shared"),
            "description": ABOUT,
        },
        "servers": [{"url": "/", "description": "The origin that serves this document."}],
        "paths": paths,
        "components": {
            "schemas": {"Problem": PROBLEM, "Receipt": RECEIPT},
            "responses": {slug: problem(slug) for slug in PROBLEMS},
            "headers": HEADERS,
            "securitySchemes": {"person": {"type": "http", "scheme": "bearer", "description": WHO}},
        },
    }


def is_api(rule: Rule) -> bool:
    """Whether a route is of the API; the documents themselves are not."""
    return rule.rule.startswith("/api/v1/") and rule.endpoint != "openapi"


def json_schema(schema: Schema) -> dict[str, Any]:
    """The JSON Schema of what a marshmallow schema takes: nothing but what it names."""
    found = _plain(schema)
    _close(found)
    return found


def answer_schema(shape: type[Any]) -> dict[str, Any]:
    """The JSON Schema of an answer that a dataclass describes; an answer may grow, so more is welcome."""
    return _plain(_schema_of(shape))


def _schema_of(shape: type[Any]) -> Schema:
    return schema_of(shape, dataclasses.fields(shape), shape.__name__)(unknown=INCLUDE)


def _plain(schema: Schema) -> dict[str, Any]:
    found: dict[str, Any] = _converter.schema2jsonschema(schema)  # type: ignore[no-untyped-call]  # apispec's gap
    return found


@dataclasses.dataclass
class _Operation:
    rule: Rule
    app: Flask
    service: Service
    profile: Profile

    def __post_init__(self) -> None:
        self.view: Callable[..., Any] = self.app.view_functions[self.rule.endpoint]
        self.calls = dict(_calls(self.view))
        (self.method,) = (each.lower() for each in (self.rule.methods or ()) if each not in {"HEAD", "OPTIONS"})
        self.gives = getattr(self.view, "gives", None)
        self.query = self._schema("asked") if "asked" in self.calls else None

    @property
    def path(self) -> str:
        return "".join(f"{{{text}}}" if dynamic else text for dynamic, text in self.rule._trace if text != "|")  # noqa: SLF001 -- werkzeug has no public way to a rule's parts

    @property
    def _noun(self) -> str:
        return self.path.split("/")[3]

    def whole(self) -> dict[str, Any]:
        said: dict[str, Any] = {
            "operationId": self.view.__name__,
            "summary": inspect.cleandoc(self.view.__doc__ or "").splitlines()[0],
            "tags": [self._noun],
            "description": self._for_whom(),
            "parameters": [*self._places(), *self._asked()],
            "security": [{"person": []}] if self._closed else [{}, {"person": []}],
            "responses": self._responses(),
        }
        if person := self._person():
            said["x-example-person"] = person
        if self.method == "post":
            said["parameters"].append(KEY)
            said["requestBody"] = {"required": True, "content": self._content()}
        return said

    @property
    def _verb(self) -> str | None:
        given = self.calls.get("needs")
        return given.value if isinstance(given, ast.Constant) else None  # type: ignore[return-value]  # a text

    @property
    def _roles(self) -> frozenset[str]:
        return self.service.roles(self._verb or "")

    @property
    def _closed(self) -> bool:
        return bool({"needs", "Forbidden"} & set(self.calls)) and EVERYBODY not in self._roles

    def _for_whom(self) -> str:
        roles = ", ".join(sorted(self._roles - {EVERYBODY}))
        return f"For people with one of the roles {roles}." if roles else "For everybody." if not self._closed else ""

    def _person(self) -> str:
        """An invented person who may do this, by code."""
        if not self._closed:
            return ""
        first = self.service.roles(getattr(self.view, "second", ""))
        people = self.profile.people_with_role(*(self._roles - first or {"coordinator"}))
        return str(people[0].code) if people else ""

    def _places(self) -> Iterator[dict[str, Any]]:
        for name, converter in self.rule._converters.items():  # noqa: SLF001 -- the same
            schema: dict[str, Any] = {"type": "string"}
            if isinstance(converter, UUIDConverter):
                schema = {"type": "string", "format": "uuid", "examples": [ID]}
            elif isinstance(converter, AnyConverter):
                schema = {"type": "string", "enum": sorted(converter.items)}
            yield {"name": name, "in": "path", "required": True, "schema": schema}

    def _asked(self) -> Iterator[dict[str, Any]]:
        if self.query is None:
            return
        shape = json_schema(self.query)
        for name, schema in shape["properties"].items():
            yield {"name": name, "in": "query", "required": name in shape.get("required", ()), "schema": schema}

    def _schema(self, call: str) -> Schema | None:
        """The schema that the view loads with; None where it is made from what is stored."""
        given = self.calls.get(call)
        if isinstance(given, ast.Call) and isinstance(given.func, ast.Name):
            found = self.view.__globals__.get(given.func.id)
            if isinstance(found, type) and issubclass(found, Schema):
                plain = [(each.arg or "", each.value) for each in given.keywords]
                options: dict[str, Any] = {name: each.value for name, each in plain if isinstance(each, ast.Constant)}
                return found(**options)
        return None

    def _content(self) -> dict[str, Any]:
        kind = self.calls.get("content")
        if isinstance(kind, ast.Constant):
            example = getattr(self.view, "example", "")
            return {str(kind.value): {"schema": {"type": "string", "minLength": 1}, "example": example}}
        declared = getattr(self.view, "takes", lambda: self._schema("body"))()
        if declared is None:
            return {JSON: {"schema": {"type": "object"}}}
        if isinstance(declared, list):
            return {
                JSON: {
                    "schema": {"anyOf": [json_schema(each) for each in declared]},
                    "example": example_of(declared[0]),
                }
            }
        schema: Schema = declared
        return {JSON: {"schema": json_schema(schema), "example": example_of(schema)}}

    def _responses(self) -> dict[str, Any]:
        wrong = [*ALWAYS]
        if self.method == "post":
            wrong += SENDING
        elif self.query is not None:
            wrong.append("invalid")
        if self._closed:
            wrong.append("forbidden")
        if self.rule.arguments or self.query is not None:
            wrong.append("not-found")
        answers = {"201": done(self._noun)} if "receipt" in self.calls else {"200": self._given()}
        by_status = sorted((PROBLEMS[slug][0], slug) for slug in wrong)
        return answers | {str(status): {"$ref": f"#/components/responses/{slug}"} for status, slug in by_status}

    def _given(self) -> dict[str, Any]:
        content: dict[str, Any] = {"schema": {"type": "object"}}
        if self.gives:
            content = {"schema": answer_schema(self.gives), "example": example_of(_schema_of(self.gives))}
        return {"description": "As asked.", "headers": headers("X-Request-ID"), "content": {JSON: content}}


def _calls(view: Callable[..., Any]) -> Iterator[tuple[str, ast.expr | None]]:
    """The functions that a view calls by their plain names, each with its first argument."""
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(view)))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id, node.args[0] if node.args else None


def _close(schema: Any) -> None:
    """Say of every object that it takes no other names."""
    if isinstance(schema, list):
        for each in schema:
            _close(each)
    elif isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            schema["additionalProperties"] = False
        for each in schema.values():
            _close(each)


def _words(
    _converter: OpenAPIConverter, field: fields.Field[Any], ret: dict[str, Any], **_options: Any
) -> dict[str, Any]:
    """What the form says beside the field; patterns end as JSON Schema writes it."""
    said = {"title": field.metadata.get("label"), "description": field.metadata.get("hint")}
    if "pattern" in ret:
        said["pattern"] = "^" + ret["pattern"].removeprefix("^").replace("\\Z", "$")
    if "type" in field.metadata:  # of the input in the form
        said["type"] = "string"
    return {name: each for name, each in said.items() if each}


_converter.add_attribute_function(_words)  # type: ignore[no-untyped-call]  # apispec's gap
