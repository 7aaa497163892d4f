"""What comes before the form of a referral."""

from marshmallow import Schema

from pprg_intake.schemas.choices import REASONS, RISKS
from pprg_shared.web.fields import chosen, several
from pprg_shared.web.referred import KINDS


class GateSchema(Schema):
    """Whether the form is the right place, and what it must ask."""

    immediate_risk = chosen(RISKS, "Is anyone at risk now?", "Say whether anyone is at risk now")
    reason_kind = chosen(REASONS, "Why do you refer the case?", "Say why you refer")
    about = several(
        lambda: KINDS, "Whom is it about?", "Say whom it is about", least=1, hint="Choose all that it is about."
    )
