"""dramatiq, a message an actor's call, acknowledged once its effect is there.

Run by dramatiq as workers; as a program, `dramatiq_app.py fill FILE` sends a message for each line.
"""

import os
import sys
import threading
from pathlib import Path

import dramatiq
import effect
from dramatiq.brokers.rabbitmq import RabbitmqBroker

dramatiq.set_broker(RabbitmqBroker(url=os.environ["BROKER_URL"], confirm_delivery=True))
own = threading.local()


@dramatiq.actor(queue_name="dramatiq")
def consume(body):
    if not hasattr(own, "database"):
        own.database = effect.connect()
    effect.carry_out(own.database, body)


if __name__ == "__main__":
    for line in Path(sys.argv[2]).read_text().splitlines():
        consume.send(line)
