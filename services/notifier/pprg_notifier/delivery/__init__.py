"""Delivery: the box of letters, the mail server it hands them to, and the mailbox where letters of a try-out stay."""

from pprg_notifier.delivery.letters import Letters
from pprg_notifier.delivery.mailbox import Mailbox

__all__ = ["Letters", "Mailbox"]
