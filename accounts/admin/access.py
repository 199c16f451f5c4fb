"""What an administrator does about the way in of somebody else."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from accounts import second_factor, sign_in
from accounts.models import User
from easycall.admin import SetupAdmin


class AccessPages(SetupAdmin[User]):
    """The part of a user's page that is about signing in."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.change_access)
        return [path("<int:user_id>/access/", view, name="accounts_user_access"), *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        user = kwargs.get("obj")
        if user and user.is_staff:
            context["may_change_access"] = self.has_change_permission(request, user)
            context["shows_access"] = True
        return super().render_change_form(request, context, *args, **kwargs)

    def change_access(self, request: HttpRequest, user_id: int) -> HttpResponse:
        """Sign the user out everywhere, or take away the app of a phone that was lost."""
        user = self.get_object(request, str(user_id))
        if not self.has_change_permission(request, user) or not isinstance(request.user, User):
            raise PermissionDenied
        if user is None:
            raise Http404
        match request.POST.get("action"):
            case "sign_out":
                sign_in.sign_out_everywhere(user=user, by=request.user)
                self.log_change(request, user, "Signed out everywhere.")
                messages.success(request, _("%(user)s is signed out everywhere.") % {"user": user})
            case "reset":
                second_factor.remove(user=user, by=request.user)
                self.log_change(request, user, "Authenticator app turned off.")
                messages.success(request, _("The authenticator app of %(user)s is turned off.") % {"user": user})
        return HttpResponseRedirect(reverse("admin:accounts_user_change", args=[user.pk]))
