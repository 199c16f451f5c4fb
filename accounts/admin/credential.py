"""The pages of a user's credentials: make a token, see it once, revoke it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import services
from accounts.admin.forms import ChangeCredentialForm, CredentialForm
from accounts.models import Credential, User
from easycall.admin import FIRST_STEPS, SetupAdmin


class CredentialPages(SetupAdmin[User]):
    """The part of the user's pages that is about credentials. A token's text is in one answer and nowhere else."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:user_id>/credential/add/", view(self.add_credential), name="accounts_credential_add"),
            path("<int:user_id>/credential/<int:pk>/change/", view(self.change), name="accounts_credential_change"),
            path("<int:user_id>/credential/<int:pk>/revoke/", view(self.revoke), name="accounts_credential_revoke"),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        user = kwargs.get("obj")
        if user and _may(request, "view", "add", "change"):
            context["credentials"] = _credentials(user)
            context["may_act_for_user"] = _may_act_for(request, user)
            context["may_add_credential"] = _may(request, "add") and context["may_act_for_user"]
            context["may_change_credential"] = _may(request, "change")
        return super().render_change_form(request, context, *args, **kwargs)

    def add_credential(self, request: HttpRequest, user_id: int) -> HttpResponse:
        user = self._user(request, user_id, "add", acts_for=True)
        form = CredentialForm(request.POST or None)
        if not form.is_valid():
            context = self._context(request, user, _("Add advanced credential"))
            return TemplateResponse(request, "admin/accounts/user/credential_form.html", context | {"form": form})
        made = self._make(request, user, form.cleaned_data)
        if made is None:
            messages.warning(
                request,
                _(
                    "This token was shown already and can't be shown again. "
                    "If nobody copied it, revoke it and add another one."
                ),
            )
            return self._back_to(user)
        return self._shown_once(request, user, *made)

    def response_add(self, request: HttpRequest, obj: User, post_url_continue: str | None = None) -> HttpResponse:
        """The token of a new technical account, where it was asked for with it."""
        if "with_token" not in request.POST or obj.is_staff or not _may(request, "add"):
            return super().response_add(request, obj, post_url_continue)
        credential, token = services.create_token(user=obj, by=_actor(request))
        self._log(request, obj, "added", credential)
        return self._shown_once(request, obj, credential, token)

    def _shown_once(self, request: HttpRequest, user: User, credential: Credential, token: str) -> HttpResponse:
        context = self._context(request, user, _("The new token"))
        context |= {
            "credential": credential,
            "token": token,
            "may_add_mapping": request.user.has_perm("leads.add_importmapping"),
            "first_steps": FIRST_STEPS in request.GET,
        }
        return TemplateResponse(request, "admin/accounts/user/token.html", context)

    def change(self, request: HttpRequest, user_id: int, pk: int) -> HttpResponse:
        """Change what a token is good for. Its text stays what it is, and is not shown."""
        user = self._user(request, user_id, "change", acts_for=True)
        credential = get_object_or_404(_credentials(user), pk=pk, revoked_at=None)
        is_now = {name: getattr(credential, name) for name in ("label", "requests_per_minute")}
        is_now |= {"scopes": credential.scopes.split(), "networks": "\n".join(credential.networks)}
        form = ChangeCredentialForm(request.POST or None, initial=is_now)
        if not form.is_valid():
            context = self._context(request, user, _("Edit the credential")) | {"form": form, "credential": credential}
            return TemplateResponse(request, "admin/accounts/user/credential_change.html", context)
        with transaction.atomic():
            services.change_credential(credential=credential, by=_actor(request), **form.cleaned_data)
            self._log(request, user, "changed", credential, fields=_labels(form))
        messages.success(request, _("The credential %(credential)s is changed.") % {"credential": credential})
        return self._back_to(user)

    def revoke(self, request: HttpRequest, user_id: int, pk: int) -> HttpResponse:
        user = self._user(request, user_id, "change")
        credential = get_object_or_404(_credentials(user), pk=pk)
        if credential.revoked_at is None and request.method != "POST":
            context = self._context(request, user, _("Revoke the credential")) | {"credential": credential}
            return TemplateResponse(request, "admin/accounts/user/revoke.html", context)
        if credential.revoked_at is None:
            with transaction.atomic():
                services.revoke(credential=credential, by=_actor(request))
                self._log(request, user, "changed", credential, fields=["revoked"])
        messages.success(request, _("The credential %(credential)s is revoked.") % {"credential": credential})
        return self._back_to(user)

    def _make(self, request: HttpRequest, user: User, chosen: dict[str, Any]) -> tuple[Credential, str] | None:
        """The new token, or None when this page's token was made before."""
        try:
            with transaction.atomic():
                credential, token = services.create_token(
                    user=user,
                    by=_actor(request),
                    label=chosen["label"],
                    scopes=chosen["scopes"],
                    expires_at=chosen["expires_on"],
                    networks=chosen["networks"],
                    requests_per_minute=chosen["requests_per_minute"],
                    key=chosen["key"],
                )
                self._log(request, user, "added", credential)
        except IntegrityError:
            if Credential.objects.filter(key=chosen["key"]).exists():
                return None
            raise
        return credential, token

    def _user(self, request: HttpRequest, user_id: int, action: str, *, acts_for: bool = False) -> User:
        user = self.get_object(request, str(user_id))
        if not _may(request, action) or not self.has_view_permission(request, user):
            raise PermissionDenied
        if user is None:
            raise Http404
        if acts_for and not _may_act_for(request, user):
            raise PermissionDenied
        return user

    def _context(self, request: HttpRequest, user: User, title: str) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts, "original": user, "title": title}

    def _log(self, request: HttpRequest, user: User, what: str, credential: Credential, **details: Any) -> None:
        # The name is a key for the translation of the history page, so it is stored in English.
        self.log_change(request, user, [{what: {"name": "advanced credential", "object": str(credential), **details}}])

    def _back_to(self, user: User) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:accounts_user_change", args=[user.pk]))


def _labels(form: ChangeCredentialForm) -> list[str]:
    """What was changed, in English: the page of the history translates it."""
    with translation.override(None):
        return [str(form.fields[name].label) for name in form.changed_data]


def _credentials(user: User) -> models.QuerySet[Credential]:
    return user.credentials.select_related("user", "created_by", "revoked_by").defer("digest")


def _actor(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _may(request: HttpRequest, *actions: str) -> bool:
    return any(request.user.has_perm(f"accounts.{action}_credential") for action in actions)


def _may_act_for(request: HttpRequest, user: User) -> bool:
    """Whether who asks may have a token of `user`, who reads with it what the user may see: of a person only an
    administrator, of a technical account who may do all that it may."""
    if request.user.has_perm("accounts.manage_user"):
        return True
    is_person = user.is_staff or user.is_superuser
    return not is_person and user.get_all_permissions() <= _actor(request).get_all_permissions()
