"""Settings of the site, all read from the environment.

A file `.env` beside manage.py is read first; real environment variables win
over it. The README's table lists every variable with its default. Production
(DEBUG off, the default) refuses to start without SECRET_KEY and ALLOWED_HOSTS.
"""

import logging
import zoneinfo
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from articles.embeds import FRAME_HOSTS

BASE_DIR = Path(__file__).resolve().parent.parent


class Environment(environ.Env):
    """The environment, which names the variable when a value cannot be right."""

    def get_value(self, var, *args, **kwargs):
        try:
            return super().get_value(var, *args, **kwargs)
        except (ValueError, TypeError) as error:
            raise ImproperlyConfigured(f"{var} cannot be read: {error}.") from error


env = Environment()
env.read_env(env.str("ENV_FILE", default=str(BASE_DIR / ".env")))

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="only-for-development" if DEBUG else "")
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if DEBUG else []
)
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Set it to a long random string in the environment or "
        "in .env (or DEBUG=true on a developer's machine)."
    )
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS is not set. List the host names of the site, separated by "
        "commas, in the environment or in .env."
    )

DATA_DIR = Path(env.str("DATA_DIR", default="") or BASE_DIR / "var")
try:
    DATA_DIR.mkdir(parents=True, exist_ok=True)
except OSError as error:
    raise ImproperlyConfigured(f"DATA_DIR cannot be made: {error}.") from error

# Applications and middleware

INSTALLED_APPS = [
    "newsroom.apps.NewsroomConfig",
    "newsroom.blocks",
    "newsroom.crawlers",
    "newsroom.feeds.apps.FeedsConfig",
    "newsroom.redirects",
    "newsroom.reports.apps.ReportsConfig",
    "newsroom.search.apps.SearchConfig",
    "newsroom.pagecache.apps.PageCacheConfig",
    "articles",
    "authors",
    "newsroom.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",  # its own widget templates, see FORM_RENDERER
    "django_prose_editor",
    "taggit",
    "csp",
]

# Sessions, messages and CSRF stand behind the page's own middleware: public
# pages never touch them, so they carry no cookie.
MIDDLEWARE = [
    "newsroom.pagecache.serving.PageCacheMiddleware",
    "django.middleware.security.SecurityMiddleware",
    # Pads what it compresses, so that the length gives no token away (BREACH).
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "newsroom.inline.PolicyMiddleware",
    "newsroom.redirects.serving.OldAddresses",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "newsroom.urls"
WSGI_APPLICATION = "newsroom.wsgi.application"
# Addresses are exactly what the article was born with; articles.views adds a
# slash only where that finds an article.
APPEND_SLASH = False

# Readers' pages are Jinja2's, which compiles them to Python; the desk's are Django's.
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates" / "readers"],
        "OPTIONS": {
            "environment": "newsroom.environment.make",
            "context_processors": ["newsroom.context_processors.site"],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "newsroom.context_processors.site",
            ],
        },
    },
]
# Our widget templates (templates/articles/widgets/) stand in the one tree.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Database

DATABASES = {
    "default": env.db_url(
        "DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'newsroom.sqlite3'}"
    )
}
if "ENGINE" not in DATABASES["default"]:
    raise ImproperlyConfigured(
        "DATABASE_URL is no address of a database; say for example "
        "postgres://user:password@host/name."
    )
DATABASES["default"].setdefault("CONN_MAX_AGE", env.int("CONN_MAX_AGE", default=60))
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # WAL lets readers go on while an editor saves; IMMEDIATE makes a writer wait
    # for its turn instead of failing when it upgrades from a read (SQLite's
    # documentation, "Deferred, immediate, and exclusive transactions").
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            # Caches and mapped files are the machine's to keep: each thread of each
            # worker has a connection.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    )
else:
    # After how many times PostgreSQL keeps the plan of a statement of ours
    # (articles/together.py). A pooler that gives each transaction another connection
    # must know prepared statements, or they are switched off.
    has_plans = env.bool("PREPARED_STATEMENTS", default=True)
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault(
        "prepare_threshold", 1 if has_plans else None
    )
    # Nor does such a pooler know a cursor after its transaction.
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = not has_plans
# A streaming replica of PostgreSQL that readers' pages are read from.
if replica := env.str("DATABASE_REPLICA_URL", default=""):
    DATABASES["replica"] = {
        **env.db_url_config(replica),
        "DISABLE_SERVER_SIDE_CURSORS": DATABASES["default"].get(
            "DISABLE_SERVER_SIDE_CURSORS", False
        ),
        "CONN_MAX_AGE": DATABASES["default"]["CONN_MAX_AGE"],
        "TEST": {"MIRROR": "default"},
    }
    threshold = DATABASES["default"].get("OPTIONS", {}).get("prepare_threshold")
    DATABASES["replica"].setdefault("OPTIONS", {})["prepare_threshold"] = threshold
    DATABASE_ROUTERS = ["newsroom.routers.ReplicaRouter"]
    MIDDLEWARE.insert(0, "newsroom.routers.ReadersReadTheReplica")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# What several machines share: sessions, counted attempts

if redis := env.str("REDIS_URL", default=""):
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": redis,
            "KEY_PREFIX": "newsroom",
            "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
        }
    }
    SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

# Language and time

LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en")
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
if TIME_ZONE not in zoneinfo.available_timezones():
    raise ImproperlyConfigured(
        f"TIME_ZONE: there is no zone {TIME_ZONE!r}; say for example Europe/Berlin."
    )
USE_I18N = True
USE_TZ = True

# Static files and media

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(DATA_DIR / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# Media in an S3 bucket that all machines share. Readers still get it at /media/, from
# the site's own host (newsroom/views.py), where browsers and a CDN keep it for good.
if bucket := env.str("S3_BUCKET", default=""):
    STORAGES["default"] = {
        "BACKEND": "newsroom.media.Bucket",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": env.str("S3_ENDPOINT", default="") or None,
            "region_name": env.str("S3_REGION", default="") or None,
            "access_key": env.str("S3_ACCESS_KEY", default="") or None,
            "secret_key": env.str("S3_SECRET_KEY", default="") or None,
            "location": env.str("S3_FOLDER", default=""),
            "default_acl": None,
            "file_overwrite": False,
        },
    }
# ES modules of the editor import each other by relative address.
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
FILE_UPLOAD_PERMISSIONS = 0o644
# Whatever autosave keeps (articles/admin/autosave.py: 5 MB) can be saved: a form is
# at most three times as long. Pictures are streamed to disk.
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# The page cache: readers' pages as files (newsroom/pagecache)

PAGE_CACHE = env.bool("PAGE_CACHE", default=not DEBUG)
PAGES_DIR = Path(env.str("PAGES_DIR", default=str(DATA_DIR / "pages")))
# A CDN that is told which surrogate keys have changed (newsroom/pagecache/cdn.py)
PURGE_KIND = env.str("PURGE_KIND", default="http")
if PURGE_KIND not in ("varnish", "fastly", "cloudflare", "http"):
    raise ImproperlyConfigured(
        f"PURGE_KIND: {PURGE_KIND!r} is none of varnish, fastly, cloudflare and http."
    )
PURGE_URL = env.str("PURGE_URL", default="")
PURGE_TOKEN = env.str("PURGE_TOKEN", default="")

# Security

HTTPS = env.bool("HTTPS", default=not DEBUG)
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31536000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
TRUST_PROXY = env.bool("TRUST_PROXY", default=False)
if TRUST_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Where readers find the site. What a page, a feed or a mail calls its own address
# begins with it, whichever of the hosts was asked: no story has two addresses.
SITE_URL = env.str("SITE_URL", default="").rstrip("/")
_first_host = ALLOWED_HOSTS[0].lstrip(".*") or "localhost"
# Where nobody says it and the first host is no name for readers, pages name the host
# that was asked, with its port (authors/addresses.py).
IS_SITE_NAMED = bool(SITE_URL) or not (
    DEBUG or _first_host in ("localhost", "127.0.0.1", "[::1]")
)
SITE_URL = SITE_URL or f"{'https' if HTTPS else 'http'}://{_first_host}"
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
CSRF_FAILURE_VIEW = "newsroom.unsaved.csrf_failure"
X_FRAME_OPTIONS = "DENY"

# Public pages: nothing from elsewhere, and inline only what newsroom/inline.py adds by
# its hash. The admin replaces script-src with a nonce (newsroom/admin.py), which a
# cached page cannot have.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "media-src": [SELF],
        # Only after a reader asked for it: see articles/embeds.py.
        "frame-src": list(FRAME_HOSTS),
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"

# Tags

TAGGIT_CASE_INSENSITIVE = True
TAGGIT_STRIP_UNICODE_WHEN_SLUGIFYING = False

# Mail and logs

vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
# A mail server that does not answer must not keep a page, or the clock, waiting.
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="newsroom@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
ADMINS = [("newsroom", address) for address in env.list("ADMIN_EMAILS", default=[])]

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO" if DEBUG else "WARNING").upper()
if LOG_LEVEL not in logging.getLevelNamesMapping():
    raise ImproperlyConfigured(
        f"LOG_LEVEL: there is no level {LOG_LEVEL!r}; say DEBUG, INFO or WARNING."
    )
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {
        "handlers": ["stderr"],
        "level": LOG_LEVEL,
    },
    # Anybody can ask for a host or a path that is none: no mail to the admins.
    "loggers": {
        f"django.security.{name}": {"handlers": ["stderr"], "propagate": False}
        for name in ("DisallowedHost", "SuspiciousFileOperation")
    },
}
