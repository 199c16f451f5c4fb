from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class EasycallConfig(AppConfig):
    """The project itself: system checks, commands and templates that belong to no section."""

    name = "easycall"

    def ready(self) -> None:
        from easycall import checks, database_checks  # noqa: F401  registers the system checks


class AdminConfig(DjangoAdminConfig):
    """Django's admin with the menu of this project."""

    default_site = "easycall.site.EasycallAdminSite"
