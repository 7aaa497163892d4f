"""The chronology of ten agencies with 2,000 rows each put in one order, beside one stable sort."""

import json
import os
import sys
import time
from contextlib import contextmanager
from datetime import date, timedelta
from operator import itemgetter
from uuid import UUID, uuid4

AGENCIES, MOST = 10, 2000
WHOLE, PAGE = "the product, all rows opened in one order", "the product, the first page of 100"
ORDER = "the product, the order alone, by PostgreSQL"
HAND, SORT = "by hand, all rows opened, then one stable sort", "by hand, one stable sort of what is in memory"
WHAT = {WHOLE: "whole", PAGE: "page", ORDER: "order", HAND: "hand", SORT: "sort"}
TIMES = 3
ALL = (
    "SELECT agency, number, day, precision, time, id, content FROM chronology "
    "WHERE case_id = %s ORDER BY agency, number"
)


def fill(place, rows, case, most):
    """Rows of ten agencies, each in order as it was sent, sealed as the product seals them."""
    keys, first = place.keys, date(2016, 1, 1)
    columns = ("id", "case_id", "agency", "number", "revision", "day", "until", "precision", "time", "content")
    rows.execute("TRUNCATE requests, chronology")
    with rows.cursor() as cursor, cursor.copy(f"COPY chronology ({', '.join(columns)}) FROM STDIN") as lines:
        for agency in range(AGENCIES):
            for number in range(most):
                day, row = first + timedelta(days=(number * 7 + agency) // 5), uuid4()
                text = {"value": str(day), "precision": "day", "uncertain": False, "as_entered": str(day)}
                at = f"{number % 24:02}:15"
                text |= {
                    "time": at,
                    "source": f"Case record {number}",
                    "event": "The teacher noted that " * 4,
                    "action": "None",
                }
                sealed = keys["case"].seal(json.dumps(text).encode(), f"column:chronology:{row}:content")
                lines.write_row((row, case, f"agency-{agency}", number, 1, day, day, 0, at, sealed))
    asked = (
        "INSERT INTO requests (id, case_id, agency, due_on, state, answer) "
        "SELECT gen_random_uuid(), %s, 'agency-' || n, '2026-12-24', 'returned', 1 FROM generate_series(0, %s) n"
    )
    rows.execute(asked, (case, AGENCIES - 1))
    rows.execute("ANALYZE chronology, requests")


def sample(place, what, most):
    """A sample: CPU of the process and of PostgreSQL together, and whether the order is the right one."""
    from accounting import Meter  # noqa: PLC0415 -- what is measured runs without psutil

    def run():
        number = max(10, round(most * place.scale))
        with place.rows("triage", "merging") as rows:
            case = _case(place, rows, number)
        with Meter(**place.pids) as meter:
            said = json.loads(
                place.said_by(("merging.py", WHAT[what], str(case)), place.environment("triage", "merging"))
            )
        assert said["rows"] == (min(100, AGENCIES * number) if what == PAGE else AGENCIES * number), said
        assert said["ordered"], what
        server = 1000 * meter.cpu.get("PostgreSQL", 0) / (TIMES + 1) if what != SORT else 0
        return {"CPU ms": said["cpu ms"] + server, "own ms": said["cpu ms"], "PostgreSQL's ms": server}

    return run


def _case(place, rows, number):
    """The case, filled when it is first asked for."""
    found = rows.execute("SELECT case_id, count(*) FROM chronology GROUP BY case_id").fetchone()
    if found and found[1] == AGENCIES * number:
        return found[0]
    case = uuid4()
    fill(place, rows, case, number)
    return case


def variants(place):
    """All that is compared."""
    return {name: sample(place, name, MOST) for name in WHAT}


@contextmanager
def product():
    from pprg_shared.cli import alive  # noqa: PLC0415 -- not part of what is done by hand
    from pprg_shared.startup import settings_of  # noqa: PLC0415 -- the same
    from pprg_triage.service import service  # noqa: PLC0415 -- the same

    runtime = alive(service, settings_of())
    try:
        yield runtime
    finally:
        runtime.stop()


def by_product(what, case):
    """Three times, each with a session of its own; positions by which the order is checked."""
    from pprg_triage.projections import chronology  # noqa: PLC0415 -- the same

    with product() as runtime:

        def once():
            with runtime.database.reading() as session:
                if what == "order":
                    return chronology.order_of(session, case)
                if what == "page":
                    return chronology.chronology_page(session, case, page=1).entries
                return list(chronology.whole_chronology(session, case))

        took, found = timed(once)
        if what == "order":
            with runtime.database.reading() as session:
                places = [chronology.rules.position(each) for each in chronology.whole_chronology(session, case)]
        else:
            places = [chronology.rules.position(each) for each in found]
    return took, found, places


def by_hand(what, case):
    """All rows by one statement in the order of the agencies' lists, opened; then one stable sort on the date."""
    import psycopg  # noqa: PLC0415 -- what is done by hand needs no more
    from byhand import Opened  # noqa: PLC0415 -- the same

    seals = Opened()
    database = psycopg.connect(os.environ["DATABASE_URL"].replace("+psycopg", ""), autocommit=True)
    key = itemgetter("day", "precision", "time", "number", "agency")

    def read():
        names = ("agency", "number", "day", "precision", "time")
        found = []
        for *about, number, content in database.execute(ALL, (case,)):
            text = json.loads(seals.read(content, f"column:chronology:{number}:content"))
            found.append(text | dict(zip(names, about, strict=True)))
        return found

    if what == "hand":
        took, found = timed(lambda: sorted(read(), key=key))
    else:
        here = read()
        took, found = timed(lambda: sorted(here, key=itemgetter("day")))
        key = itemgetter("day")
    return took, found, [key(each) for each in found]


def timed(step):
    """Milliseconds of CPU, and what came of it, once it has been done before."""
    found = step()
    began = time.process_time()
    for _ in range(TIMES):
        found = step()
    return (time.process_time() - began) * 1000 / TIMES, found


def main(what, case):
    took, found, places = (by_hand if what in {"hand", "sort"} else by_product)(what, UUID(case))
    return {"cpu ms": took, "rows": len(found), "ordered": places == sorted(places)}


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))  # noqa: T201 -- what it measured is its answer
