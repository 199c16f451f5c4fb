from django.apps import AppConfig, apps
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Users")

    def ready(self) -> None:
        from accounts.grants import grant
        from accounts.sign_in import note_sign_in

        user_logged_in.connect(note_sign_in, dispatch_uid="accounts.sign_in")

        # Of the last app with models: by then Django has made the permissions of all.
        last = [config for config in apps.get_app_configs() if config.models_module][-1]
        post_migrate.connect(grant, sender=last, dispatch_uid="accounts.grants")
