"""Letters to the office go to the agency of that kind, whatever a profile calls it, and to the posts that it has."""

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from pprg_shared.events.intake import AgencyChanged, Duty
from pprg_shared.events.triage import CaseOpened

PROFILES = Path(__file__).parent.parent.parent / "deploy/profiles"
CASE = UUID(int=7)
OPENED = CaseOpened(
    case_id=CASE,
    referral_id=CASE,
    reference="PPRG-2026-0001",
    received_on=date(2026, 11, 24),
    due_on=date(2026, 12, 15),
)
POSTS = {each: Duty(slug=each, label=each, address=f"{each}@reviews.example") for each in ("coordinator", "deputy")}


@pytest.fixture
def renamed(make_notifier, tmp_path):
    """A notifier by the shipped profile, but that its office has another code."""
    for name in ("wiltshire", "england"):
        text = (PROFILES / f"{name}.toml").read_text("utf-8").replace("pprg-office", "reviews-team")
        (tmp_path / f"{name}.toml").write_text(text, "utf-8")
    return make_notifier(profile=str(tmp_path / "wiltshire.toml"))


def know_office(notifier, *posts):
    about = {"agency": "reviews-team", "name": "Reviews team", "kind": "office", "active": True, "revision": 1}
    notifier.hear(AgencyChanged(**about, duties=[POSTS[each] for each in posts]))


@pytest.mark.parametrize("posts", [("coordinator", "deputy"), ("coordinator",)])
def test_the_office_is_written_to_by_its_kind_and_at_the_posts_it_has(renamed, posts):
    know_office(renamed, *posts)

    renamed.hear(OPENED)
    renamed.send()

    assert sorted((row.agency, row.duty) for row in renamed.rows()) == [("reviews-team", each) for each in posts]
    assert renamed.fates() == [("accepted", None)] * len(posts)


def test_the_letter_to_a_coordinator_whom_nobody_has_followed_yet_waits_for_who_does(renamed):
    know_office(renamed, "deputy")

    renamed.hear(OPENED)
    renamed.send()

    found = {row.duty: state for row, (state, _) in zip(renamed.rows(), renamed.fates(), strict=True)}
    assert found == {"coordinator": "waiting", "deputy": "accepted"}


def test_before_the_directory_is_heard_of_both_posts_wait_for_it(renamed):
    renamed.hear(OPENED)
    renamed.send()
    waiting = [state for state, _ in renamed.fates()]

    know_office(renamed, "coordinator", "deputy")
    renamed.wait_for_next_try()
    renamed.send()

    assert waiting == ["waiting", "waiting"]
    assert renamed.fates() == [("accepted", None)] * 2
