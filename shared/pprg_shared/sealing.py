"""Sealing: AES-256-GCM after compression, under the newest key of a ring, bound to the place where the value lies."""

import hashlib
import hmac
import os
import re
import zlib
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
#: Nothing sealed here may grow beyond this when opened: a message is at most 256 kB, a column not much more.
OPENED_BYTES = 64 * 1024 * 1024
LEVEL = 1
KEY_ID = re.compile("[0-9a-f]{8}")


class SealError(Exception):
    """A sealed value does not open: wrong key, wrong place, or changed."""


class KeyMissing(SealError):
    """The key that a value needs is not here; with it, it might open."""


def new_key() -> str:
    """A fresh key in the form that the settings take."""
    return b64encode(os.urandom(KEY_BYTES)).decode()


def key_id(key: bytes) -> str:
    """The short name by which sealed values say which key they need; it gives nothing away of the key."""
    return hashlib.sha256(b"pprg key id" + key).hexdigest()[:8]


class Keyring:
    """Keys of one ring, newest first: the first seals, all open."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise ValueError(f"a ring needs at least one key, each of {KEY_BYTES} bytes in base64")
        self.ids = tuple(key_id(key) for key in keys)
        self._ciphers = {name: AESGCM(key) for name, key in zip(self.ids, keys, strict=True)}
        self._newest = self.ids[0]
        self._digesting = hmac.digest(keys[0], b"pprg digest", "sha256")

    @classmethod
    def parse(cls, text: str) -> "Keyring":
        """A ring from its setting: keys in base64, newest first, with commas between."""
        try:
            return cls([b64decode(part.strip(), validate=True) for part in text.split(",")])
        except ValueError as error:
            raise ValueError(f"not a list of keys in base64: {error}") from None

    def seal(self, plain: bytes, context: str) -> str:
        """A token that opens only with this ring and in this context; text, safe in JSON and URLs."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ciphers[self._newest].encrypt(nonce, zlib.compress(plain, LEVEL), context.encode())
        return f"{self._newest}.{urlsafe_b64encode(nonce + sealed).decode()}"

    def digest(self, text: str, context: str) -> str:
        """The same for the same text in the same context, until the newest key is another; nobody can go back."""
        return hmac.digest(self._digesting, f"{context}|{text}".encode(), "sha256").hex()

    def open(self, token: str, context: str) -> bytes:
        """What was sealed; raises KeyMissing when its key is not in the ring, SealError if it was moved or changed."""
        name, _, body = token.partition(".")
        cipher = self._ciphers.get(name)
        if cipher is None:
            # What is no id of a key may be anything, and what is said of it is kept and shown.
            called = f"key {name}" if KEY_ID.fullmatch(name) else "what it says it was sealed with"
            raise KeyMissing(f"{called} is not in the ring")
        try:
            raw = urlsafe_b64decode(body)
            packed = cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], context.encode())
        except (InvalidTag, ValueError):
            raise SealError(f"a value sealed with {name} does not open here") from None
        opened = zlib.decompressobj()
        plain = opened.decompress(packed, OPENED_BYTES)
        if opened.unconsumed_tail:
            raise SealError("a sealed value is larger than it may be")
        return plain


@dataclass(frozen=True)
class Keys:
    """The rings that a service holds, by name; a ring it does not hold is simply not here."""

    rings: Mapping[str, Keyring] = field(default_factory=dict)

    def __getitem__(self, ring: str) -> Keyring:
        """The ring of this name; raises KeyMissing for one that the service does not hold."""
        if ring not in self.rings:
            raise KeyMissing(f"this service holds no {ring} keys")
        return self.rings[ring]

    def __contains__(self, ring: str) -> bool:
        """Whether the service holds this ring."""
        return ring in self.rings
