"""What waking the loops of other processes costs those who write: 16 of them, on a disk that takes 5 ms to flush."""

import threading
from contextlib import ExitStack, contextmanager
from subprocess import PIPE

import psycopg
from accounting import Meter
from place import count
from psycopg import sql

from pprg_shared.bell import CHANNEL

WOKEN, SILENT = "16 writers, a wake-up after each commit", "16 writers, nobody is woken"
#: As pages are served: some processes with four threads each.
PROCESSES, THREADS = 4, 4
#: PostgreSQL's own pause before each flush stands in for the disk.
FLUSH = {"commit_delay": 5000, "commit_siblings": 0}


def written(place, *silent, each=600):
    """A sample: so many transactions of every process, each with a row and an event, and somebody who listens."""

    def sample():
        number = place.scaled(each)
        with place.rows("intake", "slow") as rows, listening(rows), ExitStack() as running:
            slow(rows)
            rows.execute("TRUNCATE outbox, effect")
            command = ("measured.py", "write", *silent, str(THREADS), str(number))
            environment = place.environment("intake", "slow")
            streams = {"stdin": PIPE, "stdout": PIPE}
            writers = [running.enter_context(place.running(command, environment, **streams)) for _ in range(PROCESSES)]
            for writer in writers:
                assert writer.stdout.readline() == b"ready\n", place.console()
            with Meter(**{f"writer {turn}": each.pid for turn, each in enumerate(writers)}) as meter:
                for writer in writers:
                    writer.stdin.write(b"go\n")
                    writer.stdin.flush()
                spans = [tuple(map(float, writer.stdout.readline().split())) for writer in writers]
            total = PROCESSES * number
            assert [count(rows, "effect"), count(rows, "outbox")] == [total, total]
        seconds = max(end for _, end in spans) - min(begin for begin, _ in spans)
        return {"tx/s": total / seconds, "writers' CPU s/1,000": sum(meter.cpu.values()) * 1000 / total}

    return sample


def slow(rows):
    """The database of these rows, for whoever connects from now on."""
    name = sql.Identifier(rows.info.dbname)
    for setting, value in FLUSH.items():
        rows.execute(sql.SQL("ALTER DATABASE {} SET {} = {}").format(name, sql.Identifier(setting), value))


@contextmanager
def listening(rows):
    """Somebody who hears each wake-up and does nothing about it."""
    with psycopg.connect(rows.info.dsn, password=rows.info.password, autocommit=True) as ear:
        ear.execute(f"LISTEN {CHANNEL}")
        stopping = threading.Event()

        def hear():
            while not stopping.is_set():
                list(ear.notifies(timeout=0.5, stop_after=100))

        thread = threading.Thread(target=hear)
        thread.start()
        try:
            yield
        finally:
            stopping.set()
            thread.join()


def variants(place):
    """All that is compared."""
    return {WOKEN: written(place), SILENT: written(place, "silent")}
