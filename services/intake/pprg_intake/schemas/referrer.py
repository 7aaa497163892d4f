"""Who makes a referral, and how it came."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from pprg_intake import rules
from pprg_intake.schemas.choices import REASONS, RISKS, SOURCES
from pprg_intake.schemas.words import agencies
from pprg_shared.acting import runtime
from pprg_shared.calendar import london_date
from pprg_shared.profile import OTHER, REFERRERS, SAID
from pprg_shared.web import surroundings
from pprg_shared.web.fields import (
    WORK_ADDRESS_OR_NONE,
    chosen,
    is_name,
    maybe,
    named,
    one_of,
    optional,
    past_day,
    text,
    words,
)

STOP = (
    "Somebody may be at risk now: this is not the place. Call 999, or the council's safeguarding team, then come back."
)
AGREED = "Say who in your agency agreed to this referral"
NO_ADDRESS = "Enter your work email address"
WHICH = "Say which body it is: such as the coroner, an MP, another council, or “member of the public”"
IN_LIST = "Choose “Another body” as the agency, or leave this empty"
#: What leads to questions that need not all be answered.
OF_REFERRER = "Say more about you and your agency"


def bodies() -> Mapping[str, str]:
    """Who may refer: the agencies, and whoever belongs to none of them."""
    return {**agencies(), OTHER: "Another body, or a member of the public"}


class ReferrerSchema(Schema):
    """What a referral says of whoever makes it, the gate that they came through, and how it reached the office."""

    immediate_risk = chosen(RISKS, "Is anyone at risk now?", "Say whether anyone is at risk now", widget="hidden")
    reason_kind = chosen(REASONS, "Why do you refer the case?", "Say why you refer", widget="hidden", default="concern")
    source = chosen(
        SOURCES,
        "How did the referral come?",
        "Say how the referral came",
        widget="select",
        default="online",
        hint="If you write it down for somebody, put their name and address below: letters go to them. If they have no "
        "email address, leave that empty, and tell them another way.",
        section="For the office",
    )
    received_on = past_day(
        "When was it received?",
        "Such as 3 November 2026. Clocks count from this day; leave it empty for today.",
    )
    taken_by = optional("Who took it?", 200)
    referrer_name = named("Your name", "Enter your name", 120, section="About you", autocomplete="name")
    referrer_role = text("Your role", "Enter your role", 120, autocomplete="organization-title")
    referrer_agency = fields.String(
        required=True,
        validate=one_of(bodies, "Choose an agency from the list, or “Another body”"),
        metadata={"label": "Your agency", "widget": "select", "choices": bodies},
        **words("Choose your agency, or “Another body”"),
    )
    referrer_body = optional(
        "If it is another body, which?",
        200,
        is_name,
        hint="Such as the coroner, an MP, another council, or “member of the public”.",
    )
    referrer_email = fields.String(
        load_default="",
        validate=WORK_ADDRESS_OR_NONE,
        metadata={
            "label": "Your work email address",
            "hint": "Letters about this referral go to this address.",
            "type": "email",
            "autocomplete": "email",
            "example": "invented.person@agency.example",
        },
        **words(NO_ADDRESS),
    )
    referrer_phone = surroundings.referrer_phone()
    authorised_by = fields.String(
        load_default="",
        validate=validate.Length(max=200, error="Keep this to 200 characters"),
        metadata={
            "label": "Who in your agency agreed to this referral?",
            "hint": "The name and role of your safeguarding lead.",
            "example": "Invented Lead, safeguarding lead",
        },
        **words(AGREED),
    )
    referrer_kind = maybe(REFERRERS, "What are you in this?", further=OF_REFERRER)
    authorised_on = past_day("When did they agree?", further=OF_REFERRER)
    agency_aware_on = past_day("When did your agency come to know of it?", further=OF_REFERRER)
    can_attend_meeting = maybe(SAID, "Can you come to the meeting?", further=OF_REFERRER)

    @validates_schema(skip_on_field_errors=False)
    def stop(self, data: dict[str, Any], **_options: Any) -> None:
        """A live concern must not wait in a form, whatever else is wrong with it."""
        if data.get("immediate_risk") == "yes_not_yet":
            raise ValidationError(STOP, "immediate_risk")

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def answerable(self, data: dict[str, Any], sent: dict[str, Any], **_options: Any) -> None:
        """An agency of the list answers for its referral, any other body says which; letters know where to go."""
        other, wrong = data.get("referrer_agency") == OTHER, {}
        if other != bool(sent.get("referrer_body")) and "referrer_agency" in data:
            wrong["referrer_body"] = [WHICH if other else IN_LIST]
        if not (data.get("authorised_by") or other or runtime().profile.partnership.public_referrals):
            wrong["authorised_by"] = [AGREED]
        if not sent.get("referrer_email") and data.get("source", rules.ONLINE) == rules.ONLINE:
            wrong["referrer_email"] = [NO_ADDRESS]
        if problem := rules.received_problem(data, london_date(runtime().clock())):
            wrong["received_on"] = [problem]
        if wrong:
            raise ValidationError(wrong)
