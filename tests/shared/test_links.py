"""Which settings of links to other machines are refused at the start, and in which words."""

import pytest

from pprg_shared.config import Settings, SettingsError
from pprg_shared.identity.tokens import new_signing_key, public_key
from pprg_shared.tls import advice, beyond, verified

GOOD = {"session_keys": "x" * 40, "secret_key": "x" * 40, "sign_in_public_keys": public_key(new_signing_key())}
FAR = "postgresql://triage:secret@db.partnership.test/triage"


@pytest.mark.asvs("12.3.1", "12.3.2")
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"broker_url": "amqp://u:secret@mq.partnership.test/"}, "BROKER_URL must begin with amqps://: mq.partner"),
        ({"database_url": FAR}, "DATABASE_CA must name the certificates that vouch for db.partnership.test"),
        ({"database_url": f"{FAR}?sslmode=require"}, "DATABASE_CA must name the certificates"),
    ],
)
def test_links_beyond_this_machine_that_are_not_verified_are_refused_but_for_a_try_out(changes, words):
    with pytest.raises(SettingsError, match=words) as refused:
        Settings(**GOOD | changes).check()

    assert "secret" not in str(refused.value)
    Settings(**GOOD | changes, trial=True).check()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "HOST=0.0.0.0 is beyond loopback: set BEHIND_PROXY=1 and put a proxy in front"),
        ({"allowed_hosts": "reviews.test"}, "HOST=0.0.0.0 is beyond loopback"),
        ({"behind_proxy": True}, "ALLOWED_HOSTS must name the host names that people type"),
        ({"behind_proxy": True, "allowed_hosts": "reviews.test", "limits": False}, "LIMITS=0 is for load tests"),
        ({"behind_proxy": True, "allowed_hosts": "reviews.test", "loop": False}, "LOOP=0 needs DATABASE_URL"),
    ],
)
def test_pages_beyond_this_machine_are_served_behind_a_proxy_alone(changes, words):
    beyond_loopback = GOOD | {"host": "0.0.0.0"}  # noqa: S104 -- what is refused

    with pytest.raises(SettingsError, match=words):
        Settings(**beyond_loopback | changes).check()
    Settings(**beyond_loopback, behind_proxy=True, allowed_hosts="reviews.test").check()


@pytest.mark.parametrize("name", ["database_ca", "broker_ca", "mail_ca"])
@pytest.mark.parametrize("path", ["nowhere.pem", __file__])
def test_a_file_that_holds_no_certificates_is_refused(name, path):
    with pytest.raises(SettingsError, match=f"{name.upper()} must be the path of a file of certificates"):
        Settings(**GOOD | {name: path}, trial=True).check()


def test_links_that_are_verified_or_stay_on_this_machine_are_taken(certificate):
    for changes in (
        {},
        {"broker_url": "amqp://127.0.0.1/", "database_url": "postgresql://localhost/triage"},
        {"database_url": "postgresql:///triage"},
        {"broker_url": "amqps://mq.partnership.test/"},
        {"database_url": FAR, "database_ca": certificate.path},
        {"database_url": FAR, "database_ca": "system"},
    ):
        Settings(**GOOD | changes).check()


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("amqp://u:p@[::1]:5672/", ""),
        ("amqp://u:p@LOCALHOST/", ""),
        ("sqlite:///var/triage.sqlite", ""),
        ("postgresql+psycopg://u@10.0.0.7:5432/triage", "10.0.0.7"),
        ("postgresql:///triage?host=/run/postgresql", ""),
        ("postgresql:///triage?host=db.partnership.test", "db.partnership.test"),
        ("postgresql://localhost/triage?hostaddr=10.0.0.7", "10.0.0.7"),
        ("amqp://[nonsense", ""),
    ],
)
def test_what_is_another_machine(url, host):
    assert beyond(url) == host


def test_what_an_address_says_of_tls_gives_way():
    assert verified("postgresql+psycopg://u:p%40@h:5/d?sslmode=disable&application_name=a", "/ca.pem") == (
        "postgresql+psycopg://u:p%40@h:5/d?sslmode=verify-full&application_name=a&sslrootcert=%2Fca.pem"
    )


def test_an_error_that_has_nothing_to_do_with_certificates_gets_no_advice():
    assert advice(OSError("Connection refused"), "BROKER_URL", "BROKER_CA") == ""
