"""What schemathesis makes of the documents: right and wrong requests by the thousand, as the office and as nobody."""

import dataclasses

import hypothesis
import pytest
import schemathesis
import sqlalchemy as sa
from schemathesis.config import SchemathesisConfig

from pprg_shared.web.reference import read

DOCUMENTS = read()
#: Of each operation, by each person, as often rightly as wrongly: for every day, and for the long form, which takes
#: some 22 minutes with these.
EXAMPLES, MORE_EXAMPLES = 8, 100
#: 422 also for what follows the document: which codes and dates are right the profile and the calendar say, not it.
CONFIG = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "400", "401", "403", "404", "409", "422"]
"""
every_service = pytest.mark.parametrize("service", DOCUMENTS)
#: Each request is sent by all of them, for to think of one takes longer than to answer it.
PEOPLE = ("coordinator", "nobody")
MORE_PEOPLE = ("coordinator", "chair", "partner-police", "lead-gp", "ops", "nobody")


@pytest.fixture
def settings(settings):
    """It asks more than a person may in a minute, in which the clock stands still."""
    return dataclasses.replace(settings, limits=False)


def rows(alive):
    """How many rows each table of a service holds, asked all at once: it is asked before and after each request."""
    tables = [each for each in alive.service.metadata.sorted_tables if each.name != "limits"]  # what is refused counts
    counts = [sa.select(sa.func.count()).select_from(each).scalar_subquery().label(each.name) for each in tables]
    with alive.database.reading() as session:
        return session.execute(sa.select(*counts)).one()._asdict()


def ask(world, service, people, examples):
    """Ask every operation as these people; what was found wrong, each with the request that shows it."""
    alive = world.services[service]
    app = world.app(service)
    schema = schemathesis.openapi.from_dict(DOCUMENTS[service], config=SchemathesisConfig.from_str(CONFIG))
    schema.app = app
    tokens = [{} if who == "nobody" else world.acting(who) for who in people]
    wrong = []
    for found in schema.get_all_operations():
        operation = found.ok()
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):
            wrong += _ask(alive, operation, mode, tokens, examples)
    return wrong


def _ask(alive, operation, mode, tokens, examples):
    wrong = []

    @hypothesis.settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(operation.as_strategy(generation_mode=mode))
    def each(case):
        hypothesis.assume([] not in (case.query or {}).values())  # nothing of it would stand in the address
        for headers in tokens:
            before = rows(alive) if mode.is_negative else {}
            response = case.call(headers=headers)
            if mode.is_negative and response.status_code >= 400:
                assert rows(alive) == before
            case.validate_response(response, headers=headers)

    try:
        each()
    except* hypothesis.errors.Unsatisfiable:
        assert mode.is_negative, operation.label
    except* Exception as errors:  # noqa: BLE001 -- whatever one operation meets, the others are asked too
        wrong += [f"{operation.label}: {each}" for each in errors.exceptions]
    return wrong


@every_service
def test_schemathesis_finds_nothing(world, service):
    assert ask(world, service, PEOPLE, EXAMPLES) == []


@pytest.mark.long
@pytest.mark.timeout(1800)
@every_service
def test_schemathesis_finds_nothing_in_the_long_run(world, service):
    assert ask(world, service, MORE_PEOPLE, MORE_EXAMPLES) == []
