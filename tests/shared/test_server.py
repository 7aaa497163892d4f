"""How gunicorn runs a service: what only shows in a process of its own."""

import subprocess
import sys

from pprg_embedded.ports import free_ports

#: A service that starts for longer than it may be silent once it serves, and ends when it is ready.
SLOW = """
import os, signal, sys, time
from pprg_shared import server
from pprg_shared.config import Settings

def compose():
    time.sleep(4)
    return []

def ready():
    print("ready", flush=True)
    os.kill(os.getppid(), signal.SIGTERM)

server.SILENCE_SECONDS = 1
server.Server(Settings(ops_port=int(sys.argv[1])), compose, ready, pages=False).run()
"""


def test_whoever_migrates_for_long_is_not_killed_for_its_silence():
    (port,) = free_ports(1)

    ended = subprocess.run(
        [sys.executable, "-c", SLOW, str(port)], capture_output=True, text=True, timeout=30, check=False
    )

    assert (ended.returncode, ended.stdout) == (0, "ready\n"), ended.stderr
