"""A browser without a window: opens pages, finds the form, fills it and sends it, as a person would."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import requests

TIMEOUT = 30
SEE_OTHER, SHOWN_AGAIN, TOO_MANY = 303, 422, 429


class Failed(Exception):
    """The product did not answer as it should."""


class ShownAgain(Failed):
    """The product showed a form again: what was typed does not do."""


@dataclass
class FoundForm:
    """A form on a page: where it goes and what it holds already."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    """Collects the forms of a page with their hidden, ticked, chosen and typed values."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[FoundForm] = []
        self._box: list[str] | None = None
        self._list: list[tuple[str, bool]] | None = None
        self._named = ""

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
        elif tag == "select" and self.forms and about.get("name"):
            self._list, self._named = [], about["name"] or ""
        elif tag == "option" and self._list is not None:
            self._list.append((about.get("value") or "", "selected" in about))

    def handle_data(self, data: str) -> None:
        if self._box is not None:
            self._box.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._box is not None:
            name, *texts = self._box
            self.forms[-1].fields.append((name, "".join(texts)))
            self._box = None
        elif tag == "select" and self._list is not None:
            chosen = [value for value, selected in self._list if selected] or [value for value, _ in self._list[:1]]
            self.forms[-1].fields += [(self._named, value) for value in chosen[:1]]
            self._list = None


class Browser:
    """Somebody's browser: it knows of them what the product's answers gave it to keep, and nothing else."""

    def __init__(self, base: str) -> None:
        self.base = base.rstrip("/")
        self._pages, self._programs = requests.Session(), requests.Session()
        self._pages.trust_env = self._programs.trust_env = False

    def open(self, path: str) -> str:
        """The text of a page, or of the page that it leads to; raises Failed when it is not there."""
        return self._open(path).text

    def says(self, path: str) -> str:
        """What a page says, as it is read."""
        return unescape(self.open(path))

    def status(self, path: str) -> int:
        """The status with which a page answers this person."""
        return self._ask(self._pages, "GET", path, allow_redirects=False).status_code

    def leads_to(self, path: str) -> str:
        """Where whoever opens a page is led instead; nothing when it is the page itself that answers."""
        return self._where(self._ask(self._pages, "GET", path, allow_redirects=False))

    def filled(
        self, path: str, answers: Mapping[str, str | Sequence[str]], *, holding: str = "", to: str = ""
    ) -> FoundForm:
        """Open a page and fill its form: that which holds this field, or goes to this place."""
        page, reader = self._open(path), _Forms()
        reader.feed(page.text)
        forms = [each for each in reader.forms if not holding or holding in dict(each.fields)]
        forms = [each for each in forms if not to or each.action == to]
        if not forms:
            raise Failed(f"{path} has no form to send")
        chosen = forms[-1] if not holding else forms[0]
        filled = [(name, value) for name, value in chosen.fields if name not in answers]
        for name, value in answers.items():
            filled += [(name, each) for each in ([value] if isinstance(value, str) else value)]
        return FoundForm(chosen.action or self._path(page.url), filled)

    def post_form(
        self, form: FoundForm, to: str = "", files: Mapping[str, tuple[str, bytes]] | None = None
    ) -> requests.Response:
        """Send a filled form where it goes, or elsewhere; the answer, whatever it is."""
        sent = {"data": form.fields, "files": files}
        return self._ask(self._pages, "POST", to or form.action, allow_redirects=False, **sent)

    def send(
        self,
        path: str,
        answers: Mapping[str, str | Sequence[str]],
        *,
        holding: str = "",
        to: str = "",
        files: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> str:
        """Open a page, fill its form and send it; where it led."""
        response = self.post_form(self.filled(path, answers, holding=holding, to=to), files=files)
        if response.status_code == SHOWN_AGAIN:
            raise ShownAgain(f"the form at {path} was not taken as it was filled")
        if response.status_code != SEE_OTHER:
            raise _fault(f"the form at {path}", response)
        return self._where(response)

    def bear(self, token: str) -> None:
        """From now on a program of theirs shows this at the API."""
        self._programs.headers["Authorization"] = f"Bearer {token}"

    def api(self, path: str) -> Any:
        """The JSON that the API gives this person."""
        response = self._ask(self._programs, "GET", path)
        if not response.ok:
            raise _fault(path, response)
        try:
            return response.json()
        except ValueError:
            raise Failed(f"{self.base}{path} answers something else than the demo looks for there") from None

    def post(self, path: str, body: Mapping[str, Any], key: str = "") -> requests.Response:
        """Send JSON to the API."""
        headers = {"Idempotency-Key": key or str(uuid4())}
        return self._ask(self._programs, "POST", path, json=body, headers=headers)

    def _ask(self, session: requests.Session, method: str, path: str, **more: Any) -> requests.Response:
        try:
            return session.request(method, self.base + path, timeout=TIMEOUT, **more)
        except requests.RequestException:
            raise Failed(f"{self.base} does not answer: is that its address, and does it run?") from None

    def _open(self, path: str) -> requests.Response:
        response = self._ask(self._pages, "GET", path)
        if not response.ok:
            raise _fault(path, response)
        return response

    def _where(self, response: requests.Response) -> str:
        return str(response.headers.get("Location", "")).removeprefix(self.base)

    def _path(self, url: str) -> str:
        found = urlsplit(url)
        path = found.path.removeprefix(urlsplit(self.base).path)
        return f"{path}?{found.query}" if found.query else path


def _fault(what: str, response: requests.Response) -> Failed:
    """What is wrong with an answer, in words that say what to do where something can be done."""
    if response.status_code == TOO_MANY:
        minutes = -(-int(response.headers.get("Retry-After", "60")) // 60)
        wait = "a minute" if minutes == 1 else f"{minutes} minutes"
        return Failed(
            f"{what} was asked for too often from here: play again in {wait}. Each agency and the referrer ask for a "
            "code, and one address may ask for 30 in an hour, which is enough for two plays with all agencies"
        )
    return Failed(f"{what} answered {response.status_code}")
