"""Codes: those that an authenticator shows (RFC 6238), recovery codes, and those that open something once."""

import hmac
from datetime import datetime, timedelta
from hashlib import sha256

import pyotp

STEP_SECONDS = 30
#: Clocks differ: the code before and the one after are taken too.
TOLERANCE = 1
RECOVERY_CODES = 10
#: Enough that a plain digest keeps a code: 24 letters and digits of 31 are 118 bits.
LONG_CODE = 24
GROUP = 4
#: Letters and digits that nobody takes for one another.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
#: How long a long code works that was printed for somebody, and the short one that is mailed for a new password.
ENROLMENT_WORKS = timedelta(hours=24)
RESET_WORKS = timedelta(minutes=10)
RESET_DIGITS = 6
MOST_TRIES_OF_A_CODE = 5


def step_of(at: datetime) -> int:
    """The half minute that an instant lies in."""
    return int(at.timestamp()) // STEP_SECONDS


def accepted(secret: str, typed: str, at: datetime, last: int) -> int | None:
    """The half minute whose code was typed, if it is near and later than the last whose code was taken."""
    now = step_of(at)
    found = None
    for step in range(now - TOLERANCE, now + TOLERANCE + 1):
        if hmac.compare_digest(pyotp.TOTP(secret).generate_otp(step).encode(), typed.encode()):
            found = step
    return found if found is not None and found > last else None


def plain(typed: str) -> str:
    """A code as it is compared: whatever people put between its letters does not matter."""
    return "".join(each for each in typed.lower() if each.isalnum())


def grouped(code: str) -> str:
    """A long code as people copy it."""
    return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def digest_of_code(code: str) -> str:
    """Under which a long code is kept."""
    return sha256(plain(code).encode()).hexdigest()
