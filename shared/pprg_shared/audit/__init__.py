"""Who saw and changed what: an append-only chain of entries in each service, written with what it tells of."""

from pprg_shared.audit.chain import KINDS, Mark, Verdict
from pprg_shared.audit.recording import record, sign_ins

__all__ = ["KINDS", "Mark", "Verdict", "record", "sign_ins"]
