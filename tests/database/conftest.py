"""Referrals sent by many people at once, and what is stored of them."""

from uuid import uuid4

import pytest
import sqlalchemy as sa

from pprg_intake.models import Referral

REFERRAL = {
    "immediate_risk": "no",
    "referrer_name": "Invented Referrer",
    "referrer_role": "Nurse",
    "referrer_agency": "police",
    "referrer_email": "referrer@agency.example",
    "subject_kind": "child",
    "subject_name": "Invented Child",
    "subject_born": "May 2016",
    "incident_on": "2026",
    "what_happened": "An invented account.",
    "agencies": ["police", "icb"],
    "routes": [],
}


@pytest.fixture
def refer(world):
    """Send a referral; the answer."""
    client = world.client("intake").application.test_client

    def send(key=None):
        headers = {"Idempotency-Key": key or str(uuid4())}
        return client().post("/api/v1/referrals", json=REFERRAL, headers=headers)

    return send


@pytest.fixture
def stored(world):
    """The references of all referrals that are stored."""

    def ask():
        with world.services["intake"].database.reading() as session:
            return sorted(session.scalars(sa.select(Referral.reference)))

    return ask
