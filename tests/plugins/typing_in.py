"""A browser without scripts that somebody types into and leaves: what it sends of a page, and what it keeps then."""

import re
from html.parser import HTMLParser

REFER = "/referrals/new?immediate_risk=no&reason_kind=concern&about=adult"


class Typed(HTMLParser):
    """What a browser sends of the form that a page's exit belongs to, and what that exit adds."""

    def __init__(self, page):
        super().__init__()
        self.inside, self.fields, self.area, self.exits = False, {}, None, []
        self.feed(page.text)

    def handle_starttag(self, tag, attrs):
        about = dict(attrs)
        if tag == "form":
            self.inside = about.get("id") == "typed"
        if about.get("formaction") == "?_exit":
            self.exits.append({about["name"]: about["value"]})
        ticked = "checked" in about or about.get("type") not in {"radio", "checkbox"}
        if self.inside and "name" in about and ticked:
            self.area = about["name"] if tag == "textarea" else None
            if tag in {"input", "textarea"}:
                self.fields[about["name"]] = about.get("value", "")

    def handle_data(self, data):
        if self.area:
            self.fields[self.area] += data

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "form"
        self.area = None


def left(client, page, **typed):
    """Press the exit without scripts: the answer, once all that follows it is done."""
    form = Typed(page)
    gone = client.post(f"{page.request.path}?_exit", data=form.fields | form.exits[0] | typed)
    gone.get_data()
    gone.close()
    return gone


def led(gone):
    """The status of the answer to a form that was left, and the page that it leads on to by itself."""
    found = re.search(r'<meta http-equiv="refresh" content="0; url=([^"]+)">', gone.text)
    assert gone.location is None, "browsers let no form lead to another site"
    return gone.status_code, found and found[1]


def ours(client):
    return {each.key for each in client._cookies.values() if each.key.startswith("pprg")}
