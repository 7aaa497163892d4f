"""Anchors: where the chain stands is written outside the database, so that nobody can shorten or rewrite it unseen."""

import fcntl
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pprg_shared.audit.chain import START, Mark

SEPARATOR = b"\n"
END_BYTES = 1024


class Anchors:
    """One file of a service that only grows: a line for each anchor, with its number, its hash and when it was laid."""

    def __init__(self, folder: Path, service: str) -> None:
        self.path = folder / f"{service}.anchors"

    def lay(self, mark: Mark, at: datetime) -> Mark:
        """Write an anchor, unless another process has laid one as new; the newest, on the disk when this returns.

        Raises OSError when the folder is away.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = not self.path.exists()
        file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            end = _end(file)
            newest = next(filter(None, map(_read, reversed(end.splitlines(keepends=True)))), START)
            if newest.sequence >= mark.sequence:
                return newest
            torn = bool(end) and not end.endswith(SEPARATOR)
            line = f"{mark.sequence} {mark.hash} {at.isoformat()}\n".encode()
            os.write(file, (SEPARATOR if torn else b"") + line)
            os.fsync(file)
        finally:
            os.close(file)
        if fresh:
            folder = os.open(self.path.parent, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)
        return mark

    def __iter__(self) -> Iterator[Mark]:
        """The anchors that are there now, in the order in which they were laid; a line that was torn is passed over."""
        try:
            size = self.path.stat().st_size
        except FileNotFoundError:
            return iter(())
        return self._marks(size)

    def _marks(self, size: int) -> Iterator[Mark]:
        with self.path.open("rb") as lines:
            while lines.tell() < size:
                if mark := _read(lines.readline()):
                    yield mark

    def newest(self) -> Mark | None:
        """The last that was laid."""
        last = None
        for last in self:  # noqa: B007 -- the last is wanted
            pass
        return last


def _end(file: int) -> bytes:
    """The last few lines."""
    size = os.fstat(file).st_size
    return os.pread(file, END_BYTES, max(0, size - END_BYTES))


def _read(line: bytes) -> Mark | None:
    words = line.split()
    whole = line.endswith(SEPARATOR) and len(words) == len(("number", "hash", "instant")) and words[0].isdigit()
    return Mark(int(words[0]), words[1].decode("ascii", "replace")) if whole else None
