"""Referrals sent by many people at once, and what is stored of them."""

import dataclasses
from uuid import uuid4

import pytest
import sqlalchemy as sa

from invented import REFERRAL
from pprg_intake.models import Referral


@pytest.fixture
def settings(settings):
    """Nobody is slowed: how many referrals a test sends depends on how fast the machine is."""
    return dataclasses.replace(settings, limits=False)


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
