"""Rules about what the code may use, load and reach, which programs keep."""

import ast
import re
import ssl
from hashlib import sha256
from pathlib import Path

import pytest
from itsdangerous.signer import HMACAlgorithm

import asvs
import security
from pprg_intake.pages import halfway
from pprg_shared import tls
from pprg_shared.config import Settings
from pprg_shared.identity import cookies, tokens
from pprg_shared.sealing import KEY_BYTES
from pprg_shared.web import STATIC

ROOT = Path(__file__).parent.parent.parent
MODULES = dict(security.modules())
NGINX = {path.name: path.read_text("utf-8") for path in (ROOT / "deploy/nginx").glob("*.conf")}

#: What runs text as code, starts programs, makes objects of bytes, reads XML, or asks other sites.
NEVER = {
    *("eval", "exec", "compile", "__import__", "os.system", "os.popen", "os.execv", "os.spawnv", "subprocess"),
    *(
        "pickle",
        "marshal",
        "shelve",
        "dill",
        "yaml",
        "ctypes",
        "xml",
        "lxml",
        "xmlrpc",
        "urllib.request",
        "http.client",
    ),
    *("requests", "httpx", "aiohttp", "urllib3", "webbrowser"),
}
#: The tools around the embedded world: `pprg play` starts a server of its own, the demo is a browser.
TOOLS = {
    "deploy/embedded/pprg_embedded/__main__.py": {"subprocess"},
    "deploy/embedded/pprg_embedded/demo/browser.py": {"requests"},
}


def names(tree):
    """Modules that are imported and functions that are called by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{each.name}" for each in node.names)
        elif isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def forbidden(tree):
    return {bad for name in names(tree) for bad in NEVER if name == bad or name.startswith(f"{bad}.")}


@pytest.mark.asvs("1.2.5", "1.3.2", "1.3.6", "1.5.1", "1.5.2", "15.3.2")
def test_no_service_runs_text_starts_programs_reads_xml_or_asks_other_sites():
    found = {path: bad for path, tree in MODULES.items() if (bad := forbidden(tree))}

    assert found == TOOLS
    assert forbidden(ast.parse("from xml.etree import ElementTree\neval('1')\nimport subprocess")) == {
        "xml",
        "eval",
        "subprocess",
    }


#: From Python, and from `cryptography`, PyJWT, argon2-cffi, PyOTP and itsdangerous, which others have examined.
APPROVED = {
    *("cryptography.AESGCM", "cryptography.InvalidTag", "cryptography.Encoding", "cryptography.PublicFormat"),
    *("cryptography.Ed25519PrivateKey", "cryptography.Ed25519PublicKey"),
    *("argon2.PasswordHasher", "argon2.InvalidHashError", "argon2.VerificationError"),
    *("hashlib.sha256", "hmac.new", "hmac.digest", "hmac.compare_digest", "pyotp.TOTP", "pyotp.random_base32"),
    *("jwt.decode", "jwt.encode", "jwt.InvalidTokenError", "itsdangerous.BadSignature"),
    *("secrets.token_bytes", "secrets.token_urlsafe", "secrets.randbelow", "secrets.choice", "os.urandom"),
    *("ssl.SSLContext", "ssl.TLSVersion", "ssl.create_default_context"),
}
#: What would not do everywhere, and does there.
ELSEWHERE_NOT = {
    # Certificates of servers, by the library that is approved for keys.
    "deploy/embedded/pprg_embedded/certificates.py": {
        "cryptography.ExtendedKeyUsageOID",
        "cryptography.NameOID",
        "cryptography.ec",
        "cryptography.hashes",
        "cryptography.serialization",
        "cryptography.x509",
    },
    "shared/pprg_shared/rabbit/backoff.py": {"random.uniform"},  # when to call a broker again: no secret
    "services/intake/pprg_intake/pages/halfway.py": {"itsdangerous.URLSafeSerializer"},  # told to use SHA-256: below
}


@pytest.mark.asvs("6.5.3", "11.2.1", "11.2.3", "11.3.1", "11.3.2", "11.4.1", "11.4.3", "11.6.1")
def test_ciphers_hashes_chance_and_signatures_are_approved_ones_from_known_libraries():
    used = {path: security.used(tree) - APPROVED - ELSEWHERE_NOT.get(path, set()) for path, tree in MODULES.items()}

    assert {path: others for path, others in used.items() if others} == {}
    assert (tokens.ALGORITHM, cookies._ALGORITHM) == ("EdDSA", "HS256")
    assert security.used(ast.parse("import hashlib as h\nimport random\nh.md5(b'')\nrandom.choice('ab')")) == {
        "hashlib.md5",
        "random.choice",
    }


@pytest.mark.asvs("11.4.1")
def test_what_is_kept_halfway_is_signed_with_sha_256(world):
    with world.app("intake").test_request_context():
        signer = halfway._signer(halfway.HALF).make_signer()

    assert isinstance(signer.algorithm, HMACAlgorithm)
    assert (signer.algorithm.digest_method, signer.key_derivation) == (sha256, "hmac")
    assert len(signer.derive_key()) == 32


DRAWN = re.compile(r"(?:secrets\.token_\w+|os\.urandom)\((\w*)\)")
#: What is told, and only must not come twice.
NO_SECRET = {"NONCE_BYTES", "SALT_BYTES"}
SIZES = {"": 32, "KEY_BYTES": KEY_BYTES}


@pytest.mark.asvs("11.5.1")
def test_what_nobody_may_guess_has_128_bits_of_chance():
    drawn = [each for path in MODULES for each in DRAWN.findall((ROOT / path).read_text("utf-8"))]

    weak = [
        each for each in drawn if each not in NO_SECRET and SIZES.get(each, int(each) if each.isdecimal() else 0) < 16
    ]

    assert len(drawn) >= 6
    assert weak == []


SCRIPTS = {path.name: path.read_text("utf-8") for path in Path(STATIC).glob("*.js") if "min" not in path.name}


@pytest.mark.asvs("3.2.2", "14.3.3", "15.3.6")
@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_write_text_as_text_and_keep_nothing_but_that_somebody_left(name):
    script = SCRIPTS[name]
    markup = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|srcdoc"
    code = r"\beval\(|new Function|set(?:Timeout|Interval)\(['\"]"
    named_by_others = r"__proto__|constructor\[|Object\.assign|\w\[[^'\"\d\]]+\]\s*=[^=]"

    assert re.findall(f"{markup}|{code}|{named_by_others}", script) == []
    assert re.findall(r"localStorage|indexedDB|document\.cookie|caches\.", script) == []
    assert set(re.findall(r"setItem\(([^)]*)\)", script)) <= {'"left", "1"'}


def served(text, port):
    """The server of nginx that listens on this port, as it is written."""
    return next(each for each in text.split("server {")[1:] if f"listen {port}" in each)


@pytest.mark.asvs("3.4.1", "12.1.1", "12.1.2", "12.2.1")
def test_the_proxy_speaks_good_tls_and_serves_nothing_without():
    text = NGINX["https.conf"]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(re.search(r"ssl_ciphers ([^;]+);", text)[1])
    old = [each for each in context.get_ciphers() if each["protocol"] != "TLSv1.3"]

    assert re.search(r"ssl_protocols ([^;]+);", text)[1] == "TLSv1.2 TLSv1.3"
    assert {(each["aead"], each["kea"]) for each in old} == {(True, "kx-ecdhe")}
    assert min(each["strength_bits"] for each in context.get_ciphers()) >= 128
    assert 'on "max-age=31536000; includeSubDomains"' in NGINX["common.conf"]
    assert "add_header Strict-Transport-Security $hsts always;" in NGINX["pages.conf"]
    assert ["include pages.conf" in served(text, port) for port in ("8443 ssl", "8080")] == [True, False]
    assert tls.trusting("", "MAIL_CA").minimum_version == ssl.TLSVersion.TLSv1_2


@pytest.mark.asvs("4.1.2")
def test_people_are_led_on_to_tls_and_programs_are_refused_without():
    plain = served(NGINX["https.conf"], "8080")

    assert re.findall(r"location (\S+) \{\s+return (\d+)", plain) == [("/", "308"), ("/api/", "403")]


@pytest.mark.asvs("16.2.3")
def test_the_log_alone_is_written_to_and_it_goes_to_standard_error():
    writes = {
        path: found
        for path, tree in MODULES.items()
        if (
            found := {
                each for each in names(tree) if each == "print" or each.startswith(("logging.handlers", "syslog"))
            }
        )
    }

    assert writes == {}
    (factory,) = [
        line for line in (ROOT / "shared/pprg_shared/logs.py").read_text("utf-8").splitlines() if "Factory(" in line
    ]
    assert "WriteLoggerFactory(sys.stderr)" in factory


PAGES = ("docs/threat-model.md", "docs/reference/security.md", "docs/reference/asvs.md")


@pytest.mark.parametrize("page", PAGES)
def test_pages_about_security_lead_to_what_is_there(page):
    text = (ROOT / page).read_text("utf-8")
    links = [f"{(ROOT / page).parent}/{each}" for each in re.findall(r"\]\(([^)]+)\)", text) if "://" not in each]
    paths = [str(ROOT / each) for each in re.findall(r"`((?:deploy|docs|services|shared|tests|tools)/[^`*]+)`", text)]

    assert links
    assert [each for each in links + paths if not asvs.is_there(each)] == []


def test_keys_that_are_settings_stand_in_the_inventory():
    text = (ROOT / "docs/reference/security.md").read_text("utf-8")
    keys = {each.upper() for each in Settings.__dataclass_fields__ if each.endswith(("_key", "_keys"))}

    assert keys <= set(re.findall(r"^\| `(\w+)`", text, re.MULTILINE))
