"""A typed mail is a letter whose text a person wrote or changed: today there is no such kind, and one would count."""

import dataclasses
import json
import shutil

import pytest
import sqlalchemy as sa

from pprg_embedded.demo import count_up
from pprg_embedded.demo.mailbox import OwnPages
from pprg_embedded.demo.people import Signers, read_people
from pprg_embedded.demo.playing import Play
from pprg_embedded.demo.referring import refer
from pprg_intake.actions.trial import trial_people
from pprg_notifier import rules
from pprg_shared.boxes.tables import outbox
from pprg_shared.contract import Envelope
from pprg_shared.database import utcnow
from pprg_shared.events.notifier import LetterAccepted
from served import served


@pytest.fixture
def typed(request, monkeypatch):
    """Kinds of letter whose text people write or change."""
    if request.param:
        monkeypatch.setattr(rules, "TYPED", frozenset(request.param))
    return request.param


@pytest.fixture
def referred(typed, migrated, settings, tmp_path):
    """A case that somebody has referred, as the demo sees it."""
    shutil.copytree(migrated, tmp_path, dirs_exist_ok=True)
    with served(dataclasses.replace(settings, var=str(tmp_path))) as here:
        intake = here.services["intake"]
        people = {each.code: each.as_json() for each in trial_people(intake, "coordinator")}
        signers = Signers(here.address, read_people(json.dumps(people)), utcnow)
        office = signers.browser("coordinator")
        agencies = list(intake.profile.asked_agencies())[:2]
        about = (here.address, intake.profile, agencies, signers, OwnPages(office), lambda _words: None)
        show = Play(*about)
        _, case = refer(show, office)
        yield here, show, office, case


def said_of(here, case):
    """Of each letter about a case that was accepted, whether it was said to be typed."""
    with here.services["notifier"].database.reading() as session:
        bodies = session.scalars(sa.select(outbox.c.body).where(outbox.c.type == LetterAccepted.event_type)).all()
    said = [Envelope.from_json(bytes(each)).public for each in bodies]
    return [each["typed"] for each in said if each["about"] == case]


@pytest.mark.parametrize(("typed", "count"), [((), 0), (("new_referral",), 2)], indirect=["typed"])
def test_a_letter_of_a_kind_that_people_write_is_a_typed_mail(referred, typed, count):
    here, show, office, case = referred

    def accepted():
        found = office.api(f"/api/v1/letters?subject={case}")["letters"]
        return len(found) == 3 and all(each["state"] == "accepted" for each in found) and found

    found = show.wait("the letters of referrer, coordinator and deputy are accepted", accepted)
    count_up(show, office, case)

    assert {each["template"] for each in found if each["typed"]} == set(typed)
    assert sum(said_of(here, case)) == sum(each["typed"] for each in found) == show.result["typed_mails"] == count
