from uuid import UUID

from django.contrib.admin import site
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User


def actor(request: HttpRequest) -> User:
    """Who is signed in. Raises PermissionDenied."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def page_of(request: HttpRequest, row: Model | None) -> str:
    """The address of a row's page, "" where there is none or the reader may not see it."""
    if row is None or not site.is_registered(type(row)):
        return ""
    if not site.get_model_admin(type(row)).has_view_permission(request, row):
        return ""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def address_of_submission(pk: UUID) -> str:
    """The address of a submission's page, for who may see submissions."""
    return reverse("admin:leads_submission_change", args=[pk])
