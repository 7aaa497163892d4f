"""Who does something too often is told for how long to wait and whom to call; others go on, and nothing is kept."""

import json
import re
from copy import copy
from dataclasses import replace
from io import BytesIO
from uuid import uuid4

import pytest
import sqlalchemy as sa

from invented import REFERRAL, as_form
from linked import ask_code, enter, send
from pprg_intake.models import Code, Draft, Referral
from pprg_shared.app import create_app
from pprg_shared.limits import limits
from pprg_shared.metrics import exposition
from signed import acting
from stored import changes, stored

PHONE = "If it cannot wait, call us on 01632 960001."
REFER = "/referrals/new?immediate_risk=no"


def kept(world, table):
    with world.services["intake"].database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table))


def refer(client, who=""):
    headers = {"Idempotency-Key": str(uuid4()), **acting(client, who)}
    return client.post("/api/v1/referrals", json=REFERRAL, headers=headers)


def words(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


@pytest.mark.attack("A30")
@pytest.mark.asvs("2.4.1", "15.3.4")
def test_a_burst_of_referrals_from_one_address_is_stopped_and_others_go_on(world, letters):
    busy, quiet = letters.browser("192.0.2.1"), letters.browser("192.0.2.2")

    burst = [refer(busy) for _ in range(20)]
    before = stored(world, but=())
    burst += [refer(busy) for _ in range(10)]

    assert changes(before, stored(world, but=())) == {}
    assert [each.status_code for each in burst] == [201] * 20 + [429] * 10
    over = burst[-1]
    assert (over.headers["Retry-After"], over.content_type) == ("60", "application/problem+json")
    assert (over.json["code"], over.json["detail"]) == ("too-many", f"Wait 60 seconds, then try again. {PHONE}")
    assert kept(world, Referral) == 20
    assert refer(quiet).status_code == 201
    world.clock.forward(seconds=61)
    assert refer(busy).status_code == 201


@pytest.mark.attack("A20")
@pytest.mark.asvs("4.1.3", "15.3.4")
@pytest.mark.parametrize(("proxies", "hop"), [(0, "{}"), (1, "{}, 192.0.2.1")], ids=["no-proxy", "a-proxy"])
def test_an_address_that_a_browser_makes_up_neither_gets_round_a_limit_nor_counts_for_another(world, proxies, hop):
    alive = world.services["intake"]
    with_proxies = copy(alive)
    with_proxies.settings = replace(alive.settings, trusted_proxies=proxies)
    app = create_app(with_proxies)

    def refer_as(forwarded, remote="192.0.2.1"):
        client = app.test_client()
        client.environ_base |= {"REMOTE_ADDR": remote, "HTTP_X_FORWARDED_FOR": forwarded}
        return refer(client)

    burst = [refer_as(hop.format(f"198.51.100.{number}")).status_code for number in range(20)]
    before = stored(world, but=())
    over = refer_as(hop.format("198.51.100.99"))

    assert (burst, over.status_code, over.headers["Retry-After"]) == ([201] * 20, 429, "60")
    assert changes(before, stored(world, but=())) == {}
    assert refer_as("198.51.100.1", remote="198.51.100.1").status_code == 201, "nothing was counted for them"


@pytest.mark.attack("A30")
@pytest.mark.asvs("2.4.1")
def test_a_professional_who_is_signed_in_is_slowed_and_not_shut_out_by_others(world, letters):
    busy = letters.browser("192.0.2.1")
    for _ in range(21):
        refer(busy)

    sent = [refer(busy, "lead-gp").status_code for _ in range(20)]
    before = stored(world, but=())
    over = refer(busy, "lead-gp")

    assert (sent, over.status_code, over.headers["Retry-After"]) == ([201] * 20, 429, "60")
    assert over.json["detail"] == f"Wait 60 seconds, then try again. {PHONE}"
    assert changes(before, stored(world, but=())) == {"intake.limits": (1, 1)}, "that they called, and nothing else"
    assert refer(busy, "lead-police").status_code == 201


@pytest.mark.attack("A30", "A24")
def test_a_form_that_comes_too_soon_says_so_keeps_what_was_typed_and_can_be_sent_again(world, letters):
    browser = letters.browser("192.0.2.1")
    for _ in range(20):
        refer(browser)

    before = stored(world, but=())
    soon = send(browser, REFER, **as_form(REFERRAL))
    noted = changes(before, stored(world, but=()))
    again = dict(re.findall(r'name="([\w-]+)" value="([^"]*)"', soon.text))
    world.clock.forward(seconds=61)
    later = browser.post(REFER, data=again | {"agencies": REFERRAL["agencies"]})

    assert (soon.status_code, soon.headers["Retry-After"]) == (429, "60")
    assert noted == {}
    assert f"Wait 60 seconds, then try again. {PHONE}" in words(soon)
    assert "What you typed is not lost: you can send it again." in words(soon)
    assert (later.status_code, kept(world, Referral)) == (303, 21)


@pytest.mark.attack("A58")
@pytest.mark.asvs("2.4.1", "6.3.1", "6.6.3", "16.3.3")
def test_guessing_codes_is_stopped_seen_and_shuts_out_nobody(world, letters, lines):
    path = f"/requests/{letters.ask().request_id}"
    victim, guesser = letters.browser("192.0.2.1"), letters.browser("192.0.2.66")
    ask_code(victim, path)
    (code,) = letters.codes()
    for _ in range(2):
        ask_code(guesser, path)
    wrong = f"{(int(code) + 1) % 10**6:06}"

    tried = [enter(guesser, path, wrong) for _ in range(10)]
    before = stored(world, but=())
    tried.append(enter(guesser, path, wrong))

    assert changes(before, stored(world, but=())) == {"intake.limits": (1, 1)}
    assert [each.status_code for each in tried] == [422] * 10 + [429]
    assert tried[-1].headers["Retry-After"] == "300"
    assert f"Wait 5 minutes, then try again. {PHONE}" in words(tried[-1])
    assert wrong not in tried[-1].text
    assert "codes are being guessed" in [each["event"] for each in lines]
    assert b'pprg_limits_reached{service="intake",what="codes tried"} 1.0' in exposition([world.services["intake"]])
    assert enter(victim, path, code).location == path


@pytest.mark.attack("A58")
@pytest.mark.asvs("2.4.1")
def test_a_mailbox_is_not_filled_and_who_asks_too_often_waits(world, letters):
    path = f"/requests/{letters.ask().request_id}"

    first = [ask_code(letters.browser(), path).status_code for _ in range(6)]
    many = [ask_code(letters.browser(f"198.51.100.{number}"), path).status_code for number in range(7)]
    letters.codes()
    before = stored(world, but=())
    over = ask_code(letters.browser("198.51.100.7"), path)
    world.settle()

    assert first == [303] * 5 + [429]
    assert (many, over.status_code, over.headers["Retry-After"]) == ([303] * 7, 429, "3600")
    assert f"Wait 60 minutes, then try again. {PHONE}" in words(over)
    assert changes(before, stored(world, but=())) == {"intake.limits": (3, 1)}
    assert len(letters.codes()) == kept(world, Code) == 12


@pytest.mark.attack("A65")
@pytest.mark.asvs("2.4.1")
def test_somebody_who_tries_link_after_link_is_stopped_as_if_they_were_there(world, letters):
    guesser = letters.browser("192.0.2.66")

    before = stored(world, but=())
    sought = [ask_code(guesser, f"/requests/{uuid4()}") for _ in range(31)]
    world.settle()

    assert [each.status_code for each in sought] == [303] * 30 + [429]
    assert f"Wait 60 minutes, then try again. {PHONE}" in words(sought[-1])
    assert changes(before, stored(world, but=())) == {"intake.limits": (61, 0)}


@pytest.mark.asvs("2.4.1", "15.2.2")
@pytest.mark.parametrize("by", ["page", "api"])
def test_an_agency_that_uploads_too_often_waits_and_keeps_what_it_had(world, letters, by):
    asked = letters.ask()
    lead = world.visitor("intake", "lead-police") if by == "page" else world.client("intake")

    def upload():
        file = b"Date,Source,Event\r\n1 May 2016,Record,Seen\r\n"
        if by == "api":
            about = {**world.acting("lead-police"), "Idempotency-Key": str(uuid4())}
            path = f"/api/v1/requests/{asked.request_id}/chronology"
            return lead.post(path, data=file, content_type="text/csv", headers=about)
        path = f"/requests/{asked.request_id}/chronology"
        hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', lead.get(path).text))
        return lead.post(path, data={**hidden, "_end": "1", "file": (BytesIO(file), "c.csv")})

    sent = [upload() for _ in range(21)]

    assert {each.status_code for each in sent[:20]} == {303 if by == "page" else 201}
    assert (sent[20].status_code, sent[20].headers["Retry-After"]) == (429, "300")
    said = sent[20].json["detail"] if by == "api" else words(sent[20])
    assert f"Wait 5 minutes, then try again. {PHONE}" in said
    assert kept(world, Draft) == 1


def test_a_form_with_a_file_that_comes_too_soon_says_beside_the_field_that_it_is_to_be_chosen_again(world, letters):
    path, lead = f"/requests/{letters.ask().request_id}/chronology", world.visitor("intake", "lead-police")

    def upload(fields, name="c.csv"):
        file = (BytesIO(b"Date,Source,Event\r\n1 May 2016,Record,Seen\r\n"), name)
        return lead.post(path, data={**fields, "file": file}, content_type="multipart/form-data")

    def hidden(page):
        return dict(re.findall(r'name="([\w-]+)" value="([^"]*)"', page.text.partition("<main")[2]))

    def opened():
        return {name: value for name, value in hidden(lead.get(path)).items() if name in {"_csrf", "_key", "_end"}}

    for _ in range(20):
        assert upload(opened()).status_code == 303
    fields = opened()
    before = stored(world)
    over = upload(fields)
    refused = changes(before, stored(world))
    world.clock.forward(seconds=301)
    unchosen, later = lead.post(path, data=hidden(over)), upload(hidden(over))

    assert (over.status_code, refused) == (429, {})
    assert "you can send it again, once you have chosen the file again." in words(over)
    field = re.search(r'<input[^>]*type="file"[^>]*>', over.text)[0]
    described = re.search('aria-describedby="([^"]+)"', field)[1]
    hint = re.search(rf'id="{described}"[^>]*>\s*([^<]+?)\s*<', over.text)[1]
    assert hint == "Choose the file again. It was not kept, and no page can give a file back to a browser."
    assert re.search(r'<form method="post" enctype="multipart/form-data"', over.text)
    assert (unchosen.status_code, "Choose a CSV file with at least one row." in words(unchosen)) == (422, True)
    assert later.status_code == 303


def test_what_is_counted_holds_no_address_and_no_person(world, letters):
    refer(letters.browser("192.0.2.1"))
    refer(letters.browser("192.0.2.1"), "lead-gp")
    person = str(world.services["intake"].profile.person("lead-gp").id)

    with world.services["intake"].database.reading() as session:
        rows = json.dumps([list(map(str, row)) for row in session.execute(sa.select(limits))])

    assert "referrals by address" in rows
    assert [each for each in ("192.0.2.1", person, "lead-gp") if each in rows] == []
