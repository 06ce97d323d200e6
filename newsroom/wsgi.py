import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")

django_application = get_wsgi_application()

# The page cache needs the settings.
from newsroom.pagecache.serving import KeptPages  # noqa: E402


def as_sent(environ, start_response):
    """Tell Django's views the address as it was sent (articles.views.spellings)."""
    # Bytes as latin-1 (PEP 3333), which Django replaces by its own reading.
    environ["newsroom.path"] = environ.get("PATH_INFO") or "/"
    if settings.SECURE_PROXY_SSL_HEADER and "HTTP_X_REQUEST_URI" in environ:
        environ["RAW_URI"] = environ["HTTP_X_REQUEST_URI"]
    return django_application(environ, start_response)


application = KeptPages(as_sent)
