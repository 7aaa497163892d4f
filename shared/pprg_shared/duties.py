"""Posts and contacts of an agency that letters go to, by the slugs that events and copies of the directory have."""

from collections.abc import Mapping

LEAD = "safeguarding-lead"
CONTACT, DEPUTY = "single-point-of-contact", "deputy-point-of-contact"
ESCALATION = "escalation-contact"
#: Contacts by the field of the directory that names them: the slug under which copies keep them among an agency's
#: duties, and what letters call them.
CONTACTS: Mapping[str, tuple[str, str]] = {
    "single_point": (CONTACT, "single point of contact"),
    "deputy": (DEPUTY, "deputy of the single point of contact"),
    "escalation": (ESCALATION, "escalation contact"),
}
