"""The page that the bench writes from what it has measured."""

import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from platform import python_version

from accounting import machine
from goals import GOALS
from rounds import spread

PEERS = ("celery", "dramatiq", "fastapi", "pydantic", "uvicorn", "django", "djangorestframework")
LIBRARIES = ("SQLAlchemy", "psycopg", "pika", "gunicorn", "Flask", "marshmallow", "cryptography")
INTRODUCTION = """\
# Performance

Written by `make bench`; do not edit.

Each figure is the median of the rounds with its range. Every variant ran once a round, in a new random order, and a
ratio is taken within each round: read the ratios and the CPU seconds, for figures by the clock depend on what else the
machine did. CPU is that of the process tree, by the system's own accounting; warm-up is left out, and every sample
checks that each message had its effect once. "By hand" is pika and psycopg alone on the same tables, queues and
messages: referrals of about 2 kB, sealed as in the product, kept in the inbox whole. The product is its real commands
on RabbitMQ (quorum queues, one scheduler) and PostgreSQL (fsync on); it opens the seal, checks every field, logs a line
an event, and by hand nothing of that is done unless the row says so.

Others are used as their manuals show them: celery and dramatiq take a message a task from queues of their own and
write the same rows by psycopg. Each server that takes referrals has one process, the product with its loops elsewhere
(`LOOP=0`), and stores the same rows: the idempotency key, the row that counts referrals from an address, the referrer,
the referral, the number, two events, all sealed, and two entries of the audit chain, each bound to the one before by
its hash; by hand nothing is checked. The client is ours and is not counted. A figure by the clock over 16 connections
is how long questions queue at a server that is never idle.

Writers that wake the loops of other processes after each commit are held against the same writers who wake nobody: four
processes of four threads, on a database that pauses 5 ms before it flushes (`commit_delay`), as a slower disk would.

A journey on SQLite is a referral until its case is open and its letters wait to be sent; by hand the same rows are
written and sealed again, the entry of the audit chain with them. E1 holds a referral against the bare disk: what is
sealed and written by hand, which stands under Embedded, is itself only a part of that, and nothing here comes nearer.
A page by hand is the very statements of the product by psycopg and its very template, and nothing else.

G1 asks what it costs to bring the chronologies of ten agencies into one order. All of it is the row with the goal: both
sides read 20,000 rows, open them and order them. The order alone is shown and has no goal: the product keeps no list in
memory, PostgreSQL finds the order among the returns that count and sends 20,000 ids, and what that is held against is
never read from anywhere. No index would bring the two near one another, for to send the ids takes longer than to sort.
"""


def page(samples, about):
    """The whole page."""
    head = ["", "measure", "ours", "limit", "ratio", "goal", "stretch", ""]
    lines = [INTRODUCTION, *about, "", "## Goals", ""]
    lines += table(head, [goal.row(samples) for goal in GOALS if goal.section in samples])
    for section, found in samples.items():
        lines += ["", f"## {section.capitalize()}", ""]
        figures = list(dict.fromkeys(name for row in found.rows for name in row if name not in {"round", "variant"}))
        rows = [[each, *(spread(found.of(each, name).values()) for name in figures)] for each in found.variants]
        lines += table(["", *figures], sorted(rows))
    return "\n".join(lines) + "\n"


def table(head, rows):
    """Lines of a table."""
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]


def about(broker, server, scale, loads, peers):
    """What was measured where and when; `peers` is the Python of those that are none of ours."""
    asked = f"from importlib.metadata import version; print(*map(version, {PEERS}))"
    found = subprocess.run([peers, "-c", asked], capture_output=True, text=True, check=True).stdout.split()
    others = ", ".join(f"{name} {number}" for name, number in zip(PEERS, found, strict=True))
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return [
        f"- {datetime.now(UTC):%-d %B %Y}; {machine()}",
        f"- Python {python_version()}, RabbitMQ {broker.version}, PostgreSQL {server.version}; {libraries}",
        f"- Beside them: {others}",
        f"- Scale {scale:g}; load of the machine before and after: {loads[0]:.1f}, {loads[1]:.1f}",
    ]
