"""The files of deploy/ are right in the eyes of the programs that read them."""

import shutil
import subprocess
from io import StringIO

import pytest
from django.core.management import call_command

from newsroom.pagecache import addresses, headers
from tests.tools import need


@pytest.fixture
def configure(settings, tmp_path):
    """Return a function that prints a file for https://paper.test to a file."""
    settings.SITE_URL = "https://paper.test"
    settings.ALLOWED_HOSTS = ["paper.test", "www.paper.test"]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_HSTS_SECONDS = 31536000
    caches = (addresses.hosts, addresses.scheme, headers.usual)
    for cache in caches:
        cache.cache_clear()

    def print_file(kind, name, *options):
        out = StringIO()
        call_command("configure", kind, *options, stdout=out)
        (tmp_path / name).write_text(out.getvalue())
        return tmp_path / name

    yield print_file
    for cache in caches:
        cache.cache_clear()


def test_nginx_gets_every_host_and_header_and_no_example(configure):
    text = configure("nginx", "nginx.conf").read_text()
    assert "server_name paper.test www.paper.test;" in text
    assert "    www.paper.test www.paper.test;\n" in text
    assert 'add_header Strict-Transport-Security "max-age=31536000' in text
    assert "add_header Content-Security-Policy \"base-uri 'none'" in text
    assert '"application/rss+xml; charset=utf-8" rss;' in text
    assert "news.example" not in text
    assert "/srv/newsroom" not in text
    assert "brotli" not in configure("nginx", "plain.conf", "--no-brotli").read_text()


def test_caddy_takes_its_file(configure):
    file = configure("caddy", "Caddyfile")
    assert file.read_text().count("paper.test {") == 1
    done = subprocess.run(
        [need("caddy"), "validate", "--adapter", "caddyfile", "--config", file],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Valid configuration" in done.stdout + done.stderr, done.stderr


@pytest.mark.parametrize("kind", ["systemd", "clock", "backup", "backup-timer"])
def test_systemd_takes_its_units(kind, configure):
    configure("backup", "newsroom-backup.service")  # which the timer starts
    suffix = "timer" if kind.endswith("timer") else "service"
    file = configure(kind, f"newsroom-{kind.removesuffix('-timer')}.{suffix}")
    assert "/srv/newsroom" not in file.read_text()
    if not shutil.which("systemd-analyze"):
        pytest.skip("NO systemd-analyze: the unit was not verified")
    done = subprocess.run(
        ["systemd-analyze", "verify", file],
        capture_output=True,
        text=True,
        check=False,
    )
    assert file.name not in done.stderr, done.stderr
