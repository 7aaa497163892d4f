"""What a key lets a program of an agency do, and for how long it works."""

from collections.abc import Iterable, Mapping

#: What each scope opens, by the verbs of intake.
SCOPES: Mapping[str, tuple[str, ...]] = {"refer": ("refer",), "answer": ("answer", "read outcomes")}
SCOPE_WORDS: Mapping[str, str] = {
    "refer": "Refer cases",
    "answer": "Read what is asked, answer it, and read what was decided",
}
#: Days that a key may work: whoever runs the program changes it before.
LIFETIMES: Mapping[str, str] = {"30": "30 days", "90": "90 days", "365": "A year"}


def verbs_of(scopes: Iterable[str]) -> frozenset[str]:
    """All that these scopes open; one that is not known any more opens nothing."""
    return frozenset(verb for scope in scopes for verb in SCOPES.get(scope, ()))
