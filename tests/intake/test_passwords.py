"""What the security standard asks of passwords and factors, where no other test shows it."""

import re

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from pprg_intake.models import Account, RecoveryCode
from pprg_shared.boxes.tables import audit
from signing import PASSWORD, address

LONG = "a sentence that nobody else has in their head, " * 2


@pytest.fixture
def office(accounts_for, visiting):
    """The browser of the coordinator, who has an account and is not signed in."""
    accounts_for("coordinator")
    return visiting()


def column(world, chosen):
    with world.services["intake"].database.reading() as session:
        return session.scalars(sa.select(chosen)).all()


@pytest.mark.asvs("6.2.6", "6.2.7")
def test_a_password_is_covered_and_a_manager_of_passwords_may_fill_it_in(office):
    first = office.get("/sign-in").text
    office.sign_in()
    change = office.get("/session/password").text

    fields = {name: re.findall(rf'<input[^>]*name="{name}"[^>]*>', first + change) for name in ("password", "present")}
    assert [len(each) for each in fields.values()] == [2, 1]
    for each in [*fields["password"], *fields["present"]]:
        assert 'type="password"' in each
        assert re.search('autocomplete="(current|new)-password"', each)
        assert not re.search("onpaste|readonly|maxlength", each)


@pytest.mark.asvs("6.2.9", "6.2.10")
def test_a_long_password_is_taken_and_works_a_year_later(world, office, visiting):
    office.sign_in()

    changed = office.once_more("/session/password", password=LONG)
    world.clock.forward(days=365)

    assert (len(LONG) >= 64, changed.status_code) == (True, 303)
    assert visiting().password(address(world, "coordinator"), LONG).status_code == 303


@pytest.mark.asvs("6.5.2", "11.4.2")
def test_passwords_and_recovery_codes_are_kept_as_hashes(dear_hashes, world, office):
    office.sign_in()
    page = office.once_more("/session/recovery-codes").text
    codes = re.findall(r'<code class="[a-z-]+">([a-z0-9-]{24,})</code>', page)

    (kept,) = column(world, Account.password)
    digests = column(world, RecoveryCode.digest)

    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert {len(each.replace("-", "")) for each in codes} == {24}  # 118 bits: a plain digest will do
    assert (len(digests), {len(each) for each in digests}) == (10, {64})
    assert [each for each in codes if each.replace("-", "") in str(digests)] == []


@pytest.mark.asvs("11.4.2")
@pytest.mark.both_databases
def test_a_password_that_was_kept_by_an_older_profile_is_hashed_anew_when_its_owner_signs_in(
    dear_hashes, world, office, visiting
):
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with world.services["intake"].database.writing("action") as session:
        session.execute(sa.update(Account).values(password=old))

    wrong = office.password(address(world, "coordinator"), "not it at all")
    untouched = column(world, Account.password)
    signed_in = office.sign_in()
    (kept,) = column(world, Account.password)
    visiting().sign_in()

    assert (wrong.status_code, untouched, signed_in.location) == (422, [old], "/cases")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert column(world, Account.password) == [kept]


@pytest.mark.asvs("16.3.1")
def test_a_sign_in_that_is_refused_is_recorded_like_one_that_is_not(world, office):
    office.password(address(world, "coordinator"), "not it at all")
    office.password(address(world, "coordinator"))
    office.send("/sign-in/code", code="000000")
    office.sign_in()

    verbs = column(world, sa.select(audit.c.verb).where(audit.c.kind == "sign_in").subquery().c.verb)

    assert [each for each in verbs if each in {"refuse_password", "refuse_code", "sign_in"}] == [
        "refuse_password",
        "refuse_code",
        "sign_in",
    ]
