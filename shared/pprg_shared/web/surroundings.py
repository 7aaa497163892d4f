"""What is asked of the family, of others at risk, and of the agencies that know them, wherever it is asked."""

from marshmallow import fields, validate

from pprg_shared.web.fields import Choices, optional, several, text, words

AT_RISK = "Say whether anyone else is at risk and what has been done; if nobody is, say so"
#: What leads to questions that need not all be answered.
OF_FAMILY = "Say more about the family, and how to reach them"
OF_AGENCIES = "Say whom to ask there, and whether the media know"


def family() -> fields.String:
    """Who belongs to those whom a case is about."""
    hint = "Such as parents, carers, brothers and sisters, and who lives in the household."
    return optional("Family and others who matter", 2000, hint=hint, widget="textarea", rows=4)


def family_knows(*, needed: bool = True) -> fields.String:
    """What they were told; where it is `needed`, it is answered if with “not known”."""
    label, hint = (
        "Do they know of this referral? Say what they were told, or why not",
        "If you do not know, say “not known”.",
    )
    if not needed:
        return optional(label, 500, hint=hint)
    return text(label, "Say whether they know of this referral, or “not known”", 500, hint=hint)


def family_views() -> fields.String:
    """What they think."""
    return optional("What they think and want", 1000, widget="textarea", rows=2, further=OF_FAMILY)


def family_contact() -> fields.String:
    """Who reaches them."""
    return optional("Who can reach them, and how?", 500, further=OF_FAMILY)


def contact_risk() -> fields.String:
    """What may come of reaching them."""
    return optional("Is there a risk in reaching them?", 500, further=OF_FAMILY)


def safety() -> fields.String:
    """Who else is at risk; whether it must be said is for the whole schema."""
    return fields.String(
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


def agencies(choices: Choices, *, least: int = 1) -> "fields.List[str]":
    """Which agencies know them."""
    return several(
        choices,
        "Which agencies know them?",
        "Name at least one agency",
        least=least,
        hint="Choose all that you know of.",
        section="Agencies and reviews" if least else "Agencies",
    )


def other_agencies() -> fields.String:
    """Agencies that the directory does not have."""
    return optional("Others that are not in this list", 500)


def agency_contacts() -> fields.String:
    """Whom to ask."""
    return optional(
        "Whom to ask in these agencies", 1000, widget="textarea", rows=3, hint="Teams and roles.", further=OF_AGENCIES
    )


def referrer_phone(label: str = "Your work phone number") -> fields.String:
    """Where whoever referred is called."""
    return optional(label, 40, type="tel", autocomplete="tel", width=20)
