"""What somebody does about the own way in: the authenticator app, its recovery codes, every session at once."""

from django.contrib import admin, messages
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from accounts import second_factor, sign_in
from accounts.admin.second_factor import CodeForm, show_codes
from accounts.models import User
from easycall.site import EasycallAdminSite, MenuPage


@sensitive_post_parameters("code")
def security(request: HttpRequest) -> HttpResponseBase:
    user = request.user
    if not isinstance(user, User):
        raise PermissionDenied
    action = request.POST.get("action")
    if action == "sign_out":
        return _sign_out(request, user)
    form = CodeForm(request.POST if action in ("codes", "remove") else None)
    if form.is_valid():
        if second_factor.verify(user=user, code=form.cleaned_data["code"]):
            return _change(request, user, str(action))
        form.wrong()
    context = {**admin.site.each_context(request), "title": _("Sign-in and security"), "form": form}
    return TemplateResponse(request, "admin/accounts/security.html", context)


def _sign_out(request: HttpRequest, user: User) -> HttpResponseBase:
    sign_in.sign_out_everywhere(user=user, by=user)
    logout(request)
    messages.success(request, _("You are signed out everywhere."))
    return HttpResponseRedirect(reverse("admin:login"))


def _change(request: HttpRequest, user: User, action: str) -> HttpResponseBase:
    if action == "codes":
        return show_codes(request, second_factor.renew_codes(user=user))
    second_factor.remove(user=user, by=user)
    messages.success(request, _("The authenticator app is turned off."))
    return HttpResponseRedirect(reverse("admin:security"))


if isinstance(admin.site, EasycallAdminSite):
    admin.site.add_page(
        MenuPage(
            "security/",
            "security",
            security,
            title=gettext_lazy("Sign-in and security"),
            section="accounts",
            icon="lock",
        )
    )
