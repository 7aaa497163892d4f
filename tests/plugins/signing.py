"""People who sign in at intake's pages: their browser, what they type, and what their authenticator shows."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from argon2 import PasswordHasher

from beginnings import beginning
from pprg_intake.actions import accounts
from pprg_intake.models import Person
from pprg_shared.database import seal

PASSWORD = "four words which nobody guesses"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
#: A hash takes as long as it must, and in tests no longer than it can. Who looks at that asks for `dear_hashes`.
DEAR, CHEAP = accounts._HASHER, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
accounts._HASHER = CHEAP


@pytest.fixture
def dear_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Passwords are hashed as in earnest."""
    monkeypatch.setattr(accounts, "_HASHER", DEAR)
    accounts._nobodys.cache_clear()
    yield
    accounts._nobodys.cache_clear()


@dataclass
class Visiting:
    """Somebody's browser at intake."""

    world: Any
    client: Any = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.world.client("intake")

    @property
    def cookies(self) -> dict[str, str]:
        """What the browser has been given to keep."""
        return {each.key: each.value for each in self.client._cookies.values()}

    def holding(self, cookies: dict[str, str]) -> "Visiting":
        """The same browser, once it has been given these to keep."""
        for name, value in cookies.items():
            self.client.set_cookie(name, value)
        return self

    def get(self, path: str, service: str = "intake") -> Any:
        """A page; of another service with the same cookies."""
        if service == "intake":
            return self.client.get(path)
        other = self.world.client(service)
        for name in ("pprg", "pprg-seen"):
            if cookie := self.client.get_cookie(name):
                other.set_cookie(name, cookie.value)
        return other.get(path)

    def send(self, path: str, to: str = "", **answers: str) -> Any:
        """Open a page, fill its form and send it."""
        page = self.client.get(path).text
        hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', page))
        return self.client.post(to or path, data={**hidden, **answers, "_end": "1"})

    def password(self, address: str, password: str = PASSWORD, path: str = "/sign-in") -> Any:
        """The first step."""
        return self.send(path, address=address, password=password)

    def code(self, **later: float) -> str:
        """What the authenticator shows, now or at another moment."""
        return pyotp.TOTP(SECRET).at(self.world.clock.at + timedelta(**later))

    def once_more(self, path: str, **answers: str) -> Any:
        """A form that wants password and code again, half a minute after whatever was before."""
        self.world.clock.forward(seconds=30)
        return self.send(path, **{"present": PASSWORD, "code": self.code()} | answers)

    def sign_in(self, who: str = "coordinator", path: str = "/sign-in") -> Any:
        """Both steps, half a minute after whatever was before."""
        self.world.clock.forward(seconds=30)
        first = self.password(address(self.world, who), path=path)
        assert (first.status_code, first.location) == (303, "/sign-in/code"), first.text
        return self.send("/sign-in/code", code=self.code())


def address(world: Any, who: str) -> str:
    """Of one of the invented people."""
    return str(world.services["intake"].profile.person(who).address)


@pytest.fixture
def accounts_for(world: Any) -> Callable[..., None]:
    """Give invented people accounts, all with the same password and authenticator."""

    def give(*people: str) -> None:
        intake = world.services["intake"]
        with intake.database.writing("action") as session:
            for who in people:
                person = session.get(Person, intake.profile.person(who).id)
                account = accounts.choose_password(session, person, accounts.hashed(PASSWORD))
                account.secret = seal(session, account, "secret", SECRET)
                account.state, account.next_secret = accounts.ACTIVE, None
        world.settle()

    return give


@pytest.fixture
def visiting(world: Any) -> Callable[[], Visiting]:
    """Somebody new at the door."""
    return lambda: Visiting(world)


@pytest.fixture
@beginning
def signed_in(accounts_for: Callable[..., None], visiting: Callable[[], Visiting]) -> dict[str, str]:
    """The coordinator has signed in by the pages; what their browser was given to keep."""
    accounts_for("coordinator")
    browser = visiting()
    browser.sign_in()
    return browser.cookies


@pytest.fixture
def office(signed_in: dict[str, str], visiting: Callable[[], Visiting]) -> Visiting:
    """The browser of the coordinator, who has signed in by the pages; modules may have another office."""
    return visiting().holding(signed_in)
