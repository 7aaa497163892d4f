"""What a stretch of work took: seconds on the wall, and CPU seconds of processes by the system's own accounting."""

import os
import time
from pathlib import Path

import psutil

MEGABYTE = 1e6
#: What the system counts CPU seconds in.
TICK = 1 / os.sysconf("SC_CLK_TCK")


def tree(pid):
    """A process and all that descend from it; nothing when it has ended."""
    try:
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def cpu_seconds(pid):
    """CPU seconds of a process, of its living descendants, and of those it has waited for."""
    total = 0.0
    for each in tree(pid):
        try:
            total += sum(each.cpu_times()[:4])
        except psutil.NoSuchProcess:
            continue
    return total


def shared_once(pid):
    """Megabytes in memory of all processes of a tree together, pages that several share counted once."""
    return sum(each.memory_full_info().pss for each in tree(pid)) / MEGABYTE


def largest(pid):
    """Megabytes in memory of the largest process of a tree, shared pages counted in full."""
    return max(each.memory_info().rss for each in tree(pid)) / MEGABYTE


def working(pid):
    """Megabytes in memory of the process that works (gunicorn's worker, or `pid` itself), shared pages in full."""
    return tree(pid)[-1].memory_info().rss / MEGABYTE


def listener(port):
    """The process that listens on a port of loopback."""
    listening = (each for each in psutil.net_connections("tcp") if each.status == psutil.CONN_LISTEN)
    return next(each.pid for each in listening if each.laddr.port == port and each.pid)


class Meter:
    """Measures named processes over the stretch inside `with`; for each a name and CPU seconds, and `wall`."""

    def __init__(self, **pids):
        self._pids = pids

    def __enter__(self):
        self._cpu = self._read()
        self._began = time.monotonic()
        return self

    def __exit__(self, *_):
        self.wall = time.monotonic() - self._began
        self.cpu = {name: seconds - self._cpu[name] for name, seconds in self._read().items()}

    def _read(self):
        return {name: cpu_seconds(pid) for name, pid in self._pids.items()}

    def per_thousand(self, count):
        """CPU seconds per 1,000 things, by name of the process."""
        return {f"{name} CPU s/1,000": seconds * 1000 / count for name, seconds in self.cpu.items()}


def machine():
    """The machine in one sentence."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.partition(": ")[2] for line in lines if line.startswith("model name")), "?")
    memory = psutil.virtual_memory().total / 2**30
    return f"{os.cpu_count()} cores ({model.strip()}), {memory:.0f} GB memory, Linux {os.uname().release}"
