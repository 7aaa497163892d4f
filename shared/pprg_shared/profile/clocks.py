"""Deadline rules: what starts each clock, and how long it runs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pprg_shared.calendar import Unit
from pprg_shared.profile.reading import Fault, code, key

#: The clock of a rapid review, and the targets inside it by what they are for: every case is counted by them, in
#: working days.
SUBMIT = "rr.submit"
TARGETS: Mapping[str, str] = {
    "request_out": "rr.request_out",
    "agency_return": "rr.agency_return",
    "meeting": "rr.meeting",
    "sign_off": "rr.signoff",
}
#: The trigger of clocks that count from the first request of a case.
SENT = "request_sent"
#: The trigger of clocks that count from the day on which something is to be published.
PLANNED = "publication_planned"


@dataclass(frozen=True)
class Clock:
    """A deadline rule."""

    code: str = code("The rule's id, kept with every deadline that it made.", '"rr.submit"')
    label: str = key("What must be done in time.", '"Rapid review report sent to the Panel"')
    trigger: str = key("What day 0 is.", '"notified"', refers="triggers")
    number: int = key("How many units after day 0; before it when negative.", "15")
    unit: Literal["working_days", "days", "months"] = key("What is counted.", '"working_days"')
    authority: Literal["statutory", "guidance", "local", "external"] = key("Who set the limit.", '"guidance"')
    if_late: str = key("What is done when the day has passed.", '"Escalate, and write to the Panel"')
    route: str | None = key(
        "The route it belongs to; every case has one without.", '"rapid_review"', default=None, refers="routes"
    )
    criterion: str | None = key(
        "The criterion that must have been answered with yes; without it, it stands in every case of its route.",
        '"care_leaver"',
        default=None,
        refers="criteria",
    )
    ends: str | None = key(
        "What stops the clock; without it nothing has to be done, and it runs out.",
        '"panel_sent"',
        default=None,
        refers="triggers",
    )
    needs_reference_of: str | None = key(
        "What must have been noted with its reference before that which ends it can be noted.",
        '"notified"',
        default=None,
        refers="triggers",
    )

    def problems(self) -> Iterator[Fault]:
        """A clock that never runs."""
        if not self.number:
            yield Fault(("number",), "must not be 0")

    def words(self) -> str:
        """`15 working days`."""
        return Unit(self.unit).words(self.number)


def clock_faults(clocks: Mapping[str, Clock]) -> Iterator[Fault]:
    """What no case could do without: the clocks of a rapid review, and one that says by when agencies answer."""
    for name in (SUBMIT, *TARGETS.values()):
        clock = clocks.get(name)
        if clock is None:
            yield Fault((name,), "is missing: every case is counted by it")
        elif clock.unit != "working_days":
            yield Fault((name, "unit"), f"{clock.unit!r} does not do here; every case counts it in 'working_days'")
        elif clock.number < 1:
            yield Fault((name, "number"), "must be 1 or more: it lies after the receipt of a referral")
    usual = {None, clocks[SUBMIT].route} if SUBMIT in clocks else {None}
    if not any(each.trigger == SENT and each.route in usual for each in clocks.values()):
        words = f"needs one with trigger {SENT!r}, and the route of {SUBMIT!r} or none: agencies answer by it"
        yield Fault((), words)
