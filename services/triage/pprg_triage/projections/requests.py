"""One request with everything that came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from pprg_shared.database import unseal, uuid_of
from pprg_triage.actions import request_of
from pprg_triage.models import Request, Return, Row


@dataclass(frozen=True)
class WholeRequest:
    """A request with what was asked, what was said about it since, and every return."""

    request: Request
    content: dict[str, Any]
    returns: Sequence[Return]
    arriving: str


def whole_request(session: Session, case_id: UUID, request_id: UUID) -> WholeRequest:
    """Read a request; raises NotThere."""
    request = request_of(session, case_id, request_id)
    of_agency = (Return.case_id == case_id, Return.agency == request.agency)
    returns = session.scalars(select(Return).where(*of_agency).order_by(Return.revision.desc())).all()
    content = unseal(session, request, "content") if request.content else {"history": []}
    history = [line | {"by": uuid_of(line["by"])} for line in content["history"]]
    return WholeRequest(
        request, content | {"history": history}, returns, arriving(session, case_id).get(request.agency, "")
    )


def arriving(session: Session, case_id: UUID) -> dict[str, str]:
    """Of which agencies a return is here that is not whole, and how much of its chronology."""
    joined = and_(Row.case_id == Return.case_id, Row.agency == Return.agency, Row.revision == Return.revision)
    open_returns = (
        select(Return.agency, Return.rows, func.count(Row.id))
        .join(Request, and_(Request.case_id == Return.case_id, Request.agency == Return.agency))
        .outerjoin(Row, joined)
        .where(Return.case_id == case_id, Return.revision > Request.answer)
        .group_by(Return.agency, Return.revision, Return.rows)
    )
    return {agency: f"{here} of {rows} rows have arrived" for agency, rows, here in session.execute(open_returns)}
