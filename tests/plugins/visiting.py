"""Somebody who looks at letters: at a page, by the API, and by the form or the API by which one came back."""

import re
from uuid import uuid4

from pprg_shared.app import create_app
from signed import acting, browser_of


class Visitor:
    """Somebody at the front door."""

    def __init__(self, notifier, who) -> None:
        runtime = notifier.runtime
        app = create_app(runtime)
        self.client = browser_of(app, who) if who else app.test_client()
        self.headers = acting(self.client, who) if who else {}

    def get(self, path):
        return self.client.get(path, headers=self.headers)

    def open_form(self, letter):
        """A way to say by the form on a letter's page that it, or another one, came back."""
        hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', self.get(f"/letters/{letter}").text))
        return lambda about, **answers: self.client.post(f"/letters/{about}", data={**hidden, **answers, "_end": "1"})

    def open_api(self, _letter):
        """The same by the API."""
        headers = self.headers | {"Idempotency-Key": str(uuid4())}
        return lambda about, **body: self.client.post(f"/api/v1/letters/{about}/returned", json=body, headers=headers)


def visit(notifier, who, path):
    return Visitor(notifier, who).get(path)


BY_FORM, BY_API = Visitor.open_form, Visitor.open_api
