"""Long answers, bit by bit: a server sends each piece by itself, so that small ones are gathered first."""

from collections.abc import Iterable, Iterator

#: Letters that are gathered before they are sent on.
PIECE = 16_384


def gathered(texts: Iterable[str]) -> Iterator[str]:
    """The same text in pieces of at least PIECE letters, the last as long as it is."""
    some: list[str] = []
    length = 0
    for each in texts:
        some.append(each)
        length += len(each)
        if length >= PIECE:
            yield "".join(some)
            some.clear()
            length = 0
    if some:
        yield "".join(some)
