"""The box of letters: take one under a lease, send it to where its recipient is today, then mark it."""

import json
from collections import deque
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from pprg_notifier import rules
from pprg_notifier.actions import pass_on
from pprg_notifier.delivery.hold import held
from pprg_notifier.delivery.mailbox import Mailbox
from pprg_notifier.delivery.smtp import Link
from pprg_notifier.message import build
from pprg_notifier.models import Overtaken, Whom, heed_changes, letters, parts_of, place_of, recipient
from pprg_notifier.rules import Answer, Fate, Step, Verdict
from pprg_shared.away import away, fault
from pprg_shared.boxes import publish
from pprg_shared.boxes.reasons import PROBLEM_CHARACTERS
from pprg_shared.boxes.tables import waiting
from pprg_shared.boxes.work import GoesOn, always, back_off, patience, take_many
from pprg_shared.crashpoints import crashpoint
from pprg_shared.errors import NotYet, Refused
from pprg_shared.events.notifier import LetterAccepted, LetterFailed
from pprg_shared.logs import bound, log
from pprg_shared.sealing import SealError
from pprg_shared.service import Runtime

MINUTE = timedelta(minutes=1)
#: Each time a letter is taken counts as an attempt that nobody knows the end of, until its end is written down.
COUNTERS = ("attempts", "unknown")


class Letters:
    """Sends what is due, one recipient a transaction; a letter that is sent again is the same letter, byte for byte."""

    name = "letters"
    #: Whoever writes a letter wakes its loop.
    woken = True

    def __init__(self, runtime: Runtime) -> None:
        self.runtime, self.database = runtime, runtime.database
        self.mailbox: Mailbox = runtime.parts["mailbox"]
        self.link = Link(runtime.settings) if runtime.settings.mail_server else None
        #: When the last letters went to the mail server, as many as it is given in a minute.
        self._given: deque[datetime] = deque(maxlen=runtime.settings.mail_per_minute)
        self.slowest = self.link.slowest if self.link else 0.0

    def drain(self, goes_on: GoesOn = always) -> int:
        """Send what is due, urgent letters first, and no more than the mail server is given in a minute.

        Stops early when the mail server is away: the next letter would fare no better.
        """
        count = 0
        while goes_on() and not self._full() and (row := self._take()):
            count += 1
            with bound(correlation_id=row.correlation_id):
                if not self._deliver(row):
                    break
        if self.link:
            self.link.rest()
        return count

    def _take(self) -> Any:
        return next(iter(take_many(self.database, letters, 1, COUNTERS, rules.URGENT)), None)

    def _full(self) -> bool:
        """Whether the mail server was given all it gets in a minute; a clock that was put back does not prolong it."""
        given = self._given
        return bool(given) and len(given) == given.maxlen and abs(self.runtime.clock() - given[0]) < MINUTE

    def close(self) -> None:
        """Say goodbye to the mail server."""
        if self.link:
            self.link.close()

    def _deliver(self, row: Any) -> bool:
        """One attempt; False when the mail server is away."""
        if row.expires_at and row.expires_at <= self.runtime.clock():
            self._mark(row, rules.expired())
            return True
        if row.unknown > rules.MOST_UNKNOWN:
            self._mark(row, rules.spent())
            return True
        try:
            whom, raw = self._written(row)
        except Exception as error:
            if away(error):
                raise
            self._mark(row, self._unwritten(row, error))  # whatever it was, the letter must not be forgotten
            return True
        crashpoint("notifier.letters.before_send")
        answer = self._send(row, whom.address, raw)
        crashpoint("notifier.letters.after_send")
        self._mark(row, rules.verdict(answer, row.unknown, row.created_at, self.runtime.clock()), whom)
        return answer.step is not Step.CONNECT

    def _written(self, row: Any) -> tuple[Whom, bytes]:
        """Whom the letter reaches at this moment, and the letter's bytes."""
        settings, profile = self.runtime.settings, self.runtime.profile
        if row.expires_at and row.content is None:
            raise Refused("what it said is gone: it was of use for a short time only")
        facts = dict(row.facts) | {"marking": profile.marking}
        if row.content:
            facts |= json.loads(self.runtime.keys["contact"].open(row.content, place_of(row.id, "content")))
        with self.database.reading() as session:
            heed_changes(session, row)
            whom = recipient(session, row, facts.get("to"))
        if "path" in facts:
            facts["link"] = settings.base_url.rstrip("/") + facts["path"]
        subject, text = rules.wording(profile, row.type, facts, whom.greeting)
        raw = build(
            sender=settings.mail_from,
            to=whom.address,
            subject=subject,
            text=text,
            message_id=row.message_id,
            at=row.created_at,
            invitation=facts if "uid" in facts else None,
        )
        return whom, raw

    def _unwritten(self, row: Any, error: Exception) -> Verdict:
        """What becomes of a letter that is overtaken, that nobody can be found for, or that could not be written."""
        if isinstance(error, Overtaken):
            return rules.overtaken(str(error))
        now = self.runtime.clock()
        known = isinstance(error, NotYet | Refused)
        why = f": {error}" if isinstance(error, SealError) else f" ({fault(error)})"
        problem = str(error) if known else f"the letter could not be written{why}"
        if patience(error, row.attempts, row.created_at, now).given_up:
            return Verdict(Fate.GIVEN_UP, problem)
        return rules.unless_late(problem, row.created_at, now)

    def _send(self, row: Any, to: str, raw: bytes) -> Answer:
        settings = self.runtime.settings
        if self.link is None or (rules.invented(to) and not settings.trial):
            return self.mailbox.attempt(row.id, raw)
        self._given.append(self.runtime.clock())
        with held(self.database, row):
            return self.link.attempt(settings.mail_from, to, raw)

    def _mark(self, row: Any, after: Verdict, whom: Whom | None = None) -> None:
        """Write down what became of an attempt and say it, once: unless somebody else has marked the letter since.

        What is given up at the first post or contact of an agency goes to the deputy, too.
        """
        at = self.runtime.clock()
        values: dict[str, Any] = {"problem": after.problem[:PROBLEM_CHARACTERS] or None}
        duty = values["duty"] = whom.duty if whom else row.duty
        if not after.unknown:
            values["unknown"] = letters.c.unknown - 1
        if after.fate is Fate.AGAIN:
            values["due_at"] = at + back_off(row.attempts)
        else:
            values["failed_at" if after.fate is Fate.GIVEN_UP else "done_at"] = at
            if row.expires_at:
                values["content"] = None
            values["sent"] = self._went_to(row, whom)
        mine = [letters.c.id == row.id, *waiting(letters)]
        if after.fate is not Fate.TAKEN:
            mine.append(letters.c.attempts == row.attempts)  # whoever took it after us has the say
        with self.database.writing("letters-mark", row.correlation_id) as session:
            changed = session.execute(sa.update(letters).where(*mine).values(**values))
            if not changed.rowcount:  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult
                return
            if after.fate in {Fate.TAKEN, Fate.GIVEN_UP}:
                for name, subject in parts_of(session, row):
                    publish(session, _news(row, after, duty, name, subject))
            if after.fate is Fate.GIVEN_UP:
                pass_on(session, row, duty)
        log.info("letter", id=str(row.id), type=row.type, fate=after.fate.value, attempts=row.attempts)

    def _went_to(self, row: Any, whom: Whom | None) -> str | None:
        """The address, sealed; one that stands in no directory is not kept in a letter either."""
        if whom is None or not (row.person_id or row.agency):
            return None
        return self.runtime.keys["contact"].seal(whom.address.encode(), place_of(row.id, "sent"))


def _news(row: Any, after: Verdict, duty: str | None, name: UUID, subject: str) -> LetterAccepted | LetterFailed:
    about = {"letter_id": name, "about": subject, "template": row.type}
    about |= {"person": row.person_id, "agency": row.agency, "duty": duty, "because": row.event_id}
    if after.fate is Fate.TAKEN:
        return LetterAccepted(**about, typed=row.type in rules.TYPED)
    return LetterFailed(**about, reason=after.problem)
