"""The embedded mode on SQLite, every commit flushed: referrals and whole journeys, beside the disk and by hand."""

import json
from tempfile import TemporaryDirectory

DISK = "the disk: 12 kB written and flushed"
INTAKE, JOURNEYS = "the product, referrals kept", "the product, whole journeys"
INTAKE_HAND, JOURNEYS_HAND = "by hand, referrals kept", "by hand, whole journeys, batches of 50"
WHAT = {
    DISK: ("disk", 4000),
    INTAKE: ("intake", 500),
    INTAKE_HAND: ("intake-by-hand", 1000),
    JOURNEYS: ("journeys", 300),
    JOURNEYS_HAND: ("journeys-by-hand", 600),
}


def sample(place, what, most):
    """A sample: a process that makes its files, does its work and says what it took; it counts its own rows."""

    def run():
        number = place.scaled(most)
        with TemporaryDirectory(dir=place.folder) as folder:
            took = json.loads(place.said_by(("world.py", what, folder, str(number))))
        return {"a second": number / took["wall"], "CPU s/1,000": took["cpu"] * 1000 / number}

    return run


def variants(place):
    """All that is compared."""
    return {name: sample(place, *about) for name, about in WHAT.items()}
