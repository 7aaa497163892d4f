"""What may be chosen in a referral: fixed lists, and those that the profile writes."""

from collections.abc import Collection, Mapping

from pprg_shared.acting import runtime
from pprg_shared.profile import Criterion, Profile

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
SOURCES = {"online": "On this form", "phone": "By phone", "paper": "On paper", "mail": "By email or letter"}


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
    harm = runtime().profile.harm
    young = dict(harm.child) | dict(harm.context) if {"child", "unborn"} & set(about) else {}
    return (dict(harm.adult) if "adult" in about else {}) | young


def prompts(profile: Profile) -> list[Criterion]:
    """The criteria that open routes in use and that no age answers, in the profile's order."""
    mandates = [one for each in profile.routes.values() if each.enabled for one in each.mandates if one.enabled]
    opening = {name for each in mandates for name in (*each.all, *each.any)}
    return [each for name, each in profile.criteria.items() if name in opening and each.ages is None]


def asks() -> Mapping[str, str]:
    """The questions of all prompts by code."""
    return {each.code: each.asks for each in prompts(runtime().profile)}


def asked(about: Collection[str], reason: str) -> list[tuple[int, str, str, str]]:
    """The questions for these kinds of subjects: number among all, code, question, explanation."""
    profile = runtime().profile
    local = [one for each in profile.routes.values() if each.standing == "local" for one in each.mandates]
    good = {name for each in local for name in (*each.all, *each.any)}
    return [
        (number, each.code, each.asks, each.help)
        for number, each in enumerate(prompts(profile))
        if set(each.subjects) & set(about) and (reason != "good_outcome" or each.code in good)
    ]
