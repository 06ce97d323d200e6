import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")

django_application = get_wsgi_application()

# The page cache needs the settings.
from newsroom.pagecache.serving import KeptPages  # noqa: E402

application = KeptPages(django_application)
