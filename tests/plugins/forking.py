"""Reads code and profile of the product once, then forks a process for whoever asks for a program; see forked.py."""

import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from pprg_shared.profile import load_profile

PACKAGES = ("pprg_shared", "pprg_intake", "pprg_triage", "pprg_notifier", "pprg_publisher", "pprg_embedded")
#: What is read by whoever runs it: commands, and what Alembic runs.
NOT_AHEAD = ("__main__", "migrations", "migration_scripts")
MOST_BYTES = 1 << 20


def read_everything() -> None:
    """Import what the product consists of, and what gunicorn loads by name."""
    for package in PACKAGES:
        for each in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if not set(NOT_AHEAD) & set(each.name.split(".")):
                importlib.import_module(each.name)
    importlib.import_module("gunicorn.workers.gthread")
    load_profile()
    gc.freeze()


def serve(door: str) -> Callable[[], Any]:
    """Answer at this door until standard input ends; in a process that is to be a program, gives what that is to do."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how those who wait for a program ended
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening:
        listening.bind(door)
        listening.listen(64)
        print("ready", flush=True)  # noqa: T201 -- whoever started this waits for it
        while sys.stdin not in select.select([listening, sys.stdin], [], [])[0]:
            asking, _ = listening.accept()
            with asking:
                if not os.fork():
                    listening.close()
                    return become(waited_for(asking))
    return lambda: None


def waited_for(asking: socket.socket) -> dict[str, Any]:
    """What the program is to be, in its own process; the one before it says its number, and in the end its status."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    message, ends, _, _ = socket.recv_fds(asking, MOST_BYTES, 3)
    if program := os.fork():
        for each in ends:
            os.close(each)
        asking.send(str(program).encode())
        _, status = os.waitpid(program, 0)
        asking.send(str(os.waitstatus_to_exitcode(status)).encode())
        os._exit(0)
    os.setsid()
    for number, each in enumerate(ends):
        os.dup2(each, number)
        os.close(each)
    told: dict[str, Any] = json.loads(message)
    return told


def become(told: dict[str, Any]) -> Callable[[], Any]:
    """Take over environment, folder and the three ends of whoever asked; what Python would run by these words."""
    os.environ.clear()
    os.environ.update(told["environment"])
    os.chdir(told["folder"])
    sys.stdin, sys.stdout, sys.stderr = (open(number, mode, closefd=False) for number, mode in enumerate("rww"))  # noqa: SIM115 -- open until the end
    importlib.reload(importlib.import_module("pprg_shared.crashpoints"))  # reads the environment
    first, *words = told["command"]
    if first == "-m":
        sys.argv = [told["called"] or words[0], *words[1:]]
        if told["called"]:
            return importlib.import_module(f"{words[0]}.__main__").main
        return partial(runpy.run_module, words[0], run_name="__main__", alter_sys=True)
    sys.argv = [first, *words]
    sys.path.insert(0, str(Path(first).parent))
    return partial(runpy.run_path, first, run_name="__main__")


if __name__ == "__main__":
    read_everything()
    sys.exit(serve(sys.argv[1])() and None)
