"""Accounts of the invented people, where the product is only tried out: what they sign in with can be told again."""

import base64
import hmac
from dataclasses import dataclass
from uuid import UUID

import pyotp

from pprg_intake.actions import accounts
from pprg_intake.models import Account, Person
from pprg_shared.database import now, seal
from pprg_shared.service import Runtime

SECRET_BYTES = 20
PASSWORD_BYTES = 15


@dataclass(frozen=True)
class Invented:
    """How an invented person signs in."""

    code: str
    name: str
    address: str
    roles: tuple[str, ...]
    password: str
    secret: str
    code_now: str

    def as_json(self) -> dict[str, object]:
        """For programs that sign in as they do."""
        return {
            "name": self.name,
            "address": self.address,
            "roles": list(self.roles),
            "password": self.password,
            "totp_secret": self.secret,
        }


def trial_people(runtime: Runtime, *codes: str) -> list[Invented]:
    """How each of the invented people (or of these) signs in; who has no account is given one."""
    people = [each for each in runtime.profile.people if not codes or each.code in codes]
    with runtime.database.reading() as session:
        there = accounts.accounts_of(session, [each.id for each in people])
    secret = runtime.settings.secret_key
    made = {each.id: accounts.hashed(_password(secret, each.id)) for each in people if each.id not in there}
    with runtime.database.writing("action") as session:
        for number, kept in made.items():
            person = session.get(Person, number)
            if person is not None and session.get(Account, number) is None:
                account = accounts.choose_password(session, person, kept, trial=True)
                account.secret = seal(session, account, "secret", _authenticator(secret, number))
                account.state, account.next_secret = accounts.ACTIVE, None
        at = now(session)
    return [
        Invented(
            code=each.code,
            name=each.name,
            address=each.address,
            roles=tuple(each.roles),
            password=_password(secret, each.id),
            secret=(shared := _authenticator(secret, each.id)),
            code_now=pyotp.TOTP(shared).at(at),
        )
        for each in people
    ]


def _password(secret: str, person: UUID) -> str:
    """The same for the same person of the same installation, and nobody else can tell it."""
    return base64.b32encode(_drawn(secret, f"trial password {person}")[:PASSWORD_BYTES]).decode("ascii").lower()


def _authenticator(secret: str, person: UUID) -> str:
    return base64.b32encode(_drawn(secret, f"trial authenticator {person}")[:SECRET_BYTES]).decode("ascii")


def _drawn(secret: str, what: str) -> bytes:
    return hmac.digest(secret.encode(), what.encode(), "sha256")
