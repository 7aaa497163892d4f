"""Rounds: every variant once in each, in a new random order; ratios are taken within a round."""

import json
import random
import statistics
import sys
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Samples:
    """What a section has measured: for each round and variant, figures by name."""

    section: str
    rows: list = field(default_factory=list)

    def add(self, number, variant, figures):
        self.rows.append({"round": number, "variant": variant, **figures})

    @property
    def variants(self):
        return list(dict.fromkeys(each["variant"] for each in self.rows))

    def of(self, variant, figure):
        """A figure by round."""
        return {each["round"]: each[figure] for each in self.rows if each["variant"] == variant and figure in each}

    def ratios(self, variant, limit, figure):
        """This variant's figure by the limit's of the same round."""
        mine, theirs = self.of(variant, figure), self.of(limit, figure)
        return [mine[number] / theirs[number] for number in sorted(mine) if theirs.get(number)]


def interleave(section, variants, rounds, folder: Path, seed=1):
    """Run all variants in rounds; every sample is also kept in a file."""
    samples = Samples(section)
    chance = random.Random(seed)
    with _file(folder, section).open("w", encoding="utf-8") as out:
        for number in range(rounds):
            names = list(variants)
            chance.shuffle(names)
            for name in names:
                samples.add(number, name, variants[name]())
                out.write(json.dumps(samples.rows[-1]) + "\n")
                out.flush()
                words = ", ".join(f"{key} {shown(value)}" for key, value in samples.rows[-1].items() if key != "round")
                say(f"{section} {number + 1}/{rounds}: {words}")
    return samples


def kept(section, variants, rounds, folder: Path):
    """What a run that broke off had measured of a section, if it had come to the end of it; else None."""
    lines = _file(folder, section).read_text("utf-8").splitlines() if _file(folder, section).exists() else []
    return Samples(section, [json.loads(each) for each in lines]) if len(lines) == rounds * len(variants) else None


def _file(folder, section):
    return folder / f"{section.replace(' ', '-')}.jsonl"


def say(words):
    """To the terminal."""
    sys.stderr.write(words + "\n")
    sys.stderr.flush()


def middle(values):
    return statistics.median(values)


def percentile(values, part):
    """The value below which this part of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(part * (len(ordered) - 1)))]


def shown(value):
    """A number with three digits that mean something."""
    if isinstance(value, str):
        return value
    if value == 0:
        return "0"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    return f"{value:,.{digits}f}"


def spread(values):
    """Median and range."""
    values = list(values)
    return f"{shown(middle(values))} ({shown(min(values))}–{shown(max(values))})" if values else "–"
