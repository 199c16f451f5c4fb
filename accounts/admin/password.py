"""A forgotten password, by e-mail."""

from threading import Thread
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import views
from django.contrib.auth.forms import PasswordResetForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse, reverse_lazy
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import sign_in
from accounts.lockout import is_address_locked
from accounts.models import User
from accounts.throttle import Throttle

_LOCKED = gettext_lazy(
    "After five wrong passwords this name can't sign in from this address for a quarter of an hour. "
    "From other addresses it can."
)
_ADDRESS_LOCKED = gettext_lazy(
    "Too many wrong passwords came from this address. Nobody can sign in from it for a quarter of an hour."
)

# E-mails that an address may ask for in a minute, of each worker, and that a user gets, whoever asks.
requests = Throttle(5)
mails = Throttle(3)


class AskForm(PasswordResetForm):
    def get_users(self, email: str) -> Any:
        """Those who sign in here; a technical account has no password to forget."""
        return (user for user in super().get_users(email) if user.is_staff)

    def send_mail(self, *said: Any, **options: Any) -> None:
        """In a thread: the time that a mail server takes would tell whether somebody has this address."""
        context = said[2]
        if mails.fail(str(context["user"].pk)):
            return
        language = translation.get_language()

        def send() -> None:
            with translation.override(language):
                super(AskForm, self).send_mail(*said, **options)

        Thread(target=send, daemon=True).start()


class _Page:
    """A page of the admin for who can't sign in."""

    template_name: Any = "sign_in/page.html"
    request: HttpRequest
    title: Any

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)  # type: ignore[misc]  # of the view that it is mixed into
        return {**admin.site.each_context(self.request), **context, **self.words()}

    def words(self) -> dict[str, Any]:
        return {}


def _to_login() -> dict[str, Any]:
    return {"url": reverse_lazy("admin:login"), "text": _("Back to the login page")}


class AskView(_Page, views.PasswordResetView):
    form_class = AskForm
    title = gettext_lazy("Forgotten password")
    email_template_name = "sign_in/password_mail.txt"
    subject_template_name = "sign_in/password_subject.txt"
    success_url = reverse_lazy("password_reset_done")

    def words(self) -> dict[str, Any]:
        if not settings.EMAIL_URL:
            note = _("This installation sends no e-mail. Ask an administrator for a new password.")
            return {"note": note, "form": None, "link": _to_login()}
        note = _("Write the e-mail address that your user has here. You get a link that is good for an hour.")
        return {"note": note, "button": _("Send me the link"), "link": _to_login()}

    def form_valid(self, form: Any) -> HttpResponse:
        wait = requests.fail(sign_in.client_of(self.request))
        if wait or not settings.EMAIL_URL:
            form.add_error(None, _("Too many requests came from this address. Wait a minute."))
            return self.form_invalid(form)
        return super().form_valid(form)


class SentView(_Page, views.PasswordResetDoneView):
    title = gettext_lazy("Look at your e-mail")

    def words(self) -> dict[str, Any]:
        note = _(
            "If a user has this address, a link is on its way. If nothing comes, look among the unwanted mail, "
            "or ask an administrator."
        )
        return {"note": note, "link": _to_login()}


class ChooseView(_Page, views.PasswordResetConfirmView):
    title = gettext_lazy("Choose a new password")
    success_url = reverse_lazy("password_reset_complete")
    reset_url_token = "new"  # noqa: S105  # a word in the address, in place of the token

    def words(self) -> dict[str, Any]:
        if self.validlink:
            return {"button": _("Change the password")}
        note = _("This link was used before, or is older than an hour. Ask for another one.")
        again = {"url": reverse_lazy("admin_password_reset"), "text": _("Forgotten password")}
        return {"title": _("The link is not good any more"), "note": note, "form": None, "link": again}

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        if isinstance(self.user, User):
            sign_in.forgive(user=self.user)
        return response


class ChosenView(_Page, views.PasswordResetCompleteView):
    title = gettext_lazy("The password is changed")

    def words(self) -> dict[str, Any]:
        note = _("You are signed out everywhere else. Sign in with the new password.")
        return {"note": note, "link": _to_login()}


def locked_out(request: HttpRequest, *args: Any) -> HttpResponse:
    """What a name gets from an address after too many wrong passwords; any other address lets it in as ever."""
    context = {
        **admin.site.each_context(request),
        "title": _("Too many wrong passwords"),
        "note": _ADDRESS_LOCKED if is_address_locked(request) else _LOCKED,
        "link": {"url": reverse("admin_password_reset"), "text": _("Forgotten password")},
    }
    headers = {"Retry-After": str(int(settings.AXES_COOLOFF_TIME.total_seconds()))}
    return TemplateResponse(request, "sign_in/page.html", context, status=429, headers=headers).render()
