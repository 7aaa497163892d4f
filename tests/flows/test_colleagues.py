"""People whom the directory alone knows, and no profile: they meet, decide and look, and are called by their names."""

import html
import re
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest

import invented
from beginnings import beginning
from signed import Browser, bearing

ADDED = {
    "Ines Example": ("police", ["partner", "member"]),
    "Olu Example": ("childrens-social-care", ["partner", "member"]),
    "Priya Example": ("icb", ["partner", "member"]),
    "Tomos Example": ("pprg-office", ["coordinator"]),
}


@pytest.fixture
@beginning
def colleagues(world):
    """Those whom the administrator added, by name."""
    administrator, added = world.visitor("intake", "administrator"), {}
    for name, (agency, roles) in ADDED.items():
        hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', administrator.get("/people/new").text))
        address = f"{name.partition(' ')[0].lower()}@{agency}.example"
        about = {"name": name, "address": address, "agency": agency, "roles": roles, "state": "active"}
        path = administrator.post("/people/new", data=hidden | about | {"_end": "1"}).location
        added[name] = SimpleNamespace(id=UUID(path.rpartition("/")[2]), agency=agency, roles=tuple(roles))
    world.settle()
    return added


@pytest.fixture
def ask(world, colleagues):
    """Send something to triage's API as one of them."""

    def send(who, path, body, status=201):
        headers = {**signed(world, colleagues[who]), "Idempotency-Key": str(uuid4())}
        answer = world.client("triage").post(f"/api/v1{path}", json=body, headers=headers)
        world.settle()
        assert answer.status_code == status, answer.text
        return answer.json

    return send


@pytest.fixture
@beginning
def case(world, post, get):
    post("intake", "/referrals", invented.REFERRAL, "")
    return f"/cases/{get('triage', '/cases')['cases'][0]['id']}"


def words(page):
    main = page.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def test_they_make_a_quorum_and_every_page_says_who_they_are(world, colleagues, ask, case):
    office = Browser(world.app("triage"), world.app("triage").response_class)
    office.begin(colleagues["Tomos Example"], world.services["intake"])
    ids = {name: str(each.id) for name, each in colleagues.items()}
    offered = words(office.get(f"{case}/meetings/held"))
    record = {"held_on": "2026-11-24", "attended": [ids[each] for each in list(ADDED)[:3]]}

    ask("Tomos Example", f"{case}/meetings/record", record)
    ask("Tomos Example", f"{case}/decisions", invented.decision("rapid_review"))
    (decision,) = office.get(f"/api/v1{case}", headers=signed(world, colleagues["Tomos Example"])).json["decisions"]
    ask("Olu Example", f"{case}/decisions/ratification", {"decision_id": decision["id"]})
    world.clock.forward(seconds=10)
    world.settle()
    seen, happened = words(office.get(f"{case}/access")), words(office.get(f"{case}/history"))

    assert "Ines Example, Wiltshire Police" in offered
    assert offered.count("The referrer") == 2, "once among those who were there, once among those with an interest"
    assert "There Ines Example, Olu Example, Priya Example" in words(office.get(case))
    assert "Tomos Example" in seen
    assert "Olu Example" in seen
    assert not re.search(r"person [0-9a-f]{8}-", seen)
    assert "Tomos Example" in happened
    assert "Olu Example" in happened


def test_without_one_of_a_kind_they_decide_nothing(colleagues, ask, case):
    record = {"held_on": "2026-11-24", "attended": [str(colleagues["Ines Example"].id)]}
    ask("Tomos Example", f"{case}/meetings/record", record)

    refused = ask("Tomos Example", f"{case}/decisions", invented.decision("rapid_review"), 409)

    assert "not quorate: nobody who may decide was there for local authority, health" in refused["detail"]


def signed(world, person):
    return bearing(person, world.services["intake"].settings.sign_in_key, world.clock.at)
