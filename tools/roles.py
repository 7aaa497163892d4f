"""Who may do what, read off the services: each route with its verb, and each verb with its roles and relations.

`docs/reference/access.md` shows it; `tests/contracts/test_roles.py` holds every answer against that page.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from flask import Flask
from werkzeug.routing import AnyConverter, Rule

from pprg_shared.access import EVERY_SERVICE, EVERYBODY, OPEN, Relation, Table
from pprg_shared.service import Service

READ, SENT = "GET", "POST"
#: What each relation says on the page.
MEANS: Mapping[Relation, str] = {
    Relation.NO_MATTER: "there is no one thing that it is done to, or it is all the same whose it is.",
    Relation.THEIRS: "a case they are named to, a request to their agency, the outcome of what their agency referred.",
    Relation.GRANTED: "a case that they review, and whose names of staff the office has granted them for a reason.",
    Relation.OPENED: "a case that they opened for an hour by breaking the glass.",
    Relation.OTHERS: "anybody else's.",
    Relation.CLOSED: "a case in which they have declared an interest: open to nobody for anything.",
}


class Route(NamedTuple):
    """A route of a service by one method: its verb, or why it needs none; both empty where that was forgotten."""

    method: str
    path: str
    endpoint: str
    verb: str
    why_open: str = ""


def routes(app: Flask) -> list[Route]:
    """Every route of a service by every method, in the order of their addresses."""
    rules = sorted(app.url_map.iter_rules(), key=lambda each: (each.rule, sorted(each.methods or ())))
    return [route for each in rules for route in _of_rule(app, each)]


def _of_rule(app: Flask, rule: Rule) -> Iterator[Route]:
    service: Service = app.extensions["pprg"].service
    why = {**OPEN, **service.open}.get(rule.endpoint, "")
    verbs = {} if why else _verbs(app.view_functions[rule.endpoint])
    for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
        verb = verbs.get(method, "")
        path = rule.rule
        for name, converter in rule._converters.items():  # noqa: SLF001 -- werkzeug has no public way to a rule's parts
            if isinstance(converter, AnyConverter) and verb == f"<{name}>":
                place = path[path.index("<any(") : path.index(f":{name}>") + len(f":{name}>")]
                for each in sorted(converter.items):
                    yield Route(method, path.replace(place, each), rule.endpoint, each)
                break
        else:
            yield Route(method, path, rule.endpoint, verb, why)


def _verbs(view: Callable[..., Any]) -> dict[str, str]:
    """What a view asks for first, by method: a text, a choice between two by the method, or a part of the address."""
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(view)))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "needs":
            given = node.args[0]
            if isinstance(given, ast.IfExp):
                return {READ: _verb(given.body), SENT: _verb(given.orelse)}
            return dict.fromkeys((READ, SENT), _verb(given))
    return {}


def _verb(given: ast.expr) -> str:
    return f"<{given.id}>" if isinstance(given, ast.Name) else str(ast.literal_eval(given))


def whole_table(service: Service) -> Table:
    """The rules of a service, with those that every service has."""
    return {**EVERY_SERVICE, **service.rules}


def roles(table: Table) -> list[str]:
    """Every role that a table names, in order."""
    return sorted({role for rule in table.values() for role in rule})


def cell(table: Table, verb: str, role: str) -> str:
    """In which relations somebody with a role may do this: `theirs, opened`; empty for none."""
    found = table[verb].get(role, frozenset())
    return ", ".join(each.value for each in Relation if each in found)


#: Of use once in a while: they stand behind what is of every day.
SELDOM = ("/people", "/agencies")


def menu(services: Sequence[Service]) -> list[dict[str, Any]]:
    """Every place that services offer, with the roles of its verb; those for everybody stand last."""
    offered = [(each, words, *place) for each in services for words, place in each.menu.items()]
    places = [
        {"words": words, "href": href, "roles": sorted(service.roles(verb) - {EVERYBODY} if verb else ())}
        for service, words, href, verb in offered
    ]
    return sorted(places, key=lambda each: (not each["roles"], each["href"] in SELDOM))


def heard(services: Sequence[Service]) -> dict[str, list[str]]:
    """Each event and who hears it."""
    names = sorted({event.event_name for service in services for event in service.says})
    hears = {service.name: {event.event_name for event in service.hears} for service in services}
    return {name: [service for service in hears if name in hears[service]] for name in names}


def page(apps: Sequence[Flask], heading: Callable[..., list[str]], table: Callable[..., list[str]]) -> list[str]:
    """The page about access, in lines."""
    lines = heading(
        "Who may do what",
        "What no line names is open to nobody. Somebody whose roles may not do it to anything gets 403, of a thing",
        "that is there as of one that is not. To somebody who may do it to others, one that is not open to them is not",
        "there: 404, after as many queries and with the same words as for one that never existed. Where they declared",
        "an interest, one query more sees whether the office knows yet that they tried.",
        "",
        *(f"- `{each.value}`: {words}" for each, words in MEANS.items()),
    )
    for app in apps:
        service: Service = app.extensions["pprg"].service
        rules = whole_table(service)
        names = roles(rules)
        lines += [f"## {service.name.capitalize()}: verbs", ""]
        shown = ["everybody" if each == EVERYBODY else each for each in names]
        lines += table(("verb", *shown), ((verb, *(cell(rules, verb, each) for each in names)) for verb in rules))
        lines += [f"## {service.name.capitalize()}: addresses", ""]
        rows = ((each.method, f"`{each.path}`", each.verb, each.why_open) for each in routes(app))
        lines += table(("method", "address", "verb", "open because"), rows)
    return lines
