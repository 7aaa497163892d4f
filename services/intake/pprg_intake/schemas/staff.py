"""Who the members of staff are whom an agency names by role."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from pprg_shared.web.fields import optional, text

#: The most that one agency lists for one request.
MOST_STAFF = 200


class WorkerSchema(Schema):
    """One member of staff: what the return calls them, and who they are."""

    code = text("What your return calls them", "Enter what your return calls them", 60, hint="Such as Social worker 1")
    name = text("Their name", "Enter their name", 200)
    role = optional("Their post and team", 200)


class StaffSchema(Schema):
    """All members of staff whom a return names by role; it takes the place of an earlier list."""

    staff = fields.List(
        fields.Nested(WorkerSchema),
        load_default=list,
        validate=validate.Length(max=MOST_STAFF, error=f"List at most {MOST_STAFF}"),
        metadata={
            "label": "Staff",
            "row": "Member of staff",
            "add": "Add another",
            "most": MOST_STAFF,
            "example": [{"code": "Social worker 1", "name": "Invented Person", "role": "Duty team"}],
        },
    )

    @validates_schema
    def once(self, data: dict[str, Any], **_options: Any) -> None:
        """What a return calls somebody stands for one of them."""
        seen: dict[str, int] = {}
        for place, each in enumerate(data["staff"]):
            if seen.setdefault(each["code"].casefold(), place) != place:
                raise ValidationError({"staff": {place: {"code": ["Somebody else is called so already"]}}})
