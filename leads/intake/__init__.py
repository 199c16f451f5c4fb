"""The one door: every way in (REST now, e-mail and files later) calls `receive`."""

from leads.intake.receive import receive, receive_all
from leads.intake.work import Answer, Delivery

__all__ = ["Answer", "Delivery", "receive", "receive_all"]
