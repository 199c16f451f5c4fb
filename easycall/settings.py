"""Settings, all of them from the environment, with defaults that are safe to serve with.

docs/settings.md lists the variables.
"""

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import django_stubs_ext
import environ
from django.utils.translation import gettext_lazy as _

from easycall import look
from easycall.secret import read_or_make_secret_key

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or read_or_make_secret_key(VAR_DIR / "secret_key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# Served over HTTPS: secure cookies and HSTS. Off only for plain HTTP on this machine, which is what `make run` is.
HTTPS = env.bool("HTTPS", default=True)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
# A redirect would lose a POST without a word: the door takes the lead, and the proxy in front is what keeps HTTP out.
SECURE_REDIRECT_EXEMPT = [r"^easycall/", r"^health/"]
SESSION_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# A forwarded address or scheme is believed only when it comes from one of these networks.
TRUSTED_PROXIES = [ip_network(network) for network in env.list("TRUSTED_PROXIES", default=[])]

INSTALLED_APPS = [
    # The theme comes before Django's admin, whose templates it replaces.
    "unfold.apps.BasicAppConfig",
    "easycall.apps.EasycallConfig",
    "accounts.apps.AccountsConfig",
    "campaigns.apps.CampaignsConfig",
    "leads.apps.LeadsConfig",
    "easycall.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "simple_history",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
]

MIDDLEWARE = [
    "easycall.middleware.TrustedProxyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "easycall.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "accounts.sign_in.SessionEndMiddleware",
    "easycall.middleware.UserLanguageMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "easycall.urls"
WSGI_APPLICATION = "easycall.wsgi.application"
# The intake answers with and without the slash itself; a redirect would lose a POST.
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Templates of form fields are looked for where all the others are.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Threads of each worker: of the pages, and of the door, which has as many again for what is long.
THREADS = env.int("THREADS", default=6)
DOOR_THREADS = env.int("DOOR_THREADS", default=2)


def _database_folder() -> Path:
    """Where a file of ours may fill the disk. Of a PostgreSQL only DISK_FOLDERS can tell where it is."""
    is_file = DATABASES["default"]["ENGINE"] == "easycall.sqlite"
    return Path(DATABASES["default"]["NAME"]).parent if is_file else VAR_DIR


def database() -> dict[str, Any]:
    """DATABASE_URL as Django's dictionary, with what the promise of durability needs on each engine."""
    config: dict[str, Any] = env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'easycall.sqlite3'}")
    options: dict[str, Any] = config.setdefault("OPTIONS", {})
    if config["ENGINE"] == "django.db.backends.sqlite3":
        config["ENGINE"] = "easycall.sqlite"
        options |= {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        }
    else:
        # Every thread keeps its connection. A pool would make a request wait for a database that is down.
        config["CONN_MAX_AGE"] = 600
        config["CONN_HEALTH_CHECKS"] = True
        config["DISABLE_SERVER_SIDE_CURSORS"] = env.bool("PGBOUNCER", default=False)
        options |= {
            "connect_timeout": 5,
            # Statements that ask for it are prepared (see leads.intake.whereabouts); a pooler would mix them up.
            "prepare_threshold": None if env.bool("PGBOUNCER", default=False) else 5,
            # With the default of 4 MB the search for a name that many leads have forgets which rows of a page it found.
            # Compiling a statement of many small parts takes longer than running it.
            "options": "-c synchronous_commit=on -c statement_timeout=30000 -c lock_timeout=10000 "
            "-c work_mem=16MB -c jit=off",
        }
    return config


DATABASES = {"default": database()}
# For trials on a PostgreSQL that runs with fsync off and the like: what would keep the server from starting warns only.
ALLOW_UNSAFE_DATABASE = env.bool("ALLOW_UNSAFE_DATABASE", default=False)

# Leads are refused while less than this is free: a database that fills its disk stops in the middle of its work.
DISK_FREE_PERCENT = env.float("DISK_FREE_PERCENT", default=5.0)
DISK_FOLDERS = env.list("DISK_FOLDERS", default=[]) or [str(_database_folder())]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
# The theme's sign-in page doesn't say where to go on, as Django's own does.
LOGIN_REDIRECT_URL = "admin:index"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
# A name is locked out from an address, and from no other: nobody keeps an owner out by guessing from elsewhere.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "accounts.sign_in.client_of"
AXES_USERNAME_CALLABLE = "accounts.sign_in.name_of"
AXES_HANDLER = "accounts.lockout.Handler"
WRONG_PASSWORDS_PER_ADDRESS = env.int("WRONG_PASSWORDS_PER_ADDRESS", default=50)  # over all names; 0 is no limit
AXES_LOCKOUT_CALLABLE = "accounts.admin.password.locked_out"
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
OTP_TOTP_ISSUER = "easycall"
SECOND_FACTOR_FOR_ALL = env.bool("SECOND_FACTOR_FOR_ALL", default=False)

# A session ends so many hours after the sign-in, and sooner when no page is asked for. 0 minutes is no such end.
SESSION_COOKIE_AGE = env.int("SESSION_HOURS", default=12) * 3600
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", default=120)
PASSWORD_RESET_TIMEOUT = 3600

# Where e-mails are handed in, such as smtp+tls://user:password@mail.example.com:587; none are sent without.
EMAIL_URL = env.str("EMAIL_URL", default="")
globals().update(env.email_url("EMAIL_URL", default="dummymail://"))
EMAIL_TIMEOUT = 10  # seconds that a page waits for it
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="easycall@localhost")

LANGUAGE_CODE = "es"
LANGUAGES = [("es", _("Spanish")), ("it", _("Italian")), ("en", _("English"))]
FORMAT_MODULE_PATH = "easycall.formats"
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.str("TIME_ZONE", default="Europe/Madrid")
USE_TZ = True

UNFOLD = look.UNFOLD

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Tokens are digested with the first of these and checked against all, so that a key can be replaced without a gap.
TOKEN_PEPPERS = env.list("TOKEN_PEPPERS", default=[]) or [SECRET_KEY]
# Requests without a valid token that an address may send in a minute, to each worker. 0 is no limit.
GUESSES_PER_MINUTE = env.int("GUESSES_PER_MINUTE", default=20)

# How many days the journal keeps what was sent, 0 for ever; `manage.py prune_submissions` deletes what is older.
SUBMISSION_REJECTED_DAYS = env.int("SUBMISSION_REJECTED_DAYS", default=30)
SUBMISSION_ACCEPTED_DAYS = env.int("SUBMISSION_ACCEPTED_DAYS", default=0)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.TokenAuthentication"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "easycall.api.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_METADATA_CLASS": None,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "easycall",
    "DESCRIPTION": "Leads come in at one address, and every answer says what became of each key that was sent.",
    "VERSION": "1.0",
    "OAS_VERSION": "3.1.0",
    "POSTPROCESSING_HOOKS": ["leads.api.openapi.describe_door"],
    "SERVE_AUTHENTICATION": [],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "easycall.logs.PrivateFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
        "bare": {"()": "easycall.logs.PrivateFormatter", "format": "%(message)s"},
    },
    "handlers": {
        "stderr": {"class": "easycall.log_writer.BackgroundHandler", "formatter": "plain"},
        "requests": {"class": "easycall.log_writer.BackgroundHandler", "formatter": "bare"},
    },
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        # The whole line is one JSON document, with its time in it.
        "easycall.requests": {
            "handlers": ["requests"],
            "level": "INFO" if env.bool("LOG_REQUESTS", default=True) else "CRITICAL",
            "propagate": False,
        },
        # Django mails and prints by handlers of its own, which show request data; everything goes through the root.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # Refusals are in the journal and the counters; here they would only repeat a path that the client wrote.
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "CRITICAL"},
        # It writes names and addresses.
        "axes": {"level": "CRITICAL"},
    },
}
