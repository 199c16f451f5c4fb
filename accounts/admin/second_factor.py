"""The pages of the second factor: before the first page of a session, and when an app is added."""

from typing import Any

import django_otp
from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django_otp.models import Device

from accounts import second_factor
from accounts.models import User
from easycall.theme import TextInput


class CodeForm(forms.Form):
    """Six digits of the app, or a recovery code."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=16,
        widget=TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True, "inputmode": "text"}),
    )

    def wrong(self) -> None:
        self.add_error(
            "code",
            _("This code is wrong, or was used before. Wait for the next one, and longer after several wrong ones."),
        )


def _person(request: HttpRequest) -> User | None:
    """Who has given name and password, and may see the pages when the code is right too."""
    user = request.user
    return user if isinstance(user, User) and user.is_active and user.is_staff else None


def _next(request: HttpRequest) -> str:
    target = request.GET.get("next", "")
    hosts = {request.get_host()}
    is_ours = url_has_allowed_host_and_scheme(target, hosts, require_https=request.is_secure())
    return target if target and is_ours else reverse("admin:index")


def enter(request: HttpRequest, device: Device) -> None:
    """Let the session in: from here on it is another one than that of the password alone."""
    django_otp.login(request, device)
    request.session.cycle_key()


def page(request: HttpRequest, template: str, title: str, **context: Any) -> TemplateResponse:
    return TemplateResponse(request, template, {**admin.site.each_context(request), "title": title, **context})


@never_cache
@sensitive_post_parameters("code")
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a code, after the password."""
    user = _person(request)
    if user is None:
        return HttpResponseRedirect(reverse("admin:login"))
    if not user.second_factor_pending:
        return HttpResponseRedirect(_next(request))
    if user.second_factor_since is None:
        return HttpResponseRedirect(reverse("second_factor_set_up"))
    form = CodeForm(request.POST or None)
    if form.is_valid():
        device = second_factor.verify(user=user, code=form.cleaned_data["code"])
        if device:
            enter(request, device)
            return HttpResponseRedirect(_next(request))
        form.wrong()
    note = _("Write the six digits that your authenticator app shows. If you have lost it, write a recovery code.")
    return page(request, "sign_in/page.html", _("Second step"), form=form, note=note, button=_("Log in"))


@never_cache
@sensitive_post_parameters("code")
def set_up(request: HttpRequest) -> HttpResponse:
    """Add an app. Who has one already proves it first, and removes it: else a password would be enough."""
    user = _person(request)
    if user is None:
        return HttpResponseRedirect(reverse("admin:login"))
    if user.second_factor_since is not None:
        return HttpResponseRedirect(reverse("admin:security"))
    form = CodeForm(request.POST or None)
    if form.is_valid():
        confirmed = second_factor.confirm(user=user, code=form.cleaned_data["code"])
        if confirmed:
            enter(request, confirmed[0])
            return show_codes(request, confirmed[1])
        form.wrong()
    device = second_factor.begin(user=user)
    return page(
        request,
        "sign_in/set_up.html",
        _("Add an authenticator app"),
        form=form,
        button=_("Turn on"),
        picture=mark_safe(second_factor.picture(device)),  # noqa: S308  # markup of our own making
        key=second_factor.key_text(device),
    )


def show_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    note = _(
        "These are your recovery codes. Each lets you in once, should you lose your phone. "
        "Keep them where you keep papers: they are not shown again."
    )
    link = {"url": reverse("admin:index"), "text": _("I have written them down")}
    return page(request, "sign_in/codes.html", _("Recovery codes"), codes=codes, note=note, link=link)
