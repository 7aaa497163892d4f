"""What the demo sees and notes while it plays."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pprg_embedded.browser import Browser
from pprg_shared.profile import Profile

PATIENCE = 60.0


@dataclass
class Play:
    """What the demo has seen so far."""

    base: str
    profile: Profile
    agencies: list[str]
    progress: Callable[[str], None]
    started: float = field(default_factory=time.monotonic)
    result: dict[str, Any] = field(default_factory=dict)
    checks: list[dict[str, Any]] = field(default_factory=list)

    def check(self, name: str, detail: object, *, ok: bool) -> None:
        """Note what the product answered."""
        self.checks.append({"name": name, "ok": bool(ok), "detail": str(detail)})

    def wait(self, what: str, look: Callable[[], Any]) -> Any:
        """Ask the product until it is so, for a minute at most."""
        until = time.monotonic() + PATIENCE
        while not (found := look()):
            if time.monotonic() > until:
                self.check(what, "did not come within a minute", ok=False)
                return None
            time.sleep(0.1)
        return found


def letters(office: Browser, case_id: str, template: str) -> list[Any]:
    """The letters of a kind about a case that were accepted."""
    found = office.api(f"/api/v1/letters?subject={case_id}")["letters"]
    return [each for each in found if each["template"] == template and each["state"] == "accepted"]


def at_least(count: int, office: Browser, case_id: str, template: str) -> list[Any]:
    """The accepted letters of a kind, once there are so many."""
    found = letters(office, case_id, template)
    return found if len(found) >= count else []
