"""What is said of the answers to a referral and to a request, as the events hold it."""

import json
from collections.abc import Mapping
from typing import Any

from pprg_intake import rules
from pprg_shared.events.told import Prompt, Row, View
from pprg_shared.subjects import as_told

#: Answers that other services read each by itself, and those that are only shown with the case.
READ = (
    *("referrer_agency", "agencies", "routes", "incident_on", "what_happened", "reason_kind", "source"),
    *("incident", "harm", "alleged_source", "parallel_processes", "la_aware_on", "notified_on"),
)
MORE = (
    *("referrer_phone", "authorised_by", "taken_by", "family", "family_knows", "location", "safety"),
    *("other_agencies", "notification_reference", "referrer_body", "referrer_kind", "authorised_on", "agency_aware_on"),
    *("can_attend_meeting", "family_views", "family_contact", "contact_risk", "key_dates", "agency_contacts"),
    *("concern_about_joint_working", "learning_expected", "good_practice_seen", "media_interest"),
)
#: What a return holds that does not travel with what is only shown.
APART = frozenset({"author", "summary", "rows", "draft", "agency_view_on_criteria"})


_JSON = json.JSONEncoder(default=vars)
#: The bytes that a row takes besides what stands in it.
_FRAME = len(_JSON.encode(vars(Row("", "", uncertain=False, as_entered="", source="", event="", action=""))))


def of_referral(answers: Mapping[str, Any]) -> dict[str, Any]:
    """What a referral tells."""
    subjects = [as_told(each) for each in answers["subjects"]]
    return {
        "subjects": subjects,
        "subject_kind": subjects[0].kind,
        "subject_name": subjects[0].name,
        "subject_born": subjects[0].born,
        "criteria": [Prompt(**each) for each in answers["criteria"]],
        "more": _texts({name: answers.get(name) for name in MORE}),
        **{name: answers[name] for name in READ if name in answers},
    }


def of_return(answers: Mapping[str, Any]) -> dict[str, Any]:
    """What a return tells besides its chronology; a summary need not have been asked for."""
    return {
        "author": answers["author"],
        "summary": answers.get("summary", ""),
        "more": _texts({name: each for name, each in answers.items() if name not in APART}),
        "views": [View(**each) for each in answers.get("agency_view_on_criteria", ())],
    }


def size(row: Row) -> int:
    """How many bytes of JSON a row of a chronology takes, or one more; plain text need only be counted."""
    words = (row.value, row.precision, row.as_entered, row.source, row.event, row.action, row.time, row.people)
    text = "".join(words)
    plain = row.further is None and text.isascii() and text.isprintable() and '"' not in text and "\\" not in text
    return _FRAME + len(text) if plain else len(_JSON.encode(vars(row)))


def _texts(answers: Mapping[str, Any]) -> dict[str, str]:
    """What has been answered, its days as text."""
    return {name: each for name, each in rules.as_json(answers).items() if each}
