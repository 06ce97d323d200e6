"""Media on S3, for several machines (settings: S3_BUCKET)."""

from django.conf import settings
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage


class Bucket(S3Storage):
    """A bucket whose files readers get at the site's own address."""

    def url(self, name, *arguments, **options):
        """Return the address under MEDIA_URL: pages load nothing from elsewhere."""
        return settings.MEDIA_URL + filepath_to_uri(name).lstrip("/")
