"""The one door: every way in (REST now, e-mail and files later) calls `receive`."""

from leads.intake.receive import Answer, Delivery, receive, receive_all

__all__ = ["Answer", "Delivery", "receive", "receive_all"]
