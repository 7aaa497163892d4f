"""Who acts: what a token says, measured by what the service knows of the person; pure but for what it is handed."""

from pprg_shared.actor import Actor
from pprg_shared.identity.people import Known
from pprg_shared.identity.tokens import Token


def present(token: Token, known: Known | None) -> Actor | None:
    """The person of a token as they may act now; None when they have left, or are something else than they were then.

    The newer of the two decides: a token may be ahead of a copy that has not heard yet.
    """
    if known is not None and known.revision > token.revision and not _same(token, known):
        return None
    return Actor(
        person=token.person,
        name=known.name if known else "",
        roles=token.roles,
        agency=token.agency,
        session=token.session,
        only=token.only,
    )


def _same(token: Token, known: Known) -> bool:
    """Whether somebody is still here, and as what they were when they signed in."""
    return known.active and (known.roles, known.agency) == (token.roles, token.agency)
