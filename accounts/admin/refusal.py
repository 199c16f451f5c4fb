from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Refusal
from easycall.admin import ViewOnlyAdmin


@admin.register(Refusal)
class RefusalAdmin(ViewOnlyAdmin[Refusal]):
    list_display = ("day", "what", "count")
    list_filter = ("day",)
    fields = ("day", "what", "remedy", "count")

    def get_readonly_fields(self, request: HttpRequest, obj: Refusal | None = None) -> Any:
        return self.fields

    @admin.display(description=_("reason"), ordering="reason")
    def what(self, refusal: Refusal) -> str:
        return refusal.title

    @admin.display(description=_("what the sender can do"))
    def remedy(self, refusal: Refusal) -> str:
        return str(refusal.problem.remedy) if refusal.problem else ""
