"""Kept and cold pages by several servers, and nginx beside a plain file, in one run.

    python benchmarks/serving.py [seconds for each]

Needs wrk and nginx (Debian's packages). Each line is one server with 16 connections:
requests a second, and milliseconds of processor time (user and system, of all its
processes, from /proc) for each request. On a machine that others use, compare the
milliseconds. Servers other than ours are run where they are installed.
"""

import contextlib
import importlib.util
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
TICKS = os.sysconf("SC_CLK_TCK")
TURNS = 12  # of what is compared with what
ALLOWED, TIMES, OF_PLAIN = 0.10, 5, 0.95  # ms; times Django's cache; of a plain file

# A Django view behind Django's own per-site cache, in local memory: with nothing else,
# and with the middlewares that `startproject` writes.
BARE = """
import os, pathlib
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import re_path

PAGE = pathlib.Path(os.environ["BARE_PAGE"]).read_bytes()
PROJECT = %r
settings.configure(
    SECRET_KEY="x", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__,
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes",
        "django.contrib.sessions", "django.contrib.messages"] if PROJECT else [],
    MIDDLEWARE=[
        "django.middleware.cache.UpdateCacheMiddleware",
        *(PROJECT or ["django.middleware.common.CommonMiddleware"]),
        "django.middleware.cache.FetchFromCacheMiddleware",
    ],
)
urlpatterns = [re_path("", lambda request: HttpResponse(PAGE))]
application = get_wsgi_application()
"""
PROJECT = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
NGINX = """
worker_processes 1; pcre_jit on; daemon off;
pid {folder}/nginx.pid; error_log {folder}/nginx.log;
{user}
{modules}
events {{ worker_connections 512; }}
http {{
    include /etc/nginx/mime.types; access_log off;
    {site}
    server {{
        listen 127.0.0.1:{plain}; sendfile on; tcp_nopush on;
        location / {{ root {folder}/plain; }}
        # The same bytes to the last header, as deep: found by its name, nothing asked.
        location /same/ {{
            alias {folder}/plain/; types {{ }} default_type "text/html; charset=utf-8";
            gzip_static on; {brotli} if_modified_since off;
            add_header Last-Modified ""; {headers}
        }}
    }}
}}
"""
BROTLI = "/etc/nginx/modules-enabled/50-mod-http-brotli-static.conf"


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def family(pid):
    """Return the process and what it started, however deep."""
    found = [pid]
    for one in found:
        children = Path(f"/proc/{one}/task/{one}/children")
        with contextlib.suppress(OSError):
            found += [int(child) for child in children.read_text().split()]
    return found


def cpu(pid):
    """Return the seconds of processor time that a process family has used."""
    ticks = 0
    for one in family(pid):
        with contextlib.suppress(OSError):
            stat = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            ticks += int(stat[11]) + int(stat[12])
    return ticks / TICKS


@contextlib.contextmanager
def running(command, url, environment, log):
    process = subprocess.Popen(
        command, env=environment, stdout=log, stderr=log, start_new_session=True
    )
    try:
        for _ in range(300):
            if process.poll() is not None:
                raise RuntimeError(f"{command[0]} ended at once")
            with contextlib.suppress(OSError):
                urllib.request.urlopen(url, timeout=20).read()
                break
            time.sleep(0.2)
        yield process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def load(pid, url, seconds, script=None):
    """Return (requests a second, ms of CPU for each) under 16 connections."""
    wrk = ["wrk", "-t1", "-c16", "-H", "Accept-Encoding: gzip"]
    if script:
        wrk += ["-s", str(script)]
    else:
        subprocess.run([*wrk, "-d1", url], capture_output=True, check=True)
    before = cpu(pid)
    done = subprocess.run(
        [*wrk, f"-d{seconds}", url], capture_output=True, check=True, text=True
    )
    used = cpu(pid) - before
    if "Non-2xx" in done.stdout:
        raise RuntimeError(f"{url} answered with errors")
    count = int(re.search(r"(\d+) requests in", done.stdout)[1])
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1])
    return rate, used / max(count, 1) * 1000


def best(pid, url, seconds):
    """Return the best of three loads: what others do on the machine only adds."""
    loads = [load(pid, url, seconds) for _turn in range(3)]
    return max(rate for rate, _ms in loads), min(ms for _rate, ms in loads)


def servers(module, port):
    """Return {name: command} of what serves a WSGI application with two processes."""
    gunicorn = [PYTHON, "-m", "gunicorn", f"{module}:application", "-w2"]
    gunicorn += ["-b", f"127.0.0.1:{port}", "--log-level", "error"]
    found = {
        "granian": [
            *(PYTHON, "-m", "granian", "--interface", "wsgi", "--http", "1"),
            *("--no-ws", "--workers", "2", "--blocking-threads", "4"),
            *("--port", str(port), "--log-level", "error", f"{module}:application"),
        ],
        "gunicorn": [*gunicorn, "-k", "gthread", "--threads", "4"],
        "gunicorn sync": gunicorn,
        "waitress": [
            *(PYTHON, "-m", "waitress", "--threads=4"),
            *(f"--listen=127.0.0.1:{port}", f"{module}:application"),
        ],
        "cheroot": [
            *(PYTHON, "-m", "cheroot", f"--bind=127.0.0.1:{port}"),
            *("--threads=4", f"{module}:application"),
        ],
    }
    return {
        name: command
        for name, command in found.items()
        if importlib.util.find_spec(name.split()[0])
    }


def main(seconds):
    for program in ("wrk", "nginx"):
        if not shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin"):
            sys.exit(f"{program} is needed, and not installed.")
    with (
        tempfile.TemporaryDirectory(prefix="newsroom-") as name,
        open(f"{name}/log", "wb") as log,
    ):
        folder = Path(name)
        folder.chmod(0o755)
        port, other, third, front, plain = (free_port() for _ in range(5))
        environment = {
            **os.environ,
            "SECRET_KEY": "only-for-a-benchmark" * 4,
            "ALLOWED_HOSTS": "127.0.0.1",
            "HTTPS": "false",
            "SITE_URL": f"http://127.0.0.1:{port}",
            "DATA_DIR": name,
            "ENV_FILE": os.devnull,
            "LOG_LEVEL": "ERROR",
            "EMAIL_URL": "dummymail://",
            "PYTHONPATH": f"{ROOT}:{name}:{os.environ.get('PYTHONPATH', '')}",
            "BARE_PAGE": f"{name}/plain/page.html",
        }

        def manage(*arguments):
            return subprocess.run(
                [PYTHON, ROOT / "manage.py", *arguments],
                env=environment,
                check=True,
                capture_output=True,
                text=True,
            ).stdout

        manage("migrate", "-v0")
        manage("demo")
        manage("collectstatic", "--noinput", "-v0")
        paths = manage(
            *("shell", "-v0", "-c"),
            "from articles.models import Article\n"
            "print(*Article.objects.live().values_list('path', flat=True))",
        ).split()
        paths = [path for path in paths if path.startswith("/")]
        url = f"http://127.0.0.1:{port}{paths[0]}"
        ports = other, third, front, plain
        compare(seconds, environment, log, folder, url, manage, ports, paths)


def compare(seconds, environment, log, folder, url, manage, ports, paths):
    other, third, front, plain = ports
    port = int(url.split(":")[2].partition("/")[0])
    path = "/" + url.split("/", 3)[3]
    # Each request another cold page: none is kept for a host without the port.
    script = folder / "cold.lua"
    quoted = ",".join(f'"{one}"' for one in paths)
    script.write_text(
        f"local paths = {{{quoted}}}\nlocal n = 0\n"
        'wrk.headers["Host"] = "127.0.0.1"\n'
        "request = function() n = n + 1\n"
        'return wrk.format("GET", paths[n % #paths + 1]) end\n'
    )
    print(f"{'server':<34}{'requests/s':>12}{'ms of CPU':>12}")

    def say(name, rate, ms):
        print(f"{name:<34}{rate:>12,.0f}{ms:>12.4f}", flush=True)

    for name, command in servers("newsroom.wsgi", port).items():
        with running(command, url, environment, log) as pid:
            say(f"{name}, kept page", *best(pid, url, seconds))
            try:
                say(f"{name}, cold pages", *load(pid, url, seconds, script))
            except RuntimeError as error:  # it gave up under 16 at once
                print(f"{name}, cold pages: {error}")
    (folder / "plain").mkdir()
    body = next((folder / "pages/pages").rglob(f"*{path.strip('/')}/@.html"))
    shutil.copy(body, folder / "plain/page.html")
    (folder / "bare.py").write_text(BARE % [])
    (folder / "project.py").write_text(BARE % PROJECT)
    modules = {
        (kept := "granian, kept page beside them"): ("newsroom.wsgi", port),
        (alone := "granian, Django's cache alone"): ("bare", other),
        (project := "granian, Django's cache in a project"): ("project", third),
    }
    with contextlib.ExitStack() as stack:
        places = {}
        for what, (module, at) in modules.items():
            there = url.replace(f":{port}/", f":{at}/")
            command = servers(module, at)["granian"]
            pid = stack.enter_context(running(command, there, environment, log))
            places[what] = pid, there
        _rates, costs = in_turns(places, seconds, say)
    ours = statistics.median(costs[kept])
    times = [ratio(costs[one], costs[kept]) for one in (alone, project)]
    shutil.copy(f"{body}.gz", folder / "plain/page.gz")
    deep = body.relative_to(folder / "pages/pages")
    (folder / "plain" / deep).parent.mkdir(parents=True)
    shutil.copy(f"{body}.gz", folder / f"plain/{deep}.gz")
    modules = f"include {BROTLI};" if os.path.exists(BROTLI) else ""
    listen = ["--listen", f"127.0.0.1:{front}", *([] if modules else ["--no-brotli"])]
    conf = folder / "nginx.conf"
    site = manage("configure", "nginx", *listen)
    conf.write_text(
        NGINX.format(
            folder=folder,
            site=site,
            headers="\n".join(re.findall(r"^ +add_header .*\n", page_of(site), re.M)),
            plain=plain,
            modules=modules,
            brotli="brotli_static on;" if modules else "",
            user="user root;" if os.geteuid() == 0 else "",
        )
    )
    nginx = [shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin"), "-c"]
    file = f"http://127.0.0.1:{plain}/page.gz"
    with running([*nginx, str(conf)], file, environment, log) as pid:
        kept, same = "nginx, kept page", "nginx, plain file, same headers"
        places = {
            kept: (pid, f"http://127.0.0.1:{front}{path}"),
            same: (pid, file.replace("/page.gz", f"/same/{deep}")),
            "nginx, plain file": (pid, file),
        }
        rates, _costs = in_turns(places, seconds, say)
    judge(ours, times, ratio(rates[kept], rates[same]))


def in_turns(places, seconds, say):
    """Load {what: (pid, url)} in turns; return {what: [rate]} and {what: [ms]}.

    That way and back, so that what others do on the machine falls on all of them.
    """
    rates, costs = {what: [] for what in places}, {what: [] for what in places}
    for turn in range(TURNS):
        for what, (pid, url) in sorted(places.items(), reverse=turn % 2):
            rate, ms = load(pid, url, max(1, seconds // TURNS))
            rates[what].append(rate)
            costs[what].append(ms)
    for what in places:
        say(what, statistics.median(rates[what]), statistics.median(costs[what]))
    return rates, costs


def ratio(ones, others):
    return statistics.median(
        one / other for one, other in zip(ones, others, strict=True)
    )


def page_of(site):
    """Return what the configuration says of kept pages."""
    return site.partition("# begin headers")[2].partition("# end headers")[0]


def judge(ours, times, of_plain):
    alone, project = times
    print(f"nginx, kept page to the same bytes: {of_plain:.2f} (at least {OF_PLAIN})")
    print(f"our own process: {ours:.4f} ms of CPU (at most {ALLOWED})")
    print(f"Django's cache in a project to ours: {project:.1f} (at least {TIMES})")
    print(f"Django's cache with nothing else to ours: {alone:.1f}")
    if of_plain < OF_PLAIN or ours > ALLOWED or project < TIMES:
        sys.exit("A bound is missed.")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
