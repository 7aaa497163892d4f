"""Deadline rules: what starts each clock, and how long it runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pprg_shared.calendar import Unit
from pprg_shared.profile.reading import Fault, code, key


@dataclass(frozen=True)
class Clock:
    """A deadline rule."""

    code: str = code("The rule's id, kept with every deadline that it made.", '"rr.submit"')
    label: str = key("What must be done in time.", '"Rapid review report sent to the Panel"')
    trigger: str = key("What day 0 is.", '"notified"', refers="triggers")
    number: int = key("How many units after day 0; before it when negative.", "15")
    unit: Literal["working_days", "days", "months"] = key("What is counted.", '"working_days"')
    ends: str = key("What stops the clock.", '"report sent to the Panel"')
    authority: Literal["statutory", "guidance", "local", "external"] = key("Who set the limit.", '"guidance"')
    if_late: str = key("What is done when the day has passed.", '"Escalate, and write to the Panel"')
    route: str | None = key(
        "The route it belongs to; every case has one without.", '"rapid_review"', default=None, refers="routes"
    )

    def problems(self) -> Iterator[Fault]:
        """A clock that never runs."""
        if not self.number:
            yield Fault(("number",), "must not be 0")

    def words(self) -> str:
        """`15 working days`."""
        return Unit(self.unit).words(self.number)
