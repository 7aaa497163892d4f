"""Accounts: the password, the authenticator and the recovery codes of people in the directory."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from uuid import UUID

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from pprg_intake import rules
from pprg_intake.actions.sessions import end_everywhere
from pprg_intake.models import Account, Person, RecoveryCode
from pprg_shared.actor import Actor
from pprg_shared.audit import record
from pprg_shared.database import now, profile_of, seal, unseal

NEW, ACTIVE = "new", "active"
#: argon2id with the profile that its authors call the second recommended (RFC 9106).
_HASHER = PasswordHasher()


@cache
def common_passwords() -> frozenset[str]:
    """The digests of what many people have as a password."""
    lines = files("pprg_intake").joinpath("common_passwords.txt").read_text("ascii").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def hashed(password: str) -> str:
    """The hash under which a password is kept; takes as long as it must, so have no transaction open."""
    return _HASHER.hash(password)


@cache
def _nobodys() -> str:
    return hashed(secrets.token_urlsafe())


def fits(kept: str, password: str) -> bool:
    """Whether this is the password; of somebody without one, or who is not there, it takes as long to say no."""
    try:
        return _HASHER.verify(kept or _nobodys(), password) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def hashed_anew(kept: str, password: str) -> str:
    """Another hash of this password, where it was kept as none is kept any more; empty where it was not."""
    return hashed(password) if _HASHER.check_needs_rehash(kept) else ""


def keep_hash(session: Session, account: Account, fresh: str) -> None:
    """Keep the same password under another hash, unless it is another password by now."""
    same = (Account.id == account.id, Account.password == account.password)
    session.execute(update(Account).where(*same).values(password=fresh))


def person_of(session: Session, address: str) -> Person | None:
    """Who has this work address and may have an account."""
    there = select(Person).where(Person.address == address.strip().lower(), Person.active)
    found = [each for each in session.scalars(there.order_by(Person.id)) if may_have_account(each)]
    return found[0] if found else None


def may_have_account(person: Person | None) -> bool:
    """Whether somebody is here and works with the product."""
    return person is not None and person.active and bool(set(person.roles.split()) - rules.WITHOUT_ACCOUNT)


def account_of(session: Session, person_id: UUID) -> Account | None:
    """Somebody's account, which nobody else changes until this transaction ends."""
    return session.get(Account, person_id, with_for_update=True, populate_existing=True)


def note_guesses(session: Session, person: UUID) -> bool:
    """Note of an account that it is guessed at; whether that is news today."""
    at = now(session)
    news = Account.guessed_at.is_(None) | (Account.guessed_at <= at - rules.GUESSES_SAID)
    noted = session.execute(update(Account).where(Account.id == person, news).values(guessed_at=at))
    return bool(noted.rowcount)  # type: ignore[attr-defined]  # a CursorResult


def guessed_at(session: Session) -> Sequence[tuple[Person, datetime]]:
    """Whose accounts somebody has lately guessed at, and since when, the newest first."""
    since = Account.guessed_at > now(session) - rules.GUESSES_SAID
    found = select(Person, Account.guessed_at).join(Account, Account.id == Person.id).where(since)
    return [(person, at) for person, at in session.execute(found.order_by(Account.guessed_at.desc(), Person.id)) if at]


def stamp(account: Account | None) -> str:
    """Changes with the account: what was begun before its password changed does not go on after."""
    said = f"{account.state} {account.password}" if account else ""
    return sha256(said.encode()).hexdigest()[:16]


def own_words(session: Session, person: Person) -> list[str]:
    """What nobody should make a password of: names and addresses of the person and of the partnership."""
    about = profile_of(session).partnership
    local, _, host = (person.address or "").partition("@")
    return [person.name or "", local, host, about.name, about.short_name, about.area, about.prefix]


def choose_password(session: Session, person: Person, kept: str, *, trial: bool = False) -> Account:
    """Somebody has a password from now on, and their sessions end; a new account needs an authenticator next."""
    account = account_of(session, person.id)
    if account is None:
        account = Account(id=person.id, state=NEW, trial=trial, last_step=0, made_at=now(session))
        session.add(account)
    account.password = kept
    if account.state == NEW:
        renew_authenticator(session, account)
    end_everywhere(session, person.id)
    record(session, "sign_in", "choose_password", str(person.id), acting(person))
    return account


def renew_authenticator(session: Session, account: Account, secret: str = "") -> None:
    """Another secret for an authenticator, which counts once a code of it was right; until then the old one does."""
    account.next_secret = seal(session, account, "next_secret", secret or pyotp.random_base32())


def shown_secret(session: Session, account: Account | None) -> str:
    """The secret that waits for its first code; empty when none does."""
    return str(unseal(session, account, "next_secret")) if account and account.next_secret else ""


def confirm_authenticator(session: Session, person: Person, typed: str) -> list[str] | None:
    """The first code of an authenticator: recovery codes to be shown once, or None for a code that is not right."""
    account = account_of(session, person.id)
    secret = shown_secret(session, account)
    step = rules.accepted(secret, rules.plain(typed), now(session), 0) if secret else None
    if account is None or step is None:
        return None
    account.secret, account.next_secret = seal(session, account, "secret", secret), None
    account.state, account.last_step = ACTIVE, step
    record(session, "sign_in", "confirm_authenticator", str(person.id), acting(person))
    return new_recovery_codes(session, person.id)


def new_recovery_codes(session: Session, person_id: UUID) -> list[str]:
    """Ten codes instead of those that somebody had."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.person == person_id))
    codes = [long_code() for _ in range(rules.RECOVERY_CODES)]
    session.add_all(RecoveryCode(person=person_id, digest=rules.digest_of_code(each)) for each in codes)
    return [rules.grouped(each) for each in codes]


def forget_account(session: Session, person: Person) -> None:
    """Somebody enrols anew, as after they have lost their authenticator and their recovery codes."""
    if account := account_of(session, person.id):
        account.state, account.password, account.secret, account.next_secret = NEW, "", None, None
        session.execute(delete(RecoveryCode).where(RecoveryCode.person == person.id))
    end_everywhere(session, person.id)


def administrator_exists(session: Session) -> bool:
    """Whether somebody who is not invented can sign in as administrator."""
    there = select(Person.roles).join(Account, Account.id == Person.id)
    roles = session.scalars(there.where(Person.active, Account.state == ACTIVE, ~Account.trial))
    return any("administrator" in each.split() for each in roles)


def long_code() -> str:
    """A code that nobody guesses."""
    return "".join(secrets.choice(rules.LETTERS) for _ in range(rules.LONG_CODE))


def acting(person: Person, session_id: UUID | None = None) -> Actor:
    """A person as whoever acts."""
    return Actor(person.id, person.name or "", frozenset(person.roles.split()), person.agency, session_id)


def accounts_of(session: Session, people: Sequence[UUID]) -> dict[UUID, Account]:
    """The accounts that these people have."""
    return {each.id: each for each in session.scalars(select(Account).where(Account.id.in_(people)))}
