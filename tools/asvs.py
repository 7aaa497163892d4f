"""Which test proves which requirement of OWASP ASVS 5.0.0, levels 1 and 2, and why some are proved by none."""

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
LIST = ROOT / "docs/reference/asvs.toml"
#: How many requirements of each level the standard has.
LEVELS = {1: 70, 2: 183}
#: What a reason begins with, and what that is called at the head of the page.
REASONS = {
    "Document": "written down, not tested",
    "Code": "seen in the code or kept by its linter",
    "Operations": "up to whoever runs it",
    "By design": "decided otherwise",
    "Not met": "not met",
}
Proofs = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Requirement:
    """One row: what is asked, in words of our own, and the reason why no test proves it, if none does."""

    id: str
    level: int
    asks: str
    because: str = ""


@dataclass(frozen=True)
class Standard:
    """The requirements that apply, the sections they stand in, and those that do not apply by their reason."""

    requirements: Sequence[Requirement]
    sections: Mapping[str, str]
    absent: Mapping[str, Sequence[Requirement]]


def standard() -> Standard:
    """What docs/reference/asvs.toml says."""
    read = tomllib.loads(LIST.read_text("utf-8"))
    rows = [Requirement(name, **each) for name, each in read["requirements"].items()]
    absent = {
        each["because"]: [Requirement(name, level, "") for level in LEVELS for name in each[f"level_{level}"].split()]
        for each in read["absent"]
    }
    return Standard(sorted(rows, key=place), read["sections"], absent)


def place(requirement: Requirement) -> tuple[int, ...]:
    """Where it stands in the standard."""
    return tuple(int(part) for part in requirement.id.split("."))


def proofs() -> dict[str, list[str]]:
    """The tests that carry `@pytest.mark.asvs("1.2.3")`, by requirement; the files are read, not imported."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        text = path.read_text("utf-8")
        if "mark.asvs(" in text:
            for test, name in marked(ast.parse(text)):
                found.setdefault(name, []).append(f"{path.relative_to(ROOT)}::{test}")
    return found


def marked(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Each test of a file with each requirement that it is marked with, on itself or on one of its examples."""
    for test in tree.body:
        if isinstance(test, ast.FunctionDef):
            names = [name for each in test.decorator_list for name in _named(each)]
            yield from ((test.name, name) for name in dict.fromkeys(names))


def _named(decorator: ast.expr) -> Iterator[str]:
    for node in ast.walk(decorator):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "asvs":
            yield from (str(each.value) for each in node.args if isinstance(each, ast.Constant))


def faults(told: Standard, proved: Proofs) -> list[str]:
    """What is wrong with the list or the markers, in sentences; nothing when all is well."""
    known = {each.id: each for each in told.requirements}
    absent = [each for group in told.absent.values() for each in group]
    every = [*told.requirements, *absent]
    found = [
        f"{tests[0]} names V{name}, which is not in the list" for name, tests in proved.items() if name not in known
    ]
    for level, number in LEVELS.items():
        there = len({each.id for each in every if each.level == level})
        if there != number:
            found.append(f"the standard has {number} requirements of level {level}, the list {there}")
    found += [f"V{each.id} applies and does not" for each in absent if each.id in known]
    for each in told.requirements:
        if not proved.get(each.id) and not each.because:
            found.append(f"V{each.id} has neither a test nor a reason")
        if proved.get(each.id) and each.because:
            found.append(f"V{each.id} has a reason beside {proved[each.id][0]}: take one away")
        if each.because and each.because.partition(":")[0] not in REASONS:
            found.append(f"the reason of V{each.id} must begin with one of: {', '.join(REASONS)}")
        found += [f"V{each.id} leads to {path}, which is not there" for path in _leads_to(each) if not is_there(path)]
    return found


def _leads_to(requirement: Requirement) -> list[str]:
    """Files that a reason links to, or names by their path."""
    linked = re.findall(r"\]\(([^)]+)\)", requirement.because)
    named = re.findall(r"`((?:deploy|docs|services|shared|tests|tools)/[^`]+)`", requirement.because)
    return [f"docs/reference/{each}" for each in linked] + named


def is_there(path: str) -> bool:
    """Whether this is a file or folder, and if a test or a heading of it is named, whether that is in it."""
    file, _, test = path.partition("::")
    file, _, anchor = file.partition("#")
    whole = ROOT / file
    if not whole.exists() or not (test or anchor):
        return whole.exists()
    text = whole.read_text("utf-8")
    headings = re.findall(r"^#+ (.+)", text, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", each.lower()).replace(" ", "-") for each in headings}
    return f"def {test}(" in text if test else anchor in anchors


def page() -> list[str]:
    """The lines below the heading of docs/reference/asvs.md."""
    told, proved = standard(), proofs()
    lines = ["| how it stands | level 1 | level 2 |", "| --- | --- | --- |", *_counts(told, proved), ""]
    section = ""
    for each in told.requirements:
        if (here := each.id.rpartition(".")[0]) != section:
            section = here
            lines += ["", f"## V{here} {told.sections[here]}", "", "| | what it asks | proof |", "| --- | --- | --- |"]
        proof = ", ".join(f"`{test}`" for test in proved.get(each.id, ())) or each.because
        lines.append(f"| V{each.id} | {each.asks} | {proof} |")
    lines += ["", "## What does not apply", "", "| | because |", "| --- | --- |"]
    for because, group in told.absent.items():
        lines.append(f"| {', '.join(f'V{each.id}' for each in sorted(group, key=place))} | {because} |")
    return lines


def _counts(told: Standard, proved: Proofs) -> Iterator[str]:
    def row(words: str, rows: Iterable[Requirement]) -> str:
        levels = [each.level for each in rows]
        return f"| {words} | {levels.count(1)} | {levels.count(2)} |"

    yield row("proved by tests", (each for each in told.requirements if proved.get(each.id)))
    for kind, words in REASONS.items():
        yield row(words, (each for each in told.requirements if each.because.startswith(f"{kind}:")))
    yield row("does not apply", (each for group in told.absent.values() for each in group))
