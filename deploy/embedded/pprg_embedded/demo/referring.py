"""The part of the demo in which somebody refers a case, without signing in."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pprg_embedded.demo.browser import Browser
from pprg_embedded.demo.people import routes_played
from pprg_embedded.demo.playing import Play
from pprg_shared.calendar import add_working_days
from pprg_shared.profile import SUBMIT, Profile


def refer(show: Play, office: Browser) -> tuple[str, str]:
    """Somebody refers; the same form sent twice is one referral."""
    show.progress("referral")
    today = show.today
    answers = _answers(show.profile, show.agencies, today)
    anybody = Browser(show.base)
    gate = {"immediate_risk": "no", "reason_kind": "concern", "about": ["child"]}
    form = anybody.send("/referrals/start", gate, holding="_csrf")
    led_to = anybody.send(form, _as_form(answers), holding="reason_kind")
    reference = led_to.split("/")[2]
    show.check("the receipt has a reference", reference, ok=reference.startswith(f"{show.profile.partnership.prefix}-"))
    again = [anybody.post("/api/v1/referrals", answers, f"demo {reference}").json() for _ in range(2)]
    show.check("the same key gives the same referral", again[1].get("reference"), ok=again[0] == again[1])

    def opened() -> Any:
        cases = office.api("/api/v1/cases")["cases"]
        return next((each for each in cases if each["reference"] == reference), None)

    case = show.wait("the case is opened", opened)
    due = add_working_days(today, show.profile.clocks[SUBMIT].number)
    show.check("the clock runs 15 working days", case["due_on"], ok=case["due_on"] == str(due))
    office.open("/cases")
    show.check("the first page tells of the referral", reference, ok=reference in office.open("/cases"))
    show.result["case"] = reference
    return reference, case["id"]


def _answers(profile: Profile, agencies: Sequence[str], today: date) -> dict[str, Any]:
    """What somebody of the first agency says who refers a case that all of them know."""
    person = {"kind": "child", "name": "Invented Child", "born": "May 2016", "died_on": "?October 2026"}
    person |= {"sex": "U", "ethnicity": "NOBT", "address": "An invented street, Anytown"}
    routes = routes_played(profile)
    return {
        "immediate_risk": "no",
        "reason_kind": "concern",
        "referrer_name": "Invented Referrer",
        "referrer_role": "Designated nurse",
        "referrer_agency": agencies[0],
        "referrer_email": "referrer@agency.example",
        "authorised_by": "Invented Lead, safeguarding lead",
        "subjects": [person],
        "incident_on": "?October 2026",
        "incident": "death",
        "harm": ["neglect"],
        "what_happened": "This is an invented account for trying out the product. Nobody in it is real.",
        "safety": "Nobody else is known to be at risk.",
        "family_knows": "Not yet: the police have asked us to wait.",
        "criteria": [{"criterion": name, "reply": "yes"} for name in _met(profile, routes)],
        "agencies": list(agencies),
        "parallel_processes": ["inquest"],
        "notified_on": str(today),
        "routes": routes[:1],
        "declaration": True,
    }


def _met(profile: Profile, routes: Sequence[str]) -> list[str]:
    """The criteria that make these routes possible, of those that whoever refers is asked about."""
    mandates = [one for each in routes for one in profile.routes[each].mandates if one.enabled]
    needed = {name for each in mandates for name in (*each.all, *each.any[:1])}
    return [each.code for each in profile.prompts if each.code in needed]


def _as_form(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as a browser sends them: rows under numbered names, the questions of the criteria under their own."""
    sent: dict[str, Any] = {name: "true" if value is True else value for name, value in answers.items()}
    for name in ("subjects", "criteria"):
        for number, row in enumerate(sent.pop(name)):
            sent |= {f"{name}-{number}-{each}": text for each, text in row.items()}
    return sent
