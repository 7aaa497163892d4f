"""Posts and contacts of an agency that letters go to, by the slugs that events and copies of the directory have."""

from collections.abc import Mapping

LEAD = "safeguarding-lead"
CONTACT, DEPUTY = "single-point-of-contact", "deputy-point-of-contact"
ESCALATION = "escalation-contact"
#: The posts of the office; it may do without a deputy.
COORDINATOR, DEPUTY_COORDINATOR = "coordinator", "deputy"
#: Contacts by the field of the directory that names them: the slug under which copies keep them among an agency's
#: duties, and what letters call them.
CONTACTS: Mapping[str, tuple[str, str]] = {
    "single_point": (CONTACT, "single point of contact"),
    "deputy": (DEPUTY, "deputy of the single point of contact"),
    "escalation": (ESCALATION, "escalation contact"),
}


def post_needed(kind: str) -> str:
    """The post without which an agency of this kind could not be written to."""
    return COORDINATOR if kind == "office" else LEAD
