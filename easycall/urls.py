from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView, TemplateView

from accounts.admin import password, second_factor
from accounts.views import set_language
from easycall import views
from easycall.api import health
from easycall.api.schema import schema
from leads.api.urls import reading

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/second-factor/", second_factor.ask, name="second_factor"),
    path("admin/second-factor/set-up/", second_factor.set_up, name="second_factor_set_up"),
    path("admin/password-reset/", password.AskView.as_view(), name="admin_password_reset"),
    path("admin/password-reset/sent/", password.SentView.as_view(), name="password_reset_done"),
    path("admin/password-reset/<uidb64>/<token>/", password.ChooseView.as_view(), name="password_reset_confirm"),
    path("admin/password-reset/done/", password.ChosenView.as_view(), name="password_reset_complete"),
    path("admin/", admin.site.urls),
    path("language/", set_language, name="set_language"),
    path("easycall/", include("leads.api.urls")),
    path("kit/", include("leads.share.urls")),
    path("api/", include((reading, "api"))),
    re_path(r"^api/schema(?:/|\.(?P<suffix>json|yaml))?\Z", schema, name="schema"),
    path("api/docs/", TemplateView.as_view(template_name="api_docs.html"), name="docs"),
    path("problems/<slug:slug>", views.problem, name="problem"),
    path("health/live", health.live),
    path("health/ready", health.ready),
]

handler400 = "easycall.api.problems.bad_request"
handler404 = "easycall.api.problems.not_found"
handler500 = "easycall.api.problems.server_error"
