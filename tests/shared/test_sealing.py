import os
from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprg_shared.sealing import Keyring, Keys, SealError, new_key

OLD, NEW = os.urandom(32), os.urandom(32)


@given(st.binary(max_size=2000), st.text(max_size=60))
def test_what_was_sealed_opens_in_its_place(plain, place):
    ring = Keyring([NEW])

    assert ring.open(ring.seal(plain, place), place) == plain


@pytest.mark.asvs("11.3.3")
def test_a_value_moved_elsewhere_does_not_open():
    ring = Keyring([NEW])
    token = ring.seal(b"secret", "column:cases:1:content")

    with pytest.raises(SealError):
        ring.open(token, "column:cases:2:content")


@pytest.mark.asvs("11.3.3")
@pytest.mark.parametrize(
    "harm", [lambda t: t[:-2] + "AA", lambda t: "00000000" + t[8:], lambda t: t[:20], lambda _: ""]
)
def test_a_changed_value_does_not_open(harm):
    ring = Keyring([NEW])

    with pytest.raises(SealError):
        ring.open(harm(ring.seal(b"secret and more of it", "here")), "here")


@pytest.mark.asvs("11.2.2")
def test_the_newest_key_seals_and_the_older_still_open():
    before = Keyring([OLD]).seal(b"x", "here")
    ring = Keyring([NEW, OLD])

    assert ring.open(before, "here") == b"x"
    assert ring.seal(b"x", "here").startswith(ring.ids[0])


def test_a_ring_that_is_not_held_says_so():
    with pytest.raises(SealError, match="no case keys"):
        Keys({})["case"]


@pytest.mark.asvs("11.2.3", "11.5.1")
def test_a_new_key_fits_the_setting():
    assert len(b64decode(new_key())) == 32
    assert len(Keyring.parse(f"{new_key()}, {new_key()}").ids) == 2
