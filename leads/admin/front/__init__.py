"""The front page of the admin: the first steps until the first lead is in, and then what goes on."""

from leads.admin.front.page import front_page

__all__ = ["front_page"]
