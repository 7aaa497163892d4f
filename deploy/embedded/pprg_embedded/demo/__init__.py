"""The demo: one invented case, from referral to published outcome, played over HTTP as the people would."""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from pprg_embedded.ahead import Ahead
from pprg_embedded.demo.asking import answer, ask
from pprg_embedded.demo.browser import Browser
from pprg_embedded.demo.decisions import decide
from pprg_embedded.demo.mailbox import MailDev, OwnPages
from pprg_embedded.demo.meeting import meet
from pprg_embedded.demo.others import look
from pprg_embedded.demo.people import Signers
from pprg_embedded.demo.playing import Play
from pprg_embedded.demo.publishing import publish
from pprg_embedded.demo.referring import refer
from pprg_shared.profile import Profile

#: What the bar shows beside one return for each agency.
STEPS = 8
MOST_STEPS = 57
MOST_MAILS = 3
SERVICES = ("intake", "triage", "notifier", "publisher")


def play(
    base: str,
    profile: Profile,
    signers: Signers,
    count: int,
    progress: Callable[[str], None],
    mails: str | None = None,
    clock: Ahead | None = None,
) -> dict[str, Any]:
    """Play the whole case; the figures and checks, each check asked of the product.

    By its `clock` days go by at a product that the demo has started; elsewhere a case is played within one.
    """
    started = time.monotonic()
    office = signers.browser("coordinator")
    mailbox = MailDev(mails, profile) if mails else OwnPages(office)
    show = Play(base, profile, list(profile.asked_agencies())[:count], signers, mailbox, progress, clock)
    reference, case_id = refer(show, office)
    ask(show, office, case_id)
    answer(show, office, case_id)
    meet(show, office, case_id)
    decide(show, office, case_id)
    publish(show, office, case_id, reference)
    count_up(show, office, case_id)
    look(show, case_id, reference)  # what a second reader of the office opens is no step of the coordinator's
    return show.result | {"seconds": round(time.monotonic() - started, 2), "checks": show.checks}


def count_up(show: Play, office: Browser, case_id: str) -> None:
    """Ask the product how much of everything there was."""
    show.progress("figures")
    found = office.api(f"/api/v1/letters?subject={case_id}")["letters"]
    there = office.api(f"/api/v1/cases/{case_id}/steps")
    here = office.api(f"/api/v1/publications/steps?case={case_id}")
    steps = there["total"] + here["total"]
    typed = sum(each["typed"] for each in found)
    events = sum(office.api(f"/api/v1/{service}/events?subject={case_id}")["outbox"] for service in SERVICES)
    show.check("all letters were accepted", len(found), ok=all(each["state"] == "accepted" for each in found))
    show.check(f"at most {MOST_STEPS} steps", steps, ok=0 < steps <= MOST_STEPS)
    show.check(f"at most {MOST_MAILS} typed mails", typed, ok=typed <= MOST_MAILS)
    show.result |= {
        "letters": len(found),
        "events": events,
        "coordinator_steps": steps,
        "steps_by_phase": dict(Counter(there["by_phase"]) + Counter(here["by_phase"])),
        "typed_mails": typed,
    }
