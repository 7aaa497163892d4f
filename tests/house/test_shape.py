"""Every service has the same parts by the same names, and what they share knows nothing of the work that they do."""

import ast
import re
from pathlib import Path

import pytest

from house.test_house import ROOT
from pprg_embedded.world import SERVICES

#: What each service has, as docs/decisions/0040 says what it is for: each a module, or a package that it has become.
PARTS = {"pages", "api", "handlers", "projections", "actions", "schemas", "models", "answers", "rules", "service"}
PARTS |= {"__init__", "__main__", "migrations", "templates"}
#: What some have besides: the notifier sends and writes letters, and all others add to their command line.
OWN = {each.name: {"commands"} for each in SERVICES} | {"notifier": {"delivery", "message"}}
SHARED = ROOT / "shared/pprg_shared"
#: What the work is about.
BUSINESS = {"referral", "review", "meeting", "decision", "publication", "letter", "chronology", "glossary", "criterion"}
BUSINESS |= {"criteria", "safeguarding", "child", "reminder", "invitation", "embargo"}
#: Where it is spoken of, for more than one service: what is said, by whose rules, when and by whom.
SPOKEN = {"events", "profile", "calendar", "partial_dates", "chronology", "duties", "subjects"}
#: What is asked of those whom a case is about, by those who take a referral and by those who correct it.
SPOKEN |= {"web/referred"}


@pytest.mark.parametrize("service", SERVICES, ids=lambda each: each.name)
def test_a_service_has_the_parts_that_every_service_has(service):
    folder = ROOT / f"services/{service.name}/pprg_{service.name}"
    there = {each.stem for each in folder.iterdir() if each.suffix == ".py" or (each.is_dir() and each.stem[0] != "_")}

    assert there == PARTS | OWN[service.name]


def spoken_of(text: str) -> set[str]:
    """Business words in the names of what a text declares and uses; what is said in passing does not count."""
    nodes = list(ast.walk(ast.parse(text)))
    names = {getattr(node, part, None) for node in nodes for part in ("name", "id", "attr", "arg")}
    words = {
        word.lower() for name in names if isinstance(name, str) for word in re.findall("[A-Z]?[a-z]+|[A-Z]+", name)
    }
    return {each for each in BUSINESS if words & {each, f"{each}s"}}


def test_the_shared_part_names_nothing_of_the_work_but_where_more_than_one_service_speaks_of_it():
    modules = {str(path.relative_to(SHARED).with_suffix("")): path for path in SHARED.rglob("*.py")}
    apart = {name: path for name, path in modules.items() if not SPOKEN & {name, Path(name).parts[0]}}

    assert {name: found for name, path in apart.items() if (found := spoken_of(path.read_text("utf-8")))} == {}
    assert len(apart) > 60
    assert all(any(name == each or name.startswith(f"{each}/") for name in modules) for each in SPOKEN)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("def move_meeting(): pass", {"meeting"}),
        ("class NewReferrals: pass", {"referral"}),
        ("x.letter_id", {"letter"}),
        ("'a meeting'", set()),
        ("preview = 1", set()),
    ],
)
def test_what_is_spoken_of_is_found(line, found):
    assert spoken_of(line) == found
