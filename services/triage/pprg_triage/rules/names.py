"""What says who a case is about, for those who decide on it and need not know: taken out, not hidden."""

from collections.abc import Collection, Mapping
from typing import Any

#: In what is known of each person and their life, of the case, of what a referral says besides, and of a list's row.
OF_PEOPLE = ("name", "also_known_as", "nhs_number", "address")
OF_LIVES = ("relation", "address_at_incident", "local_id", "gp_practice", "school_or_setting", "place_of_death")
OF_CASES, OF_MORE = (
    ("subject_name",),
    (
        *("family", "safety", "location", "referrer_body", "referrer_phone", "referrer_email"),
        *("authorised_by", "family_views", "family_contact", "contact_risk", "agency_contacts"),
    ),
)
OF_LISTS = ("reference", "subject", "siblings", "notes")


def without_names(content: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of a case, without whom it is about."""
    return _without(content, OF_CASES) | {
        "subjects": [
            _without(each, OF_PEOPLE) | {"more": _without(each.get("more", {}), OF_LIVES)}
            for each in content.get("subjects", ())
        ],
        "more": _without(content.get("more", {}), OF_MORE),
    }


def return_without_names(content: Mapping[str, Any]) -> dict[str, Any]:
    """What a return says, without the names of those about whom an agency holds nothing."""
    return {**content, "about": []}


def listed_without_names(texts: Mapping[str, Any]) -> dict[str, Any]:
    """The same of the row of a list that a case came from."""
    return _without(texts, OF_LISTS)


def _without(found: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name not in names}
