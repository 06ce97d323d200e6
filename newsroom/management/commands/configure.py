import re
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import BaseCommand

from newsroom.pagecache import addresses, headers
from newsroom.pagecache.store import KINDS

FILES = {
    "nginx": "nginx.conf",
    "caddy": "Caddyfile",
    "varnish": "varnish.vcl",
    "systemd": "newsroom.service",
    "clock": "newsroom-clock.service",
    "backup": "newsroom-backup.service",
    "backup-timer": "newsroom-backup.timer",
}
HOST = "news.example"


class Command(BaseCommand):
    help = (
        "Print a file of deploy/ with this site's host names, folders and headers: "
        "nginx, caddy, varnish, systemd (serve), clock, backup or backup-timer."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", choices=sorted(FILES))
        parser.add_argument("--upstream", default="127.0.0.1:8000", metavar="HOST:PORT")
        parser.add_argument("--listen", help="address to listen at, without HTTPS")
        parser.add_argument("--no-brotli", action="store_true")

    def handle(self, *, file, upstream, listen, no_brotli, **options):
        text = (Path(settings.BASE_DIR) / "deploy" / FILES[file]).read_text()
        if urlsplit(settings.SITE_URL).scheme == "http":
            text = without(text, "https")
            listen = listen or "80"
            if file == "nginx":
                text = text.replace("server_name", f"listen {listen};\n    server_name")
            text = text.replace(f"\n{HOST} {{", f"\nhttp://{listen} {{")
        if no_brotli:
            text = without(text, "brotli")
        kinds = [f"{quoted(like)} {kind};" for like, kind in sorted(KINDS.items())]
        text = filled(text, "types", kinds)
        usual = headers.usual().items()
        line = "add_header {} {};" if file == "nginx" else "{} {}"
        text = filled(text, "headers", [line.format(n, quoted(v)) for n, v in usual])
        self.stdout.write(named(text, upstream))


def quoted(value):
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def without(text, name):
    """Take out what stands between "# begin NAME" and "# end NAME"."""
    return re.sub(rf"(?ms)^ *# begin {name}$.*?^ *# end {name}\n+", "", text)


def filled(text, name, lines):
    """Put lines between "# begin NAME" and "# end NAME", wherever that stands."""

    def put(match):
        inner = "".join(f"{match['space']}{line}\n" for line in lines)
        return f"{match['begin']}{inner}{match['end']}"

    return re.sub(
        rf"(?ms)^(?P<begin>(?P<space> *)# begin {name}\n).*?(?P<end>^ *# end {name}$)",
        put,
        text,
    )


def named(text, upstream):
    """Put the site's own names in the place of the example's."""
    names = sorted(set(addresses.hosts().values())) or [HOST]
    text = text.replace(
        f"    {HOST} {HOST};\n", "".join(f"    {name} {name};\n" for name in names)
    )
    text = text.replace(f"server_name {HOST}", f"server_name {' '.join(names)}")
    for old, new in {
        HOST: names[0],
        "/srv/newsroom/var/pages": settings.PAGES_DIR,
        "/srv/newsroom/var/static": settings.STATIC_ROOT,
        "/srv/newsroom/var/media": settings.MEDIA_ROOT,
        "/srv/newsroom/var": settings.DATA_DIR,
        "/srv/newsroom": settings.BASE_DIR,
        "127.0.0.1:8000": upstream,
        '.host = "127.0.0.1"': f'.host = "{upstream.rpartition(":")[0]}"',
        '.port = "8000"': f'.port = "{upstream.rpartition(":")[2]}"',
        "choose-a-long-secret": settings.PURGE_TOKEN or "choose-a-long-secret",
    }.items():
        text = text.replace(old, str(new))
    return text
