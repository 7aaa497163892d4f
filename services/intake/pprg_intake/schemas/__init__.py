"""What may be sent to intake, by form and by API alike."""

from pprg_intake.schemas.choices import KINDS, REASONS
from pprg_intake.schemas.codes import CodeSchema
from pprg_intake.schemas.gate import GateSchema
from pprg_intake.schemas.referral import ReferralSchema, referral_schema
from pprg_intake.schemas.returns import NilReturnSchema, TimeSchema, UploadSchema, return_schema
from pprg_intake.schemas.sign_in import NOBODY, ActingSchema

__all__ = [
    "KINDS",
    "NOBODY",
    "REASONS",
    "ActingSchema",
    "CodeSchema",
    "GateSchema",
    "NilReturnSchema",
    "ReferralSchema",
    "TimeSchema",
    "UploadSchema",
    "referral_schema",
    "return_schema",
]
