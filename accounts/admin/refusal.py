from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.models import Refusal
from easycall.admin import ViewOnlyAdmin
from easycall.errors import PROBLEMS


@admin.register(Refusal)
class RefusalAdmin(ViewOnlyAdmin[Refusal]):
    list_display = ("day", "what", "count")
    list_filter = ("day",)

    @admin.display(description=_("reason"), ordering="reason")
    def what(self, refusal: Refusal) -> str:
        problem = PROBLEMS.get(refusal.reason)
        return str(problem.title) if problem else refusal.reason
