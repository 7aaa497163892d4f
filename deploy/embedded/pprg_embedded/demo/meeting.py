"""The part of the demo in which the group is called together."""

from datetime import date
from functools import partial

from pprg_embedded.demo.browser import Browser
from pprg_embedded.demo.playing import Play, at_least
from pprg_shared.calendar import add_working_days, long
from pprg_shared.profile import TARGETS


def meet(show: Play, office: Browser, case_id: str) -> None:
    """The coordinator calls the group inside the clock and moves it; the group meets by phone before, and is told."""
    show.progress("meeting")
    case = office.api(f"/api/v1/cases/{case_id}")
    target = add_working_days(date.fromisoformat(case["received_on"]), show.profile.clocks[TARGETS["meeting"]].number)
    day = max(target, add_working_days(show.today, 1))
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
