from django.urls import re_path

from leads.api.views import intake

app_name = "intake"

urlpatterns = [
    re_path(r"^spring(?:/lead)?/?\Z", intake, name="spring"),
    re_path(r"^spring(?:/lead)?/explain/?\Z", intake, {"explain": True}, name="explain"),
]
