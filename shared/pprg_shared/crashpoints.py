"""Named points beside each commit, publish, confirm, acknowledgement and send, at which a test can kill the process."""

import os
import signal
from collections import Counter
from pathlib import Path
from threading import Lock

ACTS = (
    "migrate",
    "move",
    "action",
    "arrival",
    "parking",
    "recovery",
    "inbox-take",
    "inbox-handle",
    "inbox-postpone",
    "outbox-mark",
    "outbox-postpone",
    "letters-take",
    "letters-mark",
    "reminders-take",
    "reminders-handle",
    "reminders-postpone",
    "embargoes-take",
    "embargoes-handle",
    "embargoes-postpone",
    "housekeeping",
    "audit-tell",
)
COMMITS = tuple(f"{act}.{when}_commit" for act in ACTS for when in ("before", "after"))
BUS = (
    "bus.before_publish",
    "bus.after_publish",
    "bus.after_confirm",
    "bus.before_acknowledge",
    "bus.after_acknowledge",
)
SENDS = ("letters.before_send", "letters.after_send")
#: Every point there is, without the service in front; a point that is not listed is refused when armed.
POINTS = (*COMMITS, *BUS, *SENDS)

#: `triage.arrival.after_commit:2` is its second passage, `*:1` the first passage of every point; several may be named.
_deadly = frozenset(each if ":" in each else f"{each}:1" for each in os.environ.get("CRASHPOINT", "").split())
_log = Path(os.environ["CRASHPOINT_LOG"]) if os.environ.get("CRASHPOINT_LOG") else None
_passed: Counter[str] = Counter()
_lock = Lock()


def crashpoint(name: str) -> None:
    """Die here by SIGKILL when CRASHPOINT says so."""
    if not _deadly and _log is None:
        return
    point = name.partition(".")[2]
    if point not in POINTS:
        raise LookupError(f"{point} is not listed in crashpoints.POINTS")
    with _lock:
        passage = _passage(name)
        if not _deadly.isdisjoint({f"{name}:{passage}", f"*:{passage}"}):
            os.kill(os.getpid(), signal.SIGKILL)


def _passage(name: str) -> int:
    """Which passage this is; with CRASHPOINT_LOG counted on by the process that takes the place of a dead one."""
    if _log is not None:
        if not _passed and _log.exists():
            _passed.update(_log.read_text(encoding="ascii").split())
        with _log.open("a", encoding="ascii") as out:
            out.write(name + "\n")
    _passed[name] += 1
    return _passed[name]
