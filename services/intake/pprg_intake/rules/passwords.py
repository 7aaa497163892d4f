"""What makes a password too easy to guess; and no rule about what kinds of characters it must have."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from hashlib import sha256

LEAST, ADVISED, MOST = 12, 15, 200
#: Of a word of ours at least so many letters count, and so much must be left of a password without them.
WORD, LEFT = 4, 8
DIGITS = 10
OURS = ("practice", "review", "safeguarding", "partnership", "password")


def digest(password: str) -> str:
    """By which the list of common passwords has it: in small letters, for people think that capitals help."""
    return sha256(password.casefold().encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


def problem(password: str, own: Iterable[str], common: AbstractSet[str]) -> str:
    """Why nobody may have this password, as advice; empty for one that will do.

    `own` are names and addresses of the person and the partnership, `common` the digests of common passwords.
    """
    if len(password) < LEAST:
        return f"Use at least {LEAST} characters; three or four words that do not belong together are easy to remember"
    if len(password) > MOST:
        return f"Use at most {MOST} characters"
    if digest(password) in common:
        return "Many people have this password, and whoever guesses tries it first. Choose another"
    if len(_without(password, own)) < LEFT:
        return "This is made of your name, your address or what we are called. Choose another"
    return ""


def _without(password: str, own: Iterable[str]) -> str:
    """What is left of a password without the words that anybody would try on us, the longest first."""
    said = [text.casefold() for text in (*own, *OURS)]
    words = {word for text in said for word in (*_split(text), "".join(_split(text))) if len(word) >= WORD}
    left = "".join(_split(password.casefold()))
    if not any(word in left for word in words):
        return password
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, "")
    return left


def _split(text: str) -> list[str]:
    return "".join(each if each.isalnum() else " " for each in text).split()
