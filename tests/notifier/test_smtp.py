"""Whom letters are handed to: only a server that proves who it is, and never in clear when that was not asked for."""

import pytest

from mail_server import FaultyServer
from pprg_shared.config import LOOPBACK, Settings, SettingsError
from pprg_shared.identity.tokens import new_signing_key, public_key

NOT_USED = ("waiting", "the mail server could not be used")


@pytest.fixture
def secure_server():
    """Servers with a certificate."""
    started = []

    def start(certificate, **options) -> FaultyServer:
        server = FaultyServer(tls=certificate.context(), **options)
        started.append(server)
        return server

    yield start
    for each in started:
        each.stop()


@pytest.fixture
def trust(monkeypatch):
    """Let this machine trust a certificate, as an administrator does."""
    return lambda certificate: monkeypatch.setenv("SSL_CERT_FILE", certificate.path)


def send_one(make_notifier, server, way, **changes):
    options = {"mail_server": "127.0.0.1", "mail_port": server.port, "mail_tls": way, "mail_timeout": 10}
    notifier = make_notifier(**options | changes)
    notifier.ask()
    notifier.send()
    return notifier.fates()


@pytest.mark.asvs("12.3.2", "12.3.4")
@pytest.mark.parametrize("way", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_is_refused_before_anything_is_said(
    make_notifier, secure_server, certificate, way
):
    server = secure_server(certificate, tls_at_once=way == "tls")

    fates = send_one(make_notifier, server, way, mail_username="office", mail_password="secret")

    assert fates == [NOT_USED]
    assert server.verbs == (["EHLO", "STARTTLS"] if way == "starttls" else [])


@pytest.mark.asvs("12.3.2")
@pytest.mark.parametrize("way", ["starttls", "tls"])
def test_a_good_certificate_of_somebody_else_is_refused(
    make_notifier, secure_server, certificate_of_another, trust, way
):
    trust(certificate_of_another)
    server = secure_server(certificate_of_another, tls_at_once=way == "tls")

    assert send_one(make_notifier, server, way) == [NOT_USED]
    assert server.taken == []


@pytest.mark.parametrize("way", ["starttls", "tls"])
def test_to_a_server_that_proves_who_it_is_letters_go_after_a_login(
    make_notifier, secure_server, certificate, trust, way
):
    trust(certificate)
    server = secure_server(certificate, tls_at_once=way == "tls")

    fates = send_one(make_notifier, server, way, mail_username="office", mail_password="secret")

    assert fates == [("accepted", None)]
    before = ["EHLO", "STARTTLS"] if way == "starttls" else []
    assert server.verbs == [*before, "EHLO", "AUTH", "MAIL", "RCPT", "DATA"]


@pytest.mark.parametrize("way", ["starttls", "tls"])
def test_whom_to_trust_can_be_a_setting(make_notifier, secure_server, certificate, way):
    server = secure_server(certificate, tls_at_once=way == "tls")

    assert send_one(make_notifier, server, way, mail_ca=certificate.path) == [("accepted", None)]


@pytest.mark.asvs("16.3.4")
@pytest.mark.parametrize(
    ("shown", "trusted", "words"),
    [
        ("certificate", "certificate_of_another", "nobody whom we trust has issued its certificate"),
        ("certificate_of_another", "certificate_of_another", "its certificate is for another name"),
    ],
)
def test_the_log_says_what_to_do_about_a_certificate(
    request, make_notifier, secure_server, lines, shown, trusted, words
):
    server = secure_server(request.getfixturevalue(shown))

    send_one(make_notifier, server, "starttls", mail_ca=request.getfixturevalue(trusted).path)

    assert words in str(lines)


@pytest.mark.asvs("12.3.1")
def test_a_server_that_does_not_offer_tls_gets_nothing(make_notifier, mail_server):
    assert send_one(make_notifier, mail_server, "starttls") == [NOT_USED]
    assert mail_server.verbs == ["EHLO"]


@pytest.mark.asvs("12.3.1")
def test_a_server_that_refuses_tls_for_now_gets_nothing(make_notifier, secure_server, certificate):
    server = secure_server(certificate)
    server.script.append(("STARTTLS", "454 4.7.0 not now"))

    assert send_one(make_notifier, server, "starttls") == [("waiting", f"{NOT_USED[1]} (454)")]
    assert server.taken == []


def test_a_wrong_password_is_no_fault_of_the_letter(make_notifier, mail_server):
    mail_server.script.append(("AUTH", "535 5.7.8 wrong"))

    fates = send_one(make_notifier, mail_server, "none", mail_username="office", mail_password="wrong")

    assert fates == [("waiting", f"{NOT_USED[1]} (535)")]


def test_a_way_of_tls_that_is_none_of_three_is_no_setting():
    with pytest.raises(SettingsError, match="MAIL_TLS must be one of: starttls, tls, none"):
        Settings.from_environment({"MAIL_TLS": "ssl"})


GOOD = {
    "session_keys": "x" * 40,
    "secret_key": "x" * 40,
    "sign_in_public_keys": public_key(new_signing_key()),
    "mail_server": "smtp.partnership.test",
    "mail_from": "practice-reviews@partnership.test",
}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"mail_tls": "none"}, "MAIL_TLS=none sends letters in clear"),
        ({"mail_from": "practice-reviews@pprg.example"}, "MAIL_FROM must be an address of your own"),
    ],
)
def test_settings_that_would_lose_or_bare_letters_are_refused_but_for_a_try_out(changes, words):
    with pytest.raises(SettingsError, match=words):
        Settings(**GOOD | changes).check()

    Settings(**GOOD | changes, trial=True).check()


@pytest.mark.parametrize("sender", ["", "The office <office@pprg.example>", "office", "a@x.test, b@x.test"])
def test_a_sender_that_is_not_one_address_is_refused_even_for_a_try_out(sender):
    with pytest.raises(SettingsError, match="MAIL_FROM must be one address"):
        Settings(**GOOD | {"mail_from": sender}, trial=True).check()


@pytest.mark.parametrize(
    "changes", [{}, {"mail_tls": "tls"}, *({"mail_tls": "none", "mail_server": h} for h in LOOPBACK)]
)
def test_settings_that_keep_letters_safe_are_taken(changes):
    Settings(**GOOD | changes).check()
