"""The embedded world with one fault of design, such as people do build: to show that the checker sees what it does."""

import sys
from threading import Timer
from uuid import uuid4

from sqlalchemy.exc import IntegrityError

from pprg_embedded.__main__ import main
from pprg_notifier.delivery import Letters
from pprg_notifier.delivery.mailbox import KEPT
from pprg_notifier.rules import Answer, Step
from pprg_shared import acting
from pprg_shared.boxes.arrival import Arrival, _read, _row
from pprg_shared.boxes.outgoing import Outbox
from pprg_shared.boxes.tables import inbox, insert_new
from pprg_triage import handlers


def acknowledge_before_the_commit() -> None:
    """What has arrived is handled when there is time for it."""
    receive = Arrival.receive

    def soon(self, bodies):
        Timer(0.3, receive, (self, bodies)).start()
        return [True] * len(bodies)

    Arrival.receive = soon


def mark_before_the_publication() -> None:
    """The outbox takes it that what it publishes will arrive."""

    def hopefully(self, hand, rows):
        self._mark(hand, rows, {row.id for row in rows}, "")
        return publish(self, hand, rows)

    publish, Outbox._publish = Outbox._publish, hopefully


def no_inbox() -> None:
    """Whatever arrives is handled, also for the second time; rows are new each time."""
    handlers.uuid5 = lambda *_: uuid4()

    def every_time(self, bodies):
        for body in bodies:
            envelope = _read(body)
            try:
                with self.database.writing("arrival") as session:
                    row = _row(envelope, body, self.database.clock(), strange=False)
                    session.execute(insert_new(session, inbox), row)
                    self._handle(session, envelope)
            except IntegrityError:
                continue  # it was there already
        return [True] * len(bodies)

    Arrival.receive = every_time


def no_idempotency_key() -> None:
    """A form that is sent again is another form."""
    acting._claim = lambda *_: None
    acting._keep_answer = lambda *_: None


def mark_before_the_letter_is_sent() -> None:
    """A letter counts as sent, and is sent after that."""
    send, mark = Letters._send, Letters._mark
    sealed = {}

    def later(_self, *letter):
        sealed["letter"] = letter
        return Answer(Step.END, KEPT)

    def marked(self, *outcome):
        mark(self, *outcome)
        send(self, *sealed["letter"])

    Letters._send, Letters._mark = later, marked


if __name__ == "__main__":
    _, fault, *words = sys.argv
    globals()[fault]()
    main(words)
