"""Looking after the chain: anchors are laid outside the database, and triage is told who saw and did what."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from pprg_shared.audit.anchors import Anchors
from pprg_shared.audit.chain import ABOUT_CASES, START, Mark
from pprg_shared.audit.recording import HEAD, locked, place
from pprg_shared.boxes.outgoing import publish
from pprg_shared.boxes.tables import audit, audit_marks
from pprg_shared.boxes.work import GoesOn, always
from pprg_shared.database import Database, uuid_of
from pprg_shared.events.every import AccessRecorded, Seen
from pprg_shared.logs import log

#: Triage is told of so many entries at once, and of fewer once the oldest has waited for so long.
BATCH = 200
PAUSE = timedelta(seconds=5)
#: An anchor is laid after so many entries, and within a minute of any: it is seen up to one pause after it was written,
#: and the turn that finds it due may come another pause late.
EVERY = 100
LONGEST = timedelta(minutes=1) - 2 * PAUSE
TOLD = "told"
_MARKS = sa.select(audit_marks.c.name, audit_marks.c.sequence, audit_marks.c.hash)
_NEXT = sa.select(audit).where(audit.c.sequence > sa.bindparam("after")).order_by(audit.c.sequence).limit(BATCH)


class Keeper:
    """The loop of the chain. That anchors cannot be laid stops nothing: it is said, and tried again."""

    name = "audit"
    #: Seconds between two turns: whoever waits for others to say more loses nothing by looking less often.
    pause = PAUSE.total_seconds()

    def __init__(self, database: Database, anchors: Anchors) -> None:
        self.database, self.anchors = database, anchors
        #: Why no anchor can be laid, if so.
        self.problem: str | None = None
        #: How many entries lie behind the newest anchor.
        self.unanchored = 0
        self._laid: Mark | None = None
        self._since: datetime | None = None
        self._turned = False

    def drain(self, _goes_on: GoesOn = always) -> int:
        """Lay an anchor and tell triage, each if it is time for it; how many entries triage was told of."""
        self._turned = True
        marks = self._marks()
        head = marks.get(HEAD, START)
        self._anchor(head, at_once=False)
        return self._tell() if self._waits(marks.get(TOLD, START), head) else 0

    def close(self) -> None:
        """At the end: what has no anchor yet gets one."""
        if not self._turned:
            return
        try:
            self._anchor(self._marks().get(HEAD, START), at_once=True)
        except sa.exc.SQLAlchemyError as error:
            log.warning("no last anchor", service=self.database.service, fault=type(error).__name__)

    def _marks(self) -> dict[str, Mark]:
        with self.database.reading() as session:
            return {row.name: Mark(row.sequence, row.hash) for row in session.execute(_MARKS)}

    def _anchor(self, head: Mark, *, at_once: bool) -> None:
        at = self.database.clock()
        try:
            if self._laid is None:
                self._laid = self.anchors.newest() or START
            self.unanchored = head.sequence - self._laid.sequence
            if self.unanchored < 0:
                self._fails("the chain is shorter than its newest anchor says: run `audit verify`")
                return
            self._since = (self._since or at) if self.unanchored else None
            due = at_once or self.unanchored >= EVERY or (self._since is not None and at - self._since >= LONGEST)
            if self.unanchored and due:
                self._laid, self._since, self.unanchored = self.anchors.lay(head, at), None, 0
                log.info("anchor", service=self.database.service, sequence=head.sequence, hash=head.hash)
        except OSError as error:
            self._fails(f"anchors cannot be laid: {error.strerror}")
        else:
            self.problem = None

    def _fails(self, why: str) -> None:
        if why != self.problem:
            log.error("anchors", service=self.database.service, problem=why)
        self.problem = why

    def _waits(self, told: Mark, head: Mark) -> bool:
        """Whether triage is to be told now."""
        if head.sequence - told.sequence >= BATCH:
            return True
        if head.sequence <= told.sequence:
            return False
        first = sa.select(audit.c.at).where(audit.c.sequence == told.sequence + 1)
        with self.database.reading() as session:
            oldest = session.scalar(first)
        return oldest is not None and self.database.clock() - oldest >= PAUSE

    def _tell(self) -> int:
        """Say what follows the mark and move the mark, whoever else tries it at the same time."""
        with self.database.writing("audit-tell") as session:
            told = locked(session, TOLD, START)
            rows = session.execute(_NEXT, {"after": told.sequence}).all()
            if not rows:
                return 0
            if seen := _about_cases(rows):
                publish(session, AccessRecorded(service=self.database.service, entries=seen))
            place(session, TOLD, Mark(rows[-1].sequence, rows[-1].hash))
        return len(rows)


def _about_cases(rows: Sequence[Any]) -> list[Seen]:
    """What is told of entries: those about a case, by its id."""
    return [
        Seen(
            hash=row.hash,
            at=row.at,
            person=row.person,
            agency=row.agency,
            kind=row.kind,
            verb=row.verb,
            case_id=case_id,
        )
        for row in rows
        if row.kind in ABOUT_CASES and (case_id := uuid_of(row.subject))
    ]
