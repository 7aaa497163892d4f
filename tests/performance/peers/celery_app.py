"""celery, a message a task, acknowledged once its effect is there.

Run by celery as a worker; as a program, `celery_app.py fill FILE` sends a task for each line, and
`celery_app.py speak RATE COUNT` sends them at random moments and says when each call was begun.
"""

import os
import random
import sys
import time
from pathlib import Path
from uuid import uuid4

import effect
from celery import Celery
from kombu import Queue

app = Celery("peers", broker=os.environ["BROKER_URL"])
app.conf.update(
    task_acks_late=True,
    task_ignore_result=True,
    task_default_queue="celery",
    task_queues=[Queue("celery", durable=True)],
    worker_prefetch_multiplier=100,
    worker_redirect_stdouts=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"confirm_publish": True},
)
own = {}


@app.task(name="consume")
def consume(body):
    if "database" not in own:
        own["database"] = effect.connect()
    effect.carry_out(own["database"], body)


@app.task(name="arrive")
def arrive(number, _filling):
    os.write(1, f"{number} {time.time()}\n".encode())


def speak(rate, count):
    chance = random.Random(7)
    for _ in range(count):
        time.sleep(chance.expovariate(rate))
        number, began = str(uuid4()), time.time()
        arrive.delay(number, "x" * 1900)
        os.write(1, f"{number} {began}\n".encode())
    time.sleep(600)


if __name__ == "__main__":
    what, *more = sys.argv[1:]
    if what == "speak":
        speak(float(more[0]), int(more[1]))
    else:
        with app.connection_for_write() as connection, connection.Producer() as producer:
            for line in Path(more[0]).read_text().splitlines():
                consume.apply_async((line,), producer=producer)
