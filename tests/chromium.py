"""Finding a Chromium for the browser tests, and getting one where possible."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

# The shell first: the same browser without its windows starts with a third of the
# work (0.25 against 0.8 s of CPU time, 2026).
NAMES = (
    *("chromium-headless-shell", "chromium", "chromium-browser"),
    *("google-chrome", "google-chrome-stable"),
)


def find_chromium():
    """Return the path of an installed Chromium, or None.

    The environment variable CHROMIUM wins; then what the system has; then a
    build that Playwright downloaded earlier.
    """
    if named := os.environ.get("CHROMIUM"):
        return named
    for name in NAMES:
        if path := shutil.which(name):
            return path
    cache = Path.home() / ".cache/ms-playwright"
    builds = sorted(cache.glob("chromium-*/chrome-linux*/chrome"))
    builds += sorted(cache.glob("chromium_headless_shell-*/*/*headless*shell"))
    return str(builds[-1]) if builds else None


def install_chromium():
    """Try to install Chromium; return its path, or None with the reason said.

    Debian's packages where we are root, else Playwright's own download. Older
    Debians have no package of the shell alone.
    """
    attempts = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get") and os.geteuid() == 0:
        install = ["apt-get", "install", "-y", "--no-install-recommends"]
        attempts[:0] = [
            [*install, package, "fonts-dejavu-core"]
            for package in ("chromium-headless-shell", "chromium")
        ]
        subprocess.run(["apt-get", "update"], capture_output=True, check=False)
    for command in attempts:
        sys.stdout.write(f"No Chromium found; trying: {' '.join(command)}\n")
        sys.stdout.flush()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0 and (path := find_chromium()):
            return path
        last_line = (done.stderr or done.stdout).strip().splitlines()[-1:]
        sys.stdout.write(f"  that failed: {' '.join(last_line)}\n")
    return None
