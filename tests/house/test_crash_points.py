"""Whatever commits, publishes, acknowledges or sends does so between two named crash points, or says why not.

The calls are found in the code itself, so that a new one without a point, which no test would kill at, fails here.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from house.test_house import FUNCTION, MODULES, ROOT
from pprg_embedded.world import SERVICES
from pprg_shared.boxes.tables import boxes_of
from pprg_shared.crashpoints import ACTS, POINTS

#: Transactions that are told their act: a text, or one that is put together.
TOLD = {"writing", "at_once"}
#: Calls of the driver, of pika and of smtplib that change what others see, and the modules in which they mean that.
ENDS = {
    "commit": "",
    "begin": "",
    "basic_publish": "",
    "basic_ack": "",
    "basic_nack": "",
    "basic_reject": "",
    "write": "pprg_shared/rabbit/",
    "send": "pprg_shared/rabbit/",
    "finish": "pprg_shared/boxes/outgoing.py",
    "attempt": "pprg_notifier/delivery/",
    "docmd": "",
    "sendmail": "",
    "send_message": "",
}
#: Acts that are put together of the name of a box, which is one of those that the services have.
OF_A_BOX = {
    "shared/pprg_shared/boxes/work.py take_many": "{table.name}-take",
    "shared/pprg_shared/boxes/work.py Box._do": "{self.name}-handle",
    "shared/pprg_shared/boxes/work.py Box.postpone": "{self.name}-postpone",
}
#: Where no point is named: the function that names those around it, in the same module or by its whole name.
BY = {
    "shared/pprg_shared/hand.py QuickHand.finish": "shared/pprg_shared/boxes/outgoing.py Outbox._mark",
    "shared/pprg_shared/hand.py carry_out": "shared/pprg_shared/database.py _before_commit",
    "shared/pprg_shared/database.py Database.writing": "shared/pprg_shared/database.py _before_commit",
    "shared/pprg_shared/rabbit/publisher.py Window.send": "shared/pprg_shared/rabbit/publisher.py Publisher._send",
    "shared/pprg_shared/rabbit/link.py Channel.write": "shared/pprg_shared/rabbit/publisher.py Publisher._send",
    "shared/pprg_shared/rabbit/link.py Link.write": "shared/pprg_shared/rabbit/publisher.py Publisher._send",
    "shared/pprg_shared/rabbit/consumer.py Deliveries.settle": (
        "shared/pprg_shared/rabbit/consumer.py Consumer._deliver"
    ),
    "services/notifier/pprg_notifier/delivery/letters.py Letters._send": (
        "services/notifier/pprg_notifier/delivery/letters.py Letters._deliver"
    ),
    "services/notifier/pprg_notifier/delivery/smtp.py Link.attempt": (
        "services/notifier/pprg_notifier/delivery/letters.py Letters._deliver"
    ),
    "services/notifier/pprg_notifier/delivery/smtp.py Link._transaction": (
        "services/notifier/pprg_notifier/delivery/letters.py Letters._deliver"
    ),
}
#: Where nothing is changed that could be lost or be there twice.
NOTHING = {
    "shared/pprg_shared/postgres.py take_turn": "settings of the connection, and a lock that ends with it",
    "shared/pprg_shared/migrations.py Migrations.upgrade": "ends the transaction in which the revision was read",
    "shared/pprg_shared/migrations.py Migrations._apply": "what it applied is committed one by one, by Alembic",
}


class Found(NamedTuple):
    """A call, and the function in which it stands."""

    place: str
    call: ast.Call
    name: str


def functions(tree: ast.AST, around: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Each function by its name within the module, with those inside."""
    for each in ast.iter_child_nodes(tree):
        name = f"{around}{each.name}" if isinstance(each, (*FUNCTION, ast.ClassDef)) else ""
        if isinstance(each, FUNCTION):
            yield name, each
        yield from functions(each, f"{name}." if name else around)


def calls(function: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    """The calls of a function by the last part of their name, without those of the functions inside it."""
    for each in ast.iter_child_nodes(function):
        if isinstance(each, FUNCTION):
            continue
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute | ast.Name):
            yield each, each.func.attr if isinstance(each.func, ast.Attribute) else each.func.id
        yield from calls(each)


def inside(modules: dict[str, str]) -> list[Found]:
    """Every call in every function of these texts by their path, and those of the modules themselves."""
    found = []
    for path, text in modules.items():
        tree = ast.parse(text)
        for name, function in [("", tree), *functions(tree)]:
            found += [Found(f"{path} {name}".strip(), call, called) for call, called in calls(function)]
    return found


def ends(every: list[Found]) -> set[str]:
    """Where something is committed, published, acknowledged or sent."""
    return {
        each.place
        for each in every
        if isinstance(each.call.func, ast.Attribute)
        and ENDS.get(each.name, "\0") in each.place
        and not (each.name == "begin" and each.call.args)  # a transaction is begun without a word
    }


def named(every: list[Found]) -> set[str]:
    """Where crash points are named."""
    return {each.place for each in every if each.name == "crashpoint"}


def untold(every: list[Found]) -> list[str]:
    """Transactions whose act is neither a text that is listed nor put together of the name of a box."""
    found = []
    for place, call, name in every:
        if name not in TOLD or not isinstance(call.func, ast.Attribute):
            continue
        act = next(iter(call.args), None)
        if isinstance(act, ast.Constant) and act.value in ACTS:
            continue
        if isinstance(act, ast.JoinedStr) and ast.unparse(act)[2:-1] == OF_A_BOX.get(place):
            continue
        found.append(f"{place}: {ast.unparse(call)}")
    return found


@pytest.fixture(scope="module")
def every() -> list[Found]:
    ours = [each for each in MODULES if {"shared", "services", "deploy"} & {each.relative_to(ROOT).parts[0]}]
    return inside({str(each.relative_to(ROOT)): Path(each).read_text("utf-8") for each in ours})


def test_every_transaction_is_a_named_act(every):
    assert untold(every) == []
    assert len([each for each in every if each.name in TOLD]) > 30
    assert len(POINTS) == len(set(POINTS))


def test_what_is_put_together_of_the_name_of_a_box_is_a_named_act():
    boxes = {name for service in SERVICES for name in boxes_of(service.metadata)}
    hand = {"outbox"}  # its rows are taken in hand and not leased
    own = {"letters"}  # a letter is sent and then marked
    asked = {f"{name}-take" for name in boxes - hand}
    asked |= {f"{name}-{what}" for name in boxes - hand - own for what in ("handle", "postpone")}

    assert {"inbox", "reminders", "embargoes"} < boxes
    assert asked - set(ACTS) == set()


def test_whatever_commits_publishes_acknowledges_or_sends_names_its_crash_points(every):
    assert ends(every) - named(every) - set(BY) - set(NOTHING) == set()


def test_each_exception_is_one_and_what_it_refers_to_names_points(every):
    assert (set(BY) | set(NOTHING)) - ends(every) == set()
    assert (set(BY) | set(NOTHING)) & named(every) == set()
    assert set(BY.values()) - named(every) == set()


@pytest.mark.parametrize(
    "line",
    [
        "session.commit()",
        "with engine.begin() as connection: pass",
        "channel.basic_publish('', 'x', b'')",
        "self.channel.raw.basic_ack(1)",
        "mail.send_message(letter)",
    ],
)
def test_an_act_without_a_point_is_found_and_one_beside_a_point_is_not(line):
    alone = inside({"a.py": f"class A:\n def f(self):\n  {line}\n"})
    beside = inside({"a.py": f"class A:\n def f(self):\n  crashpoint('x')\n  {line}\n"})

    assert ends(alone) - named(alone) == {"a.py A.f"}
    assert ends(beside) - named(beside) == set()


@pytest.mark.parametrize(("act", "is_found"), [("'action'", 0), ("'acton'", 1), ("act", 1), ("f'{x}-take'", 1)])
def test_an_act_that_is_not_listed_is_found(act, is_found):
    assert len(untold(inside({"a.py": f"def f():\n with d.writing({act}): pass\n"}))) == is_found
