"""The action runner: one door for page and API, which keeps answers to repeats and counts the coordinator's steps."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from flask import abort, current_app, g, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from pprg_shared.access import EVERYBODY
from pprg_shared.actor import COORDINATING, Actor, Done
from pprg_shared.audit import record
from pprg_shared.boxes.tables import answers, insert_new, steps
from pprg_shared.caller import caller
from pprg_shared.database import now, write_last
from pprg_shared.errors import Busy, Forbidden, NotThere, Refused, TooMany
from pprg_shared.hand import ask
from pprg_shared.identity import cookies, tokens
from pprg_shared.limits import Counted, too_often
from pprg_shared.postgres import lock_not_available
from pprg_shared.service import Runtime
from pprg_shared.web.forms import Form

LONGEST_KEY = 200
_KEEP = (
    sa.update(answers)
    .where(answers.c.scope == sa.bindparam("in_scope"), answers.c.key == sa.bindparam("under_key"))
    .values(location=sa.bindparam("location"), reference=sa.bindparam("reference"))
)


class KeyReused(Refused):
    """The same key came with another body: a slip that must not pass for a repeat."""


def runtime() -> Runtime:
    """The running service that answers this request."""
    found: Runtime = current_app.extensions["pprg"]
    return found


def actor() -> Actor:
    """Who acts in this request; NOBODY when nobody is signed in."""
    if "actor" not in g:
        g.actor = caller(runtime())
    found: Actor = g.actor
    return found


def lapsed() -> tokens.Token | None:
    """The token of a browser whose sign-in has ended, whatever ended it; None of one that has none."""
    text = "" if actor().person else cookies.token_of(request)
    return tokens.read(text, runtime().settings.sign_in_public_keys, datetime.min.replace(tzinfo=UTC)) if text else None


def needs(verb: str) -> Actor:
    """The acting person, if they may do this to something; raises Forbidden otherwise. What no rule names nobody may.

    Whether they may do it to this one thing is seen where that is read: to whom it is not open it is not there.
    To whoever came by a personal link all is as if it were not there, but what the link names and what everybody may.
    """
    if actor().only and not (open_to_all(verb) or (may(verb) and actor().opens(request.view_args or {}))):
        raise NotThere
    if not may(verb):
        whom = "you" if actor().person else "somebody who is not signed in"
        whom = "a program with this key" if actor().scopes is not None else whom
        raise Forbidden(f"This is not open to {whom}.")
    return actor()


def may(verb: str) -> bool:
    """Whether the acting person may do this to something."""
    who, allowed = actor(), runtime().service.roles(verb)
    if who.scopes is not None and verb not in who.scopes:
        return False
    return EVERYBODY in allowed or bool(who.roles & allowed)


def open_to_all(verb: str) -> bool:
    """Whether everybody may do this."""
    return EVERYBODY in runtime().service.roles(verb)


@contextmanager
def reading() -> Iterator[Session]:
    """A session for pages that only read."""
    with runtime().database.reading() as session:
        yield session


def act(
    action: Callable[..., Done],
    *,
    phase: str,
    recorded: str = "change",
    limits: Sequence[Counted] = (),
    **values: Any,
) -> Done:
    """Run an action in one transaction, once for each idempotency key, and record it; a repeat gets the first answer.

    `recorded` is the kind of its entry in the audit chain. Raises TooMany for what is over one of the `limits`.
    What the database keeps unique and somebody else has just taken is Refused: looked at again, it can be sent again.
    """
    scope = f"{actor().session if actor().scopes is not None else actor().person or 'nobody'}:{request.endpoint}"
    given = request.headers.get("Idempotency-Key") or request.form.get("_key") or str(uuid4())
    key = given.strip('"')[:LONGEST_KEY]
    if not key.isprintable():
        abort(400, "The key of this request cannot be read. Open the form anew.")
    try:
        with runtime().database.writing("action", g.get("request_id")) as session:
            known = _claim(session, scope, key)
            if known is not None:
                return known
            if (wait := too_often(session, limits)) and runtime().settings.limits:
                raise TooMany(wait)
            done = action(session, actor(), **values)
            _keep_answer(session, scope, key, done)
            record(session, recorded, action.__name__, done.subject, actor())
            _count(session, done.subject, phase, "form", done.judged, done.location)
    except sa.exc.IntegrityError:
        raise Refused(
            "Somebody else did something like it at this moment. Look at it, then send yours again."
        ) from None
    return done


def aside(note: Callable[..., None], **values: Any) -> None:
    """Note something that a request showed and that was refused, in a transaction of its own."""
    with runtime().database.writing("action", g.get("request_id")) as session:
        note(session, actor(), **values)


def submitted(form: Form, send: Callable[[dict[str, Any]], Done]) -> ResponseReturnValue | None:
    """Do what a valid form asks and go where it leads; None when the form, with what is wrong, is to be shown again."""
    if not form.is_valid():
        return None
    try:
        return redirect(send(form.data).location, 303)
    except KeyReused as error:
        form.renew(str(error))
    except Refused as error:
        form.refuse(str(error), error.field)
    return None


def _claim(session: Session, scope: str, key: str) -> Done | None:
    """Take the key, or find the answer that the first request with it got."""
    row = {
        "scope": scope,
        "key": key,
        "fingerprint": _fingerprint(),
        "location": "",
        "reference": "",
        "kept_at": now(session),
    }
    try:
        taken = ask(session.connection(), insert_new(session, answers), row)
    except sa.exc.OperationalError as error:
        if lock_not_available(error):
            raise Busy("The same request is still being worked on.") from None
        raise
    if taken:
        return None
    known = session.execute(sa.select(answers).where(answers.c.scope == scope, answers.c.key == key)).one()
    if known.fingerprint != row["fingerprint"]:
        raise KeyReused("This was sent before with other answers. To send these as well, send them again.")
    return Done(known.location, known.reference, "", replayed=True)


def _keep_answer(session: Session, scope: str, key: str, done: Done) -> None:
    about = {"in_scope": scope, "under_key": key, "location": done.location, "reference": done.reference}
    write_last(session, _KEEP, about)


def _fingerprint() -> str:
    if request.path.startswith("/api/"):
        sent: Any = [request.path, request.get_data(cache=True).decode("utf-8", "surrogateescape")]
    else:
        sent = [request.path, sorted((k, request.form.getlist(k)) for k in request.form if not k.startswith("_"))]
        sent += [hashlib.sha256(each.read()).hexdigest() for each in request.files.values() if not each.seek(0)]
    return hashlib.sha256(json.dumps(sent).encode()).hexdigest()


def _count(session: Session, subject: str, phase: str, kind: str, count: int, leads_to: str | None) -> None:
    """One row for what a coordinator sent or opened, which is as many steps as they judged things by it."""
    who = actor()
    if not who.person or not who.roles & COORDINATING:
        return
    row = {"subject": subject, "person": who.person, "phase": phase, "kind": kind, "count": count}
    session.execute(sa.insert(steps).values(id=uuid4(), leads_to=leads_to, at=now(session), **row))


def saw(*subjects: UUID | str, phase: str = "", kind: str = "read") -> None:
    """Record that the acting person is shown content of cases (or, as `export`, takes it away) before they are.

    Every view that shows any calls this. With a phase, a page that a coordinator opened is counted among the steps.
    """
    verb = (request.endpoint or "").rpartition(".")[2]
    with runtime().database.writing("action", g.get("request_id")) as session:
        for subject in subjects:
            record(session, kind, verb, str(subject), actor())
        if phase and request.method == "GET":
            _opened(session, str(subjects[0]), phase)


def _opened(session: Session, subject: str, phase: str) -> None:
    """Count a page that a coordinator opened, unless the last form led here."""
    who = actor()
    if not who.person or not who.roles & COORDINATING or request.path.startswith("/api/"):
        return
    last = session.execute(
        sa.select(steps.c.id, steps.c.leads_to).where(steps.c.person == who.person).order_by(steps.c.at.desc()).limit(1)
    ).first()
    if last is not None and last.leads_to == request.path:
        session.execute(sa.update(steps).where(steps.c.id == last.id).values(leads_to=None))
    else:
        _count(session, subject, phase, "page", 1, None)


def receipt(done: Done) -> ResponseReturnValue:
    """Answer an API request that did something: what to quote and where it is; nothing of the content."""
    response = jsonify({"reference": done.reference, "location": done.location})
    if done.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response, 201
