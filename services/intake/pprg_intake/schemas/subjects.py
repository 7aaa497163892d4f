"""The rows of a referral: the people whom it is about, and the answers to the questions of the criteria."""

from marshmallow import Schema, fields

from pprg_intake.schemas.choices import KINDS, REPLIES, asks
from pprg_intake.schemas.words import chosen, one_of, optional, people_date, text, words
from pprg_shared.profile import ETHNICITIES, SEXES


class SubjectSchema(Schema):
    """One person whom a referral is about."""

    kind = chosen(KINDS, "Who is it?", "Say whom this is about", style="govuk-radios--inline govuk-radios--small")
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
    sex = chosen(SEXES, "Sex (optional)", "Choose from the list", widget="select", default="")
    ethnicity = chosen(ETHNICITIES, "Ethnicity (optional)", "Choose from the list", widget="select", default="")
    nhs_number = optional("NHS number", 20, width=20)
    address = optional("Home address, or the area they live in", 300)


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
