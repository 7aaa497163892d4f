"""Pages in one process and loops in another, as they may run apart: `serve` with LOOP=0 beside `work`."""

import os

import pytest
import requests

import forked
from faults.grown import Grown
from faults.scenario import AGENCIES, Client, Office
from faults.setups import Process, fresh_secrets


class Apart(Grown):
    """Intake in two processes, triage in one; what is for the others waits in their queues."""

    def __init__(self, *places):
        super().__init__(*places)
        whole = self.processes["intake"]
        self.processes = {"triage": self.processes["triage"]} | {
            label: Process(label, ["-m", "pprg_intake", command], {**whole.environment, "LOOP": "0"}, self.folder)
            for label, command in (("intake", "serve"), ("working", "work"))
        }


def detail(process, check):
    """What a process says of one check of intake's."""
    answer = requests.get(f"http://127.0.0.1:{process.ops_port}/readyz", timeout=10)
    return answer.json()["services"]["intake"][check]["detail"]


@pytest.mark.broker
@pytest.mark.database
def test_what_one_process_takes_another_carries_to_triage_and_back(tmp_path, private_rabbitmq, postgres):
    with Apart(tmp_path, private_rabbitmq, postgres).running() as setup:
        pages, working = setup.processes["intake"], setup.processes["working"]
        office = Office(Client(setup.addresses, setup.secrets["SIGN_IN_KEY"]))
        reference = office.refer()
        office.ask(reference, AGENCIES[0])  # once triage has opened the case
        page = office.page(reference, AGENCIES[0])
        told = [detail(each, "loop") for each in (pages, working)]
        with pytest.raises(requests.ConnectionError):
            requests.get(working.address, timeout=10)
    loops = {name.split(".")[1] for name in pages.passed()} - {"action"}
    done = {name.split(".")[1] for name in working.passed()}

    assert page
    assert told == ["run by another process, as is the link to the broker", "turning"]
    assert loops == set()
    assert {"outbox-mark", "arrival"} <= done
    assert "action" not in done


def test_pages_alone_are_refused_on_sqlite_which_belongs_to_one_process(tmp_path):
    environment = os.environ | fresh_secrets() | {"VAR": str(tmp_path), "LOOP": "0"}

    ended = forked.run(["-m", "pprg_intake", "serve"], environment)

    words = "Error: LOOP=0 needs DATABASE_URL to name PostgreSQL: an SQLite file belongs to one process\n"
    assert (ended.returncode, ended.stderr) == (3, words)
    assert list(tmp_path.iterdir()) == []
