"""What waiting costs: each service, a relay alone and the world, with nothing to do, over a minute."""

import time
from contextlib import ExitStack

from accounting import Meter, cpu_seconds
from rounds import Samples
from starting import SERVICES, WORLD, ready

RELAY = "a relay alone (`pprg-intake work`)"
SECONDS = 60


def _backends(place, database):
    """The server's processes that serve one database."""
    found = "SELECT pid FROM pg_stat_activity WHERE datname = %s"
    with place.server.admin() as admin:
        return [pid for (pid,) in admin.execute(found, [place.name_of(database)])]


def measure(place, rounds):
    """All of them at the same time, for none has anything to do; figures for each, in per cent of a core."""
    samples = Samples("idle")
    with ExitStack() as running:
        alive = {name: running.enter_context(ready(place, name)) for name in (*SERVICES, WORLD)}
        alive[RELAY] = running.enter_context(ready(place, "intake", "relay", pages=False))
        databases = {**{name: name for name in SERVICES}, RELAY: "relay"}
        for number in range(rounds):
            backends = {name: _backends(place, database) for name, database in databases.items()}
            before = {name: sum(map(cpu_seconds, pids)) for name, pids in backends.items()}
            with Meter(**{name: process.pid for name, process in alive.items()}) as meter:
                time.sleep(SECONDS * place.scale)
            for name in alive:
                theirs = sum(map(cpu_seconds, backends.get(name, ()))) - before.get(name, 0.0)
                figures = {"own": meter.cpu[name], "PostgreSQL's": theirs, "both": meter.cpu[name] + theirs}
                samples.add(number, name, {f"{key} %": 100 * value / meter.wall for key, value in figures.items()})
    return samples
