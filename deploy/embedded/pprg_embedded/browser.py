"""A browser without a window: opens pages, finds the form, fills it and sends it, as a person would."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from uuid import uuid4

import requests

TIMEOUT = 30
SEE_OTHER = 303


class Failed(Exception):
    """The product did not answer as it should."""


@dataclass
class FoundForm:
    """A form on a page: where it goes and what it holds already."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    """Collects the forms of a page with their hidden, ticked and typed values."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[FoundForm] = []
        self._box: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = dict(attrs)
        if tag == "form":
            self.forms.append(FoundForm(about.get("action") or ""))
        elif tag == "input" and self.forms and about.get("name"):
            choice = about.get("type") in {"radio", "checkbox"}
            if not choice or "checked" in about:
                self.forms[-1].fields.append((about["name"] or "", about.get("value") or ""))
        elif tag == "textarea" and self.forms and about.get("name"):
            self._box = [about["name"] or ""]

    def handle_data(self, data: str) -> None:
        if self._box is not None:
            self._box.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._box is not None:
            name, *texts = self._box
            self.forms[-1].fields.append((name, "".join(texts)))
            self._box = None


class Browser:
    """One person's browser; `acting_as` is chosen on the "Who are you?" page."""

    def __init__(self, base: str, acting_as: str) -> None:
        self.base, self.person = base.rstrip("/"), acting_as
        self._session = requests.Session()
        self._session.trust_env = False
        if acting_as:
            self.send("/sign-in/trial", {"person": acting_as})

    def open(self, path: str) -> str:
        """The text of a page; raises Failed when it is not there."""
        response = self._session.get(self.base + path, timeout=TIMEOUT)
        if not response.ok:
            raise Failed(f"{path} answered {response.status_code}")
        return response.text

    def status(self, path: str) -> int:
        """The status of a page."""
        return self._session.get(self.base + path, timeout=TIMEOUT).status_code

    def send(
        self,
        path: str,
        answers: Mapping[str, str | Sequence[str]],
        *,
        holding: str = "",
        to: str = "",
        files: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> str:
        """Open a page, fill its form (that which holds this field, or goes to this place) and send it; where it led."""
        reader = _Forms()
        reader.feed(self.open(path))
        forms = [each for each in reader.forms if not holding or holding in dict(each.fields)]
        forms = [each for each in forms if not to or each.action == to]
        if not forms:
            raise Failed(f"{path} has no form to send")
        chosen = forms[-1] if not holding else forms[0]
        filled = [(name, value) for name, value in chosen.fields if name not in answers]
        for name, value in answers.items():
            filled += [(name, each) for each in ([value] if isinstance(value, str) else value)]
        response = self._session.post(
            self.base + (chosen.action or path), data=filled, files=files, timeout=TIMEOUT, allow_redirects=False
        )
        if response.status_code != SEE_OTHER:
            raise Failed(f"the form at {path} answered {response.status_code}")
        return str(response.headers["Location"]).removeprefix(self.base)

    def api(self, path: str) -> Any:
        """The JSON that the API gives this person."""
        response = requests.get(self.base + path, headers={"Acting-As": self.person}, timeout=TIMEOUT)
        if not response.ok:
            raise Failed(f"{path} answered {response.status_code}")
        return response.json()

    def post(self, path: str, body: Mapping[str, Any], key: str = "") -> requests.Response:
        """Send JSON to the API."""
        headers = {"Acting-As": self.person, "Idempotency-Key": key or str(uuid4())}
        return requests.post(self.base + path, json=body, headers=headers, timeout=TIMEOUT)
