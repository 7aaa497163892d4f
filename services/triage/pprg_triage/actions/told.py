"""What is sealed of what a referral or a return told, and what of it goes to agencies."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from pprg_shared.events.intake import AgencySummarySubmitted, ReferralSubmitted
from pprg_shared.events.told import Sought, Subject


def content_of(heard: ReferralSubmitted) -> dict[str, Any]:
    """What is sealed with the case; a referral from before there were several subjects has one."""
    plain = ("subject_name", "subject_born", "incident_on", "what_happened", "reason_kind", "source", "incident")
    several = ("harm", "alleged_source", "parallel_processes")
    content: dict[str, Any] = {name: getattr(heard, name) for name in (*plain, *several)}
    only = Subject(kind=heard.subject_kind, name=heard.subject_name, born=heard.subject_born)
    content["subjects"] = [asdict(each) for each in heard.subjects or [only]]
    content["criteria"] = [asdict(each) for each in heard.criteria]
    content |= {"referrer_agency": heard.referrer_agency, "has_address": heard.has_address}
    content["entered_by"] = str(heard.entered_by) if heard.entered_by else ""
    return content | {"more": heard.more}


def sought_in(content: Mapping[str, Any]) -> list[Sought]:
    """What agencies are told of those whom a case is about, to find them in their records, by what is sealed of it."""
    apart = [each.name for each in fields(Sought)]
    first = {"name": content["subject_name"], "born": content["subject_born"]}
    people = content.get("subjects") or [first]
    said = ({name: (each.get("more", {}) | each).get(name, "") for name in apart} for each in people)
    return [Sought(**each) for each in said]


def answer_of(heard: AgencySummarySubmitted) -> dict[str, Any]:
    """What is sealed with a return, whatever the agency left open."""
    views = [asdict(each) for each in heard.views]
    return {"author": heard.author, "summary": heard.summary, "more": heard.more, "views": views}
