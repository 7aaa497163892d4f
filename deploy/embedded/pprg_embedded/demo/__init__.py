"""The demo: one invented case, from referral to published outcome, played over HTTP as the people would."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from pprg_embedded.browser import Browser
from pprg_embedded.demo.decisions import decide
from pprg_embedded.playing import Play, at_least, letters
from pprg_shared.calendar import add_working_days, london_date, long
from pprg_shared.profile import Profile

MOST_STEPS = 57
MOST_MAILS = 3
SERVICES = ("intake", "triage", "notifier", "publisher")
TITLE = "An invented case: hearing a child when many agencies are involved"
SUMMARY = "An invented case in which a child was known to many agencies."
LEARNING = "This case is invented. Agencies held parts of the picture and met late; sharing earlier would have helped."
THEMES = ["information-sharing", "voice-of-child"]
EVENTS = ("An invented visit was made", "An invented call was logged", "An invented meeting was missed")
CONTACTS = ("visit", "call", "missed")


def play(base: str, profile: Profile, count: int, progress: Callable[[str], None]) -> dict[str, Any]:
    """Play the whole case; the figures and checks, each check asked of the product."""
    asked = list(profile.asked_agencies())[:count]
    show = Play(base, profile, asked, progress)
    office = Browser(base, "coordinator")
    reference, case_id = refer(show, office)
    ask(show, office, case_id)
    answer(show, office, case_id)
    meet(show, office, case_id)
    decide(show, office, case_id)
    publish(show, office, case_id, reference)
    count_up(show, office, case_id)
    return show.result | {"checks": show.checks}


def refer(show: Play, office: Browser) -> tuple[str, str]:
    """Somebody refers; the same form sent twice is one referral."""
    show.progress("referral")
    today = london_date(datetime.now(UTC))
    person = {"kind": "child", "name": "Invented Child", "born": "May 2016", "died_on": "?October 2026"}
    replies = dict.fromkeys(("died", "abuse_or_neglect", "in_area_or_resident", "learning"), "yes")
    answers: dict[str, Any] = {
        "immediate_risk": "no",
        "reason_kind": "concern",
        "referrer_name": "Invented Referrer",
        "referrer_role": "Designated nurse",
        "referrer_agency": show.agencies[0],
        "referrer_email": "referrer@agency.example",
        "authorised_by": "Invented Lead, safeguarding lead",
        "subjects": [person],
        "incident_on": "?October 2026",
        "incident": "death",
        "harm": ["neglect"],
        "what_happened": "This is an invented account for trying out the product. Nobody in it is real.",
        "criteria": [{"criterion": name, "reply": reply} for name, reply in replies.items()],
        "agencies": show.agencies,
        "parallel_processes": ["inquest"],
        "notified_on": str(today),
        "routes": ["rapid_review"],
        "declaration": True,
    }
    anybody = Browser(show.base, "")
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
    due = add_working_days(today, show.profile.clocks["rr.submit"].number)
    show.check("the clock runs 15 working days", case["due_on"], ok=case["due_on"] == str(due))
    office.open("/cases")
    show.check("the first page tells of the referral", reference, ok=reference in office.open("/cases"))
    show.result["case"] = reference
    return reference, case["id"]


def _as_form(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as a browser sends them: rows under numbered names, the questions of the criteria under their own."""
    sent: dict[str, Any] = {name: "true" if value is True else value for name, value in answers.items()}
    for name in ("subjects", "criteria"):
        for number, row in enumerate(sent.pop(name)):
            sent |= {f"{name}-{number}-{each}": text for each, text in row.items()}
    return sent


def ask(show: Play, office: Browser, case_id: str) -> None:
    """The coordinator reads the case and asks the agencies in one go, and one that is thought of later."""
    show.progress("requests")
    office.open(f"/cases/{case_id}")
    for some in filter(None, (show.agencies[:-1], show.agencies[-1:])):
        office.send(f"/cases/{case_id}/requests/new", {"agencies": some, "questions": "What was your part?"})
    wanted = len(show.agencies)
    sent = show.wait(
        "a letter to each duty",
        lambda: len(found := letters(office, case_id, "information_request")) >= wanted and found,
    )
    show.check("one letter to each agency asked", len(sent or []), ok=len(sent or []) == wanted)
    show.result["requests"] = len(office.api(f"/api/v1/cases/{case_id}")["requests"])


def answer(show: Play, office: Browser, case_id: str) -> None:
    """Each agency answers: some hold nothing, some send a file, one gets more time, and one corrects what it sent."""
    requests = {each["agency"]: each["id"] for each in office.api(f"/api/v1/cases/{case_id}")["requests"]}
    nil = set(show.agencies[3::4])
    late = next((each for each in reversed(show.agencies) if each not in nil), "")
    give_time(show, office, case_id, requests[late])
    for number, agency in enumerate(sorted(show.agencies, key=lambda each: each == late)):
        show.progress(f"return of {agency}")
        lead = Browser(show.base, f"lead-{agency}")
        path = f"/requests/{requests[agency]}"
        if agency in nil:
            lead.send(path, {"author": "Invented Lead"}, holding="_nil")
        else:
            answer_one(lead, path, number)
    other = Browser(show.base, f"lead-{show.agencies[0]}").status(f"/requests/{requests[show.agencies[1]]}")
    show.check("no agency sees the request of another", other, ok=other == 404)  # noqa: PLR2004
    show.wait("every agency has answered", lambda: not office.api(f"/api/v1/cases/{case_id}")["missing"])
    correct_one(show, office, case_id, requests[show.agencies[0]])
    read_chronology(show, office, case_id, 3 * (len(show.agencies) - len(nil)))
    answers = len(requests) + 1
    told = show.wait("the office is told", lambda: len(letters(office, case_id, "return_received")) >= 2 * answers)
    show.check("coordinator and deputy are told of each return", told, ok=bool(told))
    show.result |= {"returns": len(requests) - len(nil), "nil_returns": len(nil), "corrected_returns": 1}


def answer_one(lead: Browser, path: str, number: int, seen: str = "yes") -> None:
    """An agency sends its summary and three events: every other agency as a file, others as typed."""
    rows: list[dict[str, str]] = []
    for row, what in enumerate(EVENTS):
        month = f"{(number + row) % 12 + 1:02}/2025"
        when = f"?{month}" if row == 2 else f"1{row}/{month}"  # noqa: PLR2004
        told = {"contact_type": CONTACTS[row], "seen": "" if row else seen}
        rows.append({"date": when, "source": "Case record, worker 1", "event": what} | told)
    typed: dict[str, str] = {}
    if number % 2:
        lines = [
            "Start date;Source;What happened;Type of contact;Child seen",
            *(";".join(each.values()) for each in rows),
        ]
        file = "chronology.csv", "\r\n".join(lines).encode("cp1252")
        lead.send(f"{path}/chronology", {}, files={"file": file})
    else:
        typed = {f"rows-{n}-{name}": text for n, each in enumerate(rows) for name, text in each.items()}
    lead.send(path, {"author": "Invented Lead", "summary": "An invented summary of involvement."} | typed)


def give_time(show: Play, office: Browser, case_id: str, request_id: str) -> None:
    """An agency asks for more time: the coordinator moves its day, and it is written to."""
    path = f"/cases/{case_id}/requests/{request_id}"
    asked = office.api(f"/api/v1{path}")
    until, why = str(add_working_days(date.fromisoformat(asked["due_on"]), 1)), "Others keep the records"
    lead = Browser(show.base, f"lead-{asked['agency']}")
    lead.send(f"/requests/{request_id}/extension", {"until": until, "reason": why})
    show.wait("the office hears of it", lambda: office.api(f"/api/v1{path}")["extension_until"])
    later = {"due_on": until, "reason": why}
    office.send(path, later, to=f"{path}/move")
    told = show.wait("a letter about the new day", lambda: letters(office, case_id, "request_moved"))
    show.check("an agency that needs longer gets another day", later["due_on"], ok=bool(told))


def correct_one(show: Play, office: Browser, case_id: str, request_id: str) -> None:
    """The coordinator queries a return; the agency sends it again, corrected, and both stay."""
    show.progress("a corrected return")
    path = f"/cases/{case_id}/requests/{request_id}"
    office.send(path, {"query": "Please add who was seen."}, to=f"{path}/query")
    show.wait("a letter about the query", lambda: letters(office, case_id, "return_queried"))
    answer_one(Browser(show.base, f"lead-{show.agencies[0]}"), f"/requests/{request_id}", 1, "no")
    kept = show.wait("the correction is there", lambda: (f := office.api(f"/api/v1{path}"))["answer"] > 1 and f)
    versions = len((kept or {"returns": []})["returns"])
    show.check("both versions of a return are kept", versions, ok=versions == 2)  # noqa: PLR2004


def read_chronology(show: Play, office: Browser, case_id: str, wanted: int) -> None:
    """The coordinator reads all rows in one order."""
    rows_there = show.wait(
        "the chronology is there",
        lambda: len(found := office.api(f"/api/v1/cases/{case_id}/chronology")["rows"]) == wanted and found,
    )
    dates = [each["date"]["value"] for each in rows_there or []]
    show.check("rows stand in one time order", len(dates), ok=bool(dates) and dates == sorted(dates))
    show.check("every row names its agency", len(dates), ok=all(each["agency"] for each in rows_there or []))
    office.open(f"/cases/{case_id}/chronology")
    show.result["rows"] = len(dates)
    if len(show.agencies) > 1:
        settle(show, office, case_id)


def settle(show: Play, office: Browser, case_id: str) -> None:
    """Two agencies disagree on whether a child was seen on one day: the coordinator looks at it, and says why."""
    api, wanted = f"/api/v1/cases/{case_id}/conflicts", "contradiction"
    found = show.wait(
        "what does not agree is found",
        lambda: next((each for each in office.api(api)["conflicts"] if each["kind"] == wanted), None),
    )
    office.send(f"/cases/{case_id}/conflicts/{found['id']}", {"state": "explained", "note": "Each means another child"})
    after = next(each for each in office.api(api)["conflicts"] if each["id"] == found["id"])
    show.check("what does not agree is settled", after["state"], ok=after["state"] == "explained")
    show.result["settled"] = 1


def meet(show: Play, office: Browser, case_id: str) -> None:
    """The coordinator calls the group inside the clock and moves it; the group meets by phone before, and is told."""
    show.progress("meeting")
    case = office.api(f"/api/v1/cases/{case_id}")
    day = add_working_days(date.fromisoformat(case["received_on"]), show.profile.clocks["rr.meeting"].number)
    form = {"standing": "other", "day": str(day), "starts": "10:00", "ends": "12:00", "place": "Invented Room"}
    people = len(show.profile.people_with_role("chair", "member")) + 1
    meetings, invitations = f"/cases/{case_id}/meetings", {}
    for page, answers, template in (
        ("new", form, "meeting_invitation"),
        ("move", form | {"starts": "14:00", "ends": "16:00"}, "meeting_moved"),
        ("cancel", {}, "meeting_cancelled"),
    ):
        office.send(f"{meetings}/{page}", answers)
        sent = show.wait(f"a letter to each: {page}", partial(at_least, people, office, case_id, template))
        show.check(f"members and referrer are told: {page}", len(sent or []), ok=len(sent or []) == people)
        invitations[template] = len(sent or [])
    show.check("the meeting is inside the clock", long(day), ok=str(day) <= case["due_on"])
    attended = [str(each.id) for each in show.profile.people_with_role("chair", "member")]
    office.send(f"{meetings}/held", {"held_on": case["received_on"], "attended": attended})
    (cancelled, held) = sorted(office.api(f"/api/v1/cases/{case_id}")["meetings"], key=lambda each: each["state"])
    show.check("each change has a higher sequence", cancelled["sequence"], ok=cancelled["sequence"] == 2)  # noqa: PLR2004
    show.result |= {"meeting": held["record"]["held_on"], "invitations": invitations}


def publish(show: Play, office: Browser, case_id: str, reference: str) -> None:
    """The coordinator writes what was learnt; the chair releases it, the coordinator cannot."""
    show.progress("publication")
    drafts = f"/api/v1/publications?case={case_id}"
    show.wait("a draft is there", lambda: office.api(drafts)["publications"])
    path = f"/publications/{office.api(drafts)['publications'][0]['id']}"
    about = {"type": "rapid_review", "label": f"Child {reference.rpartition('-')[2]}"}
    texts = {"title": TITLE, "summary": SUMMARY, "learning": LEARNING, "themes": THEMES}
    office.send(path, {**about, **texts, "_offer": "1"})
    refused = office.post(f"/api/v1{path}/release", {}).status_code
    show.check("who offered cannot release", refused, ok=refused == 409)  # noqa: PLR2004
    led_to = Browser(show.base, "chair").send(path, {}, to=f"{path}/release")
    page = Browser(show.base, "").open(led_to)
    show.check("everybody can read it", led_to, ok=TITLE in page)
    show.check("the public page leads back to nobody", led_to, ok=reference not in page and case_id not in page)
    show.wait("the case knows that it is published", lambda: office.api(f"/api/v1/cases/{case_id}")["published"])
    show.result["publication"] = led_to


def count_up(show: Play, office: Browser, case_id: str) -> None:
    """Ask the product how much of everything there was."""
    show.progress("figures")
    found = office.api(f"/api/v1/letters?subject={case_id}")["letters"]
    there = office.api(f"/api/v1/cases/{case_id}/steps")
    here = office.api(f"/api/v1/publications/steps?case={case_id}")
    steps = there["total"] + here["total"]
    typed = sum(each["typed"] for each in found)
    events = sum(office.api(f"/api/v1/{service}/events?subject={case_id}")["outbox"] for service in SERVICES)
    show.check("all letters were accepted", len(found), ok=all(each["state"] == "accepted" for each in found))
    show.check(f"at most {MOST_STEPS} steps", steps, ok=0 < steps <= MOST_STEPS)
    show.check(f"at most {MOST_MAILS} typed mails", typed, ok=typed <= MOST_MAILS)
    show.result |= {
        "letters": len(found),
        "events": events,
        "coordinator_steps": steps,
        "steps_by_phase": there["by_phase"] | here["by_phase"],
        "typed_mails": typed,
        "seconds": round(time.monotonic() - show.started, 2),
    }
