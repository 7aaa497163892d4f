"""A referral."""

from collections.abc import Collection
from functools import cache
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from pprg_intake import rules
from pprg_intake.schemas.choices import processes, reviews
from pprg_intake.schemas.referrer import ReferrerSchema
from pprg_intake.schemas.words import agencies
from pprg_shared.acting import runtime
from pprg_shared.calendar import london_date
from pprg_shared.profile import ALLEGED_SOURCES, MEDIA
from pprg_shared.web import referred, surroundings
from pprg_shared.web.fields import is_reference, maybe, optional, past_day, several, words
from pprg_shared.web.surroundings import AT_RISK, OF_AGENCIES

DECLARED = "What I have written is accurate as far as I know, and my agency shares it under its legal duties."
#: What leads to questions that need not all be answered.
OF_INCIDENT = "Say more about what happened, and what may be learnt"
#: What is asked about harm and of no use when something went well.
ABOUT_HARM = (
    *("harm", "alleged_source", "safety", "parallel_processes"),
    *("la_aware_on", "notified_on", "notification_reference"),
)


class ReferralSchema(ReferrerSchema):
    """A referral; what is asked depends on whom it is `about`, the `reason`, and who is `entering` it."""

    def __init__(
        self, *, about: Collection[str] = (), reason: str = "concern", entering: bool = False, form: bool = False
    ) -> None:
        left_out = () if entering else ("source", "received_on", "taken_by")
        if form and reason == "good_outcome":
            left_out = (*left_out, *ABOUT_HARM)
        super().__init__(exclude=left_out)
        referred.narrow(self, about, reason, form=form)

    subjects = referred.subjects()
    family = surroundings.family()
    family_knows = surroundings.family_knows()
    family_views = surroundings.family_views()
    family_contact = surroundings.family_contact()
    contact_risk = surroundings.contact_risk()
    incident_on = referred.incident_on()
    location = optional("Where did it happen?", 200)
    incident = referred.incident()
    harm = referred.harm()
    what_happened = referred.what_happened()
    safety = surroundings.safety()
    key_dates = optional("Other dates that matter", 2000, widget="textarea", rows=3, further=OF_INCIDENT)
    alleged_source = several(
        lambda: ALLEGED_SOURCES,
        "Who or what is thought to have caused the harm? (optional)",
        "Choose from the list",
        further=OF_INCIDENT,
    )
    concern_about_joint_working = optional(
        "How might agencies have worked together better?", 2000, widget="textarea", rows=3, further=OF_INCIDENT
    )
    learning_expected = optional("What may be learnt?", 2000, widget="textarea", rows=3, further=OF_INCIDENT)
    good_practice_seen = optional("What was done well?", 2000, widget="textarea", rows=3, further=OF_INCIDENT)
    criteria = referred.criteria()
    agencies = surroundings.agencies(agencies)
    other_agencies = surroundings.other_agencies()
    agency_contacts = surroundings.agency_contacts()
    media_interest = maybe(MEDIA, "Interest of the media", further=OF_AGENCIES)
    parallel_processes = several(
        processes,
        "What else is under way? (optional)",
        "Choose from the list",
        hint="Refer all the same: the group finds the right time. Choose none if you know of none.",
    )
    la_aware_on = past_day(
        "When did the local authority come to know?",
        hint="If a child died or was seriously harmed. Such as 3 November 2026.",
    )
    notified_on = past_day(
        "When was the national Panel notified?",
        hint="Leave this empty if it was not, or if you do not know.",
    )
    notification_reference = optional("The Panel's reference", 60, is_reference, width=20)
    routes = several(
        reviews,
        "Which reviews may be needed? (optional)",
        "Choose from the list",
        hint="You need not decide: the group does.",
    )
    declaration = fields.Boolean(
        required=True,
        truthy={True, "true"},
        falsy={False, "false"},
        validate=validate.Equal(True, error="Confirm this before you send the referral"),
        metadata={"label": "Before you send", "widget": "checkboxes", "choices": {"true": DECLARED}},
        **words("Confirm this before you send the referral"),
    )

    @validates_schema(skip_on_field_errors=False)
    def sensible(self, data: dict[str, Any], **_options: Any) -> None:
        """What is said in one place fits what is said in another, and nothing has happened yet to come."""
        today = london_date(runtime().clock())
        wrong: dict[Any, Any] = rules.day_problems(data, today) | referred.problems(data, today)
        if not data.get("safety") and data.get("reason_kind") != "good_outcome":
            wrong.setdefault("safety", [AT_RISK])
        if wrong:
            raise ValidationError(wrong)


@cache
def referral_schema(*, entering: bool) -> ReferralSchema:
    """What the API takes; made once, for that takes as long as reading a referral."""
    return ReferralSchema(entering=entering)
