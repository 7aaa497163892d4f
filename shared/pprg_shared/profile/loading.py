"""Finds a profile's files, lays one over the other, and says every fault with file, line and key."""

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from pprg_shared.profile.lines import lines_of
from pprg_shared.profile.reading import Fault, dotted, read
from pprg_shared.profile.whole import Profile

SHIPPED = Path("deploy", "profiles", "wiltshire.toml")
BASE = "based_on"


#: Place and text of each file, the uppermost first.
Layers = tuple[tuple[str, str], ...]
_AT_LINE = re.compile(r"line (\d+)")


class ProfileError(Exception):
    """A profile cannot be used; the text names file, line and key of every fault."""


def load_profile(path: str | None = None) -> Profile:
    """Read and check a profile; None means the one shipped. Raises ProfileError in plain words."""
    place = Path(path) if path else _shipped()
    top = _text(place, "set PROFILE to a profile's path")
    based_on = _based_on(place, top)
    if based_on is None:
        return _checked(((str(place), top),))
    if not isinstance(based_on, str) or "/" in based_on:
        fault = Fault((BASE,), "must be the name of a file in the same folder")
        raise ProfileError(_located(((str(place), top),), fault))
    base = place.parent / based_on
    return _checked(((str(place), top), (str(base), _text(base, f"{BASE} in {place} names it"))))


@lru_cache(maxsize=8)
def _based_on(place: Path, text: str) -> Any:
    """What a profile says that it is based on; asked once for each service of a process."""
    return _toml(place, text).get(BASE)


@lru_cache(maxsize=8)
def _checked(layers: Layers) -> Profile:
    """The profile of these files, the first laid over the second; the same texts are read once."""
    raw: dict[str, Any] = {}
    for place, text in reversed(layers):
        raw = _over(raw, _toml(Path(place), text))
    raw.pop(BASE, None)
    profile, faults = read(Profile, raw)
    if profile is not None:
        return profile
    said = dict.fromkeys(_located(layers, each) for each in faults)
    raise ProfileError("\n".join(said) if len(said) == 1 else "\n  ".join((f"{len(said)} faults:", *said)))


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Tables are laid over one another key by key; anything else of the upper one takes the place of the lower."""
    merged = dict(below)
    for name, value in above.items():
        under = below.get(name)
        merged[name] = _over(under, value) if isinstance(under, Mapping) and isinstance(value, Mapping) else value
    return merged


def _located(layers: Layers, fault: Fault) -> str:
    """A fault where a person finds it: the line of the key, or of the nearest table around it."""
    known = [(place, lines_of(text)) for place, text in layers]
    for length in range(len(fault.path), 0, -1):
        for place, lines in known:
            if (line := lines.get(fault.path[:length])) is not None:
                return f"{place} line {line}: {dotted(fault.path)}: {fault.words}"
    return f"{layers[0][0]}: {dotted(fault.path)}: {fault.words}"


def _text(place: Path, advice: str) -> str:
    try:
        return place.read_text(encoding="utf-8")
    except OSError as error:
        raise ProfileError(f"{place}: cannot be read ({error.strerror}); {advice}") from None
    except UnicodeDecodeError as error:
        raise ProfileError(f"{place}: is not UTF-8 at byte {error.start}; save it as UTF-8") from None


def _toml(place: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        words, _, at = str(error).rpartition(" (at ")
        line = _AT_LINE.match(at)
        where = line.group(1) if line else str(text.count("\n") + 1)
        raise ProfileError(f"{place} line {where}: {words}: this is not TOML") from None


def _shipped() -> Path:
    here = Path(__file__).resolve()
    for folder in (Path.cwd(), *here.parents):
        if (folder / SHIPPED).is_file():
            return folder / SHIPPED
    raise ProfileError("no profile found: set PROFILE to a profile's path")
