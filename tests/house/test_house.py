"""Rules about the repository that programs keep, not wishes."""

import ast
import re
import subprocess
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import golden
from pprg_embedded.deployment import nginx_map
from pprg_embedded.world import SERVICES
from pprg_shared.app import Origin
from pprg_shared.events import every
from pprg_shared.web.headers import ALWAYS

ROOT = Path(__file__).parent.parent.parent
MODULE_LINES = 300
FUNCTION_LINES = 40
HOSTS = re.compile("pypi" + r"\.org|python" + r"hosted\.org|registry\." + r"npmjs|deb\." + "debian")
PLACES = re.compile(r"(?<![\w.])/(work|home|root)/\w")


def tracked(*patterns: str) -> list[Path]:
    command = ["git", "ls-files", "-co", "--exclude-standard", "--", *patterns]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [ROOT / name for name in names if (ROOT / name).is_file()]


MODULES = [path for path in tracked("*.py") if "migrations" not in path.parts and "tests" not in path.parts]


FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def own_lines(function: ast.AST) -> int:
    """From the signature to the end, but for the functions inside, which are counted by themselves."""

    def within(node: ast.AST) -> Iterator[int]:
        for each in ast.iter_child_nodes(node):
            if isinstance(each, FUNCTION):
                first = min(each.lineno, *(mark.lineno for mark in each.decorator_list or [each]))
                yield each.end_lineno - first + 1
            else:
                yield from within(each)

    return function.end_lineno - function.lineno + 1 - sum(within(function))


def test_lines_of_a_function_are_counted_with_its_signature_and_without_what_is_inside():
    (outer,) = ast.parse("def outer(\n    a,\n):\n    @mark\n    def inner():\n        pass\n\n    return inner\n").body

    assert own_lines(outer) == 5
    assert own_lines(outer.body[0]) == 2


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_and_functions_stay_small_and_say_what_they_hold(path):
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)

    long = [node.name for node in ast.walk(tree) if isinstance(node, FUNCTION) and own_lines(node) > FUNCTION_LINES]

    assert len(text.splitlines()) <= MODULE_LINES
    assert long == []
    assert ast.get_docstring(tree)


#: Names that say nothing of what a module holds.
NAMELESS = {"base", "common", "helpers", "manager", "misc", "util", "utils"}


def test_every_module_is_named_by_what_it_holds():
    assert [path for path in MODULES if path.stem in NAMELESS] == []


def test_every_name_that_a_package_offers_is_there():
    packages = [each for each in MODULES if "__all__ = " in each.read_text("utf-8")]
    modules = [import_module(".".join(_import_path(each))) for each in packages]

    missing = {each.__name__: [name for name in each.__all__ if not hasattr(each, name)] for each in modules}

    assert len(modules) > 5
    assert {name: names for name, names in missing.items() if names} == {}


def _import_path(path):
    """The parts of a module's name, from the package that carries our prefix on."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    first = next(place for place, part in enumerate(parts) if part.startswith("pprg_"))
    return [part for part in parts[first:] if part != "__init__"]


def test_no_file_names_a_registry_or_a_place_on_some_machine():
    found = [
        path.relative_to(ROOT)
        for path in tracked()
        if path.suffix not in {".png", ".js", ".css"}
        and (HOSTS.search(text := path.read_text(encoding="utf-8")) or PLACES.search(text))
    ]

    assert found == []


def test_the_readme_can_be_read_in_one_sitting():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 120


def test_what_the_readme_names_is_there():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:services|shared|deploy|docs|tests|tools)/[^` ]+)`", text)
    named += [each for each in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in each]
    places = [each.replace("<service>", service.name) for each in named for service in SERVICES]

    assert len(named) > 20
    assert [each for each in places if not ((ROOT / each).exists() or (ROOT / f"{each}.py").exists())] == []


def test_every_event_is_said_by_one_service_or_by_every_and_heard_by_somebody():
    said = [event.event_type for service in SERVICES for event in service.says]
    heard = {event.event_type for service in SERVICES for event in service.hears}
    declared = list(golden.declared())

    assert sorted(set(said)) == declared
    assert {name: said.count(name) for name in declared if said.count(name) != 1} == {
        event.event_type: len(SERVICES) for event in (every.AccessRecorded,)
    }
    assert sorted(heard) == declared, "what nobody hears comes back from RabbitMQ and stays in the outbox for ever"


def test_no_two_services_claim_the_same_pages():
    segments = [segment for service in SERVICES for segment in service.segments]

    assert sorted(segments) == sorted(set(segments))


@pytest.mark.parametrize("who", ["coordinator", "chair", "partner-police", "lead-gp", "ops", "administrator"])
def test_the_menu_offers_a_person_what_they_may_open_and_nothing_else(world, who):
    for service in SERVICES:
        visitor = world.visitor(service.name, who)
        for words, (href, _) in service.menu.items():
            page = visitor.get(href)

            assert href.split("/")[1] in service.segments
            assert page.status_code == (200 if f">{words}<" in re.sub(r"\s*\n\s*", "", _menu(page)) else 403)


def _menu(page) -> str:
    return page.text.partition("<nav")[2].partition("</nav>")[0]


def test_nginx_sends_a_path_to_the_service_that_would_answer_it_embedded(world):
    text = (ROOT / "deploy/nginx/services.map").read_text(encoding="utf-8")
    segments = [segment for service in SERVICES for segment in service.segments if segment]
    names = [service.name for service in SERVICES]
    nouns = [*segments, *names, "nothing", "casesque", ""]
    paths = [f"{start}{noun}{end}" for start in ("/", "/api/v1/", "/assets/") for noun in nouns for end in ("", "/x")]
    rules = [(re.compile(pattern), name) for pattern, name in re.findall(r'"~(\S+)" (\w+);', text)]
    (front,) = re.findall(r"default (\w+);", text)
    origin = Origin({each.service.name: world.app(each.service.name) for each in world.services.values()}, None, 1)

    chosen = {path: next((name for rule, name in rules if rule.search(path)), front) for path in paths}

    assert text == nginx_map(SERVICES)
    assert chosen == {path: origin._whose(path).extensions["pprg"].service.name for path in paths}


def test_nginx_says_of_the_services_answers_only_what_they_do_not_say_themselves():
    folder = ROOT / "deploy/nginx"
    passed_on, _, by_itself = (folder / "pages.conf").read_text("utf-8").partition("location @away")
    others = "".join((folder / name).read_text("utf-8") for name in ("nginx.conf", "https.conf", "common.conf"))

    names = [re.findall(r"add_header (\S+)", each) for each in (passed_on, by_itself, others)]

    assert names[0] == ["Strict-Transport-Security"]
    assert names[0][0] not in ALWAYS
    assert {"Strict-Transport-Security", "Cache-Control", "Content-Security-Policy"} <= set(names[1])
    assert names[2] == []


#: The colour of GOV.UK's own pages; the typeface that its domain alone may use.
OF_THE_GOVERNMENT = re.compile(r"#1d70b8|GDS Transport|crown|ogl-licence|govuk-header__logo|© Crown", re.IGNORECASE)


def test_pages_wear_nothing_that_is_the_governments_own():
    web = ROOT / "shared/pprg_shared/web"
    ours = [
        *web.rglob("*.html"),
        *(ROOT / "services").rglob("*.html"),
        *(web / "static").glob("pprg*"),
        web / "static/favicon.svg",
    ]
    layout = (web / "templates/layout.html").read_text(encoding="utf-8")

    assert [each.name for each in ours if OF_THE_GOVERNMENT.search(each.read_text(encoding="utf-8"))] == []
    assert "GDS Transport" not in (web / "static/govuk-frontend.min.css").read_text(encoding="utf-8")
    assert 'content="#1f4e5f"' in layout
    assert "pprg-foot" in layout


def test_decisions_are_numbered_without_a_gap():
    numbers = sorted(path.name[:4] for path in (ROOT / "docs/decisions").glob("*.md"))

    assert numbers == [f"{n:04}" for n in range(1, len(numbers) + 1)]
