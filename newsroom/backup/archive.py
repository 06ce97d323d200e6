"""The file of a backup: a plain tar, written and read as a stream.

Any tar program unpacks it. We read it ourselves, because a file from elsewhere is not
to be trusted: only ordinary files under the few names we give, no links, no extended
headers, nothing that is larger than the file it lies in.
"""

import hashlib
import tarfile
from dataclasses import dataclass

BLOCK = 512
CHUNK = 1024 * 1024


class Damaged(Exception):
    """The file is no backup, or no longer; the message is a sentence."""


@dataclass(frozen=True)
class Member:
    name: str
    size: int  # bytes
    start: int  # where its content begins


class Writer:
    """Writes members into a binary file, one after the other."""

    def __init__(self, file, moment):
        self.file, self.moment = file, int(moment)

    def add(self, name, content):
        """Write a member; return its SHA-256."""
        self._head(name, len(content))
        self.file.write(content)
        self._fill(len(content))
        return hashlib.sha256(content).hexdigest()

    def copy(self, name, source, size):
        """Write a member of `size` bytes from a file; return its SHA-256.

        Raises Damaged where the file turns out to be of another size: the archive
        is of no use then.
        """
        self._head(name, size)
        digest, left = hashlib.sha256(), size
        while left and (chunk := source.read(min(CHUNK, left))):
            digest.update(chunk)
            self.file.write(chunk)
            left -= len(chunk)
        if left or source.read(1):
            raise Damaged(f"{name} changed while it was copied.")
        self._fill(size)
        return digest.hexdigest()

    def end(self):
        self.file.write(bytes(2 * BLOCK))

    def _head(self, name, size):
        info = tarfile.TarInfo(name)
        info.size, info.mtime, info.mode = size, self.moment, 0o600
        self.file.write(info.tobuf(tarfile.USTAR_FORMAT))

    def _fill(self, size):
        self.file.write(bytes(-size % BLOCK))


def fits(name):
    """Say whether a tar can hold a file of this name without extensions."""
    try:
        tarfile.TarInfo(name).tobuf(tarfile.USTAR_FORMAT)
    except (ValueError, UnicodeEncodeError):
        return False
    return name.isascii() and name.isprintable()


def members(file):
    """Yield the Members of a file that can be sought in. Raises Damaged."""
    length = file.seek(0, 2)
    place = 0
    while True:
        file.seek(place)
        head = file.read(BLOCK)
        if len(head) < BLOCK:
            raise Damaged("It is cut short.")
        if head == bytes(BLOCK):
            if any(file.read(CHUNK).strip(b"\0") for _ in range(place, length, CHUNK)):
                raise Damaged("It is damaged: something follows its end.")
            return
        try:
            info = tarfile.TarInfo.frombuf(head, "ascii", "strict")
        except (tarfile.HeaderError, UnicodeDecodeError, ValueError) as error:
            reason = "It is damaged." if place else "It is no backup."
            raise Damaged(reason) from error
        if info.type not in (tarfile.REGTYPE, tarfile.AREGTYPE):
            raise Damaged(f"It holds {info.name[:100]!r}, which is no ordinary file.")
        start = place + BLOCK
        if info.size < 0 or start + info.size > length:
            raise Damaged("It is cut short.")
        yield Member(info.name, info.size, start)
        file.seek(start + info.size)
        place = start + info.size + -info.size % BLOCK
        if file.read(place - file.tell()).strip(b"\0"):
            raise Damaged(f"It is damaged behind {info.name[:100]}.")


class Part:
    """The content of a member as a binary file that ends where the member ends.

    Counts what is read of it in `digest`, a SHA-256.
    """

    def __init__(self, file, member):
        self.file, self.left, self.place = file, member.size, member.start
        self.digest = hashlib.sha256()

    def read(self, size=-1):
        size = self.left if size is None or size < 0 else min(size, self.left)
        self.file.seek(self.place)
        content = self.file.read(size)
        self.place += len(content)
        self.left -= len(content)
        self.digest.update(content)
        return content

    def hexdigest(self):
        """Read what is left, and return the SHA-256 of all of it."""
        while self.read(CHUNK):
            pass
        return self.digest.hexdigest()
