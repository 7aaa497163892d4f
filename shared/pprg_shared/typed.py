"""Text as people type it, cleaned at the door."""

import re
import unicodedata

_TURNING = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
#: One plain address and nothing else: parsers of mail would find two in what looks like one. And its longest.
ADDRESS = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
LONGEST_ADDRESS = 200
UNPRINTABLE = "This holds a character that cannot be printed. Type it again rather than pasting it"
TURNING = "This holds a mark that nobody sees or that turns what is read. Type it again rather than pasting it"


def clean(text: str) -> str:
    """Text normalised once at the door: composed letters, one kind of line end, no space around."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def unprintable(text: str) -> bool:
    """Whether text holds control characters or halves of characters (newline and tab are welcome)."""
    return _CONTROLS.search(text) is not None


def turning(text: str) -> bool:
    """Whether text holds marks of direction or unseen characters, so that it may not be what it reads as."""
    return _TURNING.search(text) is not None
