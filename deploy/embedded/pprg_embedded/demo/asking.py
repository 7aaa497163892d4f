"""The part of the demo in which agencies are asked, come in by the link of their letter, and answer."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, time
from operator import itemgetter
from typing import Any

from pprg_embedded.ahead import Ahead
from pprg_embedded.demo.browser import Browser
from pprg_embedded.demo.chronology import read_chronology
from pprg_embedded.demo.links import let_in
from pprg_embedded.demo.playing import Play, letters
from pprg_shared.calendar import add_working_days, london

EVENTS = ("An invented visit was made", "An invented call was logged", "An invented meeting was missed")
SUMMARY = {
    "author": "Invented Lead",
    "summary": "An invented summary of involvement.",
    "voice_of_child_or_adult": "An invented child said little.",
    "immediate_safety_actions": "none",
    "author_independent": "yes",
    "records_secured": "Invented Records Manager, at once",
}
CONTACTS = ("visit", "call", "missed")
#: An hour after reminders go out.
NEXT_MORNING = time(10)


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
    show.result["extra_requests"] = show.result["requests"] - len(show.agencies[:-1])


def answer(show: Play, office: Browser, case_id: str) -> None:
    """Each agency answers: some hold nothing, some send a file, one gets more time, and one corrects what it sent."""
    requests = {each["agency"]: each["id"] for each in office.api(f"/api/v1/cases/{case_id}")["requests"]}
    nil = set(show.agencies[3::4])
    late = next((each for each in reversed(show.agencies) if each not in nil), "")
    let_in(show, case_id, "information_request", show.agencies)
    look_elsewhere(show, *(f"/requests/{requests[each]}" for each in show.agencies[:2]))
    give_time(show, office, case_id, requests[late])
    for number, agency in enumerate(sorted(show.agencies, key=lambda each: each == late)):
        show.progress(f"return of {agency}")
        path = f"/requests/{requests[agency]}"
        if agency == late and show.clock:
            be_late(show, office, case_id, requests[late], show.clock)
        lead = show.guests[agency]
        if agency in nil:
            lead.send(path, {"author": "Invented Lead"}, holding="_nil")
        else:
            answer_one(lead, path, number)
    show.wait("every agency has answered", lambda: not office.api(f"/api/v1/cases/{case_id}")["missing"])
    correct_one(show, office, case_id, requests[show.agencies[0]])
    read_chronology(show, office, case_id, 3 * (len(show.agencies) - len(nil)))
    answers = len(requests) + 1
    told = show.wait("the office is told", lambda: len(letters(office, case_id, "return_received")) >= 2 * answers)
    show.check("coordinator and deputy are told of each return", told, ok=bool(told))
    show.result["late_returns"] = len({each["to"].partition("/")[0] for each in letters(office, case_id, "overdue")})
    count_returns(show, office, case_id, requests, nil)


def count_returns(show: Play, office: Browser, case_id: str, asked: Mapping[str, str], nil: Collection[str]) -> None:
    """What the product has of each agency, by kind, as the newest version of its return says."""
    there = {agency: office.api(f"/api/v1/cases/{case_id}/requests/{each}") for agency, each in asked.items()}
    newest = {agency: max(each["returns"], key=itemgetter("revision")) for agency, each in there.items()}
    kinds = Counter(each["kind"] for each in newest.values())
    empty = {agency for agency, each in newest.items() if each["kind"] == "nil"}
    show.check("who holds nothing has said so, and nobody else", len(empty), ok=empty == set(nil))
    corrected = sum(len(each["returns"]) > 1 for each in there.values())
    show.result |= {"returns": kinds["return"], "nil_returns": kinds["nil"], "corrected_returns": corrected}


def look_elsewhere(show: Play, own: str, other: str) -> None:
    """An agency opens the request of another, and sends it what its own form holds: it gets to a code, and nowhere."""
    lead = show.guests[show.agencies[0]]
    led_to = lead.leads_to(other)
    answered = lead.post_form(lead.filled(own, {"author": "Invented Lead"}), other).status_code
    closed = led_to == f"{other}/code" and answered == 404  # noqa: PLR2004
    show.check("no agency sees the request of another", f"asked for a code, {answered}", ok=closed)


def answer_one(lead: Browser, path: str, number: int) -> None:
    """An agency sends its summary and three events: every other agency as a file, others as typed."""
    rows: list[dict[str, str]] = []
    for row, what in enumerate(EVENTS):
        month = f"{(number + row) % 12 + 1:02}/2025"
        when = f"?{month}" if row == 2 else f"1{row}/{month}"  # noqa: PLR2004
        told = {"contact_type": CONTACTS[row], "seen": "" if row else "yes"}
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
    lead.send(path, SUMMARY | typed)


def give_time(show: Play, office: Browser, case_id: str, request_id: str) -> None:
    """An agency asks for more time: the coordinator moves its day, and it is written to."""
    path = f"/cases/{case_id}/requests/{request_id}"
    asked = office.api(f"/api/v1{path}")
    until, why = str(add_working_days(date.fromisoformat(asked["due_on"]), 1)), "Others keep the records"
    show.guests[asked["agency"]].send(f"/requests/{request_id}/extension", {"until": until, "reason": why})
    show.wait("the office hears of it", lambda: office.api(f"/api/v1{path}")["extension_until"])
    later = {"due_on": until, "reason": why}
    office.send(path, later, to=f"{path}/move")
    told = show.wait("a letter about the new day", lambda: letters(office, case_id, "request_moved"))
    show.check("an agency that needs longer gets another day", later["due_on"], ok=bool(told))


def be_late(show: Play, office: Browser, case_id: str, request_id: str, clock: Ahead) -> None:
    """Days go by, and the last agency lets its day pass; it is reminded. Sign-ins have ended: everybody comes anew."""
    path = f"/api/v1/cases/{case_id}/requests/{request_id}"
    show.wait("no letter is on its way", lambda: not any(each["state"] == "waiting" for each in _all(office, case_id)))
    late = add_working_days(date.fromisoformat(office.api(path)["due_on"]), 1)
    clock.set_to(london(late, NEXT_MORNING))
    show.signers.return_later()
    told = show.wait("a letter about what is overdue", lambda: letters(office, case_id, "overdue"))
    asked = office.api(path)
    show.check(
        "an agency that lets its day pass is reminded",
        f"due {asked['due_on']}, reminded {show.today}",
        ok=bool(told) and asked["due_on"] < str(show.today) and asked["agency"] in told[0]["to"],
    )
    let_in(show, case_id, "information_request", show.agencies)


def _all(office: Browser, case_id: str) -> list[Any]:
    return list(office.api(f"/api/v1/letters?subject={case_id}")["letters"])


def correct_one(show: Play, office: Browser, case_id: str, request_id: str) -> None:
    """The coordinator queries a return; the agency changes two words of what it sent, and both versions stay."""
    show.progress("a corrected return")
    path = f"/cases/{case_id}/requests/{request_id}"
    office.send(path, {"query": "Is the day of the visit right, and was the child seen?"}, to=f"{path}/query")
    show.wait("a letter about the query", lambda: letters(office, case_id, "return_queried"))
    show.guests[show.agencies[0]].send(f"/requests/{request_id}", {"rows-0-date": "10/02/2025", "rows-0-seen": "no"})
    kept = show.wait("the correction is there", lambda: (f := office.api(f"/api/v1{path}"))["answer"] > 1 and f)
    versions = len((kept or {"returns": []})["returns"])
    show.check("both versions of a return are kept", versions, ok=versions == 2)  # noqa: PLR2004
