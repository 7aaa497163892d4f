"""The product's programs as they lie in `.venv/bin`, each a process of its own that starts without reading the code."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import forking

ASKS = """#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asking:
    asking.connect({door!r})
    told = {{"program": {name!r}, "words": sys.argv, "environ": dict(os.environ), "folder": os.getcwd()}}
    socket.send_fds(asking, [json.dumps(told).encode()], [0, 1, 2])
    sys.exit(int(asking.recv(20)))
"""


@pytest.fixture(scope="session")
def programs() -> Iterator[Path]:
    """The folder that they lie in; that they start from nothing too is shown in tests/documents/test_deploying.py."""
    with TemporaryDirectory(prefix="programs-") as folder:
        door = f"{folder}/door"
        command = [sys.executable, forking.__file__, door]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as forks:
            assert forks.stdout.readline() == "ready\n"
            for name in forking.PLACES:
                program = Path(folder) / name
                program.write_text(ASKS.format(python=sys.executable, door=door, name=name), "utf-8")
                program.chmod(0o755)
            yield Path(folder)
            forks.stdin.close()
