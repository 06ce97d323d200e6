"""Exports that editors upload: kept as long as their import may be run again.

They lie in DATA_DIR/imports/<number of the import>/, never where readers get files
from. Where several machines serve, that folder is one for all of them.
"""

import shutil
import time
from pathlib import Path

from django.conf import settings
from django.utils.text import get_valid_filename

from articles.models import Import

# Uploads on their way; what is older was left by a process that was killed.
PARTIAL = ".upload-"
# What no uploaded file is called: names of files do not begin with a dot.
MEDIA = ".media"
A_DAY = 24 * 60 * 60


def folder():
    """Return the folder of all uploads, made if it is missing. Raises OSError."""
    path = settings.DATA_DIR / "imports"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def keep(run: Import, path: Path | str, name: str):
    """Move an uploaded file to its import, whose paths and options tell of it.

    It lies in a folder called after it: of a file alone, that is what stories are
    found by when it comes again. Raises OSError.
    """
    name = get_valid_filename(name)[-100:]
    home = folder() / str(run.pk)
    # A number that another database gave before.
    shutil.rmtree(home, ignore_errors=True)
    target = home / (name.partition(".")[0] or "export") / name
    target.parent.mkdir(parents=True)
    Path(path).rename(target)
    run.paths = [str(target)]
    run.options = {**run.options, "upload": name}
    run.save(update_fields=["paths", "options"])


def keep_media(run: Import, path: Path | str, name: str):
    """Move an archive of media to the import that it came with. Raises OSError."""
    name = get_valid_filename(name)[-100:]
    home = folder() / str(run.pk) / MEDIA
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    Path(path).rename(home / name)
    run.options = {**run.options, "media_upload": name}
    run.save(update_fields=["options"])


def media_of(run: Import):
    """Return the path of the archive of media that was uploaded, "" for none."""
    name = run.options.get("media_upload")
    return str(folder() / str(run.pk) / MEDIA / name) if name else ""


def forget(run: Import):
    """Delete an import's uploaded file; it cannot be run again."""
    shutil.rmtree(settings.DATA_DIR / "imports" / str(run.pk), ignore_errors=True)
    run.options.pop("media_upload", None)
    if run.pk and run.options.pop("upload", None):
        Import.objects.filter(pk=run.pk).update(options=run.options)


def sweep():
    """Delete what uploads left that never arrived."""
    for path in folder().glob(f"{PARTIAL}*"):
        if path.stat().st_mtime < time.time() - A_DAY:
            path.unlink(missing_ok=True)
