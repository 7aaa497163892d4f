"""Real people, nobody invented: deploy/for-real.yml, from the first administrator to a coordinator who has mail."""

import re
from html import unescape
from uuid import uuid4

import pyotp
import pytest
import requests

from waiting import eventually

pytestmark = [pytest.mark.deployed, pytest.mark.timeout(1500)]
PASSWORD = "four words which nobody guesses"
PERSON = {
    "name": "Cora Example",
    "address": "cora@partnership.test",
    "agency": "pprg-office",
    "roles": ["coordinator"],
    "state": "active",
}


class Browser:
    """Somebody's browser, which trusts the issuer of the certificate and follows no link by itself."""

    def __init__(self, real):
        self.real, self.session = real, requests.Session()
        self.session.trust_env = False  # requests would believe what the environment says before this
        self.session.verify = str(real.issuer)

    def get(self, path):
        return self.session.get(self.real.secure + path, timeout=30, allow_redirects=False)

    def send(self, path, **answers):
        """Open a page, fill its form and send it."""
        hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', self.get(path).text))
        body = {**hidden, **answers, "_end": "1"}
        sent = {"Origin": self.real.secure, "Referer": self.real.secure + path}
        return self.session.post(self.real.secure + path, data=body, headers=sent, timeout=30, allow_redirects=False)

    def enrol(self):
        """Choose a password and set up an authenticator; the page with the recovery codes."""
        assert self.send("/sign-in/password", password=PASSWORD).headers["Location"] == "/sign-in/authenticator"
        page = self.get("/sign-in/authenticator").text
        secret = re.search(r'<code class="pprg-key">([A-Za-z0-9-]+)</code>', page)[1].replace("-", "").upper()
        return self.send("/sign-in/authenticator", code=pyotp.TOTP(secret).now())


@pytest.fixture(scope="module")
def administrator(real):
    """The first one, made by command."""
    said = real.inside("intake", "pprg-intake", "admin", "create", "jo@pprg-office.example", "Jo Example")
    path, code = re.search(r"https://localhost(/sign-in/enrol/[0-9a-f-]+) .*\n  (\S+)\n", said).groups()
    browser = Browser(real)
    assert browser.send(path, code=code).headers["Location"] == "/sign-in/password"
    assert browser.enrol().status_code == 200
    return browser


def letters_to(real, address):
    """Subjects and texts of what MailDev has caught for somebody."""
    return [
        (each["subject"], each["text"]) for each in real.letters() if address in {to["address"] for to in each["to"]}
    ]


@pytest.fixture(scope="module")
def coordinator(real, administrator):
    """Whom the administrator has added and made the office's, and who has come by a code in the mail.

    Letters to invented people (`.example`) would not leave.
    """
    office = {"name": "PPRG office", "coordinator": PERSON["address"], "deputy_coordinator": "deputy@partnership.test"}
    changed = administrator.send("/agencies/pprg-office/change", **office)
    assert changed.status_code == 303, unescape(changed.text)
    added = administrator.send("/people/new", **PERSON)
    assert added.status_code == 303, unescape(added.text)
    browser = Browser(real)
    asked = browser.send("/sign-in/reset", address=PERSON["address"]).headers["Location"]
    (_subject, text), *_ = eventually(lambda: letters_to(real, PERSON["address"]), real.patience, every=0.5)
    browser.send(asked, code=re.search(r"Code: (\d{6})", text)[1])
    assert browser.enrol().status_code == 200
    return browser


def test_all_of_it_is_healthy_and_nobody_is_invented(real):
    health = {part: real.health(part) for part in real.parts}
    trial = real.inside("intake", "pprg-intake", "admin", "trial-people", "--out", "-", check=False)

    assert health == dict.fromkeys(real.parts, "healthy")
    assert trial == ""


@pytest.mark.asvs("12.1.1", "12.2.1", "3.4.1")
def test_people_are_led_to_https_and_programs_refused_without(real):
    led = requests.get(f"{real.plain}/cases", timeout=30, allow_redirects=False)
    program = requests.get(f"{real.plain}/api/v1/cases", timeout=30)
    secure = Browser(real).get("/sign-in")

    assert (led.status_code, led.headers["Location"]) == (308, "https://localhost/cases")
    assert program.status_code == 403
    assert secure.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert [each.secure for each in secure.cookies] == [True] * len(secure.cookies)
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"{real.secure}/sign-in", timeout=30)


@pytest.mark.asvs("12.3.1", "12.3.4")
def test_inside_nothing_speaks_in_clear(real):
    ask = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 5)"
    clear = "import psycopg, pathlib; u = pathlib.Path('/run/secrets/DATABASE_URL').read_text().strip()\n"
    clear += "psycopg.connect(u.replace('+psycopg', '') + '?sslmode=disable')"

    broker = [
        real.inside("triage", "sh", "-c", f'python -c "{ask}" rabbitmq {port} 2>&1', check=False)
        for port in (5671, 5672)
    ]
    database = real.inside("triage", "sh", "-c", f'python -c "{clear}" 2>&1', check=False)

    assert broker[0] == ""
    assert "refused" in broker[1]
    assert "no encryption" in database


def test_a_coordinator_comes_by_mail_and_hears_of_a_referral(real, coordinator, referral):
    sent = requests.post(
        f"{real.secure}/api/v1/referrals",
        json=referral,
        headers={"Idempotency-Key": str(uuid4())},
        verify=str(real.issuer),
        timeout=30,
    )
    reference = sent.json()["reference"]

    eventually(lambda: reference in coordinator.get("/cases").text, real.patience, every=0.5)
    told = eventually(
        lambda: [each for each in letters_to(real, PERSON["address"]) if reference in each[0]], real.patience, every=0.5
    )

    assert sent.status_code == 201
    assert told[0][0].startswith(f"OFFICIAL-SENSITIVE: {reference}")
    assert "https://localhost/cases" in told[0][1]
    assert coordinator.get("/people/new").status_code == 403
