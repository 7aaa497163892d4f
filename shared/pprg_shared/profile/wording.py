"""Texts with named slots, such as {reference}: which they may name, and what is wrong with one that names another."""

from collections.abc import Collection, Iterator
from string import Formatter


def slots_of(text: str) -> list[str]:
    """The slots that a text names; raises ValueError for braces that do not close."""
    parts = Formatter().parse(text)
    return [_slot(name, form or "", conversion) for _, name, form, conversion in parts if name is not None]


def slot_problems(text: str, allowed: Collection[str], needed: Collection[str] = ()) -> Iterator[str]:
    """Why a text cannot be filled, in plain words."""
    try:
        named = slots_of(text)
    except ValueError:
        yield "has a brace without its other half; a slot is written {so}, a brace by itself {{ or }}"
        return
    choice = f"use {', '.join(f'{{{each}}}' for each in sorted(allowed))}" if allowed else "no slot may stand here"
    for each in dict.fromkeys(named):
        if each not in allowed:
            yield f"nothing may fill the slot {{{each}}}; {choice}"
    for each in sorted(set(needed) - set(named)):
        yield f"must have the slot {{{each}}}"


def _slot(name: str, form: str, conversion: str | None) -> str:
    """The slot as it was written, with any form, so that only a plain name can be one that is allowed."""
    return f"{name}{f'!{conversion}' if conversion else ''}{f':{form}' if form else ''}"
