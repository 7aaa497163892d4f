"""A referral."""

from collections.abc import Collection
from functools import cache
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from pprg_intake import rules
from pprg_intake.schemas.choices import (
    KINDS,
    asked,
    harm,
    harm_of,
    incidents,
    processes,
    reviews,
)
from pprg_intake.schemas.referrer import ReferrerSchema
from pprg_intake.schemas.subjects import PromptSchema, SubjectSchema, not_asked
from pprg_intake.schemas.words import (
    agencies,
    maybe,
    one_of,
    optional,
    past_day,
    people_date,
    several,
    text,
    words,
)
from pprg_shared.acting import runtime
from pprg_shared.calendar import london_date
from pprg_shared.profile import ALLEGED_SOURCES, MEDIA

DECLARED = "What I have written is accurate as far as I know, and my agency shares it under its legal duties."
AT_RISK = "Say whether anyone else is at risk and what has been done; if nobody is, say so"
MOST_SUBJECTS = 4
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
        kinds = about or KINDS
        self._narrow("criteria", fixed=lambda: asked(kinds, reason))
        self._narrow("harm", choices=lambda: harm_of(kinds))
        people: Any = self.fields["subjects"]
        if form and (some := not_asked(kinds)):
            people.inner.nested = SubjectSchema(exclude=some)

    def _narrow(self, name: str, **about: Any) -> None:
        if name in self.fields:
            self.fields[name].metadata = {**self.fields[name].metadata, **about}

    subjects = fields.List(
        fields.Nested(SubjectSchema),
        required=True,
        validate=validate.Length(min=1, max=MOST_SUBJECTS, error="Name one to four people"),
        metadata={
            "label": "Whom it is about",
            "hint": "Up to four people. The more we know, the sooner agencies find their records.",
            "row": "Person",
            "add": "Add another person",
            "blank": 1,
            "most": MOST_SUBJECTS,
        },
        **words("Say whom this is about"),
    )
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
    incident_on = fields.String(
        required=True,
        validate=people_date,
        metadata={
            "label": "When did it happen?",
            "hint": "Such as 3 November 2026. If you are not sure, put a question mark in front: ?November 2026.",
            "width": 20,
            "section": "What happened",
        },
        **words("Enter when it happened as far as it is known"),
    )
    location = optional("Where did it happen?", 200)
    incident = fields.String(
        required=True,
        validate=one_of(incidents, "Choose what it was from the list"),
        metadata={"label": "What was it?", "widget": "select", "choices": incidents},
        **words("Choose what it was"),
    )
    harm = several(harm, "Which kinds of harm are known or suspected? (optional)", "Choose kinds of harm from the list")
    what_happened = text(
        "What happened?",
        "Tell us what happened",
        4000,
        hint="Give facts. Use initials or roles for family, and no names of staff.",
        widget="textarea",
        rows=8,
    )
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
    criteria = fields.List(
        fields.Nested(PromptSchema),
        load_default=list,
        validate=validate.Length(max=60, error="Answer each question once"),
        metadata={
            "label": "Questions that the law asks",
            "hint": "Leave open what you do not know. You need not decide anything: refer when in doubt.",
            "fixed": list,
        },
        **words("Send a list of answers"),
    )
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
        wrong: dict[Any, Any] = rules.day_problems(data, today)
        if found := rules.subject_problems(data.get("subjects", []), data.get("incident_on", ""), today):
            wrong["subjects"] = {n: {k: [v] for k, v in each.items()} for n, each in found.items()}
        answered = [each.get("criterion") for each in data.get("criteria", [])]
        if len(set(answered)) < len(answered):
            wrong["criteria"] = ["Answer each question once"]
        if not data.get("safety") and data.get("reason_kind") != "good_outcome":
            wrong.setdefault("safety", [AT_RISK])
        if wrong:
            raise ValidationError(wrong)


@cache
def referral_schema(*, entering: bool) -> ReferralSchema:
    """What the API takes; made once, for that takes as long as reading a referral."""
    return ReferralSchema(entering=entering)
