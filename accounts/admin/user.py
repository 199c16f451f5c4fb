from dataclasses import replace
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import Group, Permission
from django.db import models
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_otp.plugins.otp_static.admin import StaticDevice
from django_otp.plugins.otp_totp.admin import TOTPDevice

from accounts import services
from accounts.admin.access import AccessPages
from accounts.admin.credential import CredentialPages
from accounts.admin.filters import TokensFilter
from accounts.admin.forms import (
    EditPersonForm,
    EditUserForm,
    NewTechnicalUserForm,
    NewUserForm,
    PermissionsField,
    SeenUserForm,
    permission_label,
)
from accounts.models import Credential, User
from accounts.models.credential import scopes_in_words
from accounts.roles import PERMISSIONS, Role
from easycall.history import Change, Edit, changes_of
from easycall.site import MENU
from easycall.theme import AdminPasswordChangeForm, CheckboxSelectMultiple

# Importing Django's pages of users registers its groups too, which would be a section of the menu on their own; so do
# the devices of the second factor.
admin.site.unregister((Group, TOTPDevice, StaticDevice))


@admin.register(User)
class UserAdmin(AccessPages, CredentialPages, auth_admin.UserAdmin[User]):
    """Only an administrator touches people; others with the permission touch technical accounts."""

    add_title = _("New user")
    change_title = _("Edit user")
    add_button = _("Add")
    add_form_template = change_form_template = "admin/accounts/user/change_form.html"
    form = EditUserForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    fieldsets = (
        (
            None,
            {
                "description": _("Its name is seen with everything that it sends and does."),
                "fields": ("username", "password"),
            },
        ),
        (
            _("Access"),
            {
                "description": _("Whether it may come in at all, and what it may do here."),
                "fields": ("is_active", "role", "second_factor_required"),
            },
        ),
        (
            _("Personal data"),
            {
                "description": _("Only for people: how to name and reach them, and what language they read."),
                "fields": (("first_name", "last_name"), "email", "language"),
                "classes": ("collapse",),
            },
        ),
        (
            _("Permissions, one by one"),
            {
                "fields": ("user_permissions",),
                "classes": ("collapse",),
                "description": _("For people who are not administrators and may see or change only some things."),
            },
        ),
        (
            _("Important dates"),
            {
                "description": _("When it was made, and when it last signed in."),
                "fields": ("last_login", "date_joined"),
                "classes": ("collapse",),
            },
        ),
    )
    add_fieldsets = (
        (
            None,
            {
                "description": _("Once the user is there, its page offers what else it needs: a token, for one."),
                "fields": ("username", "usable_password", "with_token", "role", "password1", "password2"),
            },
        ),
    )
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ()
    list_display = ("username", "kind", "is_active", "live_tokens")
    list_filter = ("is_active", TokensFilter)
    history_words = {"user_permissions": permission_label}

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[User]:
        live = Credential.objects.live().filter(user=models.OuterRef("pk")).order_by().values("user")
        count = models.Subquery(live.annotate(number=models.Count("pk")).values("number"))
        return super().get_queryset(request).annotate(live_tokens=Coalesce(count, 0)).prefetch_related("groups")

    @admin.display(description=_("what it is for"), ordering="is_staff")
    def kind(self, user: User) -> str:
        if role := user.role:
            return str(role.label)
        return str(pgettext_lazy("user", "person")) if user.is_staff else str(_("technical account"))

    @admin.display(description=_("live tokens"), ordering="live_tokens")
    def live_tokens(self, user: User) -> int:
        return int(getattr(user, "live_tokens", 0))

    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[User]]:
        if obj is None and not _is_administrator(request):
            kwargs["form"] = NewTechnicalUserForm
        elif obj is not None and not self.has_change_permission(request, obj):
            kwargs["form"] = SeenUserForm
        elif obj is not None and _may_give_role(request, obj):
            kwargs["form"] = EditPersonForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        fixed: tuple[str, ...] = ()
        if not _is_administrator(request):
            fixed = ("role_name", "second_factor_required", "user_permissions")
        elif obj == request.user:
            # Nobody locks themselves out.
            fixed = ("is_active", "role_name")
        return (*self.readonly_fields, *fixed)

    def changes(self, request: HttpRequest, obj: User) -> list[Change]:
        """Those of its credentials too, for who may see them."""
        changes = [_with_roles(change) for change in super().changes(request, obj)]
        if request.user.has_perm("accounts.view_credential"):
            records = Credential.history.filter(user=obj)
            words = {"scopes": lambda scopes: ", ".join(scopes_in_words(scopes)), "key": "easycall_{}…".format}
            changes += changes_of(
                records, name=lambda row: f"{row.get_type_display()} easycall_{row.key}…", words=words
            )
        return sorted(changes, key=lambda change: change.at, reverse=True)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        fieldsets: Any = super().get_fieldsets(request, obj)
        if obj is None:
            if not request.user.has_perm("accounts.add_credential"):
                fieldsets = _with(fieldsets, "with_token", ())
            return fieldsets if _is_administrator(request) else _with(fieldsets, "role", ())
        return fieldsets if _may_give_role(request, obj) else _with(fieldsets, "role", ("role_name",))

    @admin.display(description=_("Role"))
    def role_name(self, user: User) -> str:
        return self.kind(user)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        role = form.cleaned_data.get("role")
        if role and role != form.instance.role:
            services.set_role(user=form.instance, role=Role(role), by=cast(User, request.user))

    def formfield_for_manytomany(
        self, db_field: models.ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> "forms.ModelMultipleChoiceField[Any] | None":
        if db_field.name == "user_permissions":
            kwargs |= {
                "form_class": PermissionsField,
                "queryset": self._permissions_of_use(),
                "widget": CheckboxSelectMultiple,
            }
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        is_person = obj is not None and (obj.is_staff or obj.is_superuser)
        return super().has_change_permission(request, obj) and (_is_administrator(request) or not is_person)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        # What a user sent and did stays under its name; the form says to make it inactive instead.
        return False

    def _permissions_of_use(self) -> models.QuerySet[Permission]:
        """Those that open something: what no role has is not for giving."""
        open_something = [name.partition(".")[2] for name, roles in PERMISSIONS.items() if roles]
        return Permission.objects.filter(content_type__app_label__in=MENU, codename__in=open_something)


def _with_roles(change: Change) -> Change:
    """The same with the roles in words, where the database has groups."""
    groups = str(capfirst(User._meta.get_field("groups").verbose_name))
    edits = (
        Edit(str(_("Role")), _role_label(edit.before), _role_label(edit.after)) if edit.field == groups else edit
        for edit in change.edits
    )
    return replace(change, edits=tuple(edits))


def _role_label(group: str) -> str:
    return str(Role(group).label) if group in Role.values else group


def _with(fieldsets: Any, name: str, others: tuple[str, ...]) -> list[tuple[Any, dict[str, Any]]]:
    """The same groups of fields with others in place of one."""
    return [
        (
            title,
            {
                **options,
                "fields": tuple(new for old in options["fields"] for new in (others if old == name else (old,))),
            },
        )
        for title, options in fieldsets
    ]


def _may_give_role(request: HttpRequest, user: User) -> bool:
    """Nobody gives one to themselves, so there is always an administrator left."""
    return _is_administrator(request) and user != request.user


def _is_administrator(request: HttpRequest) -> bool:
    return request.user.has_perm("accounts.manage_user")
