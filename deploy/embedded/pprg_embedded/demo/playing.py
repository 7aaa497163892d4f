"""What the demo sees and notes while it plays, and whose browsers it plays with."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pprg_embedded.ahead import Ahead
from pprg_embedded.demo.browser import Browser
from pprg_embedded.demo.mailbox import Mailbox
from pprg_embedded.demo.people import Signers
from pprg_shared.calendar import london_date
from pprg_shared.database import utcnow
from pprg_shared.profile import Profile

PATIENCE = 60.0
#: Most of what is waited for is there after one or two looks.
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.1


@dataclass
class Play:
    """What the demo has seen so far."""

    base: str
    profile: Profile
    agencies: list[str]
    signers: Signers
    mailbox: Mailbox
    progress: Callable[[str], None]
    #: Of a product that the demo has started; None of one whose days go by as they do.
    clock: Ahead | None = None
    result: dict[str, Any] = field(default_factory=dict)
    checks: list[dict[str, Any]] = field(default_factory=list)
    #: Of everybody whom a link has let in, by agency.
    guests: dict[str, Browser] = field(default_factory=dict)

    def check(self, name: str, detail: object, *, ok: bool) -> None:
        """Note what the product answered."""
        self.checks.append({"name": name, "ok": bool(ok), "detail": str(detail)})

    @property
    def today(self) -> date:
        """The day that it is there, in London."""
        return london_date((self.clock or utcnow)())

    def wait(self, what: str, look: Callable[[], Any]) -> Any:
        """Ask the product until it is so, for a minute at most."""
        until, pause = time.monotonic() + PATIENCE, FIRST_PAUSE
        while not (found := look()):
            if time.monotonic() > until:
                self.check(what, "did not come within a minute", ok=False)
                return None
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        return found


def letters(office: Browser, case_id: str, template: str) -> list[Any]:
    """The letters of a kind about a case that were accepted."""
    found = office.api(f"/api/v1/letters?subject={case_id}")["letters"]
    return [each for each in found if each["template"] == template and each["state"] == "accepted"]


def at_least(count: int, office: Browser, case_id: str, template: str) -> list[Any]:
    """The accepted letters of a kind, once there are so many."""
    found = letters(office, case_id, template)
    return found if len(found) >= count else []
