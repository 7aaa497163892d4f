"""The rows of a referral: the people whom it is about, and the answers to the questions of the criteria."""

from collections.abc import Collection, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load

from pprg_intake.schemas.choices import KINDS, REPLIES, asks
from pprg_intake.schemas.words import chosen, maybe, named, one_of, optional, people_date, several, text, words
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
