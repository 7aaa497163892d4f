"""What agencies may send back."""

from functools import cache
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from pprg_intake.rules import CHOICES, MOST_ROWS, MOST_TYPED, lines, sign_off_problems
from pprg_intake.schemas.choices import reviews
from pprg_shared.acting import runtime
from pprg_shared.calendar import london_date
from pprg_shared.profile import SAID, VIEWS
from pprg_shared.web.fields import chosen, maybe, one_of, optional, past_day, people_date, text, words

#: What leads to the fields that few rows need.
FURTHER = "Say more about this"


def _further(label: str, **about: Any) -> fields.String:
    """What a row may say besides, asked for once somebody wants to say more; rules.lines judges it."""
    return fields.String(metadata={"label": label, "further": FURTHER} | about, **words("Enter text"))


def _choice(label: str, column: str) -> fields.String:
    return _further(label, widget="select", choices=CHOICES[column], none="Not said")


class RowSchema(Schema):
    """One row of a chronology, as typed."""

    date = fields.String(
        metadata={"label": "Date", "hint": "Such as 22 May 2016 or ?May 2016", "width": 20}, **words("Enter a date")
    )
    time = fields.String(metadata={"label": "Time, if it is known", "width": 5}, **words("Enter a time"))
    source = fields.String(metadata={"label": "Source", "hint": "The record, and the role of who wrote it: no name"})
    people = fields.String(metadata={"label": "Whom it concerns, by initials or role (optional)"})
    event = fields.String(metadata={"label": "What happened", "widget": "textarea", "rows": 3})
    action = fields.String(metadata={"label": "What was done, or “none”"})
    end_date = _further("When it ended", width=20)
    end_time = _further("Time of the end", width=5)
    contact_type = _choice("What kind of contact", "contact_type")
    seen = _choice("Was the child or adult seen?", "seen")
    seen_alone = _choice("Were they seen alone?", "seen_alone")
    voice = _further("What they said", widget="textarea", rows=2)
    outcome = _further("What came of it", widget="textarea", rows=2)
    impact = _choice("Its impact", "impact")
    impact_note = _further("Why this impact", widget="textarea", rows=2)
    comment_analysis = _further("Your comment, apart from the facts", widget="textarea", rows=2)
    rag = _choice("Rating: red, amber or green", "rag")
    significance = _choice("How significant", "significance")
    policy_or_practice_point = _further("Themes, with semicolons between them", hint="As on the learning hub")
    recorded_at = _further("When it was written, if later", width=20)


class Rows(fields.List[Any]):
    """Thousands of rows: those that are plainly in order go straight through, marshmallow has the word on others."""

    def _deserialize(self, value: Any, *about: Any, **more: Any) -> list[Any]:
        if isinstance(value, list) and all(_plain(each) for each in value):
            return [dict(each) for each in value]
        return super()._deserialize(value, *about, **more)


def _plain(row: Any) -> bool:
    """Whether a row holds nothing but text, under names that are known."""
    return type(row) is dict and KNOWN.issuperset(row) and all(type(cell) is str for cell in row.values())


KNOWN = frozenset(RowSchema().fields)


#: What leads to the questions of a return that few agencies need to answer all of.
INVOLVED = "Say more about your agency's involvement"
ANALYSIS = "Say what went well and what did not"
VIEW = "Give your agency's view, and name others to ask"


def _told(label: str, behind: str, hint: str = "") -> fields.String:
    """An account that an agency may give in a few lines."""
    return optional(label, 2000, widget="textarea", rows=3, hint=hint, further=behind)


def _day(label: str) -> fields.String:
    about = {"label": f"{label} (optional)", "width": 20, "further": INVOLVED}
    return fields.String(load_default="", validate=people_date, metadata=about, **words("Enter a date"))


class ViewSchema(Schema):
    """Whether the criteria of one kind of review are met, as an agency sees it."""

    route = fields.String(
        required=True,
        validate=one_of(reviews, "Choose a review from the list"),
        metadata={"label": "Kind of review", "widget": "select", "choices": reviews},
        **words("Choose a review from the list"),
    )
    view = chosen(VIEWS, "Are its criteria met?", "Say whether its criteria are met", widget="select")
    reason = optional("Why?", 1000, widget="textarea", rows=2)


class ReturnSchema(Schema):
    """A summary of involvement, what the agency makes of it, the rows of a chronology, and who checked all this.

    What any agency can answer at once must be answered, if with “not known”; what takes thought or a second person may
    follow in a correction, so that no return waits for it.
    """

    author = text("Your name and role", "Enter your name and role", 200, width=30)
    summary = text(
        "Summary of your involvement", "Summarise your agency's involvement", 12000, widget="textarea", rows=10
    )
    voice_of_child_or_adult = text(
        "The child's or adult's daily life, and what they said",
        "Say what their life was like and what they said, or “not known”",
        2000,
        hint="If your agency does not know, say “not known”.",
        widget="textarea",
        rows=3,
    )
    immediate_safety_actions = text(
        "What was done at once to keep people safe",
        "Say what was done at once to keep people safe, or “none”",
        2000,
        hint="If nothing was, say “none”.",
        widget="textarea",
        rows=3,
    )
    first_contact = _day("Your agency's first contact")
    last_contact = _day("Your agency's last contact before it happened")
    open_at_incident = maybe(SAID, "Were you involved when it happened?", further=INVOLVED)
    people_known = optional("Whom in the family does your agency know?", 500, further=INVOLVED)
    family_composition_known = _told("Who belongs to the family and household, as you knew it", INVOLVED)
    before_scope_relevant = _told("What matters from before the period that is asked about", INVOLVED)
    identity_factors = _told(
        "Who they are, and how that was taken into account",
        INVOLVED,
        "Such as ethnicity, culture, faith, disability and language.",
    )
    assessments_and_plans = _told(
        "Assessments, plans and referrals, with their dates and outcomes",
        INVOLVED,
        "Say which risks were known and which thresholds were applied.",
    )
    attendance = _told("Appointments missed, or to which they were not brought", INVOLVED)
    what_worked = _told("What worked", ANALYSIS)
    what_did_not = _told("What did not work, and why", ANALYSIS)
    multi_agency_working = _told("How agencies worked together and shared information", ANALYSIS)
    management_oversight = _told("Supervision, management and escalation", ANALYSIS)
    policy_followed = maybe(SAID, "Were policies followed?", further=ANALYSIS)
    context = _told("What bore on the work", ANALYSIS, "Such as workload, vacancies or computer systems.")
    good_practice = _told("Good practice", ANALYSIS)
    learning_identified = _told("What your agency has learnt", ANALYSIS)
    single_agency_actions = _told("What your agency will do, or has done", ANALYSIS, "Say who does it, and by when.")
    agency_view_on_criteria = fields.List(
        fields.Nested(ViewSchema),
        load_default=list,
        validate=validate.Length(max=20, error="Give at most 20 views"),
        metadata={
            "label": "Are the criteria of a review met?",
            "hint": "Your agency's view helps the group, which decides.",
            "row": "View",
            "add": "Add a view",
            "blank": 1,
            "most": 20,
            "further": VIEW,
        },
        **words("Send a list of views"),
    )
    other_agencies_to_ask = _told("Other agencies to ask, and why", VIEW)
    parallel_processes_known = _told("What else is under way", VIEW, "Such as an inquest or a police inquiry.")
    staff_support_needed = _told("What support your staff need", VIEW, "Use roles, and no names.")
    rows = Rows(
        fields.Nested(RowSchema),
        load_default=list,
        validate=validate.Length(max=MOST_ROWS, error=f"Send at most {MOST_ROWS} rows"),
        metadata={
            "label": "Chronology",
            "hint": "One row an event. Leave rows empty that you do not need.",
            "most": MOST_TYPED,
        },
    )
    quality_assured_by = optional(
        "Who has checked this return?",
        200,
        hint="Their name and role: somebody else than its author.",
        section="Before you send",
    )
    quality_assured_on = past_day("When was it checked?")
    author_independent = chosen(
        SAID,
        "Is the author independent of the work in this case?",
        "Say whether the author is independent of the work in this case",
        widget="select",
    )
    records_secured = text(
        "Who has secured your records, and when?",
        "Say who has secured your records and when, or “not yet”",
        200,
        hint="So that nothing in them is changed or removed. If nobody has, say “not yet”.",
    )
    draft = fields.UUID(load_default=None, metadata={"widget": "hidden"}, **words("Look at the uploaded file again"))

    @validates_schema(skip_on_field_errors=False)
    def readable(self, data: dict[str, Any], **_options: Any) -> None:
        """Every row must be readable: nothing is dropped in silence. Nobody signs off what they wrote.

        The rows as they were read go on beside them as `lines`, so that thousands need not be read again.
        """
        today = london_date(runtime().clock())
        wrong: dict[str, Any] = {name: [advice] for name, advice in sign_off_problems(data, today).items()}
        data["lines"], problems = lines(data.get("rows", []), today, runtime().profile.themes)
        if problems:
            wrong["rows"] = {n: {k: [v] for k, v in each.items()} for n, each in problems.items()}
        if wrong:
            raise ValidationError(wrong)


#: What an agency of which only a chronology is wanted is not asked.
ABOUT_SUMMARY = (
    *("summary", "voice_of_child_or_adult", "immediate_safety_actions"),
    *(name for name, each in ReturnSchema().fields.items() if each.metadata.get("further") in {INVOLVED, ANALYSIS}),
)


@cache
def return_schema(wanted: str) -> ReturnSchema:
    """What an agency sends when it is asked for a summary, a chronology or both."""
    left_out = {"summary": ("rows", "draft"), "chronology": ABOUT_SUMMARY}
    return ReturnSchema(exclude=left_out.get(wanted, ()))


class NilReturnSchema(Schema):
    """An agency holds nothing about anybody of those whom it was asked about."""

    author = text("Your name and role", "Enter your name and role", 200)
    people_seen = fields.String(
        load_default="",
        validate=validate.Length(max=2000, error="Send back what was given"),
        metadata={"widget": "hidden", "example": ""},
        **words("Send back what was given, or leave it out"),
    )


class TimeSchema(Schema):
    """An agency needs more time."""

    until = fields.Date(
        required=True,
        metadata={"label": "By when can you answer?", "hint": "Such as 8 December 2026", "width": 20},
        **words("Enter a day with its month and year"),
    )
    reason = text("Why do you need more time?", "Say why you need more time", 2000, widget="textarea", rows=4)


class UploadSchema(Schema):
    """A chronology as a file, which travels beside the other fields; what is wrong with it is shown at it."""

    file = fields.Raw()
