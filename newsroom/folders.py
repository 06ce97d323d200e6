"""Folders of the site's own, in which nothing else is to be written."""

from pathlib import Path

from django.conf import settings


def is_given_out(path):
    """Say whether readers could ask for what lies at a path: a backup with logins."""
    path = Path(path).resolve()
    return any(root in (path, *path.parents) for root in _given_out())


def is_home(folder):
    """Say whether a folder is one of the site's own.

    What an export writes there, or removes the next time, could be the site's.
    """
    folder = Path(folder).resolve()
    homes = [Path(home).resolve() for home in (settings.BASE_DIR, settings.DATA_DIR)]
    homes += [root.parent for root in _given_out()]
    return folder in homes or is_given_out(folder)


def _given_out():
    roots = (settings.MEDIA_ROOT, settings.STATIC_ROOT, *settings.STATICFILES_DIRS)
    return [Path(root).resolve() for root in roots]
