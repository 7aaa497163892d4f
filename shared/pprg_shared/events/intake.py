"""What intake says: the directory, referrals, and the agencies' returns."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from pprg_shared.contract import Event, sealed
from pprg_shared.events.told import Prompt, Row, Subject, View


@dataclass(frozen=True)
class Duty:
    """A post in an agency that letters go to, whoever holds it today."""

    slug: str
    label: str
    address: str


@dataclass(frozen=True)
class AskedAgency:
    """An agency that was asked, and the request by which it was."""

    agency: str
    request_id: UUID


@dataclass(frozen=True)
class Worker:
    """Who stands behind a role that an agency writes instead of a name, such as `Social worker 1`."""

    code: str
    name: str
    role: str = ""


class AgencyChanged(Event, name="agency.changed", version=1, subject="agency"):
    """The whole present state of an agency in the directory; each contact is a work address, or empty."""

    agency: str
    name: str
    kind: str
    active: bool
    revision: int
    area: str = ""
    secure_domains: list[str] = field(default_factory=list)
    duties: list[Duty] = sealed("contact", default_factory=list)
    single_point: str = sealed("contact", default="")
    deputy: str = sealed("contact", default="")
    escalation: str = sealed("contact", default="")


class PersonChanged(Event, name="person.changed", version=1, subject="person_id"):
    """The whole present state of a person in the directory."""

    person_id: UUID
    agency: str | None
    roles: list[str]
    active: bool
    revision: int
    name: str = sealed("contact")
    address: str = sealed("contact")


class SessionEnded(Event, name="session.ended", version=1, subject="person_id"):
    """Somebody has signed out of one or more sessions, or was signed out: their tokens let nobody in any more."""

    person_id: UUID
    sessions: list[UUID]


class PasswordResetAsked(Event, name="password.reset-asked", version=1, subject="reset_id", transient=True):
    """Somebody asks for a new password and is in the directory: the code that lets them choose one."""

    reset_id: UUID
    person_id: UUID
    code: str = sealed("contact")


class ReferralSubmitted(Event, name="referral.submitted", version=1, subject="referral_id"):
    """Somebody has asked the group to look at a case; `subject_*` tell of the first of the subjects.

    `source` says how it came (online, phone, paper, mail), `entered_by` who wrote it down for the referrer, and
    `submitted_on` when it was received. No letters go to a referrer who has no address.
    """

    referral_id: UUID
    reference: str
    submitted_on: date
    referrer_id: UUID
    referrer_agency: str
    agencies: list[str]
    routes: list[str]
    subject_kind: str
    subject_name: str = sealed("case")
    subject_born: str = sealed("case")
    incident_on: str = sealed("case")
    what_happened: str = sealed("case")
    reason_kind: str = "concern"
    source: str = "online"
    entered_by: UUID | None = None
    has_address: bool = True
    subjects: list[Subject] = sealed("case", default_factory=list)
    criteria: list[Prompt] = sealed("case", default_factory=list)
    incident: str = sealed("case", default="")
    harm: list[str] = sealed("case", default_factory=list)
    alleged_source: list[str] = sealed("case", default_factory=list)
    parallel_processes: list[str] = sealed("case", default_factory=list)
    la_aware_on: date | None = sealed("case", default=None)
    notified_on: date | None = sealed("case", default=None)
    #: What else the form holds, as it was typed, by field.
    more: dict[str, str] = sealed("case", default_factory=dict)


class RequestReady(Event, name="request.ready", version=1, subject="case_id"):
    """The page on which an agency answers is there, and why it is to look.

    `asked`, `queried`, `moved`, `waived`, `amended` (whom it is about), or `declined`: it does not get more time.
    """

    request_id: UUID
    case_id: UUID
    reference: str
    agency: str
    due_on: date
    why: str = "asked"


class RequestOpened(Event, name="request.opened", version=1, subject="case_id"):
    """Somebody in the agency has looked at what it is asked, for the first time."""

    request_id: UUID
    case_id: UUID
    reference: str
    agency: str
    opened_on: date


class ExtensionRequested(Event, name="extension.requested", version=1, subject="case_id"):
    """An agency asks for time until another day."""

    request_id: UUID
    case_id: UUID
    reference: str
    agency: str
    asked_on: date
    until: date
    reason: str = sealed("case")


class OutcomeReady(Event, name="outcome.ready", version=1, subject="case_id"):
    """The pages are there on which the referrer and every agency that was asked read what was decided.

    No letter goes to a referrer who has no address.
    """

    decision_id: UUID
    case_id: UUID
    reference: str
    decided_on: date
    referrer_id: UUID
    requests: list[AskedAgency]
    has_address: bool = True


class CodeIssued(Event, name="code.issued", version=1, subject="case_id", transient=True):
    """Somebody who holds a link to one page asks for the code that opens it.

    It is for a person, a duty of an agency, or, where it opens a form that was left (`case_id` is its number, and there
    is no reference), for the address that the link was mailed to.
    """

    case_id: UUID
    reference: str
    person_id: UUID | None = None
    agency: str | None = None
    duty: str | None = None
    code: str = sealed("contact")
    address: str = sealed("contact", default="")


class FormKept(Event, name="form.kept", version=1, subject="form_id", transient=True):
    """Somebody who was not signed in left a form that names this address: until then a link opens it, by a code."""

    form_id: UUID
    address: str = sealed("contact")


class AgencySummarySubmitted(Event, name="agency-summary.submitted", version=1, subject="case_id"):
    """An agency has answered with a summary of its involvement, and with so many rows of a chronology.

    A correction has the next `version`. `rows` is None where nobody said how many there are. `more` holds what else the
    form asks, by field: texts and codes as they were given, dates as they were typed or in ISO form.
    """

    request_id: UUID
    case_id: UUID
    reference: str
    agency: str
    submitted_on: date
    version: int = 1
    rows: int | None = None
    author: str = sealed("case")
    summary: str = sealed("case")
    more: dict[str, str] = sealed("case", default_factory=dict)
    views: list[View] = sealed("case", default_factory=list)


class ChronologySubmitted(Event, name="chronology.submitted", version=1, subject="case_id"):
    """Dated rows of an agency's answer, `count` of them: a long chronology is said in several parts.

    `first` is the place of the first of them in the whole, from 0; the summary of this version says how many it has.
    """

    request_id: UUID
    case_id: UUID
    reference: str
    agency: str
    submitted_on: date
    count: int
    version: int = 1
    first: int = 0
    rows: list[Row] = sealed("case")


class NilReturnSubmitted(Event, name="nil-return.submitted", version=1, subject="case_id"):
    """An agency holds nothing about any of these people, by name: a real answer, and a required one."""

    request_id: UUID
    case_id: UUID
    reference: str
    agency: str
    submitted_on: date
    version: int = 1
    author: str = sealed("case")
    about: list[str] = sealed("case", default_factory=list)


class StaffNamed(Event, name="staff.named", version=1, subject="case_id"):
    """An agency says who the members of staff are whom its return names by role: the whole list, anew each time."""

    request_id: UUID
    case_id: UUID
    reference: str
    agency: str
    named_on: date
    revision: int
    staff: list[Worker] = sealed("case")
