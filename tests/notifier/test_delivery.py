"""What becomes of letters at the hands of a mail server that fails: their state, why, and that it is said once."""

import threading
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa
from click import ClickException

from mail_server import HANG_UP, FaultyServer, Late
from pprg_embedded.ports import free_port
from pprg_notifier.delivery import Letters
from pprg_notifier.models import Whom, letters
from pprg_notifier.rules import Fate, Verdict
from pprg_shared.boxes.operations import drop, retry
from pprg_shared.boxes.work import take_many
from waiting import eventually

ACCEPTED, FAILED = "letter.accepted.v1", "letter.failed.v1"
NOT_USED = "the mail server could not be used"
UNCLEAR = "the mail server gave no proper answer before it had the letter"
UNKNOWN = "the mail server gave no proper answer once it had the letter: nobody knows whether it arrived"
SPENT = "sent 8 times, and nobody knows whether it arrived"


def rests(loop):
    """Whether a loop waits to be woken."""
    beat = loop.beat
    time.sleep(0.5)
    return loop.beat == beat


def take(box):
    """Take the next letter as a loop does."""
    (row,) = take_many(box.database, letters, 1, ("attempts", "unknown"))
    return row


@pytest.mark.fault("F61")
@pytest.mark.parametrize(
    ("command", "answer", "problem"),
    [
        ("CONNECT", "421 4.3.2 come back later", f"{NOT_USED} (421)"),
        ("CONNECT", "554 no service for you", f"{NOT_USED} (554)"),
        ("CONNECT", HANG_UP, NOT_USED),
        ("EHLO", HANG_UP, NOT_USED),
        ("MAIL", "451 4.3.0 later", "the mail server refused our own address for now (451)"),
        ("MAIL", HANG_UP, UNCLEAR),
        ("RCPT", "450 4.2.1 greylisted", "the mail server refused the recipient's address for now (450)"),
        ("RCPT", "421 4.3.2 shutting down", "the mail server refused the recipient's address for now (421)"),
        ("RCPT", HANG_UP, UNCLEAR),
        ("RCPT", "this is not SMTP", UNCLEAR),
        ("DATA", "451 4.3.0 later", "the mail server refused the letter for now (451)"),
        ("DATA", "250 what text?", UNCLEAR),
        ("DATA", "this is not SMTP", UNCLEAR),
        ("DATA", HANG_UP, UNCLEAR),
        (".", "451 4.3.0 later", "the mail server refused the letter for now (451)"),
        (".", "452-4.2.2 the mailbox\r\n452 4.2.2 is full", "the mail server refused the letter for now (452)"),
        (".", "421 4.3.2 shutting down", "the mail server refused the letter for now (421)"),
    ],
)
def test_a_letter_that_was_not_taken_waits_and_goes_out_at_the_next_try(
    notifier, mail_server, command, answer, problem
):
    mail_server.script.append((command, answer))
    notifier.ask()

    notifier.send()
    waiting, said_then, taken_then = notifier.fates(), notifier.said(), list(mail_server.taken)
    notifier.wait_for_next_try()
    notifier.send()

    assert (waiting, said_then, taken_then) == ([("waiting", problem)], [], [])
    assert notifier.fates() == [("accepted", None)]
    assert notifier.said() == [(ACCEPTED, "")]
    assert [each.recipients for each in mail_server.taken] == [["lead@police.example"]]
    assert [(row.attempts, row.unknown) for row in notifier.rows()] == [(2, 0)]


@pytest.mark.fault("F62")
@pytest.mark.parametrize(
    ("command", "answer", "problem"),
    [
        ("MAIL", "550 5.7.1 not you", "the mail server refused our own address for good (550)"),
        ("RCPT", "550 5.1.1 no lead@police.example", "the mail server refused the recipient's address for good (550)"),
        ("DATA", "554 5.5.1 no", "the mail server refused the letter for good (554)"),
        (".", "552 5.2.2 too big", "the mail server refused the letter for good (552)"),
        (".", "554-5.7.1 spam\r\n554 5.7.1 I think", "the mail server refused the letter for good (554)"),
    ],
)
def test_a_letter_that_was_refused_for_good_is_given_up_at_once_and_holds_up_no_other(
    notifier, mail_server, command, answer, problem
):
    mail_server.script.append((command, answer))
    notifier.ask(count=2)

    notifier.send()

    assert sorted(notifier.fates()) == [("accepted", None), ("failed", problem)]
    assert sorted(notifier.said()) == [(ACCEPTED, ""), (FAILED, problem)]
    assert (len(mail_server.taken), mail_server.connections) == (1, 1)


@pytest.mark.fault("F64", "F67")
@pytest.mark.parametrize(
    ("command", "answer", "arrived"),
    [
        ("TEXT", HANG_UP, 0),
        (".", HANG_UP, 1),
        (".", "this is not SMTP", 1),
        (".", "354 go on", 1),
        (".", Late(20, "250 taken, late"), 1),
    ],
)
def test_a_letter_of_which_nobody_knows_is_sent_again_as_the_same_letter(
    notifier, mail_server, command, answer, arrived
):
    mail_server.script.append((command, answer))
    notifier.box.link.end_seconds = 0.3
    notifier.ask()

    notifier.send()
    waiting, unknown, taken = notifier.fates(), notifier.rows()[0].unknown, len(mail_server.taken)
    notifier.box.link.end_seconds = 10
    notifier.wait_for_next_try()
    notifier.send()

    assert (waiting, unknown, taken) == ([("waiting", UNKNOWN)], 1, arrived)
    assert notifier.fates() == [("accepted", None)]
    assert notifier.said() == [(ACCEPTED, "")]
    assert len(mail_server.taken) == arrived + 1
    assert len({each.raw for each in mail_server.taken}) == 1


@pytest.mark.fault("F63")
def test_a_link_that_breaks_within_a_long_text_is_known_not_to_have_delivered_it(notifier, mail_server):
    mail_server.script.append(("TEXT", HANG_UP))

    answer = notifier.box.link.attempt("office@pprg.example", "a@b.example", b"A line of text.\r\n" * 3_000_000)

    assert (answer.step, answer.code, answer.unknown) == ("text", None, False)


@pytest.mark.fault("F64")
def test_a_letter_of_unknown_fate_is_sent_eight_times_and_then_given_up(notifier, mail_server):
    mail_server.script.extend([(".", HANG_UP)] * 20)
    notifier.ask()

    notifier.send()
    while notifier.fates()[0][0] == "waiting":
        notifier.wait_for_next_try()
        notifier.send()

    assert notifier.fates() == [("failed", SPENT)]
    assert notifier.said() == [(FAILED, SPENT)]
    assert len(mail_server.taken) == 8
    assert {each.message_id for each in mail_server.taken} == {f"<{notifier.rows()[0].id.hex}@pprg.example>"}


def test_a_person_may_have_a_letter_of_unknown_fate_sent_eight_times_more(notifier, mail_server):
    mail_server.script.extend([(".", HANG_UP)] * 9)
    notifier.ask()
    for _ in range(8):
        notifier.send()
        notifier.wait_for_next_try()
    given_up = notifier.fates()

    retry(notifier.runtime, "letters", notifier.rows()[0].id)
    notifier.send()
    waiting = notifier.fates()
    notifier.wait_for_next_try()
    notifier.send()

    assert (given_up, waiting, notifier.fates()) == (
        [("failed", SPENT)],
        [("waiting", UNKNOWN)],
        [("accepted", None)],
    )


@pytest.mark.fault("F65")
def test_an_attempt_whose_end_was_never_written_down_counts_as_unknown(notifier, mail_server):
    notifier.ask()
    for _ in range(8):
        take(notifier.box)
        notifier.clock.forward(seconds=91)

    notifier.send()

    assert mail_server.taken == []
    assert notifier.fates() == [("failed", SPENT)]
    assert notifier.said() == [(FAILED, SPENT)]


def test_a_person_may_send_a_letter_again_that_was_given_up(notifier, mail_server):
    mail_server.script.extend([("RCPT", "550 no")])
    notifier.ask()
    notifier.send()

    notifier.know_lead("new-lead@police.example")
    retry(notifier.runtime, "letters", notifier.rows()[0].id)
    notifier.send()

    assert notifier.fates() == [("accepted", None)]
    assert [each.recipients for each in mail_server.taken] == [["new-lead@police.example"]]
    assert [event for event, _ in notifier.said()] == [FAILED, ACCEPTED]


def test_answers_over_several_lines_and_a_slow_server_are_no_trouble(notifier, mail_server):
    mail_server.delay = 0.02
    mail_server.script.extend(
        [
            ("CONNECT", "220-welcome\r\n220-to this\r\n220 server"),
            ("MAIL", "250-2.1.0\r\n250 fine"),
            ("RCPT", "251-2.1.5 will\r\n251 forward"),
            ("DATA", "354-go\r\n354 on"),
            (".", "250-2.0.0 queued\r\n250-as\r\n250 17"),
        ]
    )
    notifier.ask()

    notifier.send()

    assert notifier.fates() == [("accepted", None)]


@pytest.mark.fault("F67")
def test_a_server_that_takes_for_ever_is_left_and_the_loop_goes_on(make_notifier, by_mail, mail_server):
    mail_server.delay = 5
    notifier = make_notifier(**by_mail | {"mail_timeout": 0.2})
    notifier.ask(count=2)

    assert [notifier.box.drain(), notifier.box.drain(), notifier.box.drain()] == [1, 1, 0]
    assert notifier.fates() == [("waiting", NOT_USED)] * 2


def test_many_letters_keep_no_loop_from_beating_and_ending(notifier, mail_server):
    mail_server.delay = 0.02
    notifier.ask(count=200)
    made = notifier.loop.beat

    notifier.loop.start()
    eventually(lambda: mail_server.taken and notifier.loop.beat > made)
    began = time.monotonic()
    notifier.loop.ask_to_stop()
    notifier.loop.join()

    assert time.monotonic() - began < 2
    taken = len(mail_server.taken)
    assert sorted(notifier.fates()) == [("accepted", None)] * taken + [("waiting", None)] * (200 - taken)
    assert taken < 200


def test_all_letters_go_over_one_connection_and_each_to_one_recipient(notifier, mail_server):
    notifier.ask(count=20)

    notifier.send()

    assert mail_server.connections == 1
    assert mail_server.verbs == ["EHLO", *["MAIL", "RCPT", "DATA"] * 20]
    assert len({each.message_id for each in mail_server.taken}) == 20
    assert notifier.said() == [(ACCEPTED, "")] * 20


def test_after_a_refusal_half_way_the_connection_is_cleared_for_the_next_letter(notifier, mail_server):
    mail_server.script.append(("RCPT", "550 no"))
    notifier.ask(count=2)

    notifier.send()

    assert mail_server.verbs == ["EHLO", "MAIL", "RCPT", "RSET", "MAIL", "RCPT", "DATA"]


def test_a_server_that_cannot_clear_is_called_anew(notifier, mail_server):
    mail_server.script.extend([("RCPT", "550 no"), ("RSET", "502 what?")])
    notifier.ask(count=2)

    notifier.send()

    assert mail_server.connections == 2
    assert len(mail_server.taken) == 1


@pytest.mark.parametrize("goodbye", ["421 4.4.2 idle too long", HANG_UP])
def test_a_kept_connection_that_the_server_let_go_of_costs_no_attempt(notifier, mail_server, goodbye):
    notifier.ask()
    notifier.send()
    mail_server.script.append(("MAIL", goodbye))
    notifier.ask()

    notifier.send()

    assert notifier.fates() == [("accepted", None)] * 2
    assert [row.attempts for row in notifier.rows()] == [1, 1]
    assert mail_server.connections == 2


def test_a_connection_is_closed_politely_when_idle_and_when_the_service_stops(notifier, mail_server, monkeypatch):
    notifier.ask()
    notifier.send()
    kept = list(mail_server.verbs)
    monkeypatch.setattr("pprg_notifier.delivery.smtp.IDLE_SECONDS", 0.0)
    notifier.send()
    idle = mail_server.verbs[len(kept) :]
    notifier.ask()
    monkeypatch.undo()
    notifier.send()

    notifier.loop.close()

    assert ("QUIT" in kept, idle) == (False, ["QUIT"])
    assert mail_server.verbs[-1] == "QUIT"


@pytest.mark.fault("F66")
def test_a_letter_goes_to_whoever_holds_the_duty_when_it_is_sent(notifier, mail_server):
    mail_server.script.append(("RCPT", "450 later"))
    notifier.ask()
    notifier.send()
    notifier.know_lead("second@police.example")
    notifier.wait_for_next_try()
    claimed = take(notifier.box)
    notifier.know_lead("third@police.example")

    notifier.box._deliver(claimed)

    assert [each.recipients for each in mail_server.taken] == [["third@police.example"]]
    assert [line.lower() for line in mail_server.heard if line.startswith("rcpt")] == [
        "rcpt to:<lead@police.example>",
        "rcpt to:<third@police.example>",
    ]


@pytest.mark.fault("F66")
def test_somebody_who_has_left_gets_nothing(notifier, mail_server):
    notifier.invite()
    claimed = take(notifier.box)
    notifier.know_person(active=False)

    notifier.box._deliver(claimed)

    assert mail_server.heard == []
    assert notifier.fates() == [("failed", "this person has left")]
    assert notifier.said() == [(FAILED, "this person has left")]


def test_a_letter_to_a_duty_that_nobody_holds_waits_for_somebody(notifier, mail_server):
    notifier.know_duties()
    notifier.ask()
    notifier.send()
    waiting = notifier.fates()

    notifier.know_lead()
    notifier.wait_for_next_try()
    notifier.send()

    assert waiting == [("waiting", "the directory has no safeguarding lead at Wiltshire Police")]
    assert notifier.fates() == [("accepted", None)]


@pytest.mark.fault("F70")
@pytest.mark.asvs("16.5.2")
def test_while_the_mail_server_is_away_letters_are_tried_for_days_and_go_out_when_it_is_back(make_notifier):
    port = free_port()
    notifier = make_notifier(mail_server="127.0.0.1", mail_port=port, mail_tls="none", mail_timeout=2)
    notifier.ask()
    began = notifier.clock.at
    notifier.send()
    first_hour = notifier.rows()[0].due_at - began < timedelta(hours=1)
    while notifier.clock.at - began < timedelta(days=3):
        notifier.wait_for_next_try()
        notifier.send()
    waiting, attempts = notifier.fates(), notifier.rows()[0].attempts
    server = FaultyServer(port)

    notifier.wait_for_next_try()
    notifier.send()
    server.stop()

    assert first_hour
    assert waiting == [("waiting", NOT_USED)]
    assert attempts > 72
    assert notifier.fates() == [("accepted", None)]
    assert notifier.said() == [(ACCEPTED, "")]


@pytest.mark.fault("F70")
def test_after_five_days_without_a_mail_server_a_letter_is_given_up(make_notifier):
    notifier = make_notifier(mail_server="127.0.0.1", mail_port=free_port(), mail_tls="none", mail_timeout=2)
    notifier.ask()
    began = notifier.clock.at
    notifier.send()
    while notifier.fates()[0][0] == "waiting":
        notifier.wait_for_next_try()
        notifier.send()

    assert timedelta(days=5) <= notifier.clock.at - began < timedelta(days=5, hours=1)
    assert notifier.fates() == [("failed", f"given up after five days: {NOT_USED}")]
    assert notifier.said() == [(FAILED, f"given up after five days: {NOT_USED}")]


def test_a_letter_that_cannot_be_written_is_given_up_and_the_next_goes_out(notifier, mail_server):
    notifier.know_person("lead@police.example\nBcc: evil@x.example")
    notifier.invite()
    notifier.ask()

    notifier.send()

    assert sorted(notifier.fates()) == [
        ("accepted", None),
        ("failed", "To holds what no header of a letter may hold"),
    ]
    assert [each.recipients for each in mail_server.taken] == [["lead@police.example"]]


def test_a_letter_that_the_database_cannot_be_asked_about_waits_and_says_so(notifier, mail_server):
    notifier.ask()
    with notifier.runtime.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE agencies RENAME TO aside")

    notifier.send()
    waiting = notifier.fates()
    with notifier.runtime.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE aside RENAME TO agencies")
    notifier.wait_for_next_try()
    notifier.send()

    assert waiting == [("waiting", "the letter could not be written (OperationalError)")]
    assert notifier.fates() == [("accepted", None)]
    assert [(row.attempts, row.unknown) for row in notifier.rows()] == [(2, 0)]


def test_a_letter_whose_kind_is_no_longer_known_is_tried_for_an_hour_and_then_shown_as_failed(notifier, mail_server):
    notifier.ask()
    with notifier.runtime.database.writing("action") as session:
        session.execute(sa.update(letters).values(type="gone"))
    began = notifier.clock.at
    notifier.send()
    waiting = notifier.fates()
    while notifier.fates()[0][0] == "waiting":
        notifier.wait_for_next_try()
        notifier.send()

    problem = "the letter could not be written (KeyError)"
    assert (waiting, notifier.fates()) == ([("waiting", problem)], [("failed", problem)])
    assert notifier.said() == [(FAILED, problem)]
    assert notifier.rows()[0].attempts <= 12
    assert notifier.clock.at - began < timedelta(hours=2)
    assert mail_server.heard == []


@pytest.mark.parametrize(
    ("address", "trial", "by_server"),
    [
        ("lead@police.example", True, True),
        ("lead@police.example", False, False),
        ("lead@Police.EXAMPLE", False, False),
        ("lead@police.example.", False, False),
        ("lead@police.test", False, True),
        ("lead@example", False, True),
        ("lead@police.example.test", False, True),
    ],
)
def test_invented_addresses_stay_in_the_house_but_for_a_try_out(
    make_notifier, by_mail, mail_server, address, trial, by_server
):
    notifier = make_notifier(**by_mail, trial=trial)
    notifier.know_lead(address)
    notifier.ask()

    notifier.send()

    kept = notifier.runtime.parts["mailbox"].read(notifier.rows()[0].id)
    assert (kept is None, [each.recipients for each in mail_server.taken]) == (by_server, [[address]] * by_server)
    assert notifier.said() == [(ACCEPTED, "")]


def test_without_a_mail_server_every_letter_stays_in_the_mailbox(make_notifier):
    notifier = make_notifier()
    notifier.know_lead("lead@police.test")
    notifier.ask()

    notifier.send()

    assert b"To: lead@police.test" in notifier.runtime.parts["mailbox"].read(notifier.rows()[0].id)


def test_a_mailbox_that_cannot_be_written_is_tried_again(make_notifier, tmp_path):
    notifier = make_notifier()
    (tmp_path / "mailbox").write_text("in the way")
    notifier.ask()
    notifier.send()
    waiting = notifier.fates()
    (tmp_path / "mailbox").unlink()
    notifier.wait_for_next_try()

    notifier.send()

    assert waiting == [("waiting", NOT_USED)]
    assert notifier.fates() == [("accepted", None)]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.database)])
def database_url(request):
    return request.getfixturevalue("postgres").fresh() if request.param == "postgresql" else ""


@pytest.mark.fault("F75")
def test_two_loops_at_once_send_each_letter_once(make_notifier, by_mail, mail_server, database_url):
    notifier = make_notifier(**by_mail, database_url=database_url)
    other = Letters(notifier.runtime)
    notifier.ask(count=40)
    start = threading.Barrier(2)
    counts = {}

    def loop(box):
        start.wait(10)
        counts[box] = box.drain()

    threads = [threading.Thread(target=loop, args=(box,)) for box in (notifier.box, other)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    other.close()

    assert sum(counts.values()) == 40
    assert len(mail_server.taken) == len({each.message_id for each in mail_server.taken}) == 40
    assert notifier.said() == [(ACCEPTED, "")] * 40
    assert mail_server.connections == 2


@pytest.mark.fault("F69")
def test_of_many_letters_due_at_once_urgent_ones_go_first_and_none_faster_than_allowed(
    make_notifier, by_mail, mail_server, database_url
):
    notifier = make_notifier(**by_mail, mail_per_minute=30, database_url=database_url)
    notifier.ask(count=100)
    notifier.clock.forward(seconds=1)
    notifier.invite()

    first, at_once = notifier.box.drain(), notifier.box.drain()
    notifier.clock.forward(seconds=59)
    early = notifier.box.drain()
    notifier.clock.forward(seconds=1)
    second = notifier.box.drain()

    assert [first, at_once, early, second] == [30, 0, 0, 30]
    assert len(mail_server.taken) == 60
    assert mail_server.taken[0].recipients == ["member@police.example"]


@pytest.mark.fault("F71")
def test_a_clock_that_is_put_back_does_not_hold_up_letters(make_notifier, by_mail, mail_server):
    notifier = make_notifier(**by_mail, mail_per_minute=1)
    notifier.ask()
    notifier.send()
    notifier.ask()
    notifier.clock.forward(hours=-1)
    with notifier.runtime.database.writing("action") as session:
        session.execute(sa.update(letters).values(due_at=notifier.clock.at))

    notifier.send()

    assert len(mail_server.taken) == 2


@pytest.mark.parametrize(
    ("address", "elsewhere"),
    [
        ("sqlite", False),
        pytest.param("postgres", False, marks=pytest.mark.database),
        pytest.param("postgres", True, marks=pytest.mark.database),
    ],
)
def test_a_letter_goes_out_as_soon_as_it_is_written_here_or_by_another_process(
    make_notifier, by_mail, mail_server, monkeypatch, request, address, elsewhere
):
    """The loops look by themselves once in ten minutes here, so that only a wake-up can make them look now."""
    monkeypatch.setattr("pprg_shared.service.POLL_SECONDS", 600)
    url = request.getfixturevalue("postgres").fresh() if address == "postgres" else ""
    notifier = make_notifier(**by_mail, database_url=url)
    writer = make_notifier(**by_mail, database_url=url) if elsewhere else notifier
    notifier.runtime.start()
    loop = notifier.loop

    for number in range(1, 4):
        eventually(lambda: rests(loop))
        writer.ask()
        eventually(lambda number=number: len(mail_server.taken) == number)


def test_a_loop_that_was_overtaken_neither_postpones_nor_says_anything(notifier, mail_server):
    notifier.ask()
    slow = take(notifier.box)
    notifier.clock.forward(minutes=10)
    notifier.send()
    after = notifier.rows()

    notifier.box._mark(slow, Verdict(Fate.AGAIN, "late"))
    notifier.box._mark(slow, Verdict(Fate.TAKEN), Whom("lead@police.example", ""))

    assert notifier.rows() == after
    assert notifier.said() == [(ACCEPTED, "")]
    assert len(mail_server.taken) == 1


def test_a_loop_that_still_works_is_not_disturbed_by_one_that_was_overtaken(notifier):
    notifier.ask()
    slow = take(notifier.box)
    notifier.clock.forward(minutes=10)
    take(notifier.box)
    leased = notifier.rows()

    notifier.box._mark(slow, Verdict(Fate.AGAIN, "late"))
    notifier.box._mark(slow, Verdict(Fate.GIVEN_UP, "late"))

    assert notifier.rows() == leased
    assert notifier.said() == []


def test_while_a_mail_server_thinks_a_letter_stays_in_hand_for_however_long_it_takes(
    make_notifier, by_mail, mail_server, database_url, monkeypatch
):
    monkeypatch.setattr("pprg_notifier.delivery.hold.RENEWALS", 900)
    mail_server.script.append((".", Late(3, "250 taken, late")))
    notifier = make_notifier(**by_mail, database_url=database_url)
    other = Letters(notifier.runtime)
    notifier.ask()
    sending = threading.Thread(target=notifier.box.drain)
    sending.start()
    eventually(lambda: notifier.rows()[0].attempts)

    overtaken = []
    for _ in range(5):
        notifier.clock.forward(seconds=80)
        until = notifier.clock.at + timedelta(seconds=90)
        eventually(lambda until=until: notifier.rows()[0].due_at == until)
        overtaken.append(other.drain())
    thought = sending.is_alive()
    sending.join(20)
    other.close()

    assert (overtaken, thought) == ([0] * 5, True)
    assert notifier.fates() == [("accepted", None)]
    assert [(row.attempts, row.unknown) for row in notifier.rows()] == [(1, 0)]
    assert len(mail_server.taken) == 1


def test_a_letter_in_hand_is_left_to_whoever_has_it_and_goes_out_once(
    make_notifier, by_mail, mail_server, database_url
):
    mail_server.script.append((".", Late(3, "250 taken, late")))
    notifier = make_notifier(**by_mail, database_url=database_url)
    other = Letters(notifier.runtime)
    notifier.ask()
    sending = threading.Thread(target=notifier.box.drain)
    sending.start()
    eventually(lambda: notifier.rows()[0].attempts)
    in_hand = notifier.rows()

    for act in (retry, drop):
        with pytest.raises(ClickException, match="it is in hand just now: wait"):
            act(notifier.runtime, "letters", in_hand[0].id)
    left, overtaken, thought = notifier.rows(), other.drain(), sending.is_alive()
    sending.join(20)
    other.close()

    assert (left, overtaken, thought) == (in_hand, 0, True)
    assert notifier.fates() == [("accepted", None)]
    assert len(mail_server.taken) == 1


def test_a_person_may_have_a_letter_tried_again_once_its_time_in_hand_is_over(notifier, mail_server):
    notifier.ask()
    number = take(notifier.box).id
    notifier.clock.forward(seconds=90)

    assert retry(notifier.runtime, "letters", number) == 1

    notifier.send()
    assert notifier.fates() == [("accepted", None)]
    assert len(mail_server.taken) == 1


def test_the_letter_that_a_dead_process_had_in_hand_is_free_after_a_minute_and_a_half(notifier, mail_server):
    notifier.ask()
    take(notifier.box)

    notifier.clock.forward(seconds=89)
    too_early = notifier.box.drain()
    notifier.clock.forward(seconds=1)
    notifier.send()

    assert too_early == 0
    assert notifier.fates() == [("accepted", None)]
    assert len(mail_server.taken) == 1
    assert notifier.loop.stale_seconds == notifier.box.link.slowest > 600


def test_the_address_a_letter_went_to_is_kept_sealed(notifier):
    notifier.ask()
    notifier.send()

    (row,) = notifier.rows()
    assert "police.example" not in row.sent
    assert notifier.keys["contact"].open(row.sent, f"column:letters:{row.id}:sent") == b"lead@police.example"


def test_a_mail_server_that_says_the_address_does_not_get_it_into_our_logs_or_reasons(notifier, mail_server, capsys):
    mail_server.script.append(("RCPT", "550 5.1.1 <lead@police.example> unknown"))
    notifier.ask()

    notifier.send()

    assert "lead@police" not in str(notifier.fates()) + str(notifier.said()) + "".join(capsys.readouterr())
