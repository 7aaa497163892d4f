"""How forms speak."""

from typing import Any


def words(text: str) -> dict[str, Any]:
    """The same advice whatever is wrong with a field."""
    return {"error_messages": dict.fromkeys(("required", "invalid", "null"), text)}
