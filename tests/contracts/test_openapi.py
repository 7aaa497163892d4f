"""The OpenAPI documents: valid, served, complete, and true of every example."""

import copy
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from pprg_shared.openapi import is_api
from pprg_shared.web.problems import PROBLEMS
from pprg_shared.web.reference import read

PUBLISHED = json.loads((Path(__file__).parent / "openapi/schema-3.1.json").read_text("utf-8"))
OPENAPI = Draft202012Validator(PUBLISHED)
DOCUMENTS = read()
every_service = pytest.mark.parametrize("service", DOCUMENTS)
OPERATIONS = [
    pytest.param(service, path, method, id=f"{service}-{said['operationId']}")
    for service, document in DOCUMENTS.items()
    for path, methods in document["paths"].items()
    for method, said in methods.items()
]


def part(service, path, method):
    return DOCUMENTS[service]["paths"][path][method]


@every_service
def test_the_document_follows_the_published_schema(service):
    assert [error.message for error in OPENAPI.iter_errors(DOCUMENTS[service])] == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda document: document.update(openapi="3.0.3"),
        lambda document: document["paths"]["/api/v1/referrals"]["post"].update(responses=[]),
        lambda document: document["paths"]["/api/v1/agencies"]["get"]["parameters"].append({"name": "x", "in": "y"}),
        lambda document: document.pop("info"),
    ],
    ids=["another version", "no responses", "unknown place", "no info"],
)
def test_the_published_schema_refuses_what_is_no_openapi(spoil):
    spoilt = copy.deepcopy(DOCUMENTS["intake"])

    spoil(spoilt)

    assert not OPENAPI.is_valid(spoilt)


@every_service
def test_it_is_served_and_kept_by_whoever_asked_for_it(world, service):
    client, address = world.client(service), f"/api/v1/{service}/openapi.json"

    with client.get(address) as first, client.get(address, headers={"If-None-Match": first.headers["ETag"]}) as again:
        document = first.json

    assert (first.status_code, first.content_type) == (200, "application/json")
    assert document == DOCUMENTS[service]
    assert first.headers["Cache-Control"] == "public, max-age=3600"
    assert (again.status_code, again.data) == (304, b"")


@every_service
def test_every_route_of_the_api_is_in_it(world, service):
    app = world.client(service).application
    routes = [rule for rule in app.url_map.iter_rules() if is_api(rule)]

    assert sum(map(len, DOCUMENTS[service]["paths"].values())) == len(routes)


@pytest.mark.parametrize(("service", "path", "method"), OPERATIONS)
def test_every_operation_has_words_and_answers(service, path, method):
    said = part(service, path, method)
    done = said["responses"].get("201") or said["responses"]["200"]
    (content,) = done["content"].values()

    assert said["summary"].endswith(".")
    assert content["schema"] != {"type": "object"}, "say with @gives what the view answers"
    assert {"400", "503"} <= set(said["responses"])
    if method == "post":
        assert {"409", "413", "415", "422"} <= set(said["responses"])
        assert "Idempotency-Key" in {each["name"] for each in said["parameters"]}
        assert all(content["schema"] != {"type": "object"} for content in said["requestBody"]["content"].values()), (
            "say with @takes what the view takes at most"
        )


@pytest.mark.parametrize(("service", "path", "method"), OPERATIONS)
def test_every_body_and_every_answer_has_an_example_that_follows_its_schema(service, path, method):
    said, components = part(service, path, method), DOCUMENTS[service]["components"]
    done = said["responses"].get("201") or said["responses"]["200"]
    contents = [content for each in (said.get("requestBody"), done) if each for content in each["content"].values()]

    wrong = [
        error.message
        for content in contents
        for error in Draft202012Validator(content["schema"] | {"components": components}).iter_errors(
            content["example"]
        )
    ]

    assert len(contents) == (2 if method == "post" else 1)
    assert all("example" in content and content["example"] != "" for content in contents)
    assert wrong == []


@every_service
def test_problems_are_documented_with_an_example_each(service):
    components = DOCUMENTS[service]["components"]
    problem = Draft202012Validator(components["schemas"]["Problem"])

    examples = {
        slug: each["content"]["application/problem+json"]["example"] for slug, each in components["responses"].items()
    }

    assert {slug: each["status"] for slug, each in examples.items()} == {
        slug: each[0] for slug, each in PROBLEMS.items()
    }
    assert [error.message for each in examples.values() for error in problem.iter_errors(each)] == []
