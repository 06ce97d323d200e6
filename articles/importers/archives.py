"""Archives, unpacked with suspicion: nothing leaves the folder, nothing explodes."""

import shutil
import stat
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

from .story import PageError

ENDINGS = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz")
# Of all files together, unpacked; an archive of a site's media is large, a bomb larger.
MOST_BYTES = 50 * 1024**3
MOST_FILES = 1_000_000
# A file that shrinks more than so is a bomb: text shrinks to a tenth, logs to a
# fiftieth.
LARGEST_RATIO = 200
SMALL = 10 * 1024**2  # bytes; below, the ratio harms nobody
UTF8_NAME = 0x800  # the flag of a zip's member, as its specification numbers it


def is_archive(path: Path) -> bool:
    """Say whether a file is a zip or a tar, by its content."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        if file.read(4)[:2] == b"PK":
            return zipfile.is_zipfile(path)
    try:
        return tarfile.is_tarfile(path)
    except OSError:
        return False


def unpack(path: Path, folder: Path) -> list[str]:
    """Unpack an archive into an empty folder; return the names that were left out.

    Links, devices and names that lead out of the folder are left out. Raises
    PageError for what is no sound archive, or would fill the disk.
    """
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                return _unpack(_zipped(archive), folder)
        with tarfile.open(path) as archive:
            return _unpack(_tarred(archive), folder)
    except (
        zipfile.BadZipFile,
        tarfile.TarError,
        EOFError,
        NotImplementedError,  # a compression that Python has not
        RuntimeError,  # a password
        ValueError,
    ) as error:
        reason = f"The archive cannot be unpacked: {error}."
        raise PageError("unreadable", reason) from error


def _zipped(archive):
    """Yield (name, bytes unpacked, bytes packed, how to open it or None)."""
    for info in archive.infolist():
        if info.is_dir():
            continue
        is_link = stat.S_ISLNK(info.external_attr >> 16)
        opened = None if is_link else (lambda info=info: archive.open(info))
        yield _name(info), info.file_size, info.compress_size, opened


def _name(info):
    """Return a zip member's name; many tools write UTF-8 and do not flag it."""
    if info.flag_bits & UTF8_NAME:
        return info.filename
    try:
        return info.filename.encode("cp437").decode()
    except UnicodeError:
        return info.filename


def _tarred(archive):
    for info in archive:
        if info.isdir():
            continue
        opened = (lambda info=info: archive.extractfile(info)) if info.isreg() else None
        # Of its packed size a tar says nothing: the sum is what guards.
        yield info.name, info.size, info.size, opened


def _unpack(members, folder):
    left_out, size = [], 0
    free = shutil.disk_usage(folder).free
    for number, (name, unpacked, packed, opened) in enumerate(members):
        size += unpacked
        if size > min(MOST_BYTES, free * 0.9) or number > MOST_FILES:
            raise PageError("too-large", "The archive is too large to be unpacked.")
        if unpacked > max(SMALL, LARGEST_RATIO * packed):
            reason = (
                f"{name} would unpack to {unpacked:,} bytes; it was taken for a bomb."
            )
            raise PageError("too-large", reason)
        target = _target(folder, name)
        if target is None or opened is None:
            left_out.append(name)
            continue
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with opened() as source, target.open("xb") as file:
                _copy(source, file, unpacked, name)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            left_out.append(name)
        except OSError as error:
            if error.errno not in (36, 22):  # a name too long, or none at all
                raise
            left_out.append(name)
    return left_out


def _copy(source, file, size, name):
    """Copy a member, and no more of it than its head says."""
    copied = 0
    while chunk := source.read(1024 * 1024):
        copied += len(chunk)
        if copied > size:
            raise PageError("unreadable", f"{name} is larger than the archive says.")
        file.write(chunk)


def _target(folder, name):
    """Return where a member is to lie, None for a name that leads out of the folder."""
    path = PurePosixPath(name.replace("\\", "/"))
    parts = [part for part in path.parts if part != "."]
    if not parts or path.is_absolute() or ".." in parts or "\x00" in name:
        return None
    if ":" in parts[0]:
        return None
    return folder.joinpath(*parts)
