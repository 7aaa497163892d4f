"""Which test answers which attack that docs/reference/attacks.toml lists."""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
LIST = ROOT / "docs/reference/attacks.toml"
#: A row at the beginning of the id of an example or of a marker's word.
ROW = re.compile(r"A\d\d(?=-|\Z)")
Proofs = Mapping[str, Sequence[str]]


def rows() -> dict[str, list[str]]:
    """What is tried and what is answered, by row."""
    return tomllib.loads(LIST.read_text("utf-8"))


def proofs() -> dict[str, list[str]]:
    """The tests of each row; the files are read, not imported."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for test, row in named(ast.parse(path.read_text("utf-8"))):
            found.setdefault(row, []).append(f"{path.relative_to(ROOT)}::{test}")
    return found


def named(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Each test with each row that its name (`test_a31_`), its marker or the id of an example (`A31-x`) names."""
    for test in tree.body:
        if isinstance(test, ast.FunctionDef) and test.name.startswith("test_"):
            by_name = (part.upper() for part in test.name.split("_") if re.fullmatch(r"a\d\d", part))
            words = (node for each in test.decorator_list for node in ast.walk(each) if isinstance(node, ast.Constant))
            by_word = (found[0] for each in words if (found := ROW.match(str(each.value))))
            yield from ((test.name, row) for row in dict.fromkeys((*by_name, *by_word)))


def faults(listed: Mapping[str, Sequence[str]], proved: Proofs) -> list[str]:
    """Rows that no test answers, in sentences; nothing when all is well."""
    return [f"no test answers {row}: {words[0]}" for row, words in listed.items() if not proved.get(row)]


def page() -> list[str]:
    """The lines below the heading of docs/reference/attacks.md."""
    proved = proofs()
    lines = ["| | what is tried | answer | tests |", "| --- | --- | --- | --- |"]
    for row, (tried, answer) in rows().items():
        lines.append(f"| {row} | {tried} | {answer} | {', '.join(f'`{each}`' for each in proved.get(row, ()))} |")
    return lines
