"""PostgreSQL over TLS: only a server whose certificate holds, for its name, is given anything."""

import os
import shutil

import pytest
import sqlalchemy as sa

from postgresql import from_programs
from pprg_shared.config import Settings
from pprg_shared.database import Database
from pprg_shared.startup import ending
from sources import first_of
from waiting import eventually

pytestmark = pytest.mark.database
USES_TLS = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"


@pytest.fixture(scope="module")
def secure(request, certificate):
    """A server with a certificate for 127.0.0.1."""
    with first_of(request.config, "PostgreSQL", [from_programs]) as server:
        mine = server.folder / "data/server.pem"
        shutil.copy(certificate.path, mine)
        about = (server.folder / "data").stat()
        os.chown(mine, about.st_uid, about.st_gid)
        mine.chmod(0o600)
        with server.admin() as connection:
            for name, value in (("ssl_cert_file", "server.pem"), ("ssl_key_file", "server.pem"), ("ssl", "on")):
                connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
            connection.execute("SELECT pg_reload_conf()")
            eventually(lambda: connection.execute("SHOW ssl").fetchone() == ("on",))
        yield server


def ask(url, ca):
    """Whether the service's own connection is encrypted."""
    database = Database(Settings(database_url=url, database_ca=ca).database("triage"), "triage")
    try:
        with database.engine.connect() as connection:
            return connection.exec_driver_sql(USES_TLS).scalar()
    finally:
        database.close()


def test_a_server_that_proves_who_it_is_is_spoken_with_in_cipher(secure, certificate):
    assert ask(secure.fresh(), certificate.path) is True


@pytest.mark.asvs("12.3.2", "12.3.4")
@pytest.mark.parametrize(
    ("host", "trusted", "words"),
    [
        ("127.0.0.1", "certificate_of_another", "nobody whom we trust has issued its certificate: name the file with"),
        ("localhost", "certificate", "its certificate is for another name: write into DATABASE_URL the name that"),
    ],
)
@pytest.mark.parametrize("query", ["", "?sslmode=disable"])
def test_any_other_is_refused_in_words_that_say_what_to_do(request, secure, capsys, host, trusted, words, query):
    url = secure.fresh().replace("@127.0.0.1", f"@{host}") + query
    ca = request.getfixturevalue(trusted).path

    with pytest.raises(SystemExit):
        ending(lambda: ask(url, ca))

    assert f"Error: the database is away: {words}" in capsys.readouterr().err


@pytest.mark.asvs("12.3.1")
def test_a_server_without_a_certificate_is_refused(postgres, certificate, capsys):
    url = sa.make_url(postgres.fresh()).set(host="127.0.0.1").render_as_string(hide_password=False)

    with pytest.raises(SystemExit):
        ending(lambda: ask(url, certificate.path))

    assert "it does not speak TLS" in capsys.readouterr().err
