"""The goals: which figure of which variant is held against which limit, and what is to be reached."""

from dataclasses import dataclass

import consumer
import idle
import latency
import relay
from rounds import middle, spread


@dataclass(frozen=True)
class Goal:
    """One row of the table: a ratio within each round or, without a limit, the figure itself."""

    number: str
    words: str
    section: str
    variant: str
    figure: str
    goal: float
    stretch: float
    limit: str = ""
    at_least: bool = False

    def row(self, samples):
        """The cells of the row, from the samples of all sections."""
        of = samples[self.section]
        ours, unit = of.of(self.variant, self.figure).values(), self.figure
        held = of.ratios(self.variant, self.limit, self.figure) if self.limit else list(ours)
        theirs = spread(of.of(self.limit, self.figure).values()) if self.limit else "–"
        sign, met = ("≥", middle(held) >= self.goal) if self.at_least else ("≤", middle(held) <= self.goal)
        beyond = middle(held) >= self.stretch if self.at_least else middle(held) <= self.stretch
        verdict = "stretch" if beyond else "met" if met else "**not met**"
        wanted = [f"{sign} {each:g}" for each in (self.goal, self.stretch)]
        ratio = spread(held) if self.limit else "–"
        return [self.number, f"{self.words}; {unit}", spread(ours), theirs, ratio, *wanted, verdict]


PER_CPU = {"section": "consumer", "figure": "messages per CPU s", "at_least": True}
RATE = {"section": "relay", "figure": "rows/s", "variant": relay.OUTBOX, "at_least": True}
B1 = {**PER_CPU, "limit": consumer.HAND, "goal": 2.0, "stretch": 3.0}
B3 = {**PER_CPU, "goal": 0.35, "stretch": 0.5}
B4 = {**PER_CPU, "variant": consumer.CORE + consumer.ONE, "goal": 0.6, "stretch": 0.75}
TRICKLE = {**B4, "variant": consumer.CORE + consumer.ALONE}
FORMS = (latency.TOGETHER, latency.APART)
GOALS = [
    Goal("B1", "backlog ÷ a transaction a message", variant=consumer.ORM, **B1),
    Goal("B3", "backlog ÷ batches", variant=consumer.ORM, limit=consumer.HAND_BATCH, **B3),
    Goal("B3", "the same ÷ batches, seals opened", variant=consumer.ORM, limit=consumer.HAND_OPENED, **B3),
    Goal("B4", "a backlog in batches of one ÷ a transaction a message", limit=consumer.HAND, **B4),
    Goal("B4", "the same ÷ a transaction a message, seals opened", limit=consumer.HAND + consumer.OPENED, **B4),
    Goal("B4", "a trickle of 100 a second ÷ the same by hand", limit=consumer.HAND + consumer.ALONE, **TRICKLE),
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
    Goal("C8", idle.RELAY, "idle", idle.RELAY, "both %", 0.5, 0.2),
]
