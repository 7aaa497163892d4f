"""What is asked of those whom a case is about, of what happened, and about the criteria, wherever it is asked."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from pprg_shared.acting import runtime
from pprg_shared.partial_dates import ADVICE
from pprg_shared.profile import (
    DISABILITIES,
    EDUCATION,
    ENQUIRIES,
    ETHNICITIES,
    LEGAL_STATUSES,
    NEEDS,
    PLACEMENTS,
    PLAN_CATEGORIES,
    PLANS,
    SAID,
    SEXES,
)
from pprg_shared.subjects import FUTURE, day_of, subject_problems
from pprg_shared.web.fields import chosen, maybe, named, one_of, optional, people_date, several, text, words

KINDS = {"child": "A child", "unborn": "An unborn child", "adult": "An adult"}
REPLIES = {"yes": "Yes", "no": "No", "not_sure": "Not sure"}
MOST_SUBJECTS = 4

#: How to give an age where no date is known.
ABOUT_AGE = "If you know only about how old they are, give the years: ?1980 to 1990"
#: What leads to the questions about a person that need not all be answered; they stand in the order of these words.
OF_LIFE = "About their life, health and home"
OF_CHILD = "For a child: school, plans and care"
OF_ADULT = "For an adult: needs, capacity and enquiries"


def _birth_date(value: str) -> None:
    """A date as people know it; whoever writes an age, or that nothing is known, learns how to give that."""
    try:
        people_date(value)
    except ValidationError as error:
        raise ValidationError(f"{ADVICE}. {ABOUT_AGE}" if error.messages == [ADVICE] else error.messages) from None


def _any_of(choices: Mapping[str, str], label: str, behind: str) -> "fields.List[Any]":
    return several(lambda: choices, f"{label} (optional)", "Choose from the list", further=behind)


class SubjectSchema(Schema):
    """One person whom a referral is about."""

    kind = chosen(KINDS, "Who is it?", "Say whom this is about", style="govuk-radios--inline govuk-radios--small")
    name = named("Their name", "Enter their name, or “not known”", 200, example="Invented Child")
    also_known_as = optional("Other names", 200)
    relation = optional("What are they to the other people you name?", 120, hint="Such as “brother of the first”.")
    born = fields.String(
        required=True,
        validate=_birth_date,
        metadata={
            "label": "Date of birth, or due date",
            "hint": f"Such as 22 May 2016. A month or a year alone is fine. {ABOUT_AGE}.",
            "width": 20,
        },
        **words(f"Enter the date of birth as far as it is known. {ABOUT_AGE}"),
    )
    died_on = fields.String(
        load_default="",
        validate=people_date,
        metadata={"label": "Date of death, if they died", "width": 20},
        **words("Enter the date of death as far as it is known"),
    )
    sex = chosen(SEXES, "Sex", "Choose their sex, or “Not known”", widget="select")
    ethnicity = chosen(ETHNICITIES, "Ethnicity", "Choose their ethnicity, or “Not known yet”", widget="select")
    nhs_number = optional("NHS number", 20, width=20)
    address = text(
        "Home address, or the area they live in",
        "Enter where they live, or “not known”",
        300,
        hint="If they have none, say “no fixed abode”; if you do not know it, say “not known”.",
    )
    address_at_incident = optional("Where they lived when it happened, if elsewhere", 300, further=OF_LIFE)
    responsible_la = optional("Which council is responsible for them?", 120, further=OF_LIFE)
    local_id = optional("Numbers that agencies know them by", 200, hint="Such as police URN 12345.", further=OF_LIFE)
    gp_practice = optional("GP practice", 200, further=OF_LIFE)
    first_language = optional("First language", 60, further=OF_LIFE, width=20)
    interpreter_needed = maybe(SAID, "Is an interpreter needed?", further=OF_LIFE)
    religion = optional("Religion", 60, further=OF_LIFE, width=20)
    gender_identity = optional("Gender, in their own words", 60, further=OF_LIFE, width=20)
    disability = _any_of(DISABILITIES, "Disabilities", OF_LIFE)
    care_leaver = maybe(PLANS, "Have they left care?", further=OF_LIFE)
    place_of_death = optional("Where they died", 200, further=OF_LIFE)
    cause_if_known = optional("Cause of death, if it is known", 500, further=OF_LIFE)
    school_or_setting = optional("School, college or nursery", 200, further=OF_CHILD)
    education_status = maybe(EDUCATION, "How they are educated", further=OF_CHILD)
    legal_status = _any_of(LEGAL_STATUSES, "Legal status when it happened", OF_CHILD)
    legal_status_now = maybe(LEGAL_STATUSES, "Legal status now, if it is another", further=OF_CHILD)
    cp_plan = maybe(PLANS, "Were they on a child protection plan?", further=OF_CHILD)
    cp_category = maybe(PLAN_CATEGORIES, "For which category?", further=OF_CHILD)
    cin_plan = maybe(PLANS, "Had they a child in need plan?", further=OF_CHILD)
    looked_after = maybe(PLANS, "Were they looked after?", further=OF_CHILD)
    placement_type = maybe(PLACEMENTS, "Where they were placed", further=OF_CHILD)
    early_help = maybe(PLANS, "Had they early help?", further=OF_CHILD)
    ehcp = maybe(PLANS, "Had they an education, health and care plan?", further=OF_CHILD)
    uasc = maybe(SAID, "Did they seek asylum alone?", further=OF_CHILD)
    care_and_support_needs = _any_of(NEEDS, "Needs for care and support", OF_ADULT)
    mental_capacity_issue = maybe(SAID, "Was their mental capacity in question?", further=OF_ADULT)
    advocate = maybe(SAID, "Had they an advocate?", further=OF_ADULT)
    dols_or_mha = maybe(SAID, "Were they deprived of liberty or detained?", further=OF_ADULT)
    adult_s42_enquiry = maybe(ENQUIRIES, "Safeguarding enquiry (section 42)", further=OF_ADULT)
    adult_s42_outcome = optional("Who made that enquiry, and what came of it", 500, further=OF_ADULT)

    @post_load
    def said(self, data: dict[str, Any], **_options: Any) -> dict[str, Any]:
        """Of what need not be answered only what was, whether a form asked for it or not."""
        return {name: each for name, each in data.items() if each or "further" not in self.fields[name].metadata}


#: What is asked of some kinds of people only, by the words that lead to it.
OF_KINDS = {
    kinds: tuple(name for name, each in SubjectSchema().fields.items() if each.metadata.get("further") == words)
    for kinds, words in ((("child", "unborn"), OF_CHILD), (("adult",), OF_ADULT))
}


def not_asked(about: Collection[str]) -> list[str]:
    """What a form about these kinds of people leaves out."""
    return [name for kinds, names in OF_KINDS.items() if not set(kinds) & set(about) for name in names]


def asks() -> Mapping[str, str]:
    """The questions of all prompts by code."""
    return runtime().profile.asks


class PromptSchema(Schema):
    """The answer to one question about the criteria."""

    criterion = fields.String(
        required=True,
        validate=one_of(asks, "This question is not asked"),
        metadata={"widget": "hidden"},
        **words("Say which question this answers"),
    )
    reply = chosen(REPLIES, "Answer", "Answer yes, no or not sure", style="govuk-radios--inline govuk-radios--small")
    evidence = optional("What do you base this on?", 1000, widget="textarea", rows=2)


def asked(about: Collection[str], reason: str) -> list[tuple[int, str, str, str]]:
    """The questions for these kinds of subjects: number among all, code, question, explanation."""
    profile = runtime().profile
    local = [one for each in profile.routes.values() if each.standing == "local" for one in each.mandates]
    good = {name for each in local for name in (*each.all, *each.any)}
    return [
        (number, each.code, each.asks, each.help)
        for number, each in enumerate(profile.prompts)
        if set(each.subjects) & set(about) and (reason != "good_outcome" or each.code in good)
    ]


def harm_of(about: Collection[str]) -> Mapping[str, str]:
    """Categories of harm for these kinds of subjects, and the circumstances around it."""
    return runtime().profile.harm.of(adult="adult" in about, young=not {"child", "unborn"}.isdisjoint(about))


def narrow(schema: Schema, about: Collection[str], reason: str, *, form: bool) -> None:
    """Have a schema ask what concerns these kinds of people; all kinds, of whom nothing is said."""
    kinds = about or KINDS
    for name, more in (
        ("criteria", {"fixed": lambda: asked(kinds, reason)}),
        ("harm", {"choices": lambda: harm_of(kinds)}),
    ):
        if name in schema.fields:
            schema.fields[name].metadata = {**schema.fields[name].metadata, **more}
    people: Any = schema.fields["subjects"]
    if form and (some := not_asked(kinds)):
        people.inner.nested = SubjectSchema(exclude=some)


def problems(data: Mapping[str, Any], today: date) -> dict[str, Any]:
    """What does not fit of what is said of people, incident and criteria: field to advice, as a schema says it."""
    wrong: dict[str, Any] = {}
    if found := subject_problems(data.get("subjects", []), data.get("incident_on", ""), today):
        wrong["subjects"] = {n: {k: [v] for k, v in each.items()} for n, each in found.items()}
    answered = [each.get("criterion") for each in data.get("criteria", [])]
    if len(set(answered)) < len(answered):
        wrong["criteria"] = ["Answer each question once"]
    return wrong


def future_problem(incident_on: str, today: date) -> str | None:
    """Why something cannot have happened then: the day has not come."""
    day = day_of(incident_on, today)
    return FUTURE if day and day.value > today else None


def _incidents() -> Mapping[str, str]:
    return runtime().profile.incidents


def subjects() -> "fields.List[Any]":
    """Whom a case is about."""
    return fields.List(
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


def incident_on() -> fields.String:
    """When it happened, as far as it is known."""
    return fields.String(
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


def incident() -> fields.String:
    """What it was."""
    return fields.String(
        required=True,
        validate=one_of(_incidents, "Choose what it was from the list"),
        metadata={"label": "What was it?", "widget": "select", "choices": _incidents},
        **words("Choose what it was"),
    )


def harm() -> "fields.List[Any]":
    """Which kinds of harm are known or suspected."""
    ask = "Which kinds of harm are known or suspected? (optional)"
    return several(lambda: harm_of(KINDS), ask, "Choose kinds of harm from the list")


def what_happened() -> fields.String:
    """What happened, in words."""
    return text(
        "What happened?",
        "Tell us what happened",
        4000,
        hint="Give facts. Use initials or roles for family, and no names of staff.",
        widget="textarea",
        rows=8,
    )


def criteria() -> "fields.List[Any]":
    """The answers to the questions of the criteria."""
    return fields.List(
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
