"""Pages about security that are written from the code: what proves the standard, and where keys and logs are."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import asvs
from answers import ATTACKS, FAULTS
from pprg_intake import rules as intake_rules
from pprg_publisher import rules as publisher_rules
from pprg_shared import limits
from pprg_triage import rules as triage_rules

ROOT = Path(__file__).parent.parent
CODE = ("shared", "services", "deploy")
#: What deals in keys, hashes, chance and ciphers.
CRYPTOGRAPHIC = frozenset(
    {"argon2", "cryptography", "hashlib", "hmac", "itsdangerous", "jwt", "passlib", "pyotp", "random", "secrets", "ssl"}
)
#: The rules of services that count how often somebody does something.
COUNTING = {"intake": intake_rules, "triage": triage_rules, "publisher": publisher_rules}
LOG = ("debug", "info", "warning", "error", "exception", "critical")
Page = tuple[str, tuple[str, ...], list[str]]


def pages() -> dict[str, Page]:
    """Each page by its file: title, words below it, lines."""
    return {
        "asvs.md": (
            "What proves the security standard",
            (
                "Each requirement of levels 1 and 2 of [OWASP ASVS 5.0.0](https://github.com/OWASP/ASVS/tree/v5.0.0)",
                "that applies, in words of our own, with the tests that prove it or the reason why none does. Tests in",
                "`tests/deployed` need Docker: `make deployed`. The list: `docs/reference/asvs.toml`.",
            ),
            asvs.page(),
        ),
        "attacks.md": (
            "What is tried, and the answer",
            (
                "Attacks and bad input, with the tests that hold the answer. A test names its rows in its name, in the",
                'id of an example, or by `@pytest.mark.attack("A31")`. The list: `docs/reference/attacks.toml`.',
            ),
            ATTACKS.page(),
        ),
        "faults.md": (
            "What goes wrong, and what happens then",
            (
                "Faults of databases, RabbitMQ, mail and the ways there, with the tests that bring them about.",
                'A test names its rows by `@pytest.mark.fault("F29")` or in the id of an example. The list:',
                "`docs/reference/faults.toml`.",
            ),
            FAULTS.page(),
        ),
        "inventory.md": (
            "Where keys, chance, limits and logs are",
            ("What [security.md](security.md) says in words, module by module, as the code has it.",),
            [*cryptography(), "", *how_often(), "", *log_lines()],
        ),
    }


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the product, by its path."""
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts and "build" not in path.parts:
                yield str(path.relative_to(ROOT)), ast.parse(path.read_text("utf-8"))


def cryptography() -> Iterator[str]:
    """Each module that deals in keys, hashes, chance or ciphers, what it uses, and what it is for."""
    yield from ("## Keys, hashes, chance and ciphers", "", "| module | uses | holds |", "| --- | --- | --- |")
    for path, tree in modules():
        if uses := sorted(used(tree)):
            words = (ast.get_docstring(tree) or "").partition("\n")[0]
            yield f"| `{path}` | {', '.join(f'`{each}`' for each in uses)} | {words} |"


def used(tree: ast.Module) -> set[str]:
    """What a module takes from a library that deals in such things: `hashlib.sha256`."""
    imported: dict[str, str] = {}
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {each.asname or each.name: each.name for each in node.names if _deals(each.name)}
        elif isinstance(node, ast.ImportFrom) and _deals(node.module or ""):
            found |= {f"{(node.module or '').partition('.')[0]}.{each.name}" for each in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in imported:
            found.add(f"{imported[node.value.id]}.{node.attr}")
        elif isinstance(node, ast.Attribute) and ast.unparse(node) == "os.urandom":
            found.add("os.urandom")
    return found


def _deals(module: str) -> bool:
    return module.partition(".")[0] in CRYPTOGRAPHIC


def how_often() -> Iterator[str]:
    """Each limit on how often somebody may do something, from the rules of the services that count."""
    yield from (
        "## How often something may be done",
        "",
        "| what | at most | within | set in |",
        "| --- | --- | --- | --- |",
    )
    what, most, seconds = limits.CALLS
    yield f"| {what} | {most} | {in_words(seconds)} | `shared/pprg_shared/limits.py` |"
    for service, rules in COUNTING.items():
        for found in pkgutil.iter_modules(rules.__path__):
            module = importlib.import_module(f"{rules.__name__}.{found.name}")
            for value in vars(module).values():
                if isinstance(value, tuple) and [type(each) for each in value] == [str, int, int]:
                    what, most, seconds = value
                    file = f"services/{service}/pprg_{service}/rules/{found.name}.py"
                    yield f"| {what} | {most} | {in_words(seconds)} | `{file}` |"


def in_words(seconds: int) -> str:
    """`15 minutes`."""
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds % length == 0:
            return f"{seconds // length} {unit}{'s' if seconds > length else ''}"
    return f"{seconds} seconds"


def log_lines() -> Iterator[str]:
    """Each line that may stand in a log: its event, level and fields, and who writes it."""
    yield from ("## Lines of the log", "", "Each has `timestamp` (UTC), `level` and `event`; lines of one request or")
    yield from ("message also `request_id` or `correlation_id`.", "", "| event | level | fields | module |")
    yield "| --- | --- | --- | --- |"
    for path, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and (level := _level(node.func)) and node.args:
                fields = [each.arg or f"those of `{ast.unparse(each.value)}`" for each in node.keywords]
                said = (
                    " or ".join(re.findall(r"'([^']+)'", ast.unparse(node.args[0]))) or "ready, or as the command says"
                )
                yield f"| {said} | {level} | {', '.join(fields)} | `{path}` |"


def _level(call: ast.expr) -> str:
    """The level, if this writes to the log: `log.info` or `logs.log.info`."""
    if isinstance(call, ast.Attribute) and call.attr in LOG:
        owner = call.value
        name = owner.attr if isinstance(owner, ast.Attribute) else owner.id if isinstance(owner, ast.Name) else ""
        return call.attr if name == "log" else ""
    return ""
