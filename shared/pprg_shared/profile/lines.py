"""On which line of a TOML text each key stands; tomllib reads values and keeps no lines."""

import re
import tomllib
from collections.abc import Mapping
from typing import NamedTuple

Path = tuple[str | int, ...]

_TOKEN = re.compile(
    r'(?P<text>"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\')'
    r"|(?P<comment>#[^\n]*)|(?P<newline>\n)|(?P<mark>[\[\]{},=.])|(?P<space>[ \t\r]+)|(?P<bare>[^\s\"'#\[\]{},=.]+)",
    re.DOTALL,
)


class _Token(NamedTuple):
    kind: str
    text: str
    line: int


def lines_of(text: str) -> Mapping[Path, int]:
    """The line (from 1) of every table, key and list entry of a TOML text that tomllib has accepted."""
    return _Scanner(text).scan()


class _Scanner:
    """Goes once over the tokens; what the tokens mean has been checked before."""

    def __init__(self, text: str) -> None:
        self.tokens: list[_Token] = []
        line = 1
        for found in _TOKEN.finditer(text):
            kind, part = str(found.lastgroup), found.group()
            if kind not in {"space", "comment"}:
                self.tokens.append(_Token(kind, part, line))
            line += part.count("\n")
        self.tokens.append(_Token("end", "", line))
        self.at = 0
        self.lines: dict[Path, int] = {}
        self.last: dict[Path, int] = {}

    def scan(self) -> Mapping[Path, int]:
        table: Path = ()
        while (token := self.now()).kind != "end":
            if token.kind == "newline":
                self.at += 1
            elif token.text == "[":
                table = self.header(token.line)
            else:
                self.pair(table)
        return self.lines

    def now(self) -> _Token:
        return self.tokens[self.at]

    def take(self, *marks: str) -> bool:
        """Pass over the next token if it is one of these marks."""
        found = self.now().kind in {"mark", "newline"} and self.now().text in marks
        self.at += found
        return found

    def header(self, line: int) -> Path:
        """`[a.b]` or `[[a.b]]`: the table that the following keys belong to."""
        self.take("[")
        several = self.take("[")
        names = self.key()
        while self.take("]"):
            pass
        path: Path = ()
        for name in names[:-1]:
            path = self.within((*path, name))
            self.lines.setdefault(path, line)
        path = (*path, names[-1])
        self.lines.setdefault(path, line)
        if several:
            self.last[path] = self.last.get(path, -1) + 1
            path = self.within(path)
        self.lines[path] = line
        return path

    def within(self, path: Path) -> Path:
        """The last entry of a list of tables; any other path as it is."""
        return (*path, self.last[path]) if path in self.last else path

    def key(self) -> list[str]:
        names = []
        while self.now().kind in {"bare", "text"} or self.now().text == ".":
            token = self.now()
            if token.kind == "text":
                names.append(str(tomllib.loads(f"key = {token.text}")["key"]))
            elif token.kind == "bare":
                names.append(token.text)
            self.at += 1
        return names

    def pair(self, table: Path) -> None:
        line = self.now().line
        names = self.key()
        for count in range(1, len(names)):
            self.lines.setdefault((*table, *names[:count]), line)
        self.take("=")
        self.value((*table, *names), line)

    def value(self, path: Path, line: int) -> None:
        self.lines[path] = line
        if self.take("["):
            number = 0
            while not self.take("]"):
                if not self.take("\n", ","):
                    self.value((*path, number), self.now().line)
                    number += 1
        elif self.take("{"):
            while not self.take("}"):
                if not self.take("\n", ","):
                    self.pair(path)
        else:
            while self.now().kind in {"text", "bare"} or self.now().text == ".":
                self.at += 1
