"""People at the API of a service, for tests that want something to be there."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from pprg_shared.identity import tokens


@pytest.fixture
def post(world: Any) -> Callable[..., Any]:
    """Post to a service as a person, JSON or, by `options`, anything else; the answer, once everybody has heard."""

    def send(
        service: str,
        path: str,
        body: Any = None,
        who: str = "coordinator",
        status: int = 201,
        key: str | None = None,
        **options: Any,
    ) -> Any:
        headers = {"Acting-As": who, "Idempotency-Key": key or str(uuid4())}
        answer = world.client(service).post(f"/api/v1{path}", headers=headers, **(options or {"json": body}))
        world.settle()
        assert answer.status_code == status, answer.text
        return answer.json

    return send


@pytest.fixture
def get(world: Any) -> Callable[..., Any]:
    """What a service gives a person."""

    def fetch(service: str, path: str, who: str = "coordinator") -> Any:
        return world.client(service).get(f"/api/v1{path}", headers={"Acting-As": who}).json

    return fetch


@pytest.fixture
def token(world: Any) -> Callable[..., str]:
    """A token of one of the invented people, signed as intake signs them."""

    def signed(who: str = "coordinator", use: str = tokens.PAGES, only: str = "", **other: Any) -> str:
        person = world.services["intake"].profile.person(who)
        about = {"person": person.id, "session": uuid4(), "roles": frozenset(person.roles), "agency": person.agency}
        ends_at = world.clock.at + timedelta(hours=12)
        made = tokens.Token(**about | {"revision": 1, "ends_at": ends_at, "only": only, "use": use} | other)
        return tokens.issue(made, world.services["intake"].settings.sign_in_key)

    return signed
