"""Letters to those who are told before something is published: each is left with the last word about its day."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP
from itertools import permutations
from pathlib import Path
from uuid import UUID

import pytest

from invented import PROFILE
from pprg_notifier.message import build
from pprg_notifier.rules import wording
from pprg_shared.events.triage import PublicationAnnounced

HERE = Path(__file__).parent
CASE, PERSON, PUBLICATION = UUID(int=7), UUID(int=8), UUID(int=11)
PLANNED = datetime(2027, 1, 15, 9, tzinfo=UTC)
CHANGES = ("told", "moved", "called-off")
KINDS = ("publication_notice", "publication_moved", "publication_called_off")
OVERTAKEN = "not sent: the day of publication has changed since, and another letter says so"


def said(revision):
    about = {"notice_id": UUID(int=20 + revision), "case_id": CASE, "reference": "PPRG-2026-0001"}
    about |= {"publication_id": PUBLICATION, "planned_at": PLANNED, "change": CHANGES[revision], "revision": revision}
    return PublicationAnnounced(**about, agencies=["police"], people=[PERSON])


def subjects(mail_server):
    read = [message_from_bytes(each.raw, policy=SMTP)["Subject"] for each in mail_server.taken]
    return [each.rpartition(", ")[2] for each in read]


@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_before_publication_is_these_bytes(kind):
    facts = {"reference": "PPRG-2026-0001", "planned_at": PLANNED.isoformat()}
    facts["link"] = "https://reviews.example/learning"
    subject, text = wording(PROFILE, kind, facts, PROFILE.letters.kinds[kind].greets)
    letter = build(
        sender="reviews@partnership.example",
        to="member@police.example",
        subject=subject,
        text=text,
        message_id="0123456789abcdef",
        at=datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
        invitation=None,
    )

    assert letter == (HERE / f"{kind}.eml").read_bytes()


def test_the_agency_and_the_person_get_one_letter_each_however_often_it_comes(notifier, mail_server):
    about = {"source": "test", "correlation_id": "test", "time": notifier.clock()}
    body = said(0).wrap(notifier.keys, **about).to_json()
    for _ in range(2):
        notifier.runtime.arrival.receive([body])
        notifier.send()

    assert [(row.type, row.agency, row.person_id) for row in sorted(notifier.rows(), key=str)] in (
        [("publication_notice", "police", None), ("publication_notice", None, PERSON)],
        [("publication_notice", None, PERSON), ("publication_notice", "police", None)],
    )
    assert len(subjects(mail_server)) == 2


def test_each_change_is_told(notifier, mail_server):
    for revision in range(3):
        notifier.hear(said(revision))
        notifier.send()

    assert subjects(mail_server) == [
        *["what was learnt is to be published"] * 2,
        *["another day of publication"] * 2,
        *["publication is off for now"] * 2,
    ]


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_whatever_order_they_come_in_only_the_last_word_is_sent(notifier, mail_server, order):
    for each in order:
        notifier.hear(said(each))
    notifier.send()

    assert subjects(mail_server) == ["publication is off for now"] * 2
    assert sorted(notifier.fates(), key=str) == [("accepted", OVERTAKEN)] * 4 + [("accepted", None)] * 2


def test_who_is_told_later_of_the_same_day_is_told_all_the_same(notifier, mail_server):
    notifier.hear(said(0))
    notifier.send()
    about = {"notice_id": UUID(int=30), "case_id": CASE, "reference": "PPRG-2026-0001", "publication_id": PUBLICATION}
    notifier.hear(
        PublicationAnnounced(**about, planned_at=PLANNED, change="told", revision=0, agencies=[], people=[PERSON])
    )
    notifier.send()

    assert subjects(mail_server) == ["what was learnt is to be published"] * 3
