"""What people keep of the lists that they work with: filters, columns, and which exports were made of them."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from leads.enums import ColumnUse, ExportFormat, ListName

QUERY_LENGTH = 2_000


def _list() -> "models.CharField[str, str]":
    return models.CharField(_("list"), max_length=10, choices=ListName.choices)


def _query() -> "models.CharField[str, str]":
    return models.CharField(_("filter"), max_length=QUERY_LENGTH, blank=True)


class SavedFilter(models.Model):
    """A filter of a list under a name. `query` is what the list's address has after its question mark."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, verbose_name=_("owner")
    )
    list_name = _list()
    name = models.CharField(_("name"), max_length=60)
    query = _query()
    shared = models.BooleanField(_("for everybody who sees the list"), default=False)

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        # Everybody has their own; only giving them to others takes a permission.
        default_permissions = ()
        permissions = (("share_savedfilter", "Can share saved filter"),)
        ordering = ("name", "id")
        constraints = (
            models.UniqueConstraint(name="savedfilter_name_once_an_owner", fields=("owner", "list_name", "name")),
            models.CheckConstraint(name="savedfilter_list_is_known", condition=models.Q(list_name__in=ListName.values)),
            models.CheckConstraint(name="savedfilter_has_a_name", condition=~models.Q(name="")),
        )

    def __str__(self) -> str:
        return self.name


class ColumnChoice(models.Model):
    """Which columns somebody wants of a list on the screen, or in an export of it: their names, in their order."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, verbose_name=_("user")
    )
    list_name = _list()
    use = models.CharField(max_length=6, choices=ColumnUse.choices)
    names = models.JSONField(_("columns"), default=list)

    class Meta:
        verbose_name = _("columns by choice")
        verbose_name_plural = _("columns by choice")
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(name="columnchoice_once_a_user", fields=("user", "list_name", "use")),
            models.CheckConstraint(
                name="columnchoice_list_is_known", condition=models.Q(list_name__in=ListName.values)
            ),
            models.CheckConstraint(name="columnchoice_use_is_known", condition=models.Q(use__in=ColumnUse.values)),
        )

    def __str__(self) -> str:
        return f"{self.user} {self.list_name} {self.use}"


class Export(models.Model):
    """Who took what out of a list. `rows` are those that went out; one without an end was broken off."""

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, verbose_name=_("who")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    list_name = _list()
    query = _query()
    format = models.CharField(_("format"), max_length=4, choices=ExportFormat.choices)
    columns = models.JSONField(_("columns"), default=list)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        default_permissions = ("view",)
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(name="export_list_is_known", condition=models.Q(list_name__in=ListName.values)),
            models.CheckConstraint(name="export_format_is_known", condition=models.Q(format__in=ExportFormat.values)),
        )

    def __str__(self) -> str:
        return f"{date_format(localtime(self.at), 'SHORT_DATETIME_FORMAT')} {self.by}"
