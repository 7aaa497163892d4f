"""The part of the demo in which what was learnt is written, released and read by everybody."""

from pprg_embedded.demo.browser import Browser
from pprg_embedded.demo.playing import Play

TITLE = "An invented case: hearing a child when many agencies are involved"
SUMMARY = "An invented case in which a child was known to many agencies."
LEARNING = "This case is invented. Agencies held parts of the picture and met late; sharing earlier would have helped."
THEMES = ["information-sharing", "voice-of-child"]


def publish(show: Play, office: Browser, case_id: str, reference: str) -> None:
    """The coordinator writes what was learnt; the chair releases it, the coordinator cannot."""
    show.progress("publication")
    drafts = f"/api/v1/publications?case={case_id}"
    decision = office.api(f"/api/v1/cases/{case_id}")["decisions"][0]
    path = f"/publications/{decision['id']}"
    show.wait("its draft is there", lambda: [each for each in office.api(drafts)["publications"] if each["id"] in path])
    decided = show.profile.routes[decision["route"]]
    about = {"type": decided.publishes or "", "label": f"Child {reference.rpartition('-')[2]}"}
    texts = {"title": TITLE, "summary": SUMMARY, "learning": LEARNING, "themes": THEMES}
    office.send(path, {**about, **texts, "_offer": "1"})
    refused = office.post(f"/api/v1{path}/release", {}).status_code
    show.check("who offered cannot release", refused, ok=refused == 409)  # noqa: PLR2004
    led_to = show.signers.browser("chair").send(path, {}, to=f"{path}/release")
    page = Browser(show.base).open(led_to)
    show.check("everybody can read it", led_to, ok=TITLE in page)
    show.check("the public page leads back to nobody", led_to, ok=reference not in page and case_id not in page)
    show.wait("the case knows that it is published", lambda: office.api(f"/api/v1/cases/{case_id}")["published"])
    show.result["publication"] = led_to
