"""A service of the next release: it knows a second version of `referral.submitted`, and intake says both by turns."""

import dataclasses
import sys
from importlib import import_module
from itertools import cycle

import short_lease  # noqa: F401 -- for its effect, and found because it lies beside this script

from pprg_notifier.handlers import write_receipt
from pprg_shared.cli import service_command
from pprg_shared.events import intake as said
from pprg_shared.service import Service
from pprg_triage.handlers import open_case

HANDLERS = {"triage": open_case, "notifier": write_receipt}
ReferralSubmitted = said.ReferralSubmitted


class ReferralSubmittedAgain(ReferralSubmitted, name="referral.submitted", version=2, subject="referral_id"):
    """As the first version, and whether it cannot wait."""

    urgent: bool


def of_the_next_release(service: Service) -> Service:
    """The real description with one event class more."""
    if service.name not in HANDLERS:
        return dataclasses.replace(service, says=[*service.says, ReferralSubmittedAgain])
    return dataclasses.replace(service, hears={**service.hears, ReferralSubmittedAgain: HANDLERS[service.name]})


def say_both_by_turns() -> None:
    """From now on every second referral is said in the second version."""
    turns = cycle([ReferralSubmitted, lambda **about: ReferralSubmittedAgain(urgent=True, **about)])
    said.ReferralSubmitted = lambda **about: next(turns)(**about)  # noqa: PLW0108 -- another one each time


if __name__ == "__main__":
    _, name, *words = sys.argv
    service = of_the_next_release(import_module(f"pprg_{name}.service").service)
    if name == "intake":
        say_both_by_turns()  # once the description has the classes themselves
    service_command(service)(words)
