"""From a commit to a consumer elsewhere: events at random moments, carried by the outbox, beside publishing alone."""

import json
import re
from contextlib import ExitStack
from datetime import datetime

import consumer
from rounds import percentile

from pprg_shared.rabbit.topology import queue_name

HAND = "by hand, publishing only"
TOGETHER, APART = "the product, loops in the process that commits", "the product, loops in another process"
LOST = "the product, loops in another process, every wake-up lost"
HANDLED = "the product, until triage has handled it"
CELERY = "celery, from `.delay` to the start of the task"
RATES = (20, 200)
#: A line of those that say when an event was said, or came; whatever else a peer writes is none.
SAID = re.compile(r"^([0-9a-f-]{36}) (\d+\.\d+)\n", re.MULTILINE)
#: The first events meet cold caches and connections not yet open.
WARM = 20
#: celery's two ends; without a banner what they write is lines.
DELAY, TASK = ("peers/celery_app.py", "speak"), (*consumer.BY_CELERY.command, "--loglevel", "CRITICAL")
RELAY, TRIAGE = ("-m", "pprg_intake", "work"), ("-m", "pprg_triage", "work")


def carried(place, rate, saying, hearing=("byhand.py", "arrivals"), relay=None):
    """A sample: milliseconds from each commit (by hand: from each call) to the arrival of its message."""

    def sample():
        number = WARM + place.scaled(rate * (8 if rate < 100 else 4))
        place.queue("triage", "referral.submitted")
        place.queue("notifier", "case.opened")
        said, heard = place.folder / "said", place.folder / "heard"
        service = "triage" if hearing == TRIAGE else "intake"
        place.forget(*consumer.QUEUES)
        python, queue = (place.peers, "celery") if hearing == TASK else ("", queue_name("triage"))
        with ExitStack() as running, said.open("wb") as out, heard.open("wb") as noted:
            about = {"stdout": noted, "python": python} | ({"stderr": noted} if hearing == TRIAGE else {})
            ear = running.enter_context(place.running(hearing, place.environment(service), **about))
            place.wait(lambda: place.heard(queue), ear)
            if relay:
                running.enter_context(place.running(relay, place.environment("intake")))
            command = (*saying, str(rate), str(number))
            speaker = running.enter_context(
                place.running(command, place.environment("intake"), stdout=out, python=python)
            )
            place.wait(lambda: len(moments(heard)) == number, speaker, every=0.1)
        return figures(moments(said), moments(heard))

    return sample


def moments(path):
    """When each event was said, arrived or was handled: lines by hand, or the product's own log."""
    text = path.read_text()
    logged = [json.loads(line) for line in text.split("\n")[:-1] if line.startswith("{")]
    handled = {
        each["id"]: datetime.fromisoformat(each["timestamp"]).timestamp()
        for each in logged
        if each["event"] == "handled"
    }
    return handled | {number: float(at) for number, at in SAID.findall(text)}


def figures(said, heard):
    """What was measured, once it is known that every event arrived."""
    assert said.keys() == heard.keys()
    spent = [(heard[number] - at) * 1000 for number, at in list(said.items())[WARM:]]
    return {f"p{round(part * 100)} ms": percentile(spent, part) for part in (0.5, 0.95, 0.99)}


def variants(rate):
    """All that is compared at this rate."""
    commit = ("measured.py", "commit")
    return lambda place: {
        HAND: carried(place, rate, ("byhand.py", "publish")),
        TOGETHER: carried(place, rate, commit),
        APART: carried(place, rate, (*commit, "apart"), relay=RELAY),
        HANDLED: carried(place, rate, commit, hearing=TRIAGE),
        CELERY: carried(place, rate, DELAY, hearing=TASK),
    }


def unwoken(place):
    """What the net holds: no wake-up reaches anybody, and the relay finds what waits by looking."""
    return {LOST: carried(place, RATES[0], ("measured.py", "commit", "apart", "lost"), relay=RELAY)}
