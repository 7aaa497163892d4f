"""Answers that say how old they are, so that whoever has one already need not load it again."""

from datetime import datetime

from flask import Response, make_response, request
from flask.typing import ResponseReturnValue

from pprg_shared.acting import actor


def conditional(answer: ResponseReturnValue, changed: datetime | None = None) -> Response:
    """The answer, or 304 when the asker has it; a page that shows who acts is kept by nobody.

    So only what is the same for all may say when it `changed`.
    """
    response = make_response(answer)
    if changed is None and actor().person is not None:
        return response
    response.headers["Cache-Control"] = "public, no-cache"
    if changed is None:
        response.vary.add("Cookie")
    else:
        response.last_modified = changed
    response.add_etag()
    response.make_conditional(request)
    return response
