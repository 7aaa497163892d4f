"""What may be sent to intake, by form and by API alike."""

from pprg_intake.schemas.choices import REASONS
from pprg_intake.schemas.codes import CodeSchema
from pprg_intake.schemas.directory import ListSchema, PersonSchema, PlanSchema, SearchSchema, agency_form
from pprg_intake.schemas.gate import GateSchema
from pprg_intake.schemas.keys import KeySchema
from pprg_intake.schemas.referral import ReferralSchema, referral_schema
from pprg_intake.schemas.returns import NilReturnSchema, TimeSchema, UploadSchema, return_schema
from pprg_intake.schemas.sign_in import (
    AuthenticatorSchema,
    EnrolmentSchema,
    FirstSchema,
    NewPasswordSchema,
    OnceMoreSchema,
    OwnNewPasswordSchema,
    ResetCodeSchema,
    ResetSchema,
    SecondStepSchema,
    SignInSchema,
    SignOutSchema,
)
from pprg_intake.schemas.staff import StaffSchema

__all__ = [
    "REASONS",
    "AuthenticatorSchema",
    "CodeSchema",
    "EnrolmentSchema",
    "FirstSchema",
    "GateSchema",
    "KeySchema",
    "ListSchema",
    "NewPasswordSchema",
    "NilReturnSchema",
    "OnceMoreSchema",
    "OwnNewPasswordSchema",
    "PersonSchema",
    "PlanSchema",
    "ReferralSchema",
    "ResetCodeSchema",
    "ResetSchema",
    "SearchSchema",
    "SecondStepSchema",
    "SignInSchema",
    "SignOutSchema",
    "StaffSchema",
    "TimeSchema",
    "UploadSchema",
    "agency_form",
    "referral_schema",
    "return_schema",
]
