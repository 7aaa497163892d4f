"""The goals: which figure of which variant is held against which limit, and what is to be reached."""

from dataclasses import dataclass

import audit
import consumer
import directory
import embedded
import idle
import latency
import merging
import need
import pages
import posting
import relay
import writing
from rounds import middle, spread


@dataclass(frozen=True)
class Goal:
    """One row of the table: a ratio within each round or, without a limit, the figure itself.

    Without a goal it is shown for what it is worth, and the page says why.
    """

    number: str
    words: str
    section: str
    variant: str
    figure: str
    goal: float | None
    stretch: float | None
    limit: str = ""
    at_least: bool = False

    def row(self, samples):
        """The cells of the row, from the samples of all sections."""
        of = samples[self.section]
        ours, unit = of.of(self.variant, self.figure).values(), self.figure
        held = of.ratios(self.variant, self.limit, self.figure) if self.limit else list(ours)
        theirs = spread(of.of(self.limit, self.figure).values()) if self.limit else "–"
        ratio = spread(held) if self.limit else "–"
        return [self.number, f"{self.words}; {unit}", spread(ours), theirs, ratio, *self._judged(middle(held))]

    def _judged(self, held):
        """What was wanted, and whether it was reached."""
        if self.goal is None:
            return ["–", "–", ""]
        met, beyond = (held >= each if self.at_least else held <= each for each in (self.goal, self.stretch))
        verdict = "stretch" if beyond else "met" if met else "**not met**"
        sign = "≥" if self.at_least else "≤"
        return [f"{sign} {self.goal:g}", f"{sign} {self.stretch:g}", verdict]


PER_CPU = {"section": "consumer", "figure": "messages per CPU s", "at_least": True}
RATE = {"section": "relay", "figure": "rows/s", "variant": relay.OUTBOX, "at_least": True}
B1 = {**PER_CPU, "limit": consumer.HAND, "goal": 2.0, "stretch": 3.0}
B2 = {**PER_CPU, "goal": 5, "stretch": 7}
B3 = {**PER_CPU, "goal": 0.35, "stretch": 0.5}
B4 = {**PER_CPU, "variant": consumer.CORE + consumer.ONE, "goal": 0.6, "stretch": 0.75}
B4_PEER = B4 | {"goal": 1.5, "stretch": 1.9}
TRICKLE = {**B4, "variant": consumer.CORE + consumer.ALONE}
FORMS = (latency.TOGETHER, latency.APART)
DOOR = {"section": posting.REFERRALS, "variant": posting.PRODUCT, "figure": "requests per CPU s", "at_least": True}
SQLITE = {"section": "embedded", "figure": "a second", "at_least": True}
MERGE = {"section": "merging", "figure": "CPU ms", "goal": 4, "stretch": 1.5}
NEED = {"section": "need to know", "figure": "p50 ms", "goal": 3, "stretch": 2}
CHECK = NEED | {"goal": 1.5, "stretch": 1.2}
#: What the law leaves people is 72 hours; what the command may take of them is a minute.
MINUTE = {"section": "audit", "variant": audit.ANSWERED, "figure": "s", "goal": 60, "stretch": 10}
GOALS = [
    Goal("B1", "backlog ÷ a transaction a message", variant=consumer.ORM, **B1),
    Goal("B2", "backlog ÷ celery, a task a message", variant=consumer.ORM, limit=consumer.CELERY, **B2),
    Goal("B3", "backlog ÷ batches", variant=consumer.ORM, limit=consumer.HAND_BATCH, **B3),
    Goal("B3", "the same ÷ batches, seals opened", variant=consumer.ORM, limit=consumer.HAND_OPENED, **B3),
    Goal("B4", "a backlog in batches of one ÷ a transaction a message", limit=consumer.HAND, **B4),
    Goal("B4", "the same ÷ a transaction a message, seals opened", limit=consumer.HAND + consumer.OPENED, **B4),
    Goal("B4", "a trickle of 100 a second ÷ the same by hand", limit=consumer.HAND + consumer.ALONE, **TRICKLE),
    Goal("B4", "a backlog in batches of one ÷ celery, a task a message", limit=consumer.CELERY, **B4_PEER),
    Goal("B5", "all CPU", "consumer", consumer.ORM, "all CPU s/1,000", 0.45, 0.3, consumer.HAND),
    Goal("B6", "the broker's CPU", "consumer", consumer.ORM, "broker CPU s/1,000", 0.2, 0.12, consumer.HAND),
    Goal("B7", "memory of a consumer (`pprg-triage work`)", "consumer", consumer.TRIAGE, "memory MB", 75, 65),
    Goal("C1", "relay ÷ publishing in windows", limit=relay.WINDOW, goal=0.5, stretch=0.65, **RATE),
    Goal("C2", "relay ÷ a confirm each", limit=relay.EACH, goal=5, stretch=8, **RATE),
    *(
        Goal(f"C{3 + late}", f"{rate}/s, {form}", f"latency at {rate} a second", form, figure, *wanted, latency.HAND)
        for late, figure, wanted in ((0, "p50 ms", (1.7, 1.4)), (1, "p95 ms", (2.0, 1.5)))
        for rate in latency.RATES
        for form in FORMS
    ),
    *(
        Goal(
            "C5", f"{rate}/s, {form} ÷ celery", f"latency at {rate} a second", form, "p95 ms", 1.2, 0.95, latency.CELERY
        )
        for rate in latency.RATES
        for form in FORMS
    ),
    Goal("C6", "20/s, every wake-up lost", "latency without wake-ups", latency.LOST, "p99 ms", 1_200, 1_000),
    Goal(
        "C7",
        "16 writers, a flush of 5 ms ÷ nobody is woken",
        "writing",
        writing.WOKEN,
        "tx/s",
        0.85,
        0.93,
        writing.SILENT,
        at_least=True,
    ),
    Goal("C8", idle.RELAY, "idle", idle.RELAY, "both %", 0.5, 0.2),
    Goal("D1", "a referral ÷ Flask and psycopg that check nothing", limit=posting.HAND, goal=0.5, stretch=0.7, **DOOR),
    Goal("D2", "the same ÷ FastAPI", limit=posting.FASTAPI, goal=1.2, stretch=1.6, **DOOR),
    Goal("D3", "the same ÷ Django REST framework", limit=posting.DJANGO, goal=2, stretch=2.8, **DOOR),
    Goal(
        "D5",
        "a return of 1,000 rows ÷ Flask and psycopg that check nothing",
        **DOOR | {"section": posting.RETURNS},
        limit=posting.HAND,
        goal=0.4,
        stretch=0.5,
    ),
    Goal(
        "D6",
        "a referral over 16 connections ÷ Flask and psycopg",
        posting.REFERRALS,
        posting.PRODUCT,
        "p99 ms",
        3,
        2,
        posting.HAND,
    ),
    Goal(
        "E1",
        "referrals kept ÷ 12 kB flushed to the disk",
        variant=embedded.INTAKE,
        limit=embedded.DISK,
        goal=0.5,
        stretch=0.7,
        **SQLITE,
    ),
    Goal(
        "E2",
        "whole journeys ÷ the same rows by hand, in batches",
        variant=embedded.JOURNEYS,
        limit=embedded.JOURNEYS_HAND,
        goal=0.4,
        stretch=0.6,
        **SQLITE,
    ),
    Goal(
        "G1",
        "20,000 rows read, opened and ordered ÷ the same by one statement and one stable sort",
        variant=merging.WHOLE,
        limit=merging.HAND,
        **MERGE,
    ),
    Goal(
        "G1",
        "their order alone, as PostgreSQL finds it ÷ one stable sort of what is in memory already",
        variant=merging.ORDER,
        limit=merging.SORT,
        **MERGE | {"goal": None, "stretch": None},
    ),
    *(
        Goal(
            "–",
            f"{page}, of which there are 10,000 ÷ its statements by psycopg and its template",
            page,
            pages.PRODUCT,
            "CPU ms",
            2,
            1.5,
            pages.HAND,
        )
        for page in pages.ASKED
    ),
    *(
        Goal("–", f"{words} ÷ the same SQL by psycopg", "directory", variant, "p50 ms", 2, 1.5, limit)
        for words, variant, limit in (
            (
                "a search for people among 100,000, kept under seal and answered",
                directory.SEARCH,
                directory.SEARCH_HAND,
            ),
            ("a search for agencies among 5,000", directory.FIND, directory.FIND_HAND),
        )
    ),
    Goal(
        "–",
        "a chair's list of 10,000 cases ÷ the same SQL by psycopg",
        variant=need.CHAIR,
        limit=need.HAND_CHAIR,
        **NEED,
    ),
    Goal("–", "a coordinator's ÷ the same SQL by psycopg", variant=need.OFFICE, limit=need.HAND_OFFICE, **NEED),
    Goal("–", "a coordinator's ÷ one of which nobody is asked whose", variant=need.OFFICE, limit=need.OPEN, **CHECK),
    Goal("–", "who saw what of a case between two moments, among a million entries, by the command", **MINUTE),
    Goal("–", "the same on a page, the last", "audit", audit.LAST, "p95 ms", 60_000, 1_000),
]
