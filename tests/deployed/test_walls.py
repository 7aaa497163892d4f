"""What the containers keep in and keep out."""

import json

import pytest
import requests

pytestmark = [pytest.mark.deployed, pytest.mark.timeout(1500)]
COMPILERS = ("gcc", "cc", "c++", "g++", "clang", "tcc", "as", "ld", "make", "rustc", "go")
OPERATIONS = ("healthz", "readyz", "metrics")


def values(folder):
    """Every secret text below a folder: what a file holds, without the frame of a key, or a setting after its name."""
    files = {path: path.read_text().splitlines() for path in folder.rglob("*") if path.is_file()}
    return {
        line.partition("=")[2] if path.suffix == ".env" else line
        for path, lines in files.items()
        for line in lines
        if path.suffix != ".json" and not line.startswith("-----")
    }


def test_every_container_is_confined(stack):
    hosts = {part: stack.about(part)["HostConfig"] for part in stack.parts}

    found = {
        part: (host["ReadonlyRootfs"], host["CapDrop"], host["SecurityOpt"], host["Privileged"])
        for part, host in hosts.items()
    }

    assert found == dict.fromkeys(stack.parts, (True, ["ALL"], ["no-new-privileges:true"], False))
    assert {part for part, host in hosts.items() if host["CapAdd"]} == {"postgres"}


def test_no_process_runs_as_root(stack, docker):
    seen = {
        part: docker("top", f"{stack.project}_{part}_1", "-eo", "uid,pid,args").splitlines()[1:] for part in stack.parts
    }

    as_root = [
        (part, line)
        for part, lines in seen.items()
        for line in lines
        if line.split()[0] == "0" and "pg_isready" not in line  # the engine asks that, as the container was begun
    ]

    assert all(seen.values())
    assert as_root == []


def test_not_even_root_could_change_what_a_container_is_made_of(stack, docker):
    attempt = ("touch", "/usr/changed")
    answers = {part: docker("exec", "--user", "0", f"{stack.project}_{part}_1", *attempt) for part in stack.parts}

    assert [part for part, answer in answers.items() if "Read-only file system" not in answer] == []


def test_only_the_one_origin_is_published_and_only_on_loopback(stack):
    ports = {part: stack.about(part)["NetworkSettings"]["Ports"] for part in stack.parts}

    published = [
        (part, bound["HostIp"], bound["HostPort"])
        for part, each in ports.items()
        for bindings in each.values()
        for bound in bindings or ()
    ]

    assert published == [("nginx", "127.0.0.1", stack.url.rpartition(":")[2])]


@pytest.mark.asvs("13.2.4", "13.2.5")
def test_containers_reach_nothing_outside(stack, docker):
    networks = json.loads(
        docker("network", "inspect", *(f"{stack.project}_{name}" for name in ("pages", "data", "mail")))
    )
    joined = {part: set(stack.about(part)["NetworkSettings"]["Networks"]) for part in stack.parts}

    assert [each["Internal"] for each in networks] == [True] * 3
    assert {part for part, names in joined.items() if f"{stack.project}_published" in names} == {"nginx"}
    assert joined["postgres"] == joined["rabbitmq"] == {f"{stack.project}_data"}


@pytest.mark.asvs("13.4.5")
def test_the_operations_port_answers_inside_and_never_through_the_origin(stack):
    starts = ("/", "//", "/cases/../", "/api/v1/", "/api/v1/triage/", "/assets/triage/")
    paths = [start + name for start in starts for name in OPERATIONS]
    raw = requests.Session()

    inside = [stack.fetch("triage", f"http://{name}:8001/{page}")[0] for name in stack.services for page in OPERATIONS]
    outside = {}
    for path in paths:
        prepared = requests.Request("GET", stack.url).prepare()
        prepared.url = stack.url + path  # as it is: requests would tidy it
        outside[path] = raw.send(prepared, timeout=30).status_code
    other_host = requests.get(f"{stack.url}/readyz", headers={"Host": "triage:8001"}, timeout=30).status_code

    assert inside == [200] * len(inside)
    assert {path: status for path, status in outside.items() if status != 404} == {}
    assert other_host == 400


@pytest.mark.asvs("4.1.3")
def test_nobody_forges_what_only_the_proxy_may_say(stack):
    forged = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/evil"}
    forged |= {"Forwarded": "for=1.2.3.4;proto=https;host=evil.example", "X-Request-ID": 'forged" "line'}

    page = requests.get(f"{stack.url}/sign-in", headers=forged, timeout=30)
    elsewhere = requests.get(f"{stack.url}/sign-in", headers={"Host": "evil.example"}, timeout=30)

    assert [(each.name, each.secure) for each in page.cookies] == [("pprg-form-intake", False)]
    assert "evil" not in page.text
    assert page.headers["X-Request-ID"].isalnum()
    assert elsewhere.status_code == 400


@pytest.mark.asvs("5.2.1")
def test_a_body_too_long_is_refused_before_it_reaches_a_service(stack):
    answer = requests.post(f"{stack.url}/api/v1/referrals", data=b"0" * 6_000_000, timeout=30)

    assert answer.status_code == 413
    assert "X-Content-Type-Options" not in answer.headers  # the services set it


@pytest.mark.asvs("13.2.1", "13.2.2")
def test_a_login_opens_its_own_database_and_no_other(stack):
    databases = (*stack.services, "postgres", "template1")

    def opens(login, database):
        program = (
            f'PGPASSWORD=$(cat /run/secrets/{login}) exec psql -h 127.0.0.1 -U {login} -d {database} -Atc "select 1"'
        )
        return stack.inside("postgres", "bash", "-c", program, check=False).strip() == "1"

    opened = [(login, name) for login in stack.services for name in databases if opens(login, name)]

    assert opened == [(name, name) for name in stack.services]


@pytest.mark.asvs("13.2.3")
def test_the_broker_knows_the_four_services_and_no_guest(stack):
    users = stack.inside("rabbitmq", "rabbitmqctl", "--quiet", "--no-table-headers", "list_users").splitlines()

    assert sorted(users) == sorted(f"{name}\t[]" for name in stack.services)


@pytest.mark.asvs("13.3.2")
def test_a_container_holds_its_own_secrets_and_the_notifier_no_case_key(stack):
    held = {name: set(stack.inside(name, "ls", "/run/secrets").split()) for name in stack.services}
    environments = {name: stack.inside(name, "cat", "/proc/1/environ") for name in stack.services}
    common = {
        "CONTACT_KEYS",
        "SESSION_KEYS",
        "SIGN_IN_PUBLIC_KEYS",
        "SECRET_KEY",
        "DATABASE_URL",
        "BROKER_URL",
        "issuer.pem",
    }
    key = (stack.secrets / "intake" / "CASE_KEYS").read_text().strip()

    everything = stack.inside("notifier", "sh", "-c", "cat /run/secrets/* /proc/*/environ 2>/dev/null", check=False)

    own = {"intake": {"CASE_KEYS", "SIGN_IN_KEY"}, "notifier": set()}
    assert held == {name: common | own.get(name, {"CASE_KEYS"}) for name in stack.services}
    assert "CASE_KEYS" not in environments["notifier"]
    assert key not in everything
    assert "CONTACT_KEYS_FILE" in everything
    assert [name for name in stack.services for value in values(stack.secrets) if value in environments[name]] == []


@pytest.mark.asvs("15.2.3")
@pytest.mark.parametrize("name", ["intake", "triage", "notifier", "publisher"])
def test_an_image_holds_no_secret_no_compiler_and_no_test(stack, docker, name):
    image = f"pprg-{name}:deployed"
    settings = json.loads(docker("image", "inspect", image))[0]["Config"]["Env"]
    programs = " ".join(("python", *COMPILERS))
    run = ("run", "--rm", "-i", "--network", "none", "--entrypoint")
    search = (*run, "grep", image, "-rlFf", "-", "/app")

    found = docker(*run, "sh", image, "-c", f"for each in {programs}; do command -v $each; done")
    tests = docker(*run, "find", image, "/app", "-regex", r".*/\(test_.*\.py\|tests\|testing\|conftest\.py\)")
    secret = docker(*search, text="\n".join(values(stack.secrets)))
    no_secret = docker(*search, text="Settings of a service")
    packages = docker(*run, "sh", image, "-c", "ls -d /app/lib/*/*/pprg_*").split()

    assert found == "/app/bin/python\n"
    assert tests == ""
    assert secret == ""
    assert no_secret != ""
    assert [each for each in settings if each.partition("=")[0].endswith(("KEY", "KEYS", "PASSWORD", "URL"))] == []
    assert {each.rpartition("/")[2].partition("-")[0] for each in packages} == {"pprg_shared", f"pprg_{name}"}


@pytest.mark.parametrize("name", ["intake", "triage", "notifier", "publisher"])
def test_an_image_on_its_own_refuses_to_start_without_secrets_and_says_which(stack, docker, name):
    said = docker("run", "--rm", "--network", "none", "--read-only", f"pprg-{name}:deployed")

    assert said.strip() == "Error: SESSION_KEYS must be a random text of at least 32 characters"
