import json
import ssl
import stat
from base64 import b64decode

import pytest
from click.testing import CliRunner

from pprg_embedded.__main__ import main
from pprg_embedded.world import SERVICES
from pprg_shared.config import Settings
from pprg_shared.definitions import hash_password
from pprg_shared.sealing import Keyring

COMMON = {
    "CONTACT_KEYS",
    "SESSION_KEYS",
    "SIGN_IN_PUBLIC_KEYS",
    "SECRET_KEY",
    "DATABASE_URL",
    "BROKER_URL",
    "issuer.pem",
}
CERTIFIED = {"certificate.pem", "key.pem"}


@pytest.fixture
def folder(tmp_path):
    done = CliRunner().invoke(main, ["secrets", str(tmp_path / "secrets")])
    assert done.exit_code == 0, done.output
    return tmp_path / "secrets"


def settings_from(folder, service):
    return Settings.from_environment({f"{each.name}_FILE": str(each) for each in (folder / service).glob("[A-Z]*")})


@pytest.mark.asvs("13.3.2")
def test_each_container_gets_its_own_secrets_and_the_notifier_no_case_key(folder):
    held = {each.name: {path.name for path in (folder / each.name).iterdir()} for each in SERVICES}

    own = {name: {"CASE_KEYS"} for name in held} | {"intake": {"CASE_KEYS", "SIGN_IN_KEY"}, "notifier": set()}
    assert held == {name: COMMON | own[name] for name in held}
    assert {each.name for each in (folder / "rabbitmq").iterdir()} == {"definitions.json", *CERTIFIED}
    assert {each.name for each in (folder / "postgres").iterdir()} == set(held) | CERTIFIED


@pytest.mark.asvs("13.2.1", "13.2.3")
def test_services_share_keys_and_nothing_else(folder):
    settings = {each.name: settings_from(folder, each.name) for each in SERVICES}

    def different(name):
        return len({getattr(each, name) for each in settings.values()})

    assert {name: each.case_keys for name, each in settings.items() if each.case_keys} == dict.fromkeys(
        ["intake", "triage", "publisher"], settings["intake"].case_keys
    )
    assert [different(name) for name in ("contact_keys", "session_keys", "sign_in_public_keys")] == [1, 1, 1]
    assert [different(name) for name in ("secret_key", "database_url", "broker_url")] == [4, 4, 4]
    assert Keyring.parse(settings["notifier"].contact_keys).ids != Keyring.parse(settings["intake"].case_keys).ids


def test_postgres_and_the_broker_are_told_the_passwords_that_services_use(folder):
    users = json.loads((folder / "rabbitmq/definitions.json").read_text())["users"]
    hashes = {each["name"]: each["password_hash"] for each in users}

    for service, known in hashes.items():
        settings = settings_from(folder, service)
        password = settings.broker_url.removeprefix(f"amqps://{service}:").removesuffix("@rabbitmq/pprg")
        salt = b64decode(known)[:4]
        own = (folder / "postgres" / service).read_text().strip()
        assert hash_password(password, salt) == known
        assert settings.database_url == f"postgresql+psycopg://{service}:{own}@postgres/{service}"
    assert sorted(hashes) == sorted(each.name for each in SERVICES)


def test_secrets_are_readable_by_the_owner_of_the_folder_alone(folder):
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.glob("*.env"))}

    assert modes == {"secrets": 0o700, "postgres.env": 0o600, "rabbitmq.env": 0o600}
    assert stat.S_IMODE((folder / "triage/CASE_KEYS").stat().st_mode) == 0o444


def test_secrets_are_written_once(folder):
    before = (folder / "intake/CASE_KEYS").read_text()

    again = CliRunner().invoke(main, ["secrets", str(folder)])

    assert again.exit_code == 1
    assert again.output == f"Error: {folder}: File exists; nothing was overwritten\n"
    assert (folder / "intake/CASE_KEYS").read_text() == before
    assert [each.name for each in folder.parent.iterdir()] == ["secrets"]


def hears(folder, host, issuer, name):
    """What somebody who trusts an issuer says of a server's certificate; empty when it holds for this name."""
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=str(issuer))
    server.load_cert_chain(folder / host / "certificate.pem", folder / host / "key.pem")
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    asking = client.wrap_bio(back, there, server_hostname=name)
    answering = server.wrap_bio(there, back, server_side=True)
    for _turn in range(3):
        for each in (asking, answering):
            try:
                each.do_handshake()
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError as error:
                return str(error)
    return ""


@pytest.mark.asvs("12.3.2", "12.3.4")
def test_services_know_database_and_broker_by_an_issuer_of_this_deployment_alone(folder, tmp_path):
    CliRunner().invoke(main, ["secrets", str(tmp_path / "others")])
    own, others = (each / "triage" / "issuer.pem" for each in (folder, tmp_path / "others"))

    assert [hears(folder, host, own, host) for host in ("postgres", "rabbitmq")] == ["", ""]
    assert "Hostname mismatch" in hears(folder, "postgres", own, "rabbitmq")
    assert "certificate verify failed" in hears(folder, "postgres", others, "postgres")
    assert len({each.read_text() for each in folder.glob("*/issuer.pem")}) == 1
    assert list(folder.rglob("*issuer*key*")) == []


def test_certificates_are_changed_all_at_once_and_nothing_else(folder, tmp_path):
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    done = CliRunner().invoke(main, ["certificates", str(folder)])
    without = CliRunner().invoke(main, ["certificates", str(tmp_path / "nowhere")])

    changed = {path for path, content in before.items() if path.read_bytes() != content}
    assert done.exit_code == 0
    assert changed == set(folder.rglob("*.pem"))
    assert hears(folder, "rabbitmq", folder / "intake" / "issuer.pem", "rabbitmq") == ""
    assert (without.exit_code, "`pprg secrets` makes it" in without.output) == (1, True)
    assert not (tmp_path / "nowhere").exists()


def test_definitions_are_written_anew_from_the_kept_hashes(folder):
    hashes = dict(line.split("=", 1) for line in (folder / "rabbitmq.env").read_text().splitlines())

    written = CliRunner().invoke(main, ["definitions"], env=hashes)
    without = CliRunner().invoke(main, ["definitions"])

    assert written.output == (folder / "rabbitmq/definitions.json").read_text()
    assert without.exit_code == 1
    assert without.output == "Error: INTAKE_BROKER_PASSWORD_HASH must hold the hash of intake's password at RabbitMQ\n"
