"""Programs of the product without the two seconds that Python takes to import them, where a test starts many.

One process has read everything and forks another for each program. What is forked is a process like any other, in a
session of its own: it forks workers, is killed, asked to end and waited for. That programs start from nothing, as
people start them, is shown in tests/documents/test_deploying.py, tests/flows/test_demo.py and tests/deployed.
"""

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import forking
from pprg_embedded.world import SERVICES

#: Programs as they lie in `.venv/bin`, and the module of each.
PLACES = {"pprg": "pprg_embedded"} | {f"pprg-{each}": f"pprg_{each}" for each in (one.name for one in SERVICES)}
ASKS = """#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asking:
    asking.connect({door!r})
    told = {{"command": ["-m", {module!r}, *sys.argv[1:]], "called": sys.argv[0]}}
    told |= {{"environment": dict(os.environ), "folder": os.getcwd()}}
    socket.send_fds(asking, [json.dumps(told).encode()], [0, 1, 2])
    asking.recv(20)
    sys.exit(int(asking.recv(20)) % 256)
"""


class Forked:
    """A program that was started, as subprocess has it; its parent is a process that waits for it and tells."""

    def __init__(self, asking: socket.socket) -> None:
        self._asking, self.pid = asking, int(asking.recv(20))
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The status with which it ended, or None while it runs."""
        return self._told(0)

    def wait(self, timeout: float) -> int:
        """The status with which it ended, once it has."""
        status = self._told(timeout)
        assert status is not None, f"the process {self.pid} has not ended"
        return status

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal to it alone."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def __del__(self) -> None:
        self._asking.close()

    def _told(self, seconds: float) -> int | None:
        if self.returncode is None and select.select([self._asking], [], [], seconds)[0]:
            self.returncode = int(self._asking.recv(20))
            self._asking.close()
        return self.returncode


@cache
def _door() -> str:
    """Where the process that has read everything answers; it ends with this one."""
    folder = TemporaryDirectory(prefix="programs-")
    door = f"{folder.name}/door"
    command = [sys.executable, "-P", forking.__file__, door]
    forks = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)

    def end() -> None:
        forks.communicate(timeout=20)
        folder.cleanup()

    atexit.register(end)
    assert forks.stdout
    assert forks.stdout.readline() == "ready\n"
    return door


def start(command: Sequence[str], environment: Mapping[str, str], out: Path, err: Path | None = None) -> Forked:
    """Start what Python would run by these words (`-m MODULE …` or `SCRIPT …`); what it says is added to a file."""
    told = {"command": list(command), "called": "", "environment": dict(environment), "folder": str(Path.cwd())}
    asking = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    asking.connect(_door())
    ends = [os.open(os.devnull, os.O_RDONLY)]
    ends += [os.open(each, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) for each in (out, err or out)]
    socket.send_fds(asking, [json.dumps(told).encode()], ends)
    for each in ends:
        os.close(each)
    return Forked(asking)


def run(
    command: Sequence[str], environment: Mapping[str, str], *, check: bool = False, seconds: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run a command of the product to its end; what came of it."""
    with TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        status = start(command, environment, out, err).wait(seconds)
        done = subprocess.CompletedProcess(list(command), status, out.read_text("utf-8"), err.read_text("utf-8"))
    if check:
        assert done.returncode == 0, done.stderr + done.stdout
    return done


@pytest.fixture(scope="session")
def programs() -> Iterator[Path]:
    """A folder with the product's programs, as `.venv/bin` has them, for whoever calls them by their names."""
    with TemporaryDirectory(prefix="programs-") as folder:
        for name, module in PLACES.items():
            program = Path(folder) / name
            program.write_text(ASKS.format(python=sys.executable, door=_door(), module=module), "utf-8")
            program.chmod(0o755)
        yield Path(folder)
