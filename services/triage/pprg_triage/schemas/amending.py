"""What may be sent to correct what was referred, and how what it changed is said by the same words."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from marshmallow import Schema, ValidationError, fields, missing, validates_schema

from pprg_shared.acting import runtime
from pprg_shared.calendar import london_date
from pprg_shared.directory import OFFICE
from pprg_shared.profile import Profile
from pprg_shared.web import referred, surroundings
from pprg_shared.web.fields import WORK_ADDRESS_OR_NONE, optional, text, words
from pprg_shared.web.forms import choices
from pprg_triage.rules import Difference

NOTHING = "nothing"


def _ever() -> Mapping[str, str]:
    """Every agency that may once have been named."""
    return {code: each.name for code, each in runtime().agencies.all().items() if each.kind != OFFICE}


def _kept(field: "fields.Field[Any]", **about: Any) -> "fields.Field[Any]":
    """A question of the referral that stays as it was answered where nobody answers it anew."""
    field.required, field.load_default = False, missing
    field.metadata = {**field.metadata, **about}
    return field


#: What a form is not asked of a case from a list, which nobody referred.
OF_REFERRER = ("referrer_phone", "referrer_email")


class AmendmentSchema(Schema):
    """What was referred as it should stand, and why; asked in a form `about` these kinds of people.

    What is left out of family, safety, agencies and referrer stays as it is.
    """

    def __init__(
        self, *, about: Collection[str] = (), reason: str = "concern", form: bool = False, listed: bool = False
    ) -> None:
        left_out = ("harm", "safety") if form and reason == "good_outcome" else ()
        super().__init__(exclude=(*left_out, *(OF_REFERRER if listed else ())))
        referred.narrow(self, about, reason, form=form)

    revision = fields.Integer(
        required=True,
        metadata={"widget": "hidden", "example": 0},
        **words("Say how often this was corrected before: open the case again"),
    )
    why = text("Why is it corrected?", "Say why it is corrected", 2000, hint="Such as who told you, and when.")
    subjects = referred.subjects()
    incident_on = referred.incident_on()
    location = optional("Where did it happen?", 200)
    incident = referred.incident()
    harm = referred.harm()
    what_happened = referred.what_happened()
    safety = _kept(surroundings.safety())
    criteria = referred.criteria()
    family = _kept(surroundings.family(), section="Family")
    family_knows = _kept(surroundings.family_knows(needed=False))
    family_views = _kept(surroundings.family_views())
    family_contact = _kept(surroundings.family_contact())
    contact_risk = _kept(surroundings.contact_risk())
    agencies = _kept(surroundings.agencies(_ever, least=0))
    other_agencies = _kept(surroundings.other_agencies())
    agency_contacts = _kept(surroundings.agency_contacts(), further="Say whom to ask there")
    referrer_phone = _kept(surroundings.referrer_phone("Their work phone number"), section="Who referred it")
    referrer_email = fields.String(
        validate=WORK_ADDRESS_OR_NONE,
        metadata={
            "label": "Their work email address (optional)",
            "hint": "From then on letters go to this address. Leave it empty to keep things as they are.",
            "type": "email",
            "example": "invented.person@agency.example",
        },
        **words("Enter one email address, or leave it empty"),
    )

    @validates_schema(skip_on_field_errors=False)
    def sensible(self, data: dict[str, Any], **_options: Any) -> None:
        """What is said in one place fits what is said in another, as it must in a referral."""
        today = london_date(runtime().clock())
        wrong: dict[Any, Any] = referred.problems(data, today)
        if problem := referred.future_problem(data.get("incident_on", ""), today):
            wrong.setdefault("incident_on", [problem])
        if wrong:
            raise ValidationError(wrong)


@cache
def amendment_schema() -> AmendmentSchema:
    """What the API takes."""
    return AmendmentSchema()


@dataclass(frozen=True)
class Wording:
    """How a difference between two states of what was referred is said, with or without names of those it is about."""

    profile: Profile
    names: bool

    def __call__(self, each: Difference) -> str:
        """`Person 1, date of birth, or due date: was “May 2016”; now “2015”`."""
        whom = f"Person {each.person}" if each.person else ""
        if not each.field:
            who = (each.was or each.now or {}).get("name", "")
            what = "no longer among them" if each.now is None else "added"
            return f"{whom} {what}{f': {who}' if self.names and who else ''}"
        place = f"{whom}{', ' if whom else ''}{self._label(each)}"
        if each.names and not self.names:
            return f"{place}: changed"
        return f"{place}: was {self._said(each, each.was)}; now {self._said(each, each.now)}"

    def _label(self, each: Difference) -> str:
        if each.criterion:
            known = self.profile.criteria.get(each.field)
            return known.asks if known else each.field
        label = str(_field(each).metadata.get("label", each.field)).removesuffix(" (optional)")
        return label[:1].lower() + label[1:] if each.person else label

    def _said(self, each: Difference, value: Any) -> str:
        """A value as people read it: what is chosen by its words, several with commas between."""
        if value is None:
            return NOTHING
        if each.criterion:
            said: Mapping[str, str] = value
            evidence = said.get("evidence", "")
            return f"{referred.REPLIES[said['reply']].lower()}{f' ({evidence})' if evidence else ''}"
        called = dict(choices(_field(each)))
        several = value if isinstance(value, list) else [value]
        return ", ".join(called.get(one) or f"“{one}”" for one in several)


def _field(each: Difference) -> fields.Field[Any]:
    found: fields.Field[Any] = _schema(of_people=bool(each.person)).fields[each.field]
    return found


@cache
def _schema(*, of_people: bool) -> Schema:
    return referred.SubjectSchema() if of_people else amendment_schema()
