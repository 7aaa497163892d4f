"""Which tests answer the rows of a list in docs/reference: what is tried against the product, what goes wrong."""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
Proofs = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Answers:
    """A list whose rows are called by this letter and two figures: `A31` has an event or deed, and what follows."""

    letter: str
    file: str
    heads: tuple[str, str]

    def rows(self) -> dict[str, list[str]]:
        """What may come and what must follow, by row."""
        return tomllib.loads((ROOT / "docs/reference" / self.file).read_text("utf-8"))

    def proofs(self) -> dict[str, list[str]]:
        """The tests of each row; the files are read, not imported."""
        found: dict[str, list[str]] = {}
        for path in sorted((ROOT / "tests").rglob("test_*.py")):
            for test, row in self.named(ast.parse(path.read_text("utf-8"))):
                found.setdefault(row, []).append(f"{path.relative_to(ROOT)}::{test}")
        return found

    def named(self, tree: ast.Module) -> Iterator[tuple[str, str]]:
        """Each test with each row that its name (`test_a31_`), its marker or the id of an example (`A31-x`) names."""
        in_name = re.compile(rf"{self.letter.lower()}\d\d")
        in_word = re.compile(rf"{self.letter}\d\d(?=-|\Z)")
        for test in tree.body:
            if isinstance(test, ast.FunctionDef) and test.name.startswith("test_"):
                by_name = (part.upper() for part in test.name.split("_") if in_name.fullmatch(part))
                nodes = (node for each in test.decorator_list for node in ast.walk(each))
                words = (str(node.value) for node in nodes if isinstance(node, ast.Constant))
                by_word = (found[0] for each in words if (found := in_word.match(each)))
                yield from ((test.name, row) for row in dict.fromkeys((*by_name, *by_word)))

    def faults(self, listed: Mapping[str, Sequence[str]], proved: Proofs) -> list[str]:
        """Rows without a test and tests without a row, in sentences; nothing when all is well."""
        without = [f"no test answers {row}: {words[0]}" for row, words in listed.items() if not proved.get(row)]
        unknown = proved.keys() - listed.keys()
        return without + [f"{row} of {', '.join(proved[row])} is not in {self.file}" for row in sorted(unknown)]

    def page(self) -> list[str]:
        """The lines below the heading of the page."""
        proved = self.proofs()
        lines = [f"| | {self.heads[0]} | {self.heads[1]} | tests |", "| --- | --- | --- | --- |"]
        for row, (comes, follows) in self.rows().items():
            lines.append(f"| {row} | {comes} | {follows} | {', '.join(f'`{each}`' for each in proved.get(row, ()))} |")
        return lines


ATTACKS = Answers("A", "attacks.toml", ("what is tried", "answer"))
FAULTS = Answers("F", "faults.toml", ("what goes wrong", "what happens"))
