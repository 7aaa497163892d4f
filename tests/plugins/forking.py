"""Reads code and profile of the product once, then forks a process for whoever asks for a program; see programs.py."""

import gc
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Callable
from pkgutil import resolve_name
from typing import Any

from pprg_embedded.world import SERVICES
from pprg_shared.profile import load_profile

MOST_BYTES = 1 << 20
PLACES = {"pprg": "pprg_embedded.__main__:main"} | {
    f"pprg-{each.name}": f"{each.package}.__main__:main" for each in SERVICES
}


def serve(door: str) -> Callable[[], Any]:
    """Answer at this door until standard input ends; in a process that is to be a program, gives what that is to do."""
    programs = {name: resolve_name(place) for name, place in PLACES.items()}
    load_profile()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how those who wait for a program ended
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening:
        listening.bind(door)
        listening.listen(64)
        print("ready", flush=True)  # noqa: T201 -- whoever started this waits for it
        while sys.stdin not in select.select([listening, sys.stdin], [], [])[0]:
            asking, _ = listening.accept()
            with asking:
                if not os.fork() and (told := waited_for(asking)):
                    listening.close()
                    return become(told, programs)
    return lambda: None


def waited_for(asking: socket.socket) -> dict[str, Any]:
    """What the program is to be, in its own process; in the one before it, wait for its end and tell whoever asked."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    message, ends, _, _ = socket.recv_fds(asking, MOST_BYTES, 3)
    if program := os.fork():
        _, status = os.waitpid(program, 0)
        asking.send(str(os.waitstatus_to_exitcode(status) % 256).encode())
        os._exit(0)
    for number, each in enumerate(ends):
        os.dup2(each, number)
        os.close(each)
    told: dict[str, Any] = json.loads(message)
    return told


def become(told: dict[str, Any], programs: dict[str, Callable[[], Any]]) -> Callable[[], Any]:
    """Take over words, environment, folder and the three ends of whoever asked."""
    sys.argv = told["words"]
    os.environ.clear()
    os.environ.update(told["environ"])
    os.chdir(told["folder"])
    sys.stdin, sys.stdout, sys.stderr = (open(number, mode, closefd=False) for number, mode in enumerate("rww"))  # noqa: SIM115 -- open until the end
    return programs[told["program"]]


if __name__ == "__main__":
    sys.exit(serve(sys.argv[1])())
