"""A page by hand: the statements that the product sends for it, sent by psycopg, and the template that it fills.

Run by gunicorn: `gunicorn rendering:answer`. The first time that a page is asked for, the product makes it and its
statements and the values of its template are noted; from then on nothing of the product is done but the template.
"""

import os
import threading

import psycopg
import sqlalchemy as sa
from flask import before_render_template

from pprg_shared.app import create_app
from pprg_shared.cli import alive
from pprg_shared.startup import settings_of
from pprg_triage.service import service

runtime = alive(service, settings_of())
app = create_app(runtime)
known, own, alone = {}, threading.local(), threading.Lock()


def noted(path, cookie):
    """The statements of a page with their values, its template, and what fills it."""
    statements, filled = [], []

    def note(_connection, _cursor, statement, values, *_):
        statements.append((statement, values))

    def fill(_app, template, context, **_):
        filled.append((template, context))

    engines = {runtime.database.engine, runtime.database._single}
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", note)
    with before_render_template.connected_to(fill, app):
        page = app.test_client(use_cookies=False).get(path, headers={"Cookie": cookie})
    for engine in engines:
        sa.event.remove(engine, "before_cursor_execute", note)
    assert page.status_code == 200, page.text
    return statements, *filled[0]


def answer(environ, start_response):
    """Answer one request."""
    path, cookie = environ["PATH_INFO"], environ["HTTP_COOKIE"]
    with alone:
        if path not in known:
            known[path] = noted(path, cookie)
    statements, template, context = known[path]
    if not hasattr(own, "database"):
        own.database = psycopg.connect(os.environ["DATABASE_URL"].replace("+psycopg", ""), autocommit=True)
        app.test_request_context(path, headers={"Cookie": cookie}).push()
    for statement, values in statements:
        sent = own.database.execute(statement, values)
        if sent.description:  # who saw it is written down, which gives no rows
            sent.fetchall()
    page = template.render(context).encode()
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(page)))])
    return [page]
