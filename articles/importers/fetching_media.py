"""Pictures and documents of an old site, fetched from it while it is still there.

Only when asked for, only from named hosts, and never from an address inside the
network this machine is in: a page may name any address, and a host's name may lead
anywhere. So the name is resolved once, what it leads to is looked at, and the
connection goes to just that address, at every redirect anew.
"""

import hashlib
import http.client
import ipaddress
import os
import re
import socket
import ssl
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote, urljoin, urlsplit

from articles.importers.media import DOCUMENT_MAX, DOCUMENTS
from authors.image_files import HEAD, MAGIC, kind_of
from authors.images import MAX_BYTES

MOST_REDIRECTS = 5
SILENCE = 15  # seconds without a byte
LONGEST = 300  # seconds for one file, whatever comes
DELAY = 0.5  # seconds between two requests to one host
PORTION = 64 * 1024
PORTS = {"http": 80, "https": 443}
# Addresses of IPv4 may hide in these of IPv6.
NAT64 = ipaddress.ip_network("64:ff9b::/96")
PAGE = re.compile(
    rb"\s*(?:<!--.{0,500}?-->\s*)?<(?:!doctype|html|head|body|\?xml)", re.I
)
NAME = re.compile(r"[^\w.-]+", re.ASCII)
# What asks for it in an address is left as it is.
SAFE = "/~!$&'()*+,;=:@%?-._"


class Refused(Exception):
    """Why an address was not fetched, or what came was not kept; one sentence."""


class Fetcher:
    """Fetches files into a folder, each once; call it with an address.

    Returns a Path or None. `failures` says why, {address: sentence}; what failed is
    not tried again by this object, but by the next run's. `is_near_allowed` lets tests
    talk to a server on this machine.
    """

    def __init__(
        self, folder: Path, hosts, agent: str, *, delay=DELAY, is_near_allowed=False
    ):
        self.folder, self.agent, self.delay = Path(folder), agent, delay
        self.hosts = {host.lower().removeprefix("www.") for host in hosts if host}
        self.is_near_allowed = is_near_allowed
        self.failures: dict[str, str] = {}
        self.asked: dict[str, float] = {}  # host: when it may be asked again
        self.context = ssl.create_default_context()

    def __call__(self, address: str) -> Path | None:
        try:
            address = _whole(address)
            if not self._is_allowed(urlsplit(address)):
                return None  # Another site's: not ours to take, and no failure.
        except (ValueError, Refused):
            return None
        if address in self.failures:
            return None
        place = self._place(address)
        if place.is_file():
            return place
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            self._fetch(address, place)
        except Refused as error:
            self.failures[address] = str(error)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.failures[address] = f"It could not be fetched: {_reason(error)}."
        return place if place.is_file() else None

    def _place(self, address):
        digest = hashlib.sha256(address.encode()).hexdigest()
        last = unquote(urlsplit(address).path).rpartition("/")[2]
        # The name is shown at the desk, and its ending says what a document is.
        name = NAME.sub("-", last)[-100:].strip(".-") or "file"
        return self.folder / digest[:2] / digest / name

    def _is_allowed(self, split):
        host = (split.hostname or "").lower().removeprefix("www.")
        if split.scheme not in PORTS or not host or split.username is not None:
            return False
        port = split.port or PORTS[split.scheme]
        return (host in self.hosts and port in PORTS.values()) or (
            f"{host}:{port}" in self.hosts
        )

    def _fetch(self, address, place):
        """Follow an address to a file and keep it. Raises Refused and OSError."""
        for _hop in range(MOST_REDIRECTS + 1):
            split = urlsplit(address)
            if not self._is_allowed(split):
                raise Refused(f"It leads to {address[:200]}, which is not allowed.")
            self._wait(split.hostname)
            with self._answer(split) as answer:
                if answer.status in (301, 302, 303, 307, 308):
                    address = _whole(
                        urljoin(address, answer.getheader("Location") or "")
                    )
                    continue
                if answer.status != 200:
                    raise Refused(f"The server answered {answer.status}.")
                return self._keep(answer, address, place)
        raise Refused(f"It leads on more than {MOST_REDIRECTS} times.")

    def _wait(self, host):
        now = time.monotonic()
        pause = self.asked.get(host, now) - now
        if pause > 0:
            time.sleep(pause)
        self.asked[host] = time.monotonic() + self.delay

    @contextmanager
    def _answer(self, split):
        """Ask for an address at the very machine that was looked at."""
        port = split.port or PORTS[split.scheme]
        raw = self._connected(split.hostname, port)
        # A server that sends a byte now and then is never silent.
        end = threading.Timer(LONGEST, _shut, [raw])
        end.daemon = True
        end.start()
        connection = http.client.HTTPConnection(split.hostname, port)
        try:
            connection.sock = raw
            if split.scheme == "https":
                connection.sock = self.context.wrap_socket(
                    raw, server_hostname=split.hostname
                )
            target = split.path or "/"
            connection.request(
                "GET",
                f"{target}?{split.query}" if split.query else target,
                headers={
                    "Host": split.netloc,
                    "User-Agent": self.agent,
                    "Accept-Encoding": "identity",
                    "Connection": "close",
                },
            )
            yield connection.getresponse()
        finally:
            end.cancel()
            connection.close()
            raw.close()

    def _connected(self, host, port):
        """Return a socket to a host. Raises Refused if any of its addresses is near."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [entry[4][0] for entry in found]
        for address in addresses:
            if not is_far(address) and not (
                self.is_near_allowed and ipaddress.ip_address(address).is_loopback
            ):
                raise Refused(f"{host} leads to {address}, inside a network.")
        failure = OSError(f"{host} has no address")
        for address in dict.fromkeys(addresses):
            try:
                return socket.create_connection((address, port), timeout=SILENCE)
            except OSError as error:
                failure = error
        raise failure

    def _keep(self, answer, address, place):
        """Write what comes to the file's place, whole or not at all."""
        is_document = bool(DOCUMENTS.search(urlsplit(address).path))
        largest = DOCUMENT_MAX if is_document else MAX_BYTES
        length = answer.getheader("Content-Length") or ""
        if length.isdigit() and int(length) > largest:
            raise Refused(f"It is larger than {largest // 1024**2} MB.")
        part = place.with_name(f"{place.name}.part")
        try:
            with part.open("wb") as file:
                size = _copy(answer, file, largest)
            if length.isdigit() and size != int(length):
                raise Refused("The connection broke off.")
            _check(part, is_document)
            os.replace(part, place)
        finally:
            part.unlink(missing_ok=True)


def is_far(address: str) -> bool:
    """Say whether an IP address is out on the internet, whatever it is wrapped in."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if ip.version == 6:
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo or (None, None))[1]
        if ip in NAT64:
            inner = ipaddress.ip_address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_far(str(inner))
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_private)


def _copy(answer, file, largest):
    size, ends = 0, time.monotonic() + LONGEST
    while portion := answer.read1(PORTION):
        size += len(portion)
        if size > largest:
            raise Refused(f"It is larger than {largest // 1024**2} MB.")
        if time.monotonic() > ends:
            raise Refused(f"It took longer than {LONGEST} seconds.")
        file.write(portion)
    return size


def _check(path, is_document):
    """Refuse what is neither a picture nor a document: servers answer with pages."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if kind_of(head) in MAGIC:
        return
    if not is_document:
        raise Refused("It is no picture.")
    if not head or PAGE.match(head):
        raise Refused("It is a page, not a document.")


def _whole(address):
    """Return an address without its fragment, escaped as requests need it."""
    address = address.strip().partition("#")[0]
    split = urlsplit(address)
    if split.scheme not in PORTS or any(c in address for c in "\r\n\x00"):
        raise Refused(f"It leads to {address[:200]}, which is no web address.")
    netloc = split.netloc.encode("idna").decode() if split.netloc else ""
    path, query = quote(split.path, safe=SAFE), quote(split.query, safe=SAFE)
    return split._replace(netloc=netloc, path=path, query=query).geturl()


def _shut(raw):
    try:
        raw.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # It was over already.


def _reason(error):
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(said).rstrip(".")[:200]
