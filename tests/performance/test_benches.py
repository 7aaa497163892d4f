"""Each bench once, on a few messages: its samples check their own results, and nothing is timed here."""

import audit
import consumer
import directory
import embedded
import latency
import merging
import need
import pages
import posting
import pytest
import relay
import starting
import writing
from place import Place
from rounds import interleave

pytestmark = [pytest.mark.broker, pytest.mark.database]
CHOSEN = {
    "consumer": (consumer.variants, [consumer.HAND_OPENED, consumer.ORM]),
    "relay": (relay.variants, [relay.WINDOW, relay.OUTBOX]),
    "latency at 200 a second": (latency.variants(200), [latency.HANDLED]),
    "latency without wake-ups": (latency.unwoken, [latency.LOST]),
    "writing": (writing.variants, [writing.WOKEN, writing.SILENT]),
    "embedded": (embedded.variants, [embedded.JOURNEYS, embedded.JOURNEYS_HAND]),
    "merging": (merging.variants, [merging.WHOLE, merging.HAND]),
    **{page: (pages.variants(page), [pages.PRODUCT, pages.HAND]) for page in pages.ASKED},
    **{name: (posting.variants(name), [posting.PRODUCT, posting.HAND]) for name in posting.CONNECTIONS},
    "audit": (audit.variants, [audit.ANSWERED, audit.LAST]),
    "directory": (directory.variants, list(directory.variants(None))),
    "need to know": (need.variants, [need.CHAIR, need.OPEN, need.HAND_CHAIR]),
    "starting": (starting.variants, [starting.HAND]),
}
EVERY_DAY = {"relay", "need to know"}


@pytest.fixture(scope="module")
def place(private_rabbitmq, private_postgres, tmp_path_factory):
    return Place(private_rabbitmq.url, private_postgres, tmp_path_factory.mktemp("bench"), 0.001)


@pytest.mark.parametrize(
    "section", [each if each in EVERY_DAY else pytest.param(each, marks=pytest.mark.long) for each in CHOSEN]
)
def test_every_message_of_a_bench_has_its_effect_once(place, tmp_path, section):
    variants, names = CHOSEN[section]
    chosen = {name: sample for name, sample in variants(place).items() if name in names}

    measured = interleave(section, chosen, 1, tmp_path)

    assert set(measured.variants) == set(names)
