from django.urls import re_path

from leads.api.views import Intake

app_name = "intake"

urlpatterns = [
    re_path(r"^spring(?:/lead)?/?\Z", Intake.as_view(), name="spring"),
    re_path(r"^spring(?:/lead)?/explain/?\Z", Intake.as_view(explain=True), name="explain"),
]
