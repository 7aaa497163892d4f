"""Four processes on a real broker: each service started, stopped and read as in a deployment."""

import os
import signal
import subprocess
import sys
from uuid import uuid4

import pytest
import requests

import waiting
from pprg_shared.sealing import new_key

pytestmark = pytest.mark.broker
SERVICES = ("intake", "triage", "notifier", "publisher")
REFERRAL = {
    "immediate_risk": "no",
    "referrer_name": "Invented Referrer",
    "referrer_role": "Nurse",
    "referrer_agency": "police",
    "referrer_email": "referrer@agency.example",
    "subject_kind": "child",
    "subject_name": "Invented Child",
    "subject_born": "May 2016",
    "incident_on": "2026",
    "what_happened": "An invented account.",
    "agencies": ["police", "icb"],
    "routes": [],
}


class Process:
    """One service as `python -m pprg_<name> serve`."""

    def __init__(self, name, environment, ports):
        self.name, self.ports = name, ports
        own = {"PORT": str(ports[0]), "OPS_PORT": str(ports[1])}
        self.environment = os.environ | environment | own
        subprocess.run([sys.executable, "-m", f"pprg_{name}", "migrate"], env=self.environment, check=True)
        self.start()

    def start(self):
        command = [sys.executable, "-m", f"pprg_{self.name}", "serve"]
        self.process = subprocess.Popen(command, env=self.environment, start_new_session=True)

    def stop(self, how=signal.SIGTERM):
        if how == signal.SIGKILL:
            os.killpg(self.process.pid, how)
        else:
            self.process.send_signal(how)
        return self.process.wait(30)

    def get(self, path, who="coordinator"):
        address = f"http://127.0.0.1:{self.ports[0]}{path}"
        return requests.get(address, headers={"Acting-As": who}, timeout=10)

    def ready(self):
        try:
            return requests.get(f"http://127.0.0.1:{self.ports[1]}/readyz", timeout=10).ok
        except requests.ConnectionError:
            return False


def eventually(holds, seconds=40):
    return waiting.eventually(holds, seconds, despite=(requests.ConnectionError,), every=0.1)


@pytest.fixture
def grown(private_rabbitmq, tmp_path):
    names = ("CASE_KEYS", "CONTACT_KEYS")
    secrets = {name: new_key() for name in names} | {name: new_key() for name in ("SESSION_KEYS", "SECRET_KEY")}
    environment = secrets | {"BROKER_URL": private_rabbitmq.url, "VAR": str(tmp_path), "TRIAL": "1"}
    running = {name: Process(name, environment, waiting.free_ports(2)) for name in SERVICES}
    eventually(lambda: all(each.ready() for each in running.values()))
    yield running
    for each in running.values():
        if each.process.poll() is None:
            each.stop()


def refer(intake):
    address = f"http://127.0.0.1:{intake.ports[0]}/api/v1/referrals"
    answer = requests.post(address, json=REFERRAL, headers={"Idempotency-Key": str(uuid4())}, timeout=10)
    assert answer.status_code == 201, answer.text
    return answer.json()["reference"]


def references(triage):
    return sorted(each["reference"] for each in triage.get("/api/v1/cases").json()["cases"])


def test_four_services_on_a_broker_lose_nothing_while_one_or_the_broker_is_away(grown, private_rabbitmq):
    intake, triage = grown["intake"], grown["triage"]
    sent = [refer(intake)]
    eventually(lambda: references(triage) == sent)

    assert triage.stop() == 0
    sent.append(refer(intake))
    triage.start()
    eventually(triage.ready)
    eventually(lambda: references(triage) == sent)

    private_rabbitmq.kill()
    sent.append(refer(intake))
    private_rabbitmq.start()
    eventually(lambda: references(triage) == sent, 80)

    triage.stop(signal.SIGKILL)
    sent.append(refer(intake))
    triage.start()
    eventually(triage.ready)
    eventually(lambda: references(triage) == sent)

    case = triage.get("/api/v1/cases").json()["cases"][0]["id"]
    letters = eventually(lambda: grown["notifier"].get(f"/api/v1/letters?subject={case}").json()["letters"])
    assert sorted(each["template"] for each in letters) == ["new_referral", "new_referral", "referral_received"]
