"""Nothing is public before its planned moment, nor before those who must be told first have had their time."""

import re
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
import sqlalchemy as sa

from invented import PROFILE
from pprg_publisher import rules
from pprg_publisher.models import Publication
from pprg_shared.boxes.tables import outbox
from pprg_shared.contract import Envelope
from pprg_shared.profile import notices
from publishing import send, words
from signed import acting

COPY = "Copy to the Panel, the Secretary of State and Ofsted"
FRIDAY = {"day": "15 January 2027", "at": "09:00"}
TOLD = {"copies_on": "24 November 2026"}
CHILD = {"type": "lcspr"}
OUTSIDE = ("", "/feed.atom", "/catalogue.json", "/catalogue.csv", "?text=Hearing")


@pytest.mark.parametrize(
    ("planned", "copies_on", "problem"),
    [
        (None, date(2026, 12, 1), ("day", f"{COPY} comes first: plan the day of publication. The clock waits for")),
        (date(2027, 1, 15), None, ("copies_on", f"{COPY} comes first, by Wed 6 Jan 2027. Note when it was sent")),
        (date(2027, 1, 15), date(2027, 1, 6), None),
        (
            date(2027, 1, 15),
            date(2027, 1, 7),
            ("day", "by Wed 6 Jan 2027 and was sent on Thu 7 Jan 2027. Plan a later"),
        ),
        (date(2027, 1, 6), date(2026, 12, 23), None),
        (date(2027, 1, 6), date(2026, 12, 24), ("day", "by Wed 23 Dec 2026 and was sent on Thu 24 Dec 2026")),
        (date(2090, 1, 6), date(2026, 12, 1), ("day", "cannot be counted: bank holidays of 2090 are not known yet")),
    ],
)
def test_those_who_must_be_told_first_have_seven_working_days(planned, copies_on, problem):
    found = rules.notice_problem(notices(PROFILE, "lcspr", planned), copies_on)

    assert (found is None) == (problem is None)
    assert problem is None or (found[1] == problem[0] and problem[1] in found[0])


def test_nobody_must_be_told_before_reviews_for_which_the_profile_has_no_clock():
    assert [each for each in PROFILE.publication.types if notices(PROFILE, each, None)] == ["lcspr"]


def public(people):
    """What everybody finds of a review about hearing: on the list, in feed and catalogue, by search and by API."""
    pages = [people.everybody.get(f"/learning{each}").text for each in OUTSIDE]
    found = people.everybody.get("/api/v1/learning").json["publications"]
    return [each for each, text in zip(OUTSIDE, pages, strict=True) if "Hearing a child" in text] + found


def release(people, path):
    headers = {**acting(people.everybody, "chair"), "Idempotency-Key": str(uuid4())}
    return people.everybody.post(f"/api/v1{path}/release", json={}, headers=headers)


def plan(people, path, **changes):
    return send(people.office, f"{path}/plan", **(FRIDAY | changes))


def scheduled(people, **changes):
    """What the chair has released for 15 January."""
    path = people.offered(title="Hearing a child", **changes)
    assert plan(people, path, **TOLD).status_code == 303
    released = send(people.chair, path, f"{path}/release")
    assert (released.status_code, released.location) == (303, path)
    return path


def at(people, *moment):
    people.world.clock.at = datetime(*moment, tzinfo=UTC)
    people.world.settle()


@pytest.mark.both_databases
def test_a_child_practice_review_waits_for_its_copies_and_for_its_hour(people):
    path = people.offered(title="Hearing a child", **CHILD)
    unplanned = release(people, path)
    plan(people, path)
    shown, too_early = people.chair.get(path), release(people, path)
    plan(people, path, **TOLD)
    released = send(people.chair, path, f"{path}/release")
    before = public(people)
    at(people, 2027, 1, 15, 8, 59)
    still = public(people)
    at(people, 2027, 1, 15, 9)

    assert [each.status_code for each in (unplanned, too_early, released)] == [409, 409, 303]
    assert "plan the day of publication" in unplanned.json["detail"]
    assert "By Wed 6 Jan 2027 How it is counted day 0 Fri 15 Jan 2027; due Wed 6 Jan 2027" in words(shown)
    assert f"{COPY} comes first, by Wed 6 Jan 2027. Note when it was sent." in words(shown)
    assert f'action="{path}/release"' not in shown.text
    assert (before, still) == ([], [])
    assert len(public(people)) == len(OUTSIDE) + 1
    with people.world.services["publisher"].database.reading() as session:
        (live,) = session.scalars(sa.select(Publication)).all()
        said = session.scalars(sa.select(outbox.c.type).order_by(outbox.c.created_at)).all()
    assert (live.state, live.published_on) == ("live", date(2027, 1, 15))
    assert [each for each in said if each.startswith(("publication", "outcome"))] == [
        "publication.planned.v1",
        "publication.planned.v1",
        "outcome.published.v1",
    ]


@pytest.mark.both_databases
def test_what_is_moved_appears_at_the_new_moment_alone_and_keeps_why(people):
    path = scheduled(people)
    moved = plan(people, path, day="1 July 2027", at="10:30", why="The inquest ends later.")
    at(people, 2027, 1, 15, 9)
    before = public(people)
    page = words(people.office.get(path))
    at(people, 2027, 7, 1, 9, 30)

    assert (moved.status_code, before) == (303, [])
    assert "On Thursday 1 July 2027, 10:30, and nobody outside reads it before." in page
    assert "Planned for Thursday 1 July 2027, 10:30 By Robin Sample Why The inquest ends later." in page
    assert "Hearing a child" in public(people)[-1]["title"]


@pytest.mark.both_databases
def test_what_is_taken_back_or_lifted_does_not_wait(people):
    lifted, back = scheduled(people), scheduled(people)
    hurried = scheduled(people, **CHILD)

    done = send(people.office, f"{lifted}/lift", why="Everybody concerned has agreed.")
    refused = send(people.office, f"{hurried}/lift", why="Everybody concerned has agreed.")
    reopened = send(people.deputy, back, f"{back}/reopen")
    (now,) = [each for each in public(people) if not isinstance(each, str)]
    at(people, 2027, 1, 15, 9)

    assert [each.status_code for each in (done, refused, reopened)] == [303, 422, 303]
    assert f"{COPY} had to be sent by Fri 13 Nov 2026" in words(refused)
    assert now["published"] == "2026-11-24"
    assert len([each for each in public(people) if not isinstance(each, str)]) == 2
    assert "Save draft" in words(people.office.get(back))


@pytest.mark.both_databases
def test_what_is_called_off_is_not_published_until_a_second_person_releases_it_again(people):
    path = scheduled(people)
    why = {"why": "A court hearing comes first."}

    silent = send(people.office, f"{path}/call-off", why="")
    done = send(people.office, f"{path}/call-off", **why)
    twice = send(people.office, f"{path}/call-off", **why)
    page = words(people.office.get(path))
    at(people, 2027, 1, 15, 9)
    passed = public(people)
    plan(people, path, day="1 July 2027")
    released = send(people.chair, path, f"{path}/release")
    at(people, 2027, 7, 1, 9)

    assert [each.status_code for each in (silent, done, twice, released)] == [422, 303, 422, 303]
    assert "No day is planned that could be called off." in words(twice)
    assert "As soon as it is released. No day is planned." in page
    assert "Planned for No day By Robin Sample Why A court hearing comes first." in page
    assert passed == []
    assert "Hearing a child" in public(people)[-1]["title"]
    with people.world.services["publisher"].database.reading() as session:
        bodies = session.scalars(sa.select(outbox.c.body).order_by(outbox.c.created_at)).all()
    said = [Envelope.from_json(bytes(each)) for each in bodies]
    of_plan = [(each.type, each.public["revision"]) for each in said if each.type.startswith("publication")]
    assert of_plan == [
        ("publication.planned.v1", 1),
        ("publication.called-off.v1", 2),
        ("publication.planned.v1", 3),
    ]


REFUSED = [
    ({"day": "24 November 2026", "at": "09:30"}, "day", "This lies in the past: plan a later day or hour"),
    ({"day": "16 January 2027"}, "why", "Say why it is moved"),
    ({"day": "1 January 2080", "why": "Because it is"}, "day", "Check the year"),
    ({"day": "some day"}, "day", "Enter the day of publication with its month and year"),
    ({"at": "soon"}, "at", "Enter the time of publication, such as 09:00"),
    ({"copies_on": "25 November 2026"}, "copies_on", "note it once copies are sent"),
    ({"copies_on": ""}, "copies_on", f"{COPY} comes first, by Wed 6 Jan 2027"),
    ({"day": "2 December 2026", "why": "It is urgent."}, "day", "Plan a later day"),
]


def test_a_plan_that_cannot_be_is_refused_at_its_field_and_what_was_planned_stays(people):
    path = scheduled(people, **CHILD)

    for changes, field, advice in REFUSED:
        refused = plan(people, path, **(TOLD | changes))

        assert (refused.status_code, advice in words(refused)) == (422, True), changes
        assert re.findall(r'<a href="#([^"]+)"', refused.text.partition("error-summary")[2])[:1] == [field]
    assert "On Friday 15 January 2027, 09:00" in words(people.office.get(path))


def test_the_office_alone_plans_and_nothing_is_planned_about_what_is_public(people):
    path = people.offered()
    forbidden = [people.chair.get(f"{path}/{each}").status_code for each in ("plan", "lift", "call-off")]
    unplanned = send(people.office, f"{path}/lift", why="Everybody concerned has agreed.")
    send(people.chair, path, f"{path}/release")

    late = plan(people, path)

    assert forbidden == [403, 403, 403]
    assert "This does not wait for any day." in words(unplanned)
    assert "This has been published already." in words(late)


def test_the_api_plans_and_lifts_like_the_pages(people):
    path = people.offered()
    headers = acting(people.everybody, "coordinator")

    def ask(what, body):
        keyed = headers | {"Idempotency-Key": what}
        return people.everybody.post(f"/api/v1{path}/{what}", json=body, headers=keyed).status_code

    planned = ask("plan", {"day": "2027-01-15", "at": "09:00"})
    with people.world.services["publisher"].database.reading() as session:
        case_id = session.scalar(sa.select(Publication.case_id))
    (shown,) = people.everybody.get(f"/api/v1/publications?case={case_id}", headers=headers).json["publications"]
    lifted = ask("lifting", {"why": "Everybody concerned has agreed."})
    released = release(people, path)

    assert (planned, lifted, released.json["location"]) == (201, 201, "/learning/what-was-learnt-2026")
    assert (shown["planned_at"], shown["copies_on"]) == ("2027-01-15T09:00:00+00:00", None)
