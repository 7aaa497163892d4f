"""What is wrong with a profile is said with file, line and key, all of it at once, and nothing starts."""

import os
import textwrap
import tomllib
from pathlib import Path

import pytest

import forked
from pprg_shared.profile import ProfileError, load_profile

FOLDER = Path(__file__).parent.parent.parent / "deploy/profiles"
WILTSHIRE, ENGLAND = ((FOLDER / name).read_text("utf-8") for name in ("wiltshire.toml", "england.toml"))
SHIPPED = {"wiltshire": WILTSHIRE, "england": ENGLAND}
BROKEN = tomllib.loads(Path(__file__).with_name("profile_faults.toml").read_text("utf-8"))["faults"]
CLOCK = 'trigger = "notified"\nnumber = 15\n'


@pytest.fixture
def profile(tmp_path):
    """Writes a profile and its base into a folder; gives its path."""

    def write(text=WILTSHIRE, base=ENGLAND):
        (tmp_path / "england.toml").write_text(base, "utf-8")
        (tmp_path / "x.toml").write_text(text, "utf-8")
        return str(tmp_path / "x.toml")

    return write


def changed(text, old, new):
    assert text.count(old) == 1, old
    return text.replace(old, new)


def refusal(path):
    with pytest.raises(ProfileError) as refused:
        load_profile(path)
    return str(refused.value).replace(f"{Path(path).parent}/", "")


def line_of(text, part):
    assert text.count(part) == 1, part
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken["words"].partition(": ")[0])
def test_a_fault_is_found_on_its_line(profile, broken):
    texts = dict(SHIPPED)
    texts[broken["file"]] = text = changed(texts[broken["file"]], broken["old"], broken["new"])
    line = line_of(text, broken["at"]) + body_offset(text, broken)

    said = refusal(profile(texts["wiltshire"], texts["england"]))

    file = {"wiltshire": "x.toml", "england": "england.toml"}[broken["file"]]
    assert said == f"{file} line {line}: {broken['words']}"


def body_offset(text, broken):
    """How far below its table a letter's body begins."""
    if ".body:" not in broken["words"]:
        return 0
    return text[text.index(broken["at"]) :].partition('body = """')[0].count("\n")


def test_two_faults_of_one_key_are_two(profile):
    due = "It was due on: {due_on}\n\nPlease answer now"
    base = changed(ENGLAND, due, due.replace("due_on", "due"))

    said = [each.partition("letters.kinds.overdue.body: ")[2] for each in refusal(profile(base=base)).splitlines()]

    assert said == [
        "",
        "nothing may fill the slot {due}; use {due_on}, {link}, {reference}",
        "must have the slot {due_on}",
    ]


def test_all_faults_are_said_at_once(profile):
    text = changed(WILTSHIRE, 'kind = "police"', 'kind = "polis"')
    text = changed(text, "minutes = 120", "minutes = 0")
    base = changed(ENGLAND, CLOCK, CLOCK.replace("number = 15", "number = 0"))

    said = refusal(profile(text, base)).splitlines()

    assert said[0] == "3 faults:"
    assert [each.split(": ")[1] for each in said[1:]] == [
        "agencies.police.kind",
        'clocks."rr.submit".number',
        "meetings.minutes",
    ]
    assert [each.strip().partition(" line ")[0] for each in said[1:]] == ["x.toml", "england.toml", "x.toml"]


def test_a_group_that_decides_on_nothing_is_no_use(profile):
    base = ENGLAND.replace('decided = "here"', 'decided = "elsewhere"')

    said = refusal(profile(base=base))

    first = line_of(base, "[routes.sin]")
    words = "routes: has none that this group decides on: one in use must say decided = 'here'"
    assert said == f"england.toml line {first}: {words}"


def test_a_partnership_that_has_nobody_to_ask_is_no_use(profile):
    text = WILTSHIRE.partition("[agencies.police]")[0]
    first = line_of(text, "[agencies.pprg-office]")

    said = refusal(profile(text))

    assert said == f"x.toml line {first}: agencies: has none but the office: there is nobody to ask"


@pytest.mark.parametrize("text", ['[partnership]\nname = "A\n', "[a]\n[a]\n", 'name = """\n'])
def test_what_is_not_toml_says_on_which_line(profile, text):
    said = refusal(profile(text))

    assert said.startswith("x.toml line 2: ")
    assert said.endswith(": this is not TOML")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('based_on = "../england.toml"\n', "x.toml line 1: based_on: must be the name of a file in the same folder"),
        ("based_on = 7\n", "x.toml line 1: based_on: must be the name of a file in the same folder"),
        (
            'based_on = "wales.toml"\n',
            "wales.toml: cannot be read (No such file or directory); based_on in x.toml names it",
        ),
    ],
)
def test_a_file_that_cannot_be_read_says_where(profile, text, words):
    assert refusal(profile(text)) == words


def test_a_profile_that_is_not_there_says_which_setting_names_it(tmp_path):
    assert (
        refusal(str(tmp_path / "y.toml"))
        == "y.toml: cannot be read (No such file or directory); set PROFILE to a profile's path"
    )


def test_a_profile_in_another_encoding_says_where(profile):
    path = profile()
    Path(path).write_bytes("# Größe\n".encode("latin-1"))

    assert refusal(path) == "x.toml: is not UTF-8 at byte 4; save it as UTF-8"


def test_the_example_of_the_how_to_lies_over_the_base(profile):
    how_to = (FOLDER.parent.parent / "docs/how-to/make-a-profile.md").read_text("utf-8")
    said = textwrap.dedent(how_to.partition("```toml")[2].partition("```")[0])

    found = load_profile(profile(f"{WILTSHIRE}\n{said}"))

    assert found.clocks["rr.agency_return"].words() == "10 working days"
    assert found.clocks["rr.agency_return"].trigger == "request_sent"
    assert found.routes["dhr"].name == "Domestic abuse related death review"
    assert found.routes["dhr"].short == "DHR"
    assert found.routes["owhr"].enabled


def test_a_profile_may_stand_alone(profile):
    said = refusal(profile('guidance = "None"\n')).splitlines()

    assert "  x.toml: routes: is missing" in said
    assert [each for each in said if "guidance" in each] == []


@pytest.mark.parametrize("command", [["run"], ["demo"], ["triage", "boxes", "list"]])
def test_with_a_wrong_profile_nothing_starts(profile, tmp_path, command):
    text = changed(WILTSHIRE, 'kind = "police"', 'kind = "polis"')
    about = {"PROFILE": profile(text), "VAR": str(tmp_path / "var")}

    done = forked.run(["-m", "pprg_embedded", *command], os.environ | about)

    line = line_of(text, 'kind = "polis"')
    assert done.returncode == 3
    assert done.stderr.startswith(f"Error: {about['PROFILE']} line {line}: agencies.police.kind: 'polis' is not known")
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "var/triage.sqlite").exists()
