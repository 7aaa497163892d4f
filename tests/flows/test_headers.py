"""What every answer of every service tells the browser."""

import re

import pytest

PLACES = [
    ("intake", "/", 200, "Refer a case"),
    ("intake", "/people", 200, "Robin Sample"),
    ("intake", "/nowhere", 404, "Page not found"),
    ("triage", "/cases", 200, "See your interests"),
    ("notifier", "/letters", 200, "Letters"),
    ("publisher", "/publications", 200, "Publications"),
    ("publisher", "/learning", 200, "What was learnt"),
    ("triage", "/api/v1/cases", 200, "cases"),
    ("intake", "/api/v1/nowhere", 404, "Page not found"),
]


@pytest.mark.asvs("3.2.1", "3.4.3", "3.4.4", "3.4.5", "3.4.6", "14.2.2", "14.2.3", "14.3.2")
@pytest.mark.parametrize(("service", "path", "status", "words"), PLACES)
def test_a66_a67_a69_nothing_is_kept_framed_or_told_to_others(world, unchanged, service, path, status, words):
    client = world.visitor(service, "coordinator")
    answer = client.get(path, headers=world.acting("coordinator") if path.startswith("/api") else {})

    headers = answer.headers
    assert (answer.status_code, words in answer.text) == (status, True)
    assert "frame" not in re.sub("frame-ancestors|govuk-frontend", "", answer.text)
    policy = dict(each.partition(" ")[::2] for each in headers["Content-Security-Policy"].split("; "))
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert (policy["default-src"], policy["base-uri"], policy["frame-ancestors"]) == ("'none'", "'none'", "'none'")
    assert not re.search("unsafe|https?:|data:", headers["Content-Security-Policy"])


@pytest.mark.asvs("3.4.3", "11.5.1")
def test_every_script_and_style_carries_a_word_that_is_new_for_each_answer(world):
    client, seen = world.visitor("triage", "coordinator"), set()
    for _ in range(3):
        page = client.get("/cases")
        (word,) = set(re.findall("nonce-([A-Za-z0-9_-]{20,})'", page.headers["Content-Security-Policy"]))
        tags = re.findall(r"<(?:script|link rel=\"stylesheet\")[^>]*>", page.text)
        assert len(tags) == 5
        assert all(f'nonce="{word}"' in each for each in tags)
        seen.add(word)

    assert len(seen) == 3


@pytest.mark.asvs("3.2.1")
def test_what_is_no_page_loads_nothing(world):
    answer = world.visitor("triage", "coordinator").get("/api/v1/cases")

    assert answer.headers["Content-Security-Policy"].startswith(
        "default-src 'none'; base-uri 'none'; form-action 'none'"
    )
