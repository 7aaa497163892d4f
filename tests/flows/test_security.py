"""What the security standard asks of answers, cookies, requests and lines of the log, where no other test shows it."""

import json
import re
from uuid import uuid4

import pytest
from gunicorn.http.errors import ParseException
from gunicorn.http.parser import RequestParser

from invented import REFERRAL, as_form
from pprg_shared.config import Settings
from pprg_shared.identity import cookies, tokens
from pprg_shared.server import Server

FORM = "/referrals/new?immediate_risk=no"
ENCODED = "%41 &lt;b&gt; &amp;amp; \\u0041 =C3=A9 +1"


def hidden(client):
    return dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', client.get(FORM).text)) | {"_end": "1"}


@pytest.mark.asvs("1.1.1")
def test_what_is_typed_is_decoded_once(world, get):
    client = world.client("intake")
    sent = client.post(FORM, data=as_form(REFERRAL | {"what_happened": ENCODED}) | hidden(client))
    world.settle()
    (case,) = get("triage", "/cases")["cases"]

    kept = get("triage", f"/cases/{case['id']}")["content"]["what_happened"]

    assert (sent.status_code, kept) == (303, ENCODED)


KINDS = {
    ("intake", "/"): "text/html; charset=utf-8",
    ("intake", "/nowhere"): "text/html; charset=utf-8",
    ("triage", "/api/v1/cases"): "application/problem+json",  # JSON is UTF-8 and takes no charset (RFC 8259)
    ("publisher", "/learning/catalogue.json"): "application/json",
    ("publisher", "/learning/catalogue.csv"): "text/csv; charset=utf-8",
    ("publisher", "/learning/feed.atom"): "application/atom+xml; charset=utf-8",
    ("intake", "/assets/intake/pprg.css"): "text/css; charset=utf-8",
    ("intake", "/assets/intake/pprg.js"): "text/javascript; charset=utf-8",
    ("intake", "/assets/intake/favicon.svg"): "image/svg+xml; charset=utf-8",
}
BEGINS = {"text/html": "<!DOCTYPE html>", "application/atom+xml": "<?xml", "image/svg+xml": "<svg"}


@pytest.mark.asvs("4.1.1")
def test_an_answer_is_of_the_kind_and_encoding_that_it_names(world):
    for (service, path), kind in KINDS.items():
        with world.client(service).get(path) as answer:
            text = answer.data.decode("utf-8")

        assert answer.content_type == kind
        assert text.startswith(BEGINS.get(answer.mimetype, "")), path
        if "json" in kind:
            json.loads(text)


@pytest.mark.asvs("13.4.3")
def test_no_folder_lists_its_files(world):
    for name in world.services:
        for path in ("/assets", "/assets/", f"/assets/{name}", f"/assets/{name}/", f"/assets/{name}/../"):
            assert world.client(name).get(path).status_code == 404


@pytest.mark.asvs("3.3.1", "3.3.2", "3.3.3", "3.3.4")
def test_over_https_a_cookie_is_this_host_s_alone_and_no_script_s(world, token):
    client, text = world.client("intake"), token()
    here = world.services["intake"]
    who = tokens.read(text, here.settings.sign_in_public_keys, world.clock.at)
    with client.application.test_request_context(base_url="https://localhost") as asked:
        answer = client.application.response_class()
        cookies.begin(asked.request, answer, text, who, here.settings.session_keys, world.clock.at)

    form = client.get(FORM, base_url="https://localhost")
    found = [*answer.headers.getlist("Set-Cookie"), *form.headers.getlist("Set-Cookie")]

    assert [each.partition("=")[0] for each in found] == ["__Host-pprg", "__Host-pprg-seen", "__Host-pprg-form-intake"]
    for each in found:
        traits = {part.strip() for part in each.split(";")[1:]}
        assert traits >= {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"}
        assert "Domain" not in each
    assert text not in form.text


@pytest.mark.asvs("7.4.4")
def test_every_page_leads_whoever_is_signed_in_to_the_way_out(world):
    for name, alive in world.services.items():
        for path, _ in alive.service.menu.values():
            page = world.visitor(name, "coordinator").get(path).text

            assert 'href="/sign-out"' in page, path


HEAD = b"POST /x HTTP/1.1\r\nHost: localhost\r\n"
CHUNKS = b"\r\n3\r\nabc\r\n0\r\n\r\n"


@pytest.mark.asvs("4.2.1")
@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n" + CHUNKS, id="A21-both"),
        pytest.param(HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n" + CHUNKS, id="A21-both-turned"),
        pytest.param(HEAD + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", id="A21-two-lengths"),
        pytest.param(HEAD + b"Content-Length: +3\r\n\r\nabc", id="A21-no-number"),
        pytest.param(HEAD + b"Content-Length : 3\r\n\r\nabc", id="A21-space"),
        pytest.param(HEAD + b"A: b\r\n c\r\nContent-Length: 3\r\n\r\nabc", id="A21-folded"),
        pytest.param(HEAD + b"Transfer-Encoding: xchunked\r\n" + CHUNKS, id="A21-other-coding"),
        pytest.param(HEAD + b"Transfer-Encoding: chunked\r\n" + CHUNKS.replace(b"3", b"0x3"), id="A21-size"),
        pytest.param(HEAD.replace(b"\r\n", b"\n") + b"Content-Length: 3\n\nabc", id="A21-bare-line-ends"),
    ],
)
def test_a_request_whose_end_is_in_doubt_is_refused(raw):
    """By the server's own reader as we set it up; what it raises it answers with 400, and closes."""
    reader = RequestParser(Server(Settings(), list, lambda: None).cfg, iter([raw]), ("127.0.0.1", 1))

    with pytest.raises((ParseException, OSError)):
        next(reader).body.read()


#: Not theirs to do, not theirs to see, not a form of ours, too much: who asks whom for what, and what is answered.
REFUSED = (
    ("triage", "ops", "/cases", None, 403),
    ("intake", "lead-gp", f"/requests/{uuid4()}", None, 404),
    ("intake", "lead-gp", FORM, {"_end": "1", "_csrf": "another's"}, 403),
    ("intake", "lead-gp", FORM, {"what_happened": "x" * 1_100_000}, 413),
)


@pytest.mark.asvs("16.2.1", "16.3.2", "16.3.3")
def test_what_somebody_was_refused_is_logged_with_who_asked(world, lines):
    for service, who, path, sent, status in REFUSED:
        person, visitor = world.services[service].profile.person(who).id, world.visitor(service, who)
        visitor.get("/")

        answer = visitor.get(path) if sent is None else visitor.post(path, data=sent)

        last = [each for each in lines if each["event"] == "answered"][-1]
        assert answer.status_code == last["status"] == status
        assert (last["person"], last["method"]) == (str(person), "GET" if sent is None else "POST")
        assert last["route"] == re.sub(r"[0-9a-f-]{36}", "<uuid:request_id>", path.partition("?")[0])
