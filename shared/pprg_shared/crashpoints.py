"""Named points beside each commit, publish, confirm, acknowledgement and send, at which a test can kill the process."""

import os
import signal
from collections import Counter
from pathlib import Path
from threading import Lock

ACTS = (
    "action",
    "arrival",
    "parking",
    "inbox-take",
    "inbox-handle",
    "inbox-postpone",
    "outbox-take",
    "outbox-mark",
    "outbox-postpone",
    "letters-take",
    "letters-mark",
    "letters-postpone",
    "reminders-take",
    "reminders-handle",
    "reminders-postpone",
    "housekeeping",
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

_name, _, _nth = os.environ.get("CRASHPOINT", "").partition(":")
_log = os.environ.get("CRASHPOINT_LOG", "")
_armed = bool(_name or _log)
_passed: Counter[str] = Counter()
_lock = Lock()


def crashpoint(name: str) -> None:
    """Die here by SIGKILL when CRASHPOINT says so (`triage.arrival.after_commit:2`: the second passage)."""
    if not _armed:
        return
    point = name.partition(".")[2]
    if point not in POINTS:
        raise LookupError(f"{point} is not listed in crashpoints.POINTS")
    with _lock:
        _passed[name] += 1
        if _log:
            with Path(_log).open("a", encoding="ascii") as out:
                out.write(name + "\n")
        if name == _name and _passed[name] == int(_nth or 1):
            os.kill(os.getpid(), signal.SIGKILL)
