"""People at the API of a service, for tests that want something to be there."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from signed import token_of


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
        headers = {**world.acting(who), "Idempotency-Key": key or str(uuid4())}
        answer = world.client(service).post(f"/api/v1{path}", headers=headers, **(options or {"json": body}))
        world.settle()
        assert answer.status_code == status, answer.text
        return answer.json

    return send


@pytest.fixture
def get(world: Any) -> Callable[..., Any]:
    """What a service gives a person."""

    def fetch(service: str, path: str, who: str = "coordinator") -> Any:
        return world.client(service).get(f"/api/v1{path}", headers=world.acting(who)).json

    return fetch


@pytest.fixture
def token(world: Any) -> Callable[..., str]:
    """A token of one of the invented people, signed as intake signs them."""

    def signed(who: str = "coordinator", **other: Any) -> str:
        intake = world.services["intake"]
        about = {"ends_at": world.clock.at + timedelta(hours=12)} | other
        return token_of(intake.profile.person(who), intake.settings.sign_in_key, world.clock.at, **about)

    return signed
