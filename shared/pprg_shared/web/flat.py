"""What a schema says is wrong, as a form shows it."""

from collections.abc import Mapping
from typing import Any


def flat(messages: Mapping[Any, Any], kept: Mapping[str, list[int]], path: str = "") -> dict[str, str]:
    """Marshmallow's tree of messages as one message a field; rows under the numbers that the person sees."""
    found: dict[str, str] = {}
    for key, value in messages.items():
        shown = kept[path][key] if path in kept and isinstance(key, int) and key < len(kept[path]) else key
        name = "" if key == "_schema" else f"{path}-{shown}" if path else str(shown)
        if isinstance(value, Mapping):
            # A complaint about one choice of several belongs to the whole group.
            inner = flat(value, kept, name)
            found |= {path or name: next(iter(inner.values()))} if _is_choice(value, key, path) else inner
        else:
            found[path if isinstance(key, int) and path else name] = str(value[0] if isinstance(value, list) else value)
    return found


def _is_choice(value: Mapping[Any, Any], key: Any, path: str) -> bool:
    return isinstance(key, int) and bool(path) and not value
