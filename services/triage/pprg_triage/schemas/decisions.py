"""What may be sent about decisions."""

import json
from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validate

from pprg_shared.acting import runtime
from pprg_shared.profile import Criterion, Route
from pprg_triage.rules import OUTCOMES, REPLIES
from pprg_triage.schemas.words import words

ANSWER, WHY = "answer_", "why_"


def _route(slug: str) -> None:
    if slug not in runtime().profile.decided_routes():
        raise ValidationError("Choose a kind of review from the list")


class RouteSchema(Schema):
    """The kind of review that a decision is about; the rest of what is sent depends on it."""

    class Meta:
        """The other fields are read once the kind is known."""

        unknown = EXCLUDE

    route = fields.String(required=True, validate=_route, **words("Choose the kind of review"))


class DecisionSchema(Schema):
    """What the group proposes on one route; `decision_schema` adds a question for each of its criteria."""

    @post_load
    def _criteria(self, data: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        """Answers and their whys as one mapping by criterion."""
        answered = {name.removeprefix(ANSWER): reply for name, reply in data.items() if name.startswith(ANSWER)}
        criteria = {name: {"reply": reply, "why": data.get(WHY + name, "")} for name, reply in answered.items()}
        rest = {name: value for name, value in data.items() if not name.startswith((ANSWER, WHY))}
        return {**rest, "criteria": criteria}


def decision_schema(code: str, *, late: bool = True) -> DecisionSchema:
    """What may be sent about a decision on this route, in the order in which the group goes through it.

    Unless it is `late`, nothing is asked about a delay.
    """
    profile = runtime().profile
    route = profile.routes[code]
    asked = dict.fromkeys(name for each in route.mandates if each.enabled for name in (*each.all, *each.any))
    questions: dict[str, fields.Field[Any]] = {"route": _hidden(code)}
    for name in (*asked, *(each for each in route.considers if each not in asked)):
        questions |= _question(profile.criteria[name], must=name in asked, first=len(questions) == 1)
    whole = questions | _decided(route) | _recorded(route, late=late) | _told(code)
    made = type("DecisionSchema", (DecisionSchema,), whole)
    schema: DecisionSchema = made()
    return schema


def _hidden(code: str) -> fields.String:
    only = validate.Equal(code, error="This form is about another kind of review")
    advice = words("Say which kind of review")
    return fields.String(required=True, validate=only, metadata={"widget": "hidden", "example": code}, **advice)


def _question(criterion: Criterion, *, must: bool, first: bool) -> dict[str, fields.Field[Any]]:
    about = {"label": criterion.asks, "hint": criterion.help, "widget": "radios"}
    offered = validate.OneOf(list(REPLIES), list(REPLIES.values()), error="Answer yes, no or not enough information")
    answer = fields.String(
        required=must,
        validate=offered,
        metadata=about | ({"section": "Criteria"} if first else {}),
        **words("Answer yes, no or not enough information"),
    )
    why = fields.String(
        validate=validate.Length(max=500, error="Say why in up to 500 characters"),
        metadata={"label": f"Why: {criterion.says}", "hint": "In a sentence; may be left empty."},
        **words("Say why in up to 500 characters"),
    )
    return {ANSWER + criterion.code: answer, WHY + criterion.code: why}


def _decided(route: Route) -> dict[str, fields.Field[Any]]:
    mandates = {each.code: each.name for each in route.mandates if each.enabled}
    found: dict[str, fields.Field[Any]] = {
        "outcome": fields.String(
            required=True,
            validate=validate.OneOf(list(OUTCOMES), list(OUTCOMES.values()), error="Say whether the criteria are met"),
            metadata={"label": "Are the criteria met?", "widget": "radios", "section": "Decision"},
            **words("Say whether the criteria are met"),
        ),
        "mandate": fields.String(
            load_default="",
            validate=validate.OneOf(list(mandates), error="Choose a mandate from the list"),
            metadata={
                "label": "Mandate relied on",
                "hint": "Left empty, the strongest that the answers meet.",
                "widget": "select",
                "choices": mandates,
            },
            **words("Choose a mandate from the list"),
        ),
        "next_step": fields.String(
            load_default="",
            validate=validate.OneOf(list(route.next_steps), error="Choose what happens next from the list"),
            metadata={
                "label": "What happens next?",
                "widget": "radios",
                "choices": dict(route.next_steps),
                "example": next(iter(route.next_steps), ""),
            },
            **words("Choose what happens next"),
        ),
    }
    if len(mandates) == 1:
        del found["mandate"]
    return found


def _recorded(route: Route, *, late: bool) -> dict[str, fields.Field[Any]]:
    """What a decision record holds besides the decision: what others will ask when they look at it years later."""
    found: dict[str, fields.Field[Any]] = {
        "reasons": fields.String(
            required=True,
            validate=validate.Length(min=20, max=8000, error="Give the reasons, in 20 to 8000 characters"),
            metadata={
                "label": "Reasons",
                "hint": "Say how the criteria apply to this case.",
                "widget": "textarea",
                "rows": 8,
            },
            **words("Give the reasons"),
        ),
        "harm": _harm(route),
        "equality": fields.String(
            required=True,
            validate=validate.Length(min=5, max=2000, error="Say it in 5 to 2000 characters"),
            metadata={
                "label": "Protected characteristics",
                "hint": "Such as age, disability, race, religion, sex: what bearing they had, or that they had none.",
                "widget": "textarea",
                "rows": 3,
                "example": "Invented: none had a bearing on the decision.",
            },
            **words("Say what bearing protected characteristics had, or that they had none"),
        ),
        "dissent": _text("Dissent or challenge", "Who disagreed and why, and what the group answered.", 4000),
        "advice": _text("Advice taken", "Legal or other: who gave it, and what it was.", 2000),
        "method": _text("How the review is done", "If one begins: its method, who leads it and by when.", 2000),
        "delay": _text("Why it was decided late", "The day by which this had to be decided has passed.", 2000),
    }
    left_out = {"harm"} if not route.is_about_harm else set()
    left_out |= set() if late else {"delay"}
    return {name: each for name, each in found.items() if name not in left_out}


def _harm(route: Route) -> fields.Field[Any]:
    kinds = runtime().profile.kinds_of_harm(route)
    return fields.List(
        fields.String(validate=validate.OneOf(list(kinds), error="Choose kinds of harm from the list")),
        load_default=list,
        metadata={
            "label": "Kinds of abuse or neglect",
            "hint": "Those that the group found or suspects.",
            "choices": kinds,
            "example": list(kinds)[-1:],
        },
        **words("Choose kinds of harm from the list"),
    )


def _told(code: str) -> dict[str, fields.Field[Any]]:
    """What others read, with the standard words of each outcome: the page keeps them in step until they are changed."""
    hint = "No names and nothing confidential. The standard words follow what is decided until you change them."
    found: dict[str, fields.Field[Any]] = {}
    for name, label in (("to_referrer", "What the referrer reads"), ("to_agency", "What the agencies read")):
        standard = {each: runtime().profile.standard_words(code, each)[name] for each in OUTCOMES}
        for_script = {"data-follows": "outcome", "data-standard": json.dumps(standard)}
        found[name] = _text(label, hint, 2000, standard=standard, attributes=for_script)
    return found | {"ordinary_words": _ordinary_words()}


def _ordinary_words() -> fields.Boolean:
    """That a word which is part of a name of somebody in the case is none where it stands."""
    return fields.Boolean(
        load_default=False,
        metadata={
            "label": "Is part of somebody's name an ordinary word here?",
            "widget": "checkboxes",
            "choices": {"true": "It is an ordinary word here, and tells nobody who it is about"},
            "further": "A word that is also part of a name",
        },
        **words("Say whether it is an ordinary word"),
    )


def _text(label: str, hint: str, most: int, **more: Any) -> fields.String:
    advice = f"Say it in up to {most} characters"
    about = {"label": label, "hint": hint, "widget": "textarea", "rows": 4, **more}
    return fields.String(
        load_default="", validate=validate.Length(max=most, error=advice), metadata=about, **words(advice)
    )


def _corrected(label: str, advice: str) -> fields.String:
    return fields.String(
        required=True,
        validate=validate.Length(min=5, max=2000, error=f"{advice}, in 5 to 2000 characters"),
        metadata={
            "label": label,
            "hint": "No names and nothing confidential.",
            "widget": "textarea",
            "example": "The group has decided that a review is needed.",
        },
        **words(advice),
    )


class RatificationSchema(Schema):
    """Which decision a second person confirms."""

    decision_id = fields.UUID(required=True, metadata={"widget": "hidden"}, **words("Say which decision"))


class SendBackSchema(Schema):
    """Which decision must be thought over, and why."""

    decision_id = fields.UUID(required=True, metadata={"widget": "hidden"}, **words("Say which decision"))
    why = fields.String(
        required=True,
        validate=validate.Length(min=5, max=2000, error="Say why, in 5 to 2000 characters"),
        metadata={"label": "Why is it sent back?", "widget": "textarea"},
        **words("Say why it is sent back"),
    )


class CorrectionSchema(Schema):
    """What others are to read of a ratified decision from now on, and why."""

    decision_id = fields.UUID(required=True, metadata={"widget": "hidden"}, **words("Say which decision"))
    to_referrer = _corrected("What the referrer reads", "Say what the referrer reads")
    to_agency = _corrected("What the agencies read", "Say what the agencies read")
    ordinary_words = _ordinary_words()
    why = fields.String(
        required=True,
        validate=validate.Length(min=5, max=2000, error="Say why, in 5 to 2000 characters"),
        metadata={"label": "Why are they corrected?", "hint": "For the record of the case.", "widget": "textarea"},
        **words("Say why the words are corrected"),
    )
