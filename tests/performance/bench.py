"""`make bench`: the product beside raw code by hand and beside others, on the same work, in the same rounds.

BENCH_SCALE multiplies all counts (0.1 for a look), BENCH_ROUNDS the rounds; arguments name the sections to run. A whole
run of full size writes docs/reference/performance.md, any other build/bench/performance.md. One that broke off goes on
with RESUME=1: what it had measured of a section to the end is not measured again.
"""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import audit
import consumer
import directory
import document
import embedded
import idle
import latency
import merging
import need
import pages
import posting
import relay
import starting
import writing
from place import Place
from rounds import interleave, kept, say

import postgresql
import rabbitmq

ROUNDS = 5
#: Each section with its share of the rounds.
SECTIONS = {
    "consumer": (consumer.variants, 1.0),
    "relay": (relay.variants, 1.0),
    **{f"latency at {rate} a second": (latency.variants(rate), 0.6) for rate in latency.RATES},
    "latency without wake-ups": (latency.unwoken, 0.6),
    "writing": (writing.variants, 1.0),
    "embedded": (embedded.variants, 0.6),
    "merging": (merging.variants, 0.6),
    **{page: (pages.variants(page), 0.6) for page in pages.ASKED},
    **{name: (posting.variants(name), 0.6) for name in posting.CONNECTIONS},
    "audit": (audit.variants, 0.6),
    "directory": (directory.variants, 0.6),
    "need to know": (need.variants, 0.6),
    "starting": (starting.variants, 0.6),
}


def main(python, peers, *chosen):
    """Measure, and write the page."""
    scale, rounds = float(os.environ.get("BENCH_SCALE", "1")), int(os.environ.get("BENCH_ROUNDS", str(ROUNDS)))
    results, resume = Path("build/bench"), "RESUME" in os.environ
    results.mkdir(parents=True, exist_ok=True)
    before, samples = os.getloadavg()[0], {}
    with rabbitmq.from_programs() as broker, postgresql.from_programs() as server, TemporaryDirectory() as folder:
        place = Place(broker.url, server, Path(folder), scale, python, peers)
        for name, (variants, share) in SECTIONS.items():
            if not chosen or name.split()[0] in chosen:
                measured = (name, variants(place), max(1, round(rounds * share)), results)
                samples[name] = (kept(*measured) if resume else None) or interleave(*measured)
        if not chosen or "idle" in chosen:
            samples["idle"] = idle.measure(place, max(1, round(rounds * 0.4)))
        about = document.about(broker, server, scale, (before, os.getloadavg()[0]), peers)
    whole = scale >= 1 and not chosen and rounds >= ROUNDS
    path = Path("docs/reference" if whole else results) / "performance.md"
    path.write_text(document.page(samples, about), encoding="utf-8")
    say(f"written: {path}")


if __name__ == "__main__":
    main(*sys.argv[1:])
