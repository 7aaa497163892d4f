"""What may be chosen in a referral: fixed lists, and those that the profile writes."""

from collections.abc import Mapping

from pprg_intake.rules import ONLINE
from pprg_shared.acting import runtime

RISKS = {
    "no": "No",
    "yes_reported": "Yes, and I have reported it",
    "yes_not_yet": "Yes, and I have not reported it yet",
}
REASONS = {
    "concern": "Somebody died or was harmed, and agencies may learn from it",
    "good_outcome": "Agencies worked together and it went well",
}
SOURCES = {ONLINE: "On this form", "phone": "By phone", "paper": "On paper", "mail": "By email or letter"}


def reviews() -> Mapping[str, str]:
    """The routes that this group decides on."""
    return runtime().profile.decided_routes()


def processes() -> Mapping[str, str]:
    """What may run beside a review."""
    return runtime().profile.parallel_processes
