"""What a return leaves open that the group will ask for."""

from collections.abc import Mapping
from typing import Any

#: What every return says of the work itself, and who stands for it; a chronology alone needs the last two.
OF_WORK = {
    "voice_of_child_or_adult": "the child's or adult's voice",
    "identity_factors": "who they are, and how that was taken into account",
    "good_practice": "good practice",
    "learning_identified": "what was learnt",
    "immediate_safety_actions": "what was done at once to keep people safe",
}
OF_SIGN_OFF = {"quality_assured_by": "who checked it", "records_secured": "whether records are secured"}


def left_open(content: Mapping[str, Any]) -> list[str]:
    """What an agency has not said, in words; whether that matters a person judges."""
    asked = (OF_WORK if content["summary"] else {}) | OF_SIGN_OFF
    return [words for name, words in asked.items() if not content["more"].get(name)]
