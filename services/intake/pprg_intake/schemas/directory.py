"""What may be said of agencies and people, and how somebody is looked for."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates

from pprg_intake.rules import directory as rules
from pprg_shared.acting import runtime
from pprg_shared.web.fields import (
    ONE_ADDRESS,
    WORK_ADDRESS,
    WORK_ADDRESS_OR_NONE,
    chosen,
    named,
    one_of,
    optional,
    several,
    words,
)

LONGEST_LIST = 1_000_000


def _address(label: str, **about: Any) -> fields.String:
    """An address that may be left out."""
    labelled = {"label": f"{label} (optional)", "type": "email"} | about
    return fields.String(load_default="", validate=WORK_ADDRESS_OR_NONE, metadata=labelled, **words(ONE_ADDRESS))


def every_agency() -> Mapping[str, str]:
    """The agencies to which people belong."""
    return {
        code: each.name if each.active else f"{each.name} (not asked any more)"
        for code, each in runtime().agencies.all().items()
    }


class AgencySchema(Schema):
    """What the directory says of an agency."""

    name = named("Name", "Enter the name that people use", 200)
    kind = chosen(rules.KINDS, "Kind", "Choose what kind of agency it is", widget="select")
    area = optional("Area", 200, hint="Where it works, such as the whole county or one hospital.")
    active = chosen(rules.AGENCY_STATES, "State", "Say whether it can be asked", default="yes")
    safeguarding_lead = _address(
        "Address of the safeguarding lead",
        section="Where letters go",
        hint="Requests, reminders and outcomes go here, whoever holds the post today.",
    )
    coordinator = _address(
        "Address of the coordinator", section="Where letters go", hint="What agencies answer and ask is told here."
    )
    deputy_coordinator = _address("Address of the deputy coordinator")
    single_point = _address(
        "Address of the single point of contact",
        section="Whom to talk to",
        hint="When this person leaves, the deputy takes over.",
    )
    deputy = _address("Address of the deputy")
    escalation = _address("Address of the escalation contact", hint="Who is told when an answer does not come.")
    domains = optional(
        "Secure domains",
        2000,
        section="Secure mail",
        hint="Such as police.uk, cjsm.net. Every address of the agency must be within one; none means any.",
        widget="textarea",
        rows=3,
    )

    @validates("domains")
    def are_domains(self, value: str, **_options: Any) -> None:
        """Each is the end of an address."""
        _, wrong = rules.domains_of(value)
        if wrong:
            raise ValidationError(f"“{wrong[0][:80]}” is no domain. Write what stands behind the @, such as police.uk")


def agency_form(*, office: bool) -> AgencySchema:
    """What a form asks of an agency: of the office where its letters go, of any other what the office is not."""
    if office:
        return AgencySchema(exclude=["kind", "active", "safeguarding_lead"])
    form = AgencySchema(exclude=["coordinator", "deputy_coordinator"])
    kinds = {code: words for code, words in rules.KINDS.items() if code != rules.OFFICE}
    form.fields["kind"].metadata = {**form.fields["kind"].metadata, "choices": kinds}
    return form


class PersonSchema(Schema):
    """What the directory says of a person."""

    name = named("Name", "Enter the person's name", 200, autocomplete="off")
    address = fields.String(
        required=True,
        validate=WORK_ADDRESS,
        metadata={
            "label": "Work address",
            "hint": "The person's own: sign-in codes and letters go to it.",
            "type": "email",
            "autocomplete": "off",
        },
        **words(ONE_ADDRESS),
    )
    agency = fields.String(
        required=True,
        validate=one_of(every_agency, "Choose an agency from the list"),
        metadata={"label": "Agency", "widget": "select", "choices": every_agency},
        **words("Choose the agency"),
    )
    roles = several(lambda: rules.ROLES, "Roles", "Choose what the person does", least=1)
    state = chosen(
        rules.PERSON_STATES,
        "State",
        "Say whether the person works here",
        default=rules.ACTIVE,
        hint="Whoever has left is signed out everywhere.",
    )


class SearchSchema(Schema):
    """Whom somebody looks for."""

    find = fields.String(
        load_default="",
        validate=validate.Length(max=100, error="Keep this to 100 characters"),
        metadata={
            "label": "Name or work address",
            "hint": "Or how its words begin.",
            "autocomplete": "off",
            "width": 20,
        },
        **words("Enter a name"),
    )
    of = fields.String(
        load_default="",
        validate=lambda code: code and one_of(every_agency, "Choose an agency from the list")(code),
        metadata={"label": "Agency (optional)", "widget": "select", "choices": every_agency, "none": "Any"},
        **words("Choose an agency from the list"),
    )


class ListSchema(Schema):
    """A list of agencies or people as CSV."""

    text = fields.String(
        required=True,
        validate=validate.Length(
            min=1, max=LONGEST_LIST, error=f"Bring in at most {LONGEST_LIST} characters at a time"
        ),
        metadata={"label": "Or paste the list here", "widget": "textarea", "rows": 8},
        **words("Choose a file or paste a list"),
    )


class PlanSchema(Schema):
    """A list that is carried along unseen, and what it would do when it was shown."""

    text = fields.String(required=True, validate=validate.Length(1, LONGEST_LIST), metadata={"widget": "hidden"})
    seen = fields.String(load_default="", validate=validate.Length(max=64), metadata={"widget": "hidden"})
