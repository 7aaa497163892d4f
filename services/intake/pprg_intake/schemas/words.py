"""What a work email address must be, and which agencies may be named."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from marshmallow import validate

from pprg_intake import rules
from pprg_shared.acting import runtime

ONE_ADDRESS = "Enter one email address, such as name@agency.example"
#: What a work email address must be; `rules.is_address` says the same without a form.
WORK_ADDRESS: Sequence[Callable[[str], Any]] = (
    validate.Length(max=rules.LONGEST_ADDRESS, error=f"Keep this to {rules.LONGEST_ADDRESS} characters"),
    validate.Regexp(rules.ADDRESS + r"\Z", error=ONE_ADDRESS),
)
#: The same, or nothing at all.
WORK_ADDRESS_OR_NONE: Sequence[Callable[[str], Any]] = (
    WORK_ADDRESS[0],
    validate.Regexp(rf"({rules.ADDRESS})?\Z", error=ONE_ADDRESS),
)


def agencies() -> Mapping[str, str]:
    """The agencies that may be named."""
    return runtime().agencies.asked()
