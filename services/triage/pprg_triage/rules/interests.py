"""Who may have an interest in a case and has not said so: whoever is called as one of the staff who worked on it."""

from pprg_triage.rules.vocabulary import fold

#: One word of a name says too little: many people have the same.
LEAST = 2


def may_be(name: str, called: str) -> bool:
    """Whether these may be names of one person: all words of the shorter stand in the other, in any order.

    A letter stands for a word that begins with it, but at least one word is the same. Prefers a question too many.
    """
    short, long = sorted((fold(name).split(), fold(called).split()), key=len)
    same = any(len(each) > 1 and each in long for each in short)
    return same and len(short) >= LEAST and all(any(_fits(each, other) for other in long) for each in short)


def _fits(word: str, other: str) -> bool:
    return word == other or (1 in {len(word), len(other)} and word[0] == other[0])
