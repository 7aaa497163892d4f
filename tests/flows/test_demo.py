import json
import os
import subprocess
import sys


def test_the_demo_plays_a_case_from_referral_to_published_outcome(tmp_path):
    command = [sys.executable, "-m", "pprg_embedded", "demo", "--agencies", "8", "--json"]
    own = {"TMPDIR": str(tmp_path)}

    played = subprocess.run(command, capture_output=True, text=True, timeout=110, env=os.environ | own, check=False)

    assert played.returncode == 0, played.stdout + played.stderr[-3000:]
    found = json.loads(played.stdout)
    assert [each for each in found["checks"] if not each["ok"]] == []
    assert (found["requests"], found["returns"], found["nil_returns"], found["rows"]) == (8, 6, 2, 18)
    assert found["coordinator_steps"] == sum(found["steps_by_phase"].values())
    assert found["corrected_returns"] == 1
    assert {name: list(found[name][0]) for name in ("routes", "clocks")} == {
        "routes": ["route", "outcome", "mandate", "next_step", "body", "ratified"],
        "clocks": ["code", "day_zero", "due", "state"],
    }
    assert {each["state"] for each in found["clocks"]} == {"runs", "waits"}
    read = ("the referrer reads what was decided", "each agency that was asked reads what was decided")
    assert {each["name"] for each in found["checks"]} > {*read, "what is for another is not there"}
    assert found["typed_mails"] == 0
    for canary in ("Invented Child", "invented account", "invented summary", "reasons are invented"):
        assert canary not in played.stderr
