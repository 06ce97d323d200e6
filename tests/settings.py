"""Settings of the test run: the site's own, in production's mode."""

import os
import tempfile

os.environ["ENV_FILE"] = os.devnull  # the developer's own settings stay out
os.environ.setdefault("SECRET_KEY", "only-for-tests")
os.environ.setdefault("ALLOWED_HOSTS", "testserver,localhost,127.0.0.1")
os.environ.setdefault("HTTPS", "false")
# Tests of the page cache switch it on (tests/pagecache/conftest.py).
os.environ["PAGE_CACHE"] = "false"
os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="newsroom-tests-")
if "DATABASE_URL" not in os.environ:
    os.environ["DATABASE_URL"] = f"sqlite:///{os.environ['DATA_DIR']}/test.sqlite3"

from newsroom.settings import *  # noqa: F403

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # In a file, as on a real site. In memory, all threads of the live server would
    # share one connection: a form's autosave would end up inside another request's
    # transaction, and be rolled back with it, or roll it back.
    DATABASES["default"]["TEST"] = {  # noqa: F405
        "NAME": f"{os.environ['DATA_DIR']}/tests.sqlite3"
    }
# Argon2 is slow on purpose; tests log in hundreds of times.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
# One test's rows must not be kept for the next one.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
