from django.urls import path, re_path

from leads.share import views

app_name = "share"

urlpatterns = [
    path("<str:text>/", views.page, name="page"),
    re_path(r"^(?P<text>[^/]+)/openapi\.(?P<suffix>json|yaml)\Z", views.openapi, name="openapi"),
    path("<str:text>/requests/", views.requests, name="requests"),
    path("<str:text>/requests/<uuid:submission_id>", views.answer, name="answer"),
]
