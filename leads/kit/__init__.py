"""What an integrator needs to send leads through one Import API row."""

from leads.kit.contents import Kit, kit_of

__all__ = ["Kit", "kit_of"]
