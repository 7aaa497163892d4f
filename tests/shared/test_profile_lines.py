"""Every key of a TOML text is found on its own line."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprg_shared.profile.lines import lines_of

FOLDER = Path(__file__).parent.parent.parent / "deploy/profiles"
ODD = """\
# a = "no"
top = 1

[a."b.c"]
d.e = [ 1,
  2, # ] not yet
  { f = "x", g = { h = "]}" } } ]
"quoted key" = '''
[not.a.table]
"no = 1"'''
after = \"\"\"
one \\" " "" \\\\\"\"\"
'lit.eral' = 2026-01-01T10:00:00.5
day = 2026-01-01 10:00:00

[[list]]
x = 1.5
[list.within]
y = { }
[[list.deep]]
[[list.deep]]
z = -1e3
[[list]]
x = ""
"""


def places(value, path=()):
    """Every path within a document."""
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inner:
        yield from places(each, (*path, name))


def test_all_ways_of_writing_a_key_are_found():
    lines = lines_of(ODD)

    assert set(places(tomllib.loads(ODD))) == set(lines)
    assert {path: line for path, line in lines.items() if path[0] != "list"} == {
        ("top",): 2,
        ("a",): 4,
        ("a", "b.c"): 4,
        ("a", "b.c", "d"): 5,
        ("a", "b.c", "d", "e"): 5,
        ("a", "b.c", "d", "e", 0): 5,
        ("a", "b.c", "d", "e", 1): 6,
        ("a", "b.c", "d", "e", 2): 7,
        ("a", "b.c", "d", "e", 2, "f"): 7,
        ("a", "b.c", "d", "e", 2, "g"): 7,
        ("a", "b.c", "d", "e", 2, "g", "h"): 7,
        ("a", "b.c", "quoted key"): 8,
        ("a", "b.c", "after"): 11,
        ("a", "b.c", "lit.eral"): 13,
        ("a", "b.c", "day"): 14,
    }
    assert {path[1:]: line for path, line in lines.items() if path[0] == "list"} == {
        (): 16,
        (0,): 16,
        (0, "x"): 17,
        (0, "within"): 18,
        (0, "within", "y"): 19,
        (0, "deep"): 20,
        (0, "deep", 0): 20,
        (0, "deep", 1): 21,
        (0, "deep", 1, "z"): 22,
        (1,): 23,
        (1, "x"): 24,
    }


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.name)
def test_every_key_of_a_shipped_profile_stands_on_the_line_that_is_said(path):
    text = path.read_text("utf-8")
    rows = text.splitlines()

    lines = lines_of(text)

    assert set(places(tomllib.loads(text))) == set(lines)
    assert [each for each, line in lines.items() if isinstance(each[-1], str) and each[-1] not in rows[line - 1]] == []


VALUES = st.recursive(
    st.integers() | st.booleans() | st.dates() | st.times() | st.text("ab\"'\\\n#[]{}=,. ", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab.\"' #", max_size=3), inner, max_size=3),
    max_leaves=8,
)


def written(value, *, inline):
    """A value as TOML, its texts over several lines where they may be."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return text_of(value) if inline else f'"""\n{escaped(value, keep=True)}"""'
    if isinstance(value, list):
        between = ", " if inline else ",  # ]\n"
        return f"[{between.join(written(each, inline=inline) for each in value)}{'' if inline else chr(10)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{text_of(name)} = {written(each, inline=True)}" for name, each in value.items()) + "}"
    return str(value)


def escaped(text, *, keep=False):
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    return text if keep else text.replace("\n", "\\n")


def text_of(text):
    return f'"{escaped(text)}"'


@given(st.dictionaries(st.text("ab.\"' #", max_size=3), VALUES, max_size=4), st.booleans())
def test_whatever_is_written_every_key_is_found_where_it_begins(document, inline):
    parts = [f"{text_of(name)} = {written(each, inline=inline)}\n" for name, each in document.items()]
    text = "".join(parts)
    begins = {name: 1 + "".join(parts[:number]).count("\n") for number, name in enumerate(document)}

    lines = lines_of(text)

    assert tomllib.loads(text) == document
    assert set(lines) == set(places(document))
    assert {name: lines[(name,)] for name in document} == begins
