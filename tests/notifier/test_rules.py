"""What letters say, and the judgement on an attempt."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from pprg_notifier.rules import (
    Answer,
    Fate,
    State,
    Step,
    Verdict,
    invented,
    letter_id,
    state,
    verdict,
    wording,
)
from pprg_shared.profile import load_profile

PROFILE = load_profile()
LETTERS = PROFILE.letters.kinds
AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
LINK = "http://127.0.0.1:8000/requests/1"
FACTS = {
    "reference": "PPRG-2026-0001",
    "on": "2026-11-24",
    "due_on": "2026-12-03",
    "starts_at": "2026-06-10T10:00:00+00:00",
    "ends_at": "2026-06-10T12:00:00+00:00",
    "place": "Room 1;\nnorth {wing}",
    "link": LINK,
    "code": "012345",
    "who": "board chair",
    "at": "2026-11-24T09:30:00+00:00",
    "until": "2026-11-24T09:40:00+00:00",
}
OFFICE = {"extension_requested", "new_referral", "return_received"}
TO_PEOPLE = {
    "referral_received",
    "meeting_invitation",
    "meeting_moved",
    "meeting_cases",
    "meeting_cancelled",
    "invitation_withdrawn",
    "outcome_to_referrer",
    "code",
    "form_kept",
    "code_for_form",
    "new_password",
    "glass_broken",
    "publication_notice",
    "publication_moved",
    "publication_called_off",
}
#: About no case, or none yet.
WITHOUT_REFERENCE = {"new_password", "form_kept", "code_for_form"}


def text_of(template: str, greeting: str = "To the safeguarding lead, Police") -> str:
    return wording(PROFILE, template, FACTS, LETTERS[template].greets or greeting)[1]


@pytest.mark.parametrize("template", LETTERS)
def test_a_letter_has_its_marking_kind_reference_greeting_and_sender(template):
    subject, text = wording(PROFILE, template, FACTS, "To the safeguarding lead, Police")

    assert subject == f"OFFICIAL-SENSITIVE: PPRG-2026-0001, {LETTERS[template].subject}"
    assert text.startswith("To the safeguarding lead, Police,\n\n")
    assert text.endswith("\n\nWiltshire Safeguarding Vulnerable People Partnership\n")
    assert ("\nReference: PPRG-2026-0001\n" in text) == (template not in WITHOUT_REFERENCE)


def test_a_letter_about_no_case_has_no_reference():
    subject, _ = wording(PROFILE, "new_password", {name: FACTS[name] for name in ("code", "until", "link")}, "To whom")

    assert subject == "OFFICIAL-SENSITIVE: your new password"


@pytest.mark.parametrize("template", LETTERS)
def test_everybody_but_the_office_is_told_whom_to_ask_and_what_not_to_write(template):
    told = "Call the practice review coordinator on 01632 960001." in text_of(template)
    warned = "never write names or details of a case in an email" in text_of(template)

    assert (told, warned) == (template not in OFFICE,) * 2


def test_letters_to_people_greet_them_without_a_name():
    assert {each for each in LETTERS if LETTERS[each].greets} == TO_PEOPLE
    assert text_of("referral_received").startswith("To the person who made this referral,\n")
    assert text_of("meeting_invitation").startswith("To everyone invited to this meeting,\n")


@pytest.mark.parametrize(
    ("template", "lines"),
    [
        ("referral_received", ["Received: Tuesday 24 November 2026"]),
        ("new_referral", [f"Read it: {LINK}"]),
        ("information_request", ["Please answer by: Thursday 3 December 2026", f"Answer here: {LINK}"]),
        (
            "reminder",
            [
                "Please answer by: Thursday 3 December 2026",
                f"Answer, or tell us that your agency holds nothing: {LINK}",
            ],
        ),
        (
            "overdue",
            [
                "It was due on: Thursday 3 December 2026",
                f"Please answer now, or tell us that your agency holds nothing: {LINK}",
            ],
        ),
        (
            "return_queried",
            ["Please answer by: Thursday 3 December 2026", f"Read the question and answer here: {LINK}"],
        ),
        ("request_moved", ["Please answer by: Thursday 3 December 2026", f"Answer here: {LINK}"]),
        ("extension_declined", ["Please answer by: Thursday 3 December 2026", f"Answer here: {LINK}"]),
        ("request_amended", ["Please answer by: Thursday 3 December 2026", f"Answer here: {LINK}"]),
        ("overdue_escalated", ["It was due on: Thursday 3 December 2026"]),
        ("extension_requested", [f"Read why, and decide: {LINK}"]),
        ("return_received", [f"Read the answer: {LINK}"]),
        (
            "meeting_invitation",
            ["When: Wednesday 10 June 2026, 11:00 to 13:00 (London time)", "Where: Room 1; north {wing}"],
        ),
        (
            "meeting_moved",
            ["When, in London: Wednesday 10 June 2026, 11:00 to 13:00", "Where: Room 1; north {wing}"],
        ),
        (
            "meeting_cases",
            ["When: Wednesday 10 June 2026, 11:00 to 13:00, London time", "Where: Room 1; north {wing}"],
        ),
        ("meeting_cancelled", ["When, in London: Wednesday 10 June 2026, 11:00 to 13:00"]),
        ("invitation_withdrawn", ["When, in London: Wednesday 10 June 2026, 11:00 to 13:00"]),
        ("outcome_to_referrer", ["Decided: Tuesday 24 November 2026", f"Read what was decided: {LINK}"]),
        ("outcome_to_agency", ["Decided: Tuesday 24 November 2026", f"Read what was decided: {LINK}"]),
    ],
)
def test_a_letter_says_when_and_where(template, lines):
    assert [line for line in lines if line not in text_of(template).splitlines()] == []


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("referral_received", "If anyone is at risk now, call 999 or the council's safeguarding team"),
        ("information_request", "please secure your records"),
        ("return_queried", "still holds what your agency sent: change what needs it"),
        ("reminder", "If you need more time, ask for it there."),
        ("request_waived", "Please keep your records secured until we tell you otherwise."),
        ("overdue_escalated", "Its single point of contact or safeguarding lead has the link."),
        *(
            (each, "sends a code to this address, unless you sign in")
            for each in ("information_request", "return_queried", "reminder", "overdue")
        ),
    ],
)
def test_a_letter_says_what_its_reader_has_to_do_and_what_will_happen(template, told):
    assert told in text_of(template)


def test_every_kind_of_letter_is_short_and_in_plain_words():
    texts = {template: text_of(template) for template in LETTERS}

    assert [each for each, text in texts.items() if len(text.split()) > 110] == []
    assert [each for each, text in texts.items() if max(map(len, text.splitlines())) > 200] == []
    assert [each for each, text in texts.items() if "colleague" in text.lower() or "_" in text] == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(Step.END, 250), Verdict(Fate.TAKEN)),
        (Answer(Step.END, 251), Verdict(Fate.TAKEN)),
        (Answer(Step.CONNECT), Verdict(Fate.AGAIN, "the mail server could not be used")),
        (Answer(Step.CONNECT, 535), Verdict(Fate.AGAIN, "the mail server could not be used (535)")),
        (
            Answer(Step.SENDER, 550),
            Verdict(Fate.GIVEN_UP, "the mail server refused our own address for good (550)"),
        ),
        (
            Answer(Step.RECIPIENT, 450),
            Verdict(Fate.AGAIN, "the mail server refused the recipient's address for now (450)"),
        ),
        (Answer(Step.TEXT, 554), Verdict(Fate.GIVEN_UP, "the mail server refused the letter for good (554)")),
        (Answer(Step.TEXT, 250), Verdict(Fate.AGAIN, "the mail server gave no proper answer before it had the letter")),
        (Answer(Step.END, 452), Verdict(Fate.AGAIN, "the mail server refused the letter for now (452)")),
        *(
            (
                Answer(Step.END, code),
                Verdict(
                    Fate.AGAIN,
                    "the mail server gave no proper answer once it had the letter: nobody knows whether it arrived",
                    unknown=True,
                ),
            )
            for code in (None, -1, 99, 354, 600)
        ),
    ],
)
def test_what_becomes_of_a_letter(answer, expected):
    assert verdict(answer, 1, AT, AT) == expected


@pytest.mark.parametrize("answer", [Answer(Step.CONNECT), Answer(Step.RECIPIENT, 450), Answer(Step.END)])
@pytest.mark.parametrize(("age", "fate"), [(119, Fate.AGAIN), (120, Fate.GIVEN_UP)])
def test_a_letter_is_tried_for_five_days(answer, age, fate):
    judged = verdict(answer, 1, AT - timedelta(hours=age), AT)

    assert (judged.fate, judged.problem.startswith("given up after five days: ")) == (fate, fate is Fate.GIVEN_UP)


@pytest.mark.parametrize(("unknown", "fate"), [(7, Fate.AGAIN), (8, Fate.GIVEN_UP)])
def test_a_letter_of_unknown_fate_is_sent_at_most_eight_times(unknown, fate):
    assert verdict(Answer(Step.END), unknown, AT, AT).fate is fate


@pytest.mark.parametrize(
    ("done_at", "failed_at", "problem", "expected"),
    [
        (None, None, None, State.WAITING),
        (None, None, "later", State.WAITING),
        (AT, None, None, State.ACCEPTED),
        (AT, None, "replayed, not sent", State.NOT_SENT),
        (None, AT, "no", State.FAILED),
    ],
)
def test_how_a_letter_fares(done_at, failed_at, problem, expected):
    assert state(done_at, failed_at, problem) is expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [("a@b.example", True), ("a@b.EXAMPLE", True), ("a@b.example.", True), ("a@b.example.org", False)],
)
def test_invented_addresses_are_known_by_their_end(address, expected):
    assert invented(address) is expected


def test_the_same_matter_for_the_same_recipient_is_one_letter():
    event = UUID(int=1)

    assert letter_id(event, "t", "a") == letter_id(event, "t", "a")
    assert len({letter_id(event, "t", "a"), letter_id(event, "t", "b"), letter_id(event, "u", "a")}) == 3
