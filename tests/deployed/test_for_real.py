"""Real people, nobody invented: deploy/for-real.yml, from the first administrator to what nobody may say in clear."""

import re

import pyotp
import pytest
import requests

pytestmark = [pytest.mark.deployed, pytest.mark.timeout(1500)]
PASSWORD = "four words which nobody guesses"


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


def test_the_first_administrator_is_made_by_command(administrator):
    assert administrator.get("/people").status_code == 200
