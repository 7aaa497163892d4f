"""Referrals and returns to measure with: invented, and as long as such accounts are in life.

A referral is about 2 kB once it is sealed.
"""

import random
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from pprg_shared.events.intake import ReferralSubmitted

WORDS = """
the child was seen at home by duty worker and account given consistent with earlier note no new injury observed
mother father carer reported police school nurse midwife visit missed appointment concern raised strategy
discussion held agencies agreed safety plan review within days history of domestic abuse substance misuse
housing neglect attendance fell hospital admission discharge letter sent general practitioner follow up
"""
CHARACTERS = 2600
ROWS = 1000

chance = random.Random(20261124)


def account():
    """Words in no order: they compress about as well as prose does."""
    return " ".join(chance.choices(WORDS.split(), k=CHARACTERS // 6))[:CHARACTERS]


def referral():
    """One referral as intake says it."""
    return ReferralSubmitted(
        referral_id=uuid4(),
        reference=f"WR-{uuid4().hex[:12]}",
        submitted_on=date(2026, 11, 24),
        referrer_id=uuid4(),
        referrer_agency="police",
        agencies=["police", "icb", "council", "school"],
        routes=["rapid-review"],
        subject_kind="child",
        subject_name="Invented Child",
        subject_born="May 2016",
        incident_on="2026-11-20",
        what_happened=account(),
    )


def envelopes(count, keys):
    """That many of them, sealed."""
    at = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    return [referral().wrap(keys, source="intake", time=at, correlation_id=str(uuid4())) for _ in range(count)]


def form():
    """What the API takes for a referral; about 4 kB."""
    person = {"kind": "child", "name": "Invented Child", "born": "May 2016", "address": "An invented street, Anytown"}
    person |= {"sex": "F", "ethnicity": "NOBT"}
    replies = ("died", "abuse_or_neglect", "in_area_or_resident", "learning")
    return {
        "immediate_risk": "no",
        "reason_kind": "concern",
        "referrer_name": "Invented Referrer",
        "referrer_role": "Designated nurse",
        "referrer_agency": "police",
        "referrer_email": "referrer@agency.example",
        "authorised_by": "Invented Lead, safeguarding lead",
        "subjects": [person, person | {"name": "Invented Sibling", "born": "?2019"}],
        "incident_on": "?October 2026",
        "incident": "serious_harm",
        "harm": ["neglect"],
        "family_knows": "Not yet: the police have asked us to wait.",
        "family": "Invented mother and her partner, an invented grandmother in the same street.",
        "what_happened": account(),
        "safety": "An invented safety plan has been made with the carers and is looked at each week.",
        "criteria": [{"criterion": name, "reply": "yes", "evidence": account()[:160]} for name in replies],
        "agencies": ["police", "icb", "gp"],
        "parallel_processes": ["inquest"],
        "routes": ["rapid_review"],
        "declaration": True,
    }


def returned():
    """What the API takes for a return with a chronology; about 230 kB."""
    first = date(2024, 1, 1)
    rows = [
        {
            "date": str(first + timedelta(days=number // 2)),
            "time": f"{number % 24:02}:15",
            "source": f"Case record, worker {number % 7}",
            "event": account()[:120],
            "action": "None",
        }
        for number in range(ROWS)
    ]
    told = {"voice_of_child_or_adult": account()[:200], "immediate_safety_actions": "none"}
    told |= {"author_independent": "yes", "records_secured": "Invented Records Manager"}
    return {"author": "Invented Lead", "summary": account()[:2000], "rows": rows} | told
