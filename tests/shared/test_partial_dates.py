from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprg_shared.partial_dates import NotADate, from_json, parse

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "value", "precision", "uncertain"),
    [
        ("22.05.16", "2016-05-22", "day", False),
        ("22-may-16", "2016-05-22", "day", False),
        ("22/05/16", "2016-05-22", "day", False),
        ("22.05/16", "2016-05-22", "day", False),
        ("22 May 2016", "2016-05-22", "day", False),
        ("28th February 2020", "2020-02-28", "day", False),
        ("2016-05-22", "2016-05-22", "day", False),
        ("May 2016", "2016-05-01", "month", False),
        ("05/2016", "2016-05-01", "month", False),
        ("2016", "2016-01-01", "year", False),
        ("?22 may 2016", "2016-05-22", "day", True),
        ("1/2/62", "1962-02-01", "day", False),
        ("3 May 2016 to 7 May 2016", "2016-05-03/2016-05-07", "range", False),
        ("2015-2016", "2015-01-01/2016-12-31", "range", False),
    ],
)
def test_dates_are_read_as_people_write_them(text, value, precision, uncertain):
    read = parse(text, today=TODAY)

    assert read.to_json() == {
        "value": value,
        "precision": precision,
        "uncertain": uncertain,
        "as_entered": text,
    }


@pytest.mark.parametrize("text", ["", "31/02/2016", "22 may 2016?", "probably May 2016", "soon", "1/1/1800", "2030"])
def test_what_is_no_date_gets_advice(text):
    with pytest.raises(NotADate) as caught:
        parse(text, today=TODAY)

    assert len(str(caught.value)) > 20


@given(st.dates(date(1930, 1, 1), date(2026, 11, 24)), st.booleans(), st.sampled_from(["%d/%m/%Y", "%m/%Y", "%Y"]))
def test_what_was_kept_reads_back(day, uncertain, form):
    read = parse(("?" if uncertain else "") + day.strftime(form), today=TODAY)
    kept = read.to_json()

    again = from_json(kept["value"], kept["precision"], kept["as_entered"], uncertain=kept["uncertain"])

    assert again == read
    assert read.value <= day <= read.until
