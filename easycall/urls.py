from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from easycall import views
from easycall.api import health

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("easycall/", include("leads.api.urls")),
    path("problems/<slug:slug>", views.problem, name="problem"),
    path("health/live", health.live),
    path("health/ready", health.ready),
]

handler400 = "easycall.api.problems.bad_request"
handler404 = "easycall.api.problems.not_found"
handler500 = "easycall.api.problems.server_error"
