"""What both buses promise."""

import pytest

from pprg_shared.bus import BATCH, BATCH_BYTES, Unheard


def test_everyone_who_listens_hears(place):
    first, second = place.listen("first", "case.opened"), place.listen("second", "case.opened")

    place.say(place.message("case.opened.v1", b"one"))

    place.eventually(lambda: first and second)
    assert (first, second) == ([b"one"], [b"one"])


def test_a_listener_hears_every_version_of_what_it_names_and_nothing_else(place):
    heard = place.listen("first", "case.opened", "case.moved")
    place.listen("second", "case.closed", "case.opened-again")

    place.say(
        place.message("case.opened.v1", b"v1"),
        place.message("case.closed.v1", b"closed"),
        place.message("case.opened-again.v1", b"again"),
        place.message("case.moved.v3", b"moved"),
        place.message("case.opened.v12", b"v12"),
    )

    place.eventually(lambda: len(heard) == 3)
    place.eventually(lambda: len(place.heard["second"]) == 2)
    assert sorted(heard) == [b"moved", b"v1", b"v12"]


def test_a_replay_reaches_one_service_only(place):
    first, second = place.listen("first", "case.opened"), place.listen("second", "case.opened")

    place.say(place.message("case.opened.v1", b"again", to="second"), place.message("case.opened.v1", b"all"))

    place.eventually(lambda: len(first) == 1 and len(second) == 2)
    assert first == [b"all"]


def test_the_ids_of_all_that_is_safe_come_back(place):
    place.listen("first", "case.opened")
    messages = [place.message("case.opened.v1") for _ in range(100)]

    assert place.bus("speaker").publish(messages) == {each.id for each in messages}
    assert place.bus("speaker").publish([]) == set()


def test_what_nobody_listens_to_does_not_pass_for_safe(place):
    place.listen("first", "case.opened")
    heard, unheard = place.message("case.opened.v1"), place.message("case.closed.v1")

    assert place.bus("speaker").publish([heard, unheard]) == {heard.id}
    with pytest.raises(Unheard, match=r"case\.closed"):
        place.bus("speaker").publish([unheard])
    with pytest.raises(Unheard, match=r"case\.opened"):
        place.bus("speaker").publish([place.message("case.opened.v1", to="third")])
    assert place.bus("speaker").publish([place.message("case.opened.v1")])


def test_batches_are_bounded_in_number(place):
    heard = place.listen("first", "case.opened")

    for _ in range(5):
        place.say(*(place.message("case.opened.v1", b"%d" % n) for n in range(100)))

    place.eventually(lambda: len(heard) == 500)
    assert max(place.sizes) <= BATCH


def test_batches_are_bounded_in_size_and_long_bodies_arrive_whole(place):
    sizes, heard = [], []

    def receive(bodies):
        sizes.append(sum(map(len, bodies)))
        heard.extend(bodies)
        return [True] * len(bodies)

    place.listen("first", "case.opened", receive=receive)
    bodies = [bytes([65 + n]) * (BATCH_BYTES // 3) for n in range(7)] + [b""]
    place.say(*(place.message("case.opened.v1", each) for each in bodies))

    place.eventually(lambda: len(heard) == len(bodies))
    assert max(sizes) <= BATCH_BYTES
    assert sorted(heard) == sorted(bodies)


@pytest.mark.fault("F50")
def test_what_cannot_be_read_is_set_aside_and_does_not_come_again(place):
    heard = []

    def receive(bodies):
        heard.extend(bodies)
        return [not each.startswith(b"?") for each in bodies]

    place.listen("first", "case.opened", receive=receive)
    place.say(*(place.message("case.opened.v1", each) for each in (b"?one", b"two", b"?three", b"four")))

    place.eventually(lambda: len(heard) == 4)
    place.eventually(lambda: sorted(place.unreadable("first")) == [b"?one", b"?three"])
    place.say(place.message("case.opened.v1", b"five"))
    place.eventually(lambda: len(heard) == 5)


def test_a_listener_that_raises_gets_the_same_again_while_others_are_served(place):
    tries, heard = [], []

    def receive(bodies):
        tries.append(list(bodies))
        if len(tries) == 1:
            raise OSError("the database is away")
        heard.extend(bodies)
        return [True] * len(bodies)

    place.listen("failing", "case.opened", receive=receive)
    other = place.listen("other", "case.opened")
    place.say(place.message("case.opened.v1", b"one"))

    place.eventually(lambda: heard and other)
    assert set(heard) == set(other) == {b"one"}
    assert set(tries[0]) == set(tries[1]) == {b"one"}


def test_the_same_message_said_twice_comes_at_least_once(place):
    heard = place.listen("first", "case.opened")
    message = place.message("case.opened.v1", b"one")

    place.say(message)
    place.say(message)

    place.eventually(lambda: heard)
    assert set(heard) == {b"one"}


def test_a_bus_in_order_says_so(place):
    place.listen("first", "case.opened")

    assert place.bus("first").connected()
    assert place.bus("first").problem() is None
