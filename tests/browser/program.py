"""A program at the API, for what a walk begins with; in the name of whoever may."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import requests

from pprg_shared.profile import load_profile
from signed import bearing
from waiting import eventually

PROFILE = load_profile()


@dataclass(frozen=True)
class Program:
    """What it sends, and what it was answered."""

    base: str
    #: By which somebody is signed in.
    secrets: Mapping[str, str]

    def get(self, path: str, who: str = "coordinator") -> Any:
        return self._answered("GET", path, who)

    def post(self, path: str, body: Mapping[str, Any], who: str = "coordinator") -> Any:
        return self._answered("POST", path, who, json=body)

    def _answered(self, method: str, path: str, who: str, **more: Any) -> Any:
        headers = bearing(PROFILE.person(who), self.secrets["SIGN_IN_KEY"], datetime.now(UTC))
        headers["Idempotency-Key"] = str(uuid4())
        answer = requests.request(method, f"{self.base}/api/v1{path}", headers=headers, timeout=30, **more)
        assert answer.ok, f"{path} answered {answer.status_code}: {answer.text}"
        return answer.json()

    def there(self, what: str, reference: str, who: str = "coordinator") -> str:
        """The path of the case or the request of this reference, once it is there."""

        def found() -> str | None:
            listed = self.get(f"/{what}", who)[what]
            return next((f"/{what}/{each['id']}" for each in listed if each["reference"] == reference), None)

        return eventually(found, every=0.1)

    def refer(self, referral: Mapping[str, Any]) -> tuple[str, str]:
        """Refer a case; its reference and path."""
        reference = self.post("/referrals", referral)["reference"]
        return reference, self.there("cases", reference)
