"""The part of the demo in which the coordinator reads what all agencies sent, and settles what does not agree."""

from pprg_embedded.demo.browser import Browser
from pprg_embedded.demo.playing import Play


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
