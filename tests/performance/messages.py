"""Referrals to measure with: invented, each about 2 kB once it is sealed, as long as such accounts are in life."""

import random
from datetime import UTC, date, datetime
from uuid import uuid4

from pprg_shared.events.intake import ReferralSubmitted

WORDS = """
the child was seen at home by duty worker and account given consistent with earlier note no new injury observed
mother father carer reported police school nurse midwife visit missed appointment concern raised strategy
discussion held agencies agreed safety plan review within days history of domestic abuse substance misuse
housing neglect attendance fell hospital admission discharge letter sent general practitioner follow up
"""
CHARACTERS = 2600

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
