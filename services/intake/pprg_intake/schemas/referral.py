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
from pprg_shared.web import referred
from pprg_shared.web.fields import maybe, optional, past_day, several, text, words

DECLARED = "What I have written is accurate as far as I know, and my agency shares it under its legal duties."
AT_RISK = "Say whether anyone else is at risk and what has been done; if nobody is, say so"
#: What leads to questions that need not all be answered.
OF_FAMILY = "Say more about the family, and how to reach them"
OF_INCIDENT = "Say more about what happened, and what may be learnt"
OF_AGENCIES = "Say whom to ask there, and whether the media know"
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
    family = optional(
        "Family and others who matter",
        2000,
        hint="Such as parents, carers, brothers and sisters, and who lives in the household.",
        widget="textarea",
        rows=4,
    )
    family_knows = text(
        "Do they know of this referral? Say what they were told, or why not",
        "Say whether they know of this referral, or “not known”",
        500,
        hint="If you do not know, say “not known”.",
    )
    family_views = optional("What they think and want", 1000, widget="textarea", rows=2, further=OF_FAMILY)
    family_contact = optional("Who can reach them, and how?", 500, further=OF_FAMILY)
    contact_risk = optional("Is there a risk in reaching them?", 500, further=OF_FAMILY)
    incident_on = referred.incident_on()
    location = optional("Where did it happen?", 200)
    incident = referred.incident()
    harm = referred.harm()
    what_happened = referred.what_happened()
    safety = fields.String(
        load_default="",
        validate=validate.Length(max=2000, error="Keep this to 2000 characters"),
        metadata={
            "label": "Is anyone else at risk, and what has been done?",
            "hint": "If nobody is, say so.",
            "widget": "textarea",
            "rows": 3,
            "example": "Nobody else is known to be at risk.",
        },
        **words(AT_RISK),
    )
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
    agencies = several(
        agencies,
        "Which agencies know them?",
        "Name at least one agency",
        least=1,
        hint="Choose all that you know of.",
        section="Agencies and reviews",
    )
    other_agencies = optional("Others that are not in this list", 500)
    agency_contacts = optional(
        "Whom to ask in these agencies", 1000, widget="textarea", rows=3, hint="Teams and roles.", further=OF_AGENCIES
    )
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
    notification_reference = optional("The Panel's reference", 60, width=20)
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
