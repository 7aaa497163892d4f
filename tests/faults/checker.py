"""The one checker: compares what the product said yes to with what lies in its databases and in the mail catcher."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from faults.mail import Mail
from faults.scenario import PROFILE, Told
from pprg_embedded.world import SERVICES
from pprg_intake import models as intake
from pprg_notifier.models import letters
from pprg_publisher import models as publisher
from pprg_shared.boxes.tables import boxes_of, inbox, outbox, steps, waiting
from pprg_shared.database import utcnow
from pprg_triage import models as triage
from pprg_triage.rules.requests import RUNGS

LEAD = "safeguarding-lead"
#: What becomes of a request by an answer of each kind.
STATES = {"return": "returned", "nil": "nil"}
OFFICE = ("pprg-office/coordinator", "pprg-office/deputy")


@dataclass(frozen=True)
class Evidence:
    """Where the checker looks: an engine for each service, the mails taken, what lies on the broker."""

    engines: Mapping[str, sa.Engine]
    mails: Callable[[], list[Mail]]
    on_broker: Callable[[], Mapping[str, int]] = dict

    def rows(self, service: str, query: sa.Select[Any]) -> list[Any]:
        with self.engines[service].connect() as connection:
            return list(connection.execute(query))

    def compare(self, what: str, wanted: Iterable[Any], service: str, query: sa.Select[Any]) -> Iterator[str]:
        """What is lost, twice or out of nothing in the rows of a query; a row of one column counts as its value."""
        rows = [tuple(row) if len(row) > 1 else row[0] for row in self.rows(service, query)]
        return _compare(what, wanted, rows)


def busy(evidence: Evidence) -> bool:
    """Whether something still waits, or is said and not yet heard, or moved on behind us while we looked."""
    before = _marks(evidence)
    waits = any(_waiting(evidence)) or any(_unheard(evidence)) or any(_on_broker(evidence))
    return waits or _marks(evidence) != before


def _marks(evidence: Evidence) -> list[Any]:
    """How many rows each box has and how many of them are done: whatever moves changes one of these."""
    counts = (sa.func.count(), sa.func.count(sa.Column("done_at")))
    return [evidence.rows(service, sa.select(*counts).select_from(table)) for service, table in _boxes(evidence)]


def findings(evidence: Evidence, told: Told | None, unknown_outcomes: int = 0) -> list[str]:
    """Everything that is lost, there twice, out of nothing, stuck or parked; at rest there must be none of it.

    Without `told`, what needs no knowledge of what was asked for.
    """
    found = [
        *_waiting(evidence),
        *_parked(evidence),
        *_unheard(evidence),
        *_out_of_nothing(evidence),
        *_on_broker(evidence),
    ]
    if told is not None:
        found += _at_intake(evidence, told)
        found += _in_triage(evidence, told)
        found += _at_the_publisher(evidence, told)
        found += _letters(evidence, told)
        found += _mails(evidence, told, unknown_outcomes)
    return found


def _compare(what: str, wanted: Iterable[Any], found: Iterable[Any]) -> Iterator[str]:
    expected, there = Counter(iter(wanted)), Counter(iter(found))
    yield from (f"lost: {what} {each}" for each in (expected - there).elements())
    for each in (there - expected).elements():
        yield f"twice: {what} {each}" if each in expected else f"out of nothing: {what} {each}"


def _boxes(evidence: Evidence) -> Iterator[tuple[str, sa.Table]]:
    for service in SERVICES:
        for table in boxes_of(service.metadata).values():
            yield service.name, table


def _waiting(evidence: Evidence) -> Iterator[str]:
    for service, table in _boxes(evidence):
        begun = sa.or_(table.c.due_at <= utcnow(), table.c.attempts > 0)
        left = sa.select(table.c.type, table.c.problem).where(*waiting(table), begun)
        yield from (f"waiting: {service} {table.name} {row.type} {row.problem}" for row in evidence.rows(service, left))


def _parked(evidence: Evidence) -> Iterator[str]:
    for service, table in _boxes(evidence):
        given_up = sa.select(table.c.type, table.c.problem).where(table.c.failed_at.is_not(None))
        yield from (
            f"parked: {service} {table.name} {row.type} {row.problem}" for row in evidence.rows(service, given_up)
        )


def _said(evidence: Evidence) -> list[Any]:
    query = sa.select(outbox.c.id, outbox.c.type)
    return [row for service in SERVICES for row in evidence.rows(service.name, query)]


def _unheard(evidence: Evidence) -> Iterator[str]:
    """Every event is in the inbox of every service that hears it."""
    said = _said(evidence)
    for service in SERVICES:
        types = {each.event_type for each in service.hears}
        there = {row.id for row in evidence.rows(service.name, sa.select(inbox.c.id))}
        lost = (row.type for row in said if row.type in types and row.id not in there)
        yield from (f"lost: {each} on its way to {service.name}" for each in lost)


def _out_of_nothing(evidence: Evidence) -> Iterator[str]:
    """Nothing was heard that nobody said, and no letter was written without its event."""
    said = {row.id for row in _said(evidence)}
    for service in SERVICES:
        heard = evidence.rows(service.name, sa.select(inbox.c.id, inbox.c.type))
        yield from (f"out of nothing: {row.type} at {service.name}" for row in heard if row.id not in said)
    written = evidence.rows("notifier", sa.select(letters.c.event_id, letters.c.type))
    yield from (f"out of nothing: letter {row.type} without its event" for row in written if row.event_id not in said)


def _on_broker(evidence: Evidence) -> Iterator[str]:
    yield from (f"waiting: {count} messages in {queue}" for queue, count in evidence.on_broker().items() if count)


def _at_intake(evidence: Evidence, told: Told) -> Iterator[str]:
    request, sent = intake.Request, intake.Submission
    yield from evidence.compare("referral", told.referrals, "intake", sa.select(intake.Referral.reference))
    asked = sa.select(request.reference, request.agency)
    yield from evidence.compare("request at intake", told.asked, "intake", asked)
    answered = sa.select(request.reference, request.agency, sent.kind).join(sent, sent.request_id == request.id)
    yield from evidence.compare("submission", told.returns, "intake", answered)
    outcomes = sa.select(intake.Outcome.reference, intake.Outcome.route)
    yield from evidence.compare("outcome", told.decisions, "intake", outcomes)


def _of_case(model: Any, *columns: Any) -> sa.Select[Any]:
    """The references of the cases that rows belong to, and some of their columns."""
    query = sa.select(triage.Case.reference, *columns).select_from(model)
    return query.join(triage.Case, triage.Case.id == model.case_id)


def _in_triage(evidence: Evidence, told: Told) -> Iterator[str]:
    returned = [*told.returns, *((*each, "nil") for each in told.early)]
    states = dict.fromkeys(told.asked, "ready") | {each[:2]: STATES[each[2]] for each in returned}
    news = [(reference, "referral", "police") for reference in told.referrals]
    news += [(reference, kind, agency) for reference, agency, kind in returned]
    published = sa.select(triage.Case.reference).where(triage.Case.id.in_(sa.select(triage.Published.id)))
    decision, line, row, request = triage.Decision, triage.News, triage.Row, triage.Request
    for what, wanted, query in (
        ("case", told.referrals, sa.select(triage.Case.reference)),
        ("request", [(*each, states[each]) for each in states], _of_case(request, request.agency, request.state)),
        ("return", returned, _of_case(triage.Return, triage.Return.agency, triage.Return.kind)),
        ("chronology row", told.rows, _of_case(row, row.agency, row.number)),
        ("line of news", news, _of_case(line, line.kind, line.agency)),
        ("reminder", [(*each, rung) for each in told.asked for rung in RUNGS], _reminders()),
        ("meeting", told.meetings, _of_case(triage.Meeting).where(triage.Meeting.state == "called")),
        ("decision", told.decisions, _of_case(decision, decision.route).where(decision.ratified_on.is_not(None))),
        ("published case", {reference for reference, _ in told.published}, published),
        ("letter as triage knows it", _accepted(evidence), sa.select(triage.Letter.id, triage.Letter.state)),
    ):
        yield from evidence.compare(what, wanted, "triage", query)
    yield from _steps(evidence, told)


def _reminders() -> sa.Select[Any]:
    reminder, request = triage.reminders, triage.Request
    query = _of_case(request, request.agency, reminder.c.type)
    return query.join(reminder, reminder.c.request_id == request.id).where(reminder.c.type.in_(RUNGS))


def _accepted(evidence: Evidence) -> list[Any]:
    return [(row.id, "accepted") for row in evidence.rows("notifier", sa.select(letters)) if row.done_at]


def _steps(evidence: Evidence, told: Told) -> Iterator[str]:
    """A form that was sent again counts as one step of the coordinator."""
    names = {str(row.id): row.reference for row in evidence.rows("triage", sa.select(triage.Case))}
    query = sa.select(steps.c.subject, steps.c.phase, steps.c.count).where(steps.c.kind == "form")
    counted = [row for service in ("triage", "publisher") for row in evidence.rows(service, query)]
    found = [(names.get(row.subject), row.phase) for row in counted for _ in range(row.count)]
    yield from _compare("coordinator's step", told.forms, found)


def _at_the_publisher(evidence: Evidence, told: Told) -> Iterator[str]:
    model = publisher.Publication
    wanted = [(*each, "live" if each in told.published else "draft") for each in told.decisions]
    query = sa.select(model.reference, model.type, model.state)
    yield from evidence.compare("publication", wanted, "publisher", query)


def expected_letters(told: Told) -> Iterator[tuple[str, str, str]]:
    """Reference, kind and recipient of every letter that must have been written; a referrer is their reference."""
    members = [str(each.id) for each in PROFILE.people_with_role("chair", "member")]
    for reference in told.referrals:
        yield reference, "referral_received", reference
        yield from ((reference, "new_referral", duty) for duty in OFFICE)
    for reference, agency in told.asked:
        yield reference, "information_request", f"{agency}/{LEAD}"
    for reference, agency in told.reminded:
        yield reference, "overdue", f"{agency}/{LEAD}"
    for reference, *_ in [*told.returns, *told.early]:
        yield from ((reference, "return_received", duty) for duty in OFFICE)
    for reference in told.meetings:
        yield from ((reference, "meeting_invitation", each) for each in [*members, reference])
    for (reference, _), asked in told.decisions.items():
        yield reference, "outcome_to_referrer", reference
        yield from ((reference, "outcome_to_agency", f"{agency}/{LEAD}") for agency in asked)


def _letters(evidence: Evidence, told: Told) -> Iterator[str]:
    referrals = evidence.rows("intake", sa.select(intake.Referral.referrer_id, intake.Referral.reference))
    referrers = {str(row.referrer_id): row.reference for row in referrals}
    found = []
    for row in evidence.rows("notifier", sa.select(letters)):
        to = str(row.person_id) if row.person_id else f"{row.agency}/{row.duty}"
        found.append((row.facts["reference"], row.type, referrers.get(to, to)))
    yield from _compare("letter", expected_letters(told), found)


def _mails(evidence: Evidence, told: Told, unknown_outcomes: int) -> Iterator[str]:
    """Each letter was taken once at its recipient's address; again only where a kill left it unknown whether it was."""
    taken = evidence.mails()
    left = sa.select(letters.c.message_id).where(letters.c.done_at.is_not(None))
    wanted = {row.message_id for row in evidence.rows("notifier", left)}
    copies = Counter(each.message_id for each in taken)
    yield from (f"lost: mail of letter {each}" for each in wanted - set(copies))
    yield from (f"out of nothing: mail {each}" for each in set(copies) - wanted)
    repeats = sum(copies.values()) - len(copies)
    if repeats > unknown_outcomes:
        yield f"twice: {repeats} mails, of which {unknown_outcomes} beside an unknown outcome"
    if different := [name for name in copies if len({each.to for each in taken if each.message_id == name}) > 1]:
        yield f"out of nothing: copies of {different} to other addresses"
    once = {each.message_id: each.to for each in taken}.values()
    yield from _compare("mail to", expected_addresses(told), once)


def expected_addresses(told: Told) -> Iterator[str]:
    """Where the letters go, by the profile and by what referrers gave."""
    people = {str(each.id): each.address for each in PROFILE.people}
    duties = {f"{agency.code}/{duty.code}": duty.address for agency in PROFILE.agencies for duty in agency.duties}
    known = people | duties | told.referrals
    return (known[to] for _, _, to in expected_letters(told))
