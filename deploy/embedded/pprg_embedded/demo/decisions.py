"""The part of the demo in which the group decides, and those whom it concerns read what was decided."""

from functools import partial

from pprg_embedded.demo.browser import Browser
from pprg_embedded.demo.links import let_in
from pprg_embedded.demo.mailbox import REFERRER
from pprg_embedded.demo.people import ratifier, routes_played
from pprg_embedded.demo.playing import Play, at_least
from pprg_shared.profile import Route

REASONS = "An invented case in which a child was known to many agencies."
WORDS = {
    "to_referrer": "These words are made up and for the person who referred:",
    "to_agency": "These words are made up and for agencies that were asked:",
}
EQUALITY = "This case is invented: none of them had a bearing on the decision."


def decide(show: Play, office: Browser, case_id: str) -> None:
    """The coordinator writes down a decision on each route; its body ratifies it, the coordinator cannot."""
    show.progress("decisions")
    for number, route in enumerate(routes_played(show.profile), start=1):
        office.send(f"/cases/{case_id}/decision/{route}", decision_on(show.profile.routes[route]))
        made = office.api(f"/api/v1/cases/{case_id}")["decisions"]
        body = {"decision_id": next(each["id"] for each in made if each["route"] == route)}
        refused = office.post(f"/api/v1/cases/{case_id}/decisions/ratification", body).status_code
        show.check(f"who proposed cannot ratify: {route}", refused, ok=refused in {403, 409})
        show.signers.browser(ratifier(show.profile, route)).send(f"/cases/{case_id}", body, holding="decision_id")
        for count, kind in ((number * len(show.agencies), "outcome_to_agency"), (number, "outcome_to_referrer")):
            told = show.wait(f"{kind}: {route}", partial(at_least, count, office, case_id, kind))
            show.check(f"{kind} is sent: {route}", len(told or []), ok=bool(told))
    made = office.api(f"/api/v1/cases/{case_id}")["decisions"]
    shown = ("route", "outcome", "mandate", "next_step", "body", "ratified")
    show.result["decision"] = made[0]["outcome"]
    show.result["routes"] = [{name: each[name] for name in shown} for each in made]
    read_outcomes(show, office, case_id)


def read_outcomes(show: Play, office: Browser, case_id: str) -> None:
    """The referrer and each agency read the words that are for them; to another agency they are not there."""
    referral = f"/referrals/{show.result['case']}/outcome"
    case = office.api(f"/api/v1/cases/{case_id}")
    pages = {each["agency"]: f"/requests/{each['id']}/outcome" for each in case["requests"]}
    let_in(show, case_id, "outcome_to_referrer", [REFERRER])
    first, other = show.agencies[:2]

    def tells(page: str, whose: str) -> bool:
        routes, others = len(show.result["routes"]), set(WORDS) - {whose}
        return page.count(WORDS[whose]) == routes and not any(WORDS[each] in page for each in others)

    show.check(
        "the referrer reads what was decided", referral, ok=tells(show.guests[REFERRER].open(referral), "to_referrer")
    )
    read = [agency for agency, page in pages.items() if tells(show.guests[agency].open(page), "to_agency")]
    show.check("each agency that was asked reads what was decided", len(read), ok=read == list(pages))
    elsewhere = [referral, pages[first]]
    led_to = [show.guests[other].leads_to(each).partition("?")[0] for each in elsewhere]
    doors = [each.replace("/outcome", "/code") for each in elsewhere]
    show.check("what is for another is not there", "asked for codes", ok=led_to == doors)
    names = {"code": "code", "day_zero": "day_zero", "due": "due_on", "state": "state"}
    show.result["clocks"] = [{name: each[told] for name, told in names.items()} for each in case["clocks"]]


def decision_on(route: Route) -> dict[str, str | list[str]]:
    """What the group says when every criterion of a route is met."""
    asked = [name for each in route.mandates if each.enabled for name in (*each.all, *each.any)]
    form: dict[str, str | list[str]] = {"outcome": "criteria_met", "reasons": REASONS, "equality": EQUALITY}
    form |= {"next_step": next(iter(route.next_steps), "")} | ({"harm": ["neglect"]} if route.is_about_harm else {})
    form |= {name: f"{words} {route.name}." for name, words in WORDS.items()}
    return form | {f"answer_{name}": "yes" for name in asked}
