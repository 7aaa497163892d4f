"""What the notifier does about what it hears: letters as rows, and copies of the directory."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pprg_notifier import rules
from pprg_notifier.handlers.writing import Facts, Recipient, write
from pprg_notifier.models import Announced, Tied, duties_of, interests, letters
from pprg_shared.access import INTEREST
from pprg_shared.contract import Event
from pprg_shared.database import now, profile_of
from pprg_shared.directory import keep_higher
from pprg_shared.duties import CONTACT, COORDINATOR, DEPUTY, DEPUTY_COORDINATOR, ESCALATION, LEAD
from pprg_shared.events.intake import (
    AgencySummarySubmitted,
    CodeIssued,
    ExtensionRequested,
    FormKept,
    NilReturnSubmitted,
    OutcomeReady,
    PasswordResetAsked,
    ReferralSubmitted,
    RequestReady,
)
from pprg_shared.events.triage import (
    CaseMembersChanged,
    CaseOpened,
    GlassBroken,
    PublicationAnnounced,
    ReminderDue,
)
from pprg_shared.hand import Change, carry_out

_FORGET = sa.delete(interests).where(interests.c.subject == sa.bindparam("of"))
_INTEREST = sa.insert(interests)


def _office(session: Session, heard: Any, template: str, path: str) -> None:
    facts = {"reference": heard.reference, "path": path}
    for post in _of_office(session):
        write(session, heard, template, post, facts)


def _of_office(session: Session) -> list[Recipient]:
    """The posts of the office, its deputy only where it has one; before the directory is heard of, both.

    A letter to a coordinator whom nobody has followed yet waits for who does.
    """
    office = profile_of(session).office.code
    duties = duties_of(session, office)
    deputy = [(office, DEPUTY_COORDINATOR)] if not duties or DEPUTY_COORDINATOR in duties else []
    return [(office, COORDINATOR), *deputy]


def write_reset(session: Session, heard: PasswordResetAsked) -> None:
    """Mail the code with which somebody chooses a new password."""
    expires_at = heard.envelope.expires_at or now(session)
    facts = {"path": f"/sign-in/reset/{heard.reset_id}", "until": expires_at.isoformat()}
    write(session, heard, "new_password", heard.person_id, facts, {"code": heard.code})


def write_about_form(session: Session, heard: FormKept) -> None:
    """Mail the link of a form that was left to the address that it names, which nobody else has."""
    expires_at = heard.envelope.expires_at or now(session)
    facts = {"path": f"/referrals/begun/{heard.form_id}", "until": expires_at.isoformat()}
    write(session, heard, "form_kept", heard.address, facts)


def write_receipt(session: Session, heard: ReferralSubmitted) -> None:
    """Thank the referrer, unless they have no address."""
    if not heard.has_address:
        return
    facts = {"reference": heard.reference, "on": heard.submitted_on.isoformat()}
    write(session, heard, "referral_received", heard.referrer_id, facts)


def write_about_case(session: Session, heard: CaseOpened) -> None:
    """Tell the office of a new referral, now that its case can be opened."""
    _office(session, heard, "new_referral", f"/cases/{heard.case_id}")


def keep_interests(session: Session, heard: CaseMembersChanged) -> None:
    """Keep to whom a case is closed: how its letters fare is not there for them."""
    if not keep_higher(session, Tied.metadata.tables["tied"], "id", {"id": heard.case_id, "revision": heard.revision}):
        return
    rows = {
        (each.person, each.since): {
            "subject": heard.subject,
            "person_id": each.person,
            "since": each.since,
            "until": each.until,
        }
        for each in heard.members
        if each.role == INTEREST
    }
    changes: list[Change] = [(_FORGET, {"of": heard.subject}), *((_INTEREST, each) for each in rows.values())]
    carry_out(session.connection(), changes)


def write_about_glass(session: Session, heard: GlassBroken) -> None:
    """Tell who chairs a case that somebody who is no member has opened it; where nobody does, the office."""
    facts = {"reference": heard.reference, "who": heard.role.replace("-", " "), "at": heard.at.isoformat()}
    facts["path"] = f"/cases/{heard.case_id}"
    to: list[Recipient] = [*heard.told] or _of_office(session)
    for each in to:
        write(session, heard, "glass_broken", each, facts)


def write_request(session: Session, heard: RequestReady) -> None:
    """Ask the agency, now that its page is there, or tell it what changed."""
    _to_agency(session, heard, rules.ASKED[heard.why])


def write_reminder(session: Session, heard: ReminderDue) -> None:
    """Remind the agency of what it has not answered: its deputy too once it is late, its escalation contact at last."""
    if heard.rung not in rules.LATE:
        _to_agency(session, heard, "reminder")
        return
    duties = duties_of(session, heard.agency)
    if heard.rung == rules.LAST and not rules.apart(ESCALATION, duties):
        return
    _to_agency(session, heard, "overdue")
    if rules.apart(DEPUTY, duties):
        write(session, heard, "overdue", (heard.agency, DEPUTY), _of_request(heard))
    if heard.rung == rules.LAST:
        facts = {"reference": heard.reference, "due_on": heard.due_on.isoformat()}
        write(session, heard, "overdue_escalated", (heard.agency, ESCALATION), facts)


def _of_request(heard: RequestReady | ReminderDue) -> Facts:
    due_on = heard.due_on.isoformat()
    return {"reference": heard.reference, "due_on": due_on, "path": f"/requests/{heard.request_id}"}


def _to_agency(session: Session, heard: RequestReady | ReminderDue, template: str) -> None:
    _to_contact(session, heard, heard.agency, template, _of_request(heard))


def _to_contact(session: Session, heard: Event, agency: str, template: str, facts: Facts) -> None:
    """To the single point of contact of an agency, or its lead where it has none; the same letter, whichever it is."""
    write(session, heard, template, (agency, CONTACT), facts, named=f"{agency}/{LEAD}")


def write_about_return(session: Session, heard: AgencySummarySubmitted | NilReturnSubmitted) -> None:
    """Tell the office that an agency has answered."""
    _office(session, heard, "return_received", f"/cases/{heard.case_id}/requests/{heard.request_id}")


def write_about_extension(session: Session, heard: ExtensionRequested) -> None:
    """Tell the office that an agency asks for more time."""
    _office(session, heard, "extension_requested", f"/cases/{heard.case_id}/requests/{heard.request_id}")


def write_outcomes(session: Session, heard: OutcomeReady) -> None:
    """Tell the referrer and every agency that was asked where to read what was decided, now that it can be read."""
    facts = {"reference": heard.reference, "on": heard.decided_on.isoformat()}
    page = {"path": f"/referrals/{heard.reference}/outcome"}
    if heard.has_address:
        write(session, heard, "outcome_to_referrer", heard.referrer_id, facts | page)
    for each in heard.requests:
        page = {"path": f"/requests/{each.request_id}/outcome"}
        _to_contact(session, heard, each.agency, "outcome_to_agency", facts | page)


def write_notices(session: Session, heard: PublicationAnnounced) -> None:
    """Tell agencies and people when something goes public and where; letters about an earlier plan are overtaken."""
    latest = {"id": heard.publication_id, "revision": heard.revision}
    keep_higher(session, Announced.metadata.tables["announced"], "id", latest)
    facts = {"reference": heard.reference, "planned_at": heard.planned_at.isoformat(), "path": "/learning"}
    facts |= {"publication": str(heard.publication_id), "revision": str(heard.revision)}
    for agency in heard.agencies:
        _to_contact(session, heard, agency, rules.NOTICES[heard.change], facts)
    for person in heard.people:
        write(session, heard, rules.NOTICES[heard.change], person, facts)


def write_code(session: Session, heard: CodeIssued) -> None:
    """Mail a code to whom it is for, at the address that the directory has for them.

    At an agency that is whoever has a letter with the link, for a code must reach everybody whom the link has reached.
    """
    expires_at = heard.envelope.expires_at or now(session)
    facts = {"reference": heard.reference, "until": expires_at.isoformat()}
    if heard.address:
        write(session, heard, "code_for_form", heard.address, facts, {"code": heard.code})
        return
    for to in [heard.person_id] if heard.person_id else _holders(session, heard):
        write(session, heard, "code", to, facts, {"code": heard.code})


def _holders(session: Session, heard: CodeIssued) -> list[Recipient]:
    """The posts and contacts of an agency that were written to about a case, and the first of them in any case.

    Somebody who is two of them gets one code.
    """
    agency = heard.agency or ""
    with_link = (letters.c.duty.in_((LEAD, CONTACT, DEPUTY)), letters.c.type != "code")
    about = (letters.c.subject == heard.subject, letters.c.agency == agency)
    written = session.scalars(sa.select(letters.c.duty).where(*about, *with_link).distinct())
    duties = duties_of(session, agency)
    reached = sorted({rules.reached(each, duties) for each in (CONTACT, *written)})
    once = {duties.get(each, {}).get("address", each).lower(): each for each in reached}
    return [(agency, each) for each in once.values()]
