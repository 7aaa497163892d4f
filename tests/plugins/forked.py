"""Programs of the product without the two seconds that Python takes to import them, where a test starts many.

One process has imported everything and forks another for each program. What is forked is a process like any other, in
a session of its own: it forks workers, is killed, asked to end and waited for. Programs that start from nothing, as
people start them, are those of tests/flows, tests/browser and tests/deployed.
"""

import atexit
import importlib
import json
import os
import pkgutil
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

PACKAGES = ("pprg_shared", "pprg_intake", "pprg_triage", "pprg_notifier", "pprg_publisher", "pprg_embedded")
#: What is imported by whoever runs it: commands, and what Alembic runs.
NOT_AHEAD = ("__main__", "migrations", "migration_scripts")
#: Between two looks at whether a program has ended.
PAUSE_SECONDS = 0.01


class Forked:
    """A program that was started, as subprocess has it; its parent is the process that has imported everything."""

    def __init__(self, parent: "Parent", pid: int) -> None:
        self._parent, self.pid = parent, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The status with which it ended, or None while it runs."""
        if self.returncode is None:
            self.returncode = self._parent.ask(ended=self.pid)
        return self.returncode

    def wait(self, timeout: float) -> int:
        """The status with which it ended, once it has."""
        end = time.monotonic() + timeout
        while (status := self.poll()) is None:
            assert time.monotonic() < end, f"the process {self.pid} has not ended"
            time.sleep(PAUSE_SECONDS)
        return status

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal to it alone."""
        if self.poll() is None:
            os.kill(self.pid, number)


class Parent:
    """The process that has imported everything, seen from the tests."""

    def __init__(self) -> None:
        self._link, theirs = socket.socketpair()
        self._lines, self._lock = self._link.makefile("r", encoding="utf-8"), threading.Lock()
        command = [sys.executable, "-P", __file__, str(theirs.fileno())]
        self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], start_new_session=True)
        theirs.close()

    def ask(self, **question: Any) -> Any:
        """Ask one thing and wait for the answer."""
        with self._lock:
            self._link.sendall(json.dumps(question).encode() + b"\n")
            return json.loads(self._lines.readline())

    def close(self) -> None:
        """Let it end; it does so when nobody can ask any more."""
        self._lines.close()
        self._link.close()
        self._process.wait(20)


@cache
def _parent() -> Parent:
    made = Parent()
    atexit.register(made.close)
    return made


def start(command: Sequence[str], environment: Mapping[str, str], out: Path, err: Path | None = None) -> Forked:
    """Start what Python would run by these words (`-m MODULE …` or `SCRIPT …`); what it says is added to a file."""
    parent = _parent()
    asked = {"command": list(command), "environment": dict(environment), "out": str(out), "err": str(err or out)}
    return Forked(parent, parent.ask(**asked))


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


def import_everything() -> None:
    """Import what the product consists of, and what gunicorn loads by name."""
    for package in PACKAGES:
        for each in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if not set(NOT_AHEAD) & set(each.name.split(".")):
                importlib.import_module(each.name)
    importlib.import_module("gunicorn.workers.gthread")


def fork_for_each(link: socket.socket) -> dict[str, Any]:
    """Fork for whatever is asked, and say which have ended; only a process that was forked comes back from here."""
    lines = link.makefile("r", encoding="utf-8")
    for line in lines:
        question = json.loads(line)
        if "ended" in question:
            pid, status = os.waitpid(question["ended"], os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if pid else None
        else:
            answer = os.fork()
            if answer == 0:
                lines.close()
                link.close()
                return question
        link.sendall(json.dumps(answer).encode() + b"\n")
    sys.exit()


def become(command: Sequence[str], environment: Mapping[str, str], out: str, err: str) -> None:
    """Be the program that Python would run by these words."""
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    for stream, path in ((0, os.devnull), (1, out), (2, err)):
        opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(opened, stream)
        os.close(opened)
    importlib.reload(importlib.import_module("pprg_shared.crashpoints"))  # reads the environment
    first, *words = command
    if first == "-m":
        module, *words = words
        sys.argv = [module, *words]
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    else:
        sys.argv = [first, *words]
        sys.path.insert(0, str(Path(first).parent))
        runpy.run_path(first, run_name="__main__")


if __name__ == "__main__":
    import_everything()
    become(**fork_for_each(socket.socket(fileno=int(sys.argv[1]))))
