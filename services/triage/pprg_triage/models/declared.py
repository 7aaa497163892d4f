"""Of what all tables of triage are made."""

from sqlalchemy.orm import DeclarativeBase

CASE = {"ring": "case"}
CONTACT = {"ring": "contact"}


class Base(DeclarativeBase):
    """Of all tables of triage."""
