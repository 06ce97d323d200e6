"""Servers that some tests run for real, and getting them where possible."""

import os
import shutil
import subprocess
import sys

import pytest

# What must be found: Debian's packages that hold it.
PACKAGES = {
    "nginx": ["nginx", "libnginx-mod-http-brotli-static"],
    "redis-server": ["redis-server"],
    "varnishd": ["varnish", "varnish-modules"],
    "caddy": ["caddy"],
}
SBIN = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"


def find_tool(name):
    """Return the path of an installed server, or None."""
    return shutil.which(name, path=SBIN)


def install_tools():
    """Try to install what is missing, by apt where we are root; return what is."""
    missing = [name for name in PACKAGES if not find_tool(name)]
    if missing and shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update"], capture_output=True, check=False)
        for name in missing:
            sys.stdout.write(f"No {name} found; installing {PACKAGES[name]} …\n")
            command = ["apt-get", "install", "-y", "--no-install-recommends"]
            # Debian starts what it installs; a container has nobody to do that.
            environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            subprocess.run(
                [*command, *PACKAGES[name]],
                capture_output=True,
                check=False,
                env=environment,
            )
    return [name for name in PACKAGES if not find_tool(name)]


def need(name):
    """Return the path of a server; skip the test without it, or fail in CI."""
    if path := find_tool(name):
        return path
    reason = f"NO {name.upper()}: this test was not run (Debian: {PACKAGES[name]})"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
