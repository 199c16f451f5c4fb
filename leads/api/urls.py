from django.urls import path, re_path

from leads.api.reading import LeadView, SubmissionView
from leads.api.views import intake

app_name = "intake"

urlpatterns = [
    re_path(r"^spring(?:/lead)?/?\Z", intake, name="spring"),
    re_path(r"^spring(?:/lead)?/explain/?\Z", intake, {"explain": True}, name="explain"),
]

reading = [
    path("leads/", LeadView.as_view({"get": "list"}), name="leads"),
    path("leads/<uuid:pk>/", LeadView.as_view({"get": "retrieve"}), name="lead"),
    path("submissions/", SubmissionView.as_view({"get": "list"}), name="submissions"),
    path("submissions/<uuid:pk>/", SubmissionView.as_view({"get": "retrieve"}), name="submission"),
]
