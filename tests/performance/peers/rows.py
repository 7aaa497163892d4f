"""What is stored for one referral, and for one return of an agency: the product's rows, made and sealed by hand."""

import hashlib
import hmac
import json
import os
import zlib
from base64 import b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PART_BYTES = 140_000
#: How many referrals may come from an address within so many seconds.
LIMIT, MOST, SECONDS = "referrals by address", 20, 60
#: Who answers a request.
LEAD = uuid4()
#: What an entry of the audit chain says, in the order in which its hash reads it.
SAID = ("at", "person", "agency", "kind", "verb", "subject", "correlation_id")
#: Answers of a referral that travel with it each by itself; the others are only shown with the case.
TOLD = ("incident_on", "what_happened", "subjects", "criteria", "incident", "harm", "parallel_processes")
MORE = ("referrer_phone", "authorised_by", "family", "family_knows", "location", "safety", "other_agencies")


class Ring:
    """One key, and the name by which what it sealed is known."""

    def __init__(self, name):
        key = b64decode(os.environ[f"{name.upper()}_KEYS"])
        self._cipher, self._name = AESGCM(key), hashlib.sha256(b"pprg key id" + key).hexdigest()[:8]
        self._digesting = hmac.digest(key, b"pprg digest", "sha256")

    def seal(self, value, place):
        plain, nonce = json.dumps(value, separators=(",", ":")).encode(), os.urandom(12)
        sealed = self._cipher.encrypt(nonce, zlib.compress(plain, 1), place.encode())
        return f"{self._name}.{urlsafe_b64encode(nonce + sealed).decode()}"

    def digest(self, text, place):
        return hmac.digest(self._digesting, f"{place}|{text}".encode(), "sha256").hex()


RINGS = {name: Ring(name) for name in ("case", "contact")}


def answer(scope, key, raw, location, reference, at):
    """What a repeat of the same request is told."""
    fingerprint = hashlib.sha256(raw).hexdigest()
    return {
        "scope": scope,
        "key": key,
        "fingerprint": fingerprint,
        "location": location,
        "reference": reference,
        "kept_at": at,
    }


def limit(address):
    """The row by which referrals from an address are counted, for the first of them."""
    ends_at = datetime.now(UTC) + timedelta(seconds=SECONDS)
    about = {"id": RINGS["contact"].digest(address, f"limit:{LIMIT}"), "what": LIMIT, "most": MOST}
    return about | {"count": 1, "ends_at": ends_at}


def entry(at, kind, verb, subject, correlation, agency=None, person=None):
    """What is recorded of who did what, before it has its place in the chain."""
    return dict(zip(SAID, (at, person, agency, kind, verb, str(subject), correlation), strict=True))


def chained(entries, sequence, last):
    """Entries bound to the newest, of which number and hash are given, and to one another."""
    made = []
    for number, each in enumerate(entries, sequence + 1):
        said = [each["at"].isoformat(), str(each["person"]) if each["person"] else None]
        text = json.dumps([*said, *(each[name] for name in SAID[2:])], separators=(",", ":"))
        own = hashlib.sha256(f"{last} {number} {text}".encode()).hexdigest()
        made.append(each | {"sequence": number, "previous": last, "hash": own})
        last = own
    return made


def event(kind, subject, at, public, ring, content, correlation, revision=None):
    """A row of the outbox: public in clear, the content sealed and bound to the event."""
    number = uuid4()
    wire = {
        "specversion": "1.0",
        "id": str(number),
        "type": kind,
        "source": "/pprg/intake",
        "subject": str(subject),
        "time": at.isoformat(),
        "datacontenttype": "application/json",
        "correlationid": correlation,
        **({"revision": revision} if revision else {}),
        "data": {"public": public, "sealed": {ring: RINGS[ring].seal(content, f"event:{number}:{kind}:{ring}")}},
    }
    body = json.dumps(wire, separators=(",", ":")).encode()
    return {"id": number, "type": kind, "subject": str(subject), "body": body, "created_at": at, "due_at": at}


def of_referral(said, key, raw, last):
    """The rows of a referral, by table; `last` is its number in this year."""
    at, person, number, correlation = datetime.now(UTC), uuid4(), uuid4(), str(uuid4())
    reference, agency = f"PPRG-{at.year}-{last:04}", said["referrer_agency"]
    name = {"name": said["referrer_name"], "address": said["referrer_email"]}
    about = {"person_id": str(person), "agency": agency, "roles": ["referrer"], "active": True, "revision": 1}
    public = {
        "referral_id": str(number),
        "reference": reference,
        "submitted_on": at.date().isoformat(),
        "referrer_id": str(person),
        **{each: said[each] for each in ("referrer_agency", "agencies", "routes", "reason_kind")},
        "subject_kind": said["subjects"][0]["kind"],
        "source": "online",
        "entered_by": None,
    }
    told = {each: said[each] for each in TOLD} | {"more": {each: said[each] for each in MORE if said.get(each)}}
    told |= {"subject_name": said["subjects"][0]["name"], "subject_born": said["subjects"][0]["born"]}
    content = RINGS["contact"].seal(name | {"role": said["referrer_role"]}, f"column:people:{person}:content")
    return {
        "answers": answer("nobody:referrals", key, raw, f"/referrals/{reference}/thanks", reference, at),
        "people": {
            "id": person,
            "agency": agency,
            "roles": "referrer",
            "active": True,
            "revision": 1,
            "content": content,
        },
        "referrals": {
            "id": number,
            "reference": reference,
            "submitted_on": at.date(),
            "referrer_id": person,
            "content": RINGS["case"].seal(said, f"column:referrals:{number}:content"),
        },
        "outbox": [
            event("person.changed.v1", person, at, about, "contact", name, correlation, revision=1),
            event("referral.submitted.v1", number, at, public, "case", told, correlation),
        ],
        "audit": [
            entry(at, "directory", "submit_referral", person, correlation),
            entry(at, "change", "submit_referral", number, correlation),
        ],
    }


def of_return(said, request, key, raw):
    """The rows of a return to `request` (its id, case_id, reference and agency), by table; dates are whole days."""
    at, number, correlation = datetime.now(UTC), uuid4(), str(uuid4())
    place = f"/requests/{request['request_id']}/thanks"
    about = request | {"submitted_on": at.date().isoformat(), "version": 1}
    lines = [_line(each) for each in said["rows"]]
    summary = {"author": said["author"], "summary": said["summary"]}
    summary["more"] = {name: said[name] for name in said.keys() - {*summary, "rows"}}
    case = request["case_id"]
    public = about | {"rows": len(lines)}
    told = [event("agency-summary.submitted.v1", case, at, public, "case", summary, correlation)]
    for first, some in _parts(lines):
        public = about | {"count": len(some), "first": first}
        told.append(event("chronology.submitted.v1", case, at, public, "case", {"rows": some}, correlation))
    return {
        "answers": answer("lead:returns", key, raw, place, request["reference"], at),
        "submissions": {
            "id": number,
            "request_id": request["request_id"],
            "kind": "return",
            "submitted_on": at.date(),
            "revision": 1,
            "content": RINGS["case"].seal(said, f"column:submissions:{number}:content"),
        },
        "outbox": told,
        "audit": [entry(at, "change", "answer_request", case, correlation, request["agency"], LEAD)],
    }


def _line(row):
    when = {"value": row["date"], "precision": "day", "uncertain": False, "as_entered": row["date"]}
    return when | {name: row.get(name, "") for name in ("source", "event", "action", "time", "people")}


def _parts(lines):
    """Rows that travel together, and the place of the first of them."""
    start, weight = 0, 0
    for number, line in enumerate(lines):
        size = len(json.dumps(line))
        if number > start and weight + size > PART_BYTES:
            yield start, lines[start:number]
            start, weight = number, 0
        weight += size
    yield start, lines[start:]
