"""A referral: the questions at the gate, and the form behind it."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from pprg_intake import rules
from pprg_intake.schemas.words import agencies, one_of, optional, people_date, several, text, words
from pprg_shared.acting import runtime
from pprg_shared.calendar import london_date
from pprg_shared.profile import ETHNICITIES, SEXES, Criterion, Profile

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
KINDS = {"child": "A child", "unborn": "An unborn child", "adult": "An adult"}
RISKS = {
    "no": "No",
    "yes_reported": "Yes, and I have reported it",
    "yes_not_yet": "Yes, and I have not reported it yet",
}
REASONS = {
    "concern": "Somebody died or was harmed, and agencies may learn from it",
    "good_outcome": "Agencies worked together and it went well",
}
REPLIES = {"yes": "Yes", "no": "No", "not_sure": "Not sure"}
SOURCES = {"online": "On this form", "phone": "By phone", "paper": "On paper", "mail": "By email or letter"}
STOP = (
    "Somebody may be at risk now: this is not the place. Call 999, or the council's safeguarding team, then come back."
)
DECLARED = "What I have written is accurate as far as I know, and my agency shares it under its legal duties."
MOST_SUBJECTS = 4
#: What is asked about harm and of no use when something went well.
ABOUT_HARM = ("harm", "safety", "parallel_processes", "la_aware_on", "notified_on", "notification_reference")


def _reviews() -> dict[str, str]:
    return runtime().profile.decided_routes()


def _incidents() -> Mapping[str, str]:
    return runtime().profile.incidents


def _processes() -> Mapping[str, str]:
    return runtime().profile.parallel_processes


def _harm() -> Mapping[str, str]:
    return _harm_of(KINDS)


def _harm_of(about: Collection[str]) -> Mapping[str, str]:
    """Categories of harm for these kinds of subjects, and the circumstances around it."""
    harm = runtime().profile.harm
    young = dict(harm.child) | dict(harm.context) if {"child", "unborn"} & set(about) else {}
    return (dict(harm.adult) if "adult" in about else {}) | young


def prompts(profile: Profile) -> list[Criterion]:
    """The criteria that open routes in use and that no age answers, in the profile's order."""
    mandates = [one for each in profile.routes.values() if each.enabled for one in each.mandates if one.enabled]
    opening = {name for each in mandates for name in (*each.all, *each.any)}
    return [each for name, each in profile.criteria.items() if name in opening and each.ages is None]


def _prompts() -> dict[str, str]:
    return {each.code: each.asks for each in prompts(runtime().profile)}


def _asked(about: Collection[str], reason: str) -> list[tuple[int, str, str, str]]:
    """The questions for these kinds of subjects: number among all, code, question, explanation."""
    profile = runtime().profile
    local = [one for each in profile.routes.values() if each.standing == "local" for one in each.mandates]
    good = {name for each in local for name in (*each.all, *each.any)}
    return [
        (number, each.code, each.asks, each.help)
        for number, each in enumerate(prompts(profile))
        if set(each.subjects) & set(about) and (reason != "good_outcome" or each.code in good)
    ]


class GateSchema(Schema):
    """What comes before the form."""

    immediate_risk = fields.String(
        required=True,
        validate=validate.OneOf(list(RISKS), list(RISKS.values()), error="Say whether anyone is at risk now"),
        metadata={"label": "Is anyone at risk now?", "widget": "radios"},
        **words("Say whether anyone is at risk now"),
    )
    reason_kind = fields.String(
        required=True,
        validate=validate.OneOf(list(REASONS), list(REASONS.values()), error="Say why you refer"),
        metadata={"label": "Why do you refer the case?", "widget": "radios"},
        **words("Say why you refer"),
    )
    about = several(
        lambda: KINDS, "Whom is it about?", "Say whom it is about", least=1, hint="Choose all that it is about."
    )


class SubjectSchema(Schema):
    """One person whom a referral is about."""

    kind = fields.String(
        required=True,
        validate=validate.OneOf(list(KINDS), list(KINDS.values()), error="Say whom this is about"),
        metadata={"label": "Who is it?", "widget": "radios"},
        **words("Say whom this is about"),
    )
    name = text("Their name", "Enter their name, or “not known”", 200)
    also_known_as = optional("Other names", 200)
    born = fields.String(
        required=True,
        validate=people_date,
        metadata={
            "label": "Date of birth, or due date",
            "hint": "Such as 22 May 2016. A month or a year alone is fine.",
            "width": 20,
        },
        **words("Enter the date of birth as far as it is known"),
    )
    died_on = fields.String(
        load_default="",
        validate=people_date,
        metadata={"label": "Date of death, if they died", "width": 20},
        **words("Enter the date of death as far as it is known"),
    )
    sex = fields.String(
        load_default="",
        validate=validate.OneOf(list(SEXES), list(SEXES.values()), error="Choose from the list"),
        metadata={"label": "Sex (optional)", "widget": "select"},
        **words("Choose from the list"),
    )
    ethnicity = fields.String(
        load_default="",
        validate=validate.OneOf(list(ETHNICITIES), list(ETHNICITIES.values()), error="Choose from the list"),
        metadata={"label": "Ethnicity (optional)", "widget": "select"},
        **words("Choose from the list"),
    )
    nhs_number = optional("NHS number", 20, width=20)
    address = optional("Home address, or the area they live in", 300)


class PromptSchema(Schema):
    """The answer to one question about the criteria."""

    criterion = fields.String(
        required=True,
        validate=one_of(_prompts, "This question is not asked"),
        metadata={"widget": "hidden"},
        **words("Say which question this answers"),
    )
    reply = fields.String(
        required=True,
        validate=validate.OneOf(list(REPLIES), list(REPLIES.values()), error="Answer yes, no or not sure"),
        metadata={"widget": "radios"},
        **words("Answer yes, no or not sure"),
    )
    evidence = optional("What do you base this on?", 1000, widget="textarea", rows=2)


class ReferralSchema(Schema):
    """A referral; what is asked depends on whom it is `about`, the `reason`, and who is `entering` it."""

    def __init__(
        self, *, about: Collection[str] = (), reason: str = "concern", entering: bool = False, form: bool = False
    ) -> None:
        left_out = () if entering else ("source", "taken_by")
        if form and reason == "good_outcome":
            left_out = (*left_out, *ABOUT_HARM)
        super().__init__(exclude=left_out)
        kinds = about or KINDS
        self._narrow("criteria", fixed=lambda: _asked(kinds, reason))
        self._narrow("harm", choices=lambda: _harm_of(kinds))

    def _narrow(self, name: str, **about: Any) -> None:
        if name in self.fields:
            self.fields[name].metadata = {**self.fields[name].metadata, **about}

    immediate_risk = fields.String(
        required=True,
        validate=validate.OneOf(list(RISKS), list(RISKS.values()), error="Say whether anyone is at risk now"),
        metadata={"label": "Is anyone at risk now?", "widget": "hidden"},
        **words("Say whether anyone is at risk now"),
    )
    reason_kind = fields.String(
        load_default="concern",
        validate=validate.OneOf(list(REASONS), list(REASONS.values()), error="Say why you refer"),
        metadata={"label": "Why do you refer the case?", "widget": "hidden"},
        **words("Say why you refer"),
    )
    source = fields.String(
        load_default="online",
        validate=validate.OneOf(list(SOURCES), list(SOURCES.values()), error="Say how the referral came"),
        metadata={
            "label": "How did the referral come?",
            "hint": "If you write it down for somebody, put their name and address below: letters go to them.",
            "widget": "select",
            "section": "For the office",
        },
        **words("Say how the referral came"),
    )
    taken_by = optional("Who took it, and when?", 200)
    referrer_name = text("Your name", "Enter your name", 120, section="About you", autocomplete="name")
    referrer_role = text("Your role", "Enter your role", 120, autocomplete="organization-title")
    referrer_agency = fields.String(
        required=True,
        validate=one_of(agencies, "Choose an agency from the list"),
        metadata={"label": "Your agency", "widget": "select", "choices": agencies},
        **words("Choose your agency"),
    )
    referrer_email = fields.String(
        required=True,
        validate=[
            validate.Length(max=200, error="Keep this to 200 characters"),
            validate.Regexp(_ADDRESS.pattern + r"\Z", error="Enter one email address, such as name@agency.example"),
        ],
        metadata={
            "label": "Your work email address",
            "hint": "Letters about this referral go to this address.",
            "type": "email",
            "autocomplete": "email",
        },
        **words("Enter your work email address"),
    )
    referrer_phone = optional("Your work phone number", 40, type="tel", autocomplete="tel", width=20)
    authorised_by = fields.String(
        load_default="",
        validate=validate.Length(max=200, error="Keep this to 200 characters"),
        metadata={
            "label": "Who in your agency agreed to this referral?",
            "hint": "The name and role of your safeguarding lead.",
        },
        **words("Say who in your agency agreed to this referral"),
    )
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
    family_knows = optional("Do they know of this referral? Say what they were told, or why not", 500)
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
        validate=one_of(_incidents, "Choose what it was from the list"),
        metadata={"label": "What was it?", "widget": "select", "choices": _incidents},
        **words("Choose what it was"),
    )
    harm = several(
        _harm, "Which kinds of harm are known or suspected? (optional)", "Choose kinds of harm from the list"
    )
    what_happened = text(
        "What happened?",
        "Tell us what happened",
        4000,
        hint="Give facts. Use initials or roles for family, and no names of staff.",
        widget="textarea",
        rows=8,
    )
    safety = optional("Is anyone else at risk, and what has been done?", 2000, widget="textarea", rows=3)
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
    parallel_processes = several(
        _processes,
        "What else is under way? (optional)",
        "Choose from the list",
        hint="Refer all the same: the group finds the right time. Choose none if you know of none.",
    )
    la_aware_on = fields.Date(
        load_default=None,
        metadata={
            "label": "When did the local authority come to know? (optional)",
            "hint": "If a child died or was seriously harmed. Such as 3 November 2026.",
            "width": 20,
        },
        **words("Enter a day with its month and year"),
    )
    notified_on = fields.Date(
        load_default=None,
        metadata={
            "label": "When was the national Panel notified? (optional)",
            "hint": "Leave this empty if it was not, or if you do not know.",
            "width": 20,
        },
        **words("Enter a day with its month and year"),
    )
    notification_reference = optional("The Panel's reference", 60, width=20)
    routes = several(
        _reviews,
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
    def stop(self, data: dict[str, Any], **_options: Any) -> None:
        """A live concern must not wait in a form, whatever else is wrong with it."""
        if data.get("immediate_risk") == "yes_not_yet":
            raise ValidationError(STOP, "immediate_risk")

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
        if not data.get("authorised_by") and not runtime().profile.partnership.public_referrals:
            wrong.setdefault("authorised_by", ["Say who in your agency agreed to this referral"])
        if wrong:
            raise ValidationError(wrong)
