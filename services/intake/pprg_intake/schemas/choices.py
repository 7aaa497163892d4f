"""What may be chosen in a referral: fixed lists, and those that the profile writes."""

from collections.abc import Collection, Mapping

from pprg_intake.rules import ONLINE
from pprg_shared.acting import runtime

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
SOURCES = {ONLINE: "On this form", "phone": "By phone", "paper": "On paper", "mail": "By email or letter"}


def reviews() -> Mapping[str, str]:
    """The routes that this group decides on."""
    return runtime().profile.decided_routes()


def incidents() -> Mapping[str, str]:
    """Kinds of incident."""
    return runtime().profile.incidents


def processes() -> Mapping[str, str]:
    """What may run beside a review."""
    return runtime().profile.parallel_processes


def harm() -> Mapping[str, str]:
    """Categories of harm for anybody."""
    return harm_of(KINDS)


def harm_of(about: Collection[str]) -> Mapping[str, str]:
    """Categories of harm for these kinds of subjects, and the circumstances around it."""
    return runtime().profile.harm.of(adult="adult" in about, young=not {"child", "unborn"}.isdisjoint(about))


def asks() -> Mapping[str, str]:
    """The questions of all prompts by code."""
    return runtime().profile.asks


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
