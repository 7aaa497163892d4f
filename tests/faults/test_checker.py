"""The checker can fail: with a fault of design in the product, the same kills show something lost or twice."""

from pathlib import Path

import pytest

from faults.checker import findings
from faults.embedded import Embedded
from faults.scenario import AGENCIES, Client, Office
from waiting import eventually

FAULTY = str(Path(__file__).parent / "faulty.py")
#: Killed, marked the next time, killed again: so what is published alone is published twice.
EVERY_OTHER_MARK = " ".join(f"intake.outbox-mark.before_commit:{passage}" for passage in range(2, 200, 2))


@pytest.mark.parametrize(
    ("fault", "deadly", "shown"),
    [
        # What comes first is the directory.
        (
            "acknowledge_before_the_commit",
            "triage.arrival.before_commit:1",
            "lost: agency.changed.v1 on its way to triage",
        ),
        pytest.param(
            "mark_before_the_publication", "triage.bus.before_publish:1", "lost: case ", marks=pytest.mark.long
        ),
        ("no_inbox", EVERY_OTHER_MARK, "twice: chronology row "),
        pytest.param(
            "no_idempotency_key", "intake.action.after_commit:2", "out of nothing: referral ", marks=pytest.mark.long
        ),
        pytest.param(
            "mark_before_the_letter_is_sent",
            "notifier.letters-mark.after_commit:1",
            "lost: mail of letter ",
            marks=pytest.mark.long,
        ),
    ],
)
def test_a_fault_of_design_shows(tmp_path, fault, deadly, shown):
    with Embedded(tmp_path, deadly, (FAULTY, fault)).running() as setup:

        def found():
            return findings(setup.evidence(), office.told, setup.unknown_outcomes())

        office = Office(Client(setup.addresses, setup.secrets["SIGN_IN_KEY"]))
        reference, _ = office.refer(), office.refer()
        eventually(setup.deaths)
        for agency in AGENCIES if shown.startswith("twice") else ():
            office.ask(reference, agency)
            office.answer(reference, agency)
            if [each for each in found() if each.startswith(shown)]:
                break  # rows that came while the process was away may have gone out with the mark that held
        office.case(office.refer())
        eventually(lambda: not [each for each in found() if each.startswith("waiting")])

        assert [each for each in found() if each.startswith(shown)] != []
