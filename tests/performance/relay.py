"""The relay: rows of the outbox published, confirmed and marked, beside publishing alone."""

import os

from accounting import TICK, Meter
from byhand import ConfirmEach, Window
from place import WARM, count

WINDOW, EACH = "by hand, publishing only, windows of 100", "by hand, publishing only, a confirm each"
OUTBOX = "the product, intake's outbox"


def publish_only(place, publisher, messages):
    """A sample: bodies that are at hand go to the broker; no database."""

    def sample():
        number = place.scaled(messages)
        bodies = [each.to_json() for each in place.referrals(number)]
        place.queue("triage", "referral.submitted")
        hand = publisher(place.broker_url)
        hand.publish(bodies[:WARM])
        with Meter(relay=os.getpid(), **place.pids) as meter:
            hand.publish(bodies)
        hand.close()
        place.wait(lambda: place.depth("triage") == number + min(number, WARM))
        return meter.per_thousand(number) | {"rows/s": number / meter.wall}

    return sample


def outbox(place, messages):
    """A sample: a full outbox, emptied by the command that a deployment runs."""

    def sample():
        number = place.scaled(messages)
        place.queue("triage", "referral.submitted")
        with place.rows("intake") as rows:
            rows.execute("TRUNCATE outbox")
            with place.running(("-m", "pprg_intake", "work"), place.environment("intake")) as process:
                fill(rows, place.referrals(WARM))
                place.wait(lambda: sent(rows) == WARM, process)
                with place.paused(process, rows):
                    rows.execute("TRUNCATE outbox")
                    fill(rows, place.referrals(number))
                with Meter(relay=process.pid, **place.pids) as meter:
                    place.wait(lambda: sent(rows) == number, process)
                seconds = rows.execute(RATE).fetchone()
                place.wait(lambda: place.depth("triage") == number + WARM, process)
        first, last, marked = seconds
        return meter.per_thousand(number) | {"rows/s": marked / max((last - first).total_seconds(), TICK)}

    return sample


#: From the first window marked to the last, by the product's own clock, which is this machine's.
RATE = (
    "SELECT min(done_at), max(done_at), count(*) FILTER (WHERE done_at > (SELECT min(done_at) FROM outbox)) FROM outbox"
)


def sent(rows):
    return count(rows, "outbox", "done_at IS NOT NULL")


def fill(rows, envelopes):
    copy = "COPY outbox (id, type, subject, body, created_at, due_at) FROM STDIN"
    with rows.cursor() as cursor, cursor.copy(copy) as lines:
        for each in envelopes:
            lines.write_row((each.id, each.type, each.subject, each.to_json(), each.time, each.time))


def variants(place):
    """All that is compared."""
    return {
        WINDOW: publish_only(place, Window, 20000),
        EACH: publish_only(place, ConfirmEach, 3000),
        OUTBOX: outbox(place, 20000),
    }
