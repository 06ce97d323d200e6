"""Promises about the project as a whole."""

import ast
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.template import engines
from django.urls import get_resolver
from jinja2 import UndefinedError

from articles.paths import RESERVED

ROOT = Path(settings.BASE_DIR)
# Who may import whom: newsroom → articles → authors, and of newsroom's own apps
# nobody but newsroom.
FORBIDDEN = {
    "authors": ("articles", "newsroom"),
    "articles": ("newsroom",),
    "newsroom/blocks": (),
}


def imports_of(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_imports_point_one_way(folder):
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in (ROOT / folder).rglob("*.py")
        for name in imports_of(path)
        if name.split(".")[0] in FORBIDDEN[folder]
    ]
    assert wrong == []


def test_only_urls_import_views_and_nobody_imports_admin_commands_or_tests():
    wrong = []
    for folder in ("authors", "articles", "newsroom"):
        for path in (ROOT / folder).rglob("*.py"):
            where = str(path.relative_to(ROOT))
            for name in imports_of(path):
                parts = name.split(".")
                if "admin" in parts and parts[0] != "django" and "admin" not in where:
                    wrong.append(f"{where} imports {name}")
                if parts[0] == "tests" or "commands" in parts:
                    wrong.append(f"{where} imports {name}")
    assert wrong == []


def test_the_top_level_holds_only_what_was_agreed():
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    agreed = {
        *("manage.py", "pyproject.toml", "README.md", "CHANGELOG.md", "Makefile"),
        *("newsroom", "articles", "authors", "templates", "static", "tests"),
        *("requirements", "docs", "deploy", "benchmarks", ".ci", ".gitignore"),
    }
    assert {name.split("/")[0] for name in tracked} - agreed == set()


def test_lock_files_hold_names_versions_and_hashes_only():
    for name in ("base", "scale", "dev"):
        for line in (ROOT / f"requirements/{name}.txt").read_text().splitlines():
            assert line.startswith(("#", "    --hash=sha256:")) or "==" in line, line
            assert "://" not in line


def test_every_readers_template_compiles_and_a_wrong_name_is_an_error():
    readers = engines["jinja2"]
    folder = ROOT / "templates/readers"
    names = [str(path.relative_to(folder)) for path in folder.rglob("*.html")]
    assert {"base.html", "404.html", "articles/article_detail.html"} <= set(names)
    for name in names:
        assert readers.get_template(name).template.filename == str(folder / name)
    with pytest.raises(UndefinedError):
        readers.from_string("{{ headlnie }}").render({"headline": "Rain"})


@pytest.mark.django_db
def test_no_migration_is_missing():
    out = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=out)
    assert "No changes detected" in out.getvalue()


def test_no_article_can_stand_in_front_of_the_sites_own_addresses():
    firsts = set()
    for pattern in get_resolver().url_patterns:
        for inner in getattr(pattern, "url_patterns", [None]):
            whole = str(pattern.pattern) + (str(inner.pattern) if inner else "")
            firsts.add(whole.lstrip("^").split("/")[0])
    own = {first for first in firsts if "(" not in first}
    assert {"admin", "sections", "media", "robots.txt"} <= own
    assert own - RESERVED == set()


def manage(*arguments, **environment):
    """Run manage.py in a process of its own that sees no .env and no settings."""
    clean = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
    return subprocess.run(
        [sys.executable, ROOT / "manage.py", *arguments],
        env={**clean, "ENV_FILE": os.devnull, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


class TestProduction:
    @pytest.mark.parametrize("command", ["check", "makemigrations", "migrate"])
    def test_refuses_to_start_without_a_secret(self, tmp_path, command):
        done = manage(command, ALLOWED_HOSTS="example.org", DATA_DIR=str(tmp_path))
        assert done.returncode != 0
        assert "SECRET_KEY is not set" in done.stderr
        assert "Traceback" not in done.stderr

    def test_refuses_to_start_without_hosts(self, tmp_path):
        done = manage("check", SECRET_KEY="x" * 60, DATA_DIR=str(tmp_path))
        assert done.returncode != 0
        assert "ALLOWED_HOSTS is not set" in done.stderr
        assert "Traceback" not in done.stderr

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("DATABASE_URL", "nonsense"),
            ("CONN_MAX_AGE", "abc"),
            ("HSTS_SECONDS", "a year"),
            ("TIME_ZONE", "Mars"),
            ("LOG_LEVEL", "LOUD"),
            ("DATA_DIR", "/dev/null/data"),
        ],
    )
    def test_names_the_variable_that_cannot_be_right(self, name, value, tmp_path):
        right = {
            "SECRET_KEY": "x" * 60,
            "ALLOWED_HOSTS": "x",
            "DATA_DIR": str(tmp_path),
        }
        done = manage("check", **{**right, name: value})
        assert done.returncode != 0
        assert name in done.stderr
        assert "Traceback" not in done.stderr

    @pytest.mark.parametrize(
        "url", ["", "postgres://nobody@127.0.0.1:1/nothing?connect_timeout=2"]
    )
    def test_says_so_when_the_database_is_not_ready(self, url, tmp_path):
        settings = {"DEBUG": "true", "DATA_DIR": str(tmp_path)}
        if url:
            settings["DATABASE_URL"] = url
        done = manage("demo", **settings)
        assert done.returncode != 0
        assert "manage.py migrate" in done.stderr
        assert "Traceback" not in done.stderr

    def test_passes_djangos_deployment_checks(self, tmp_path):
        done = manage(
            *("check", "--deploy", "--fail-level", "WARNING"),
            SECRET_KEY="a8d!k2-mz9%qx7$wp4#vn1&tb6*rj3^hc5(yf0)gl+se=ou-7Wq2",
            ALLOWED_HOSTS="example.org",
            DATA_DIR=str(tmp_path),
        )
        assert done.returncode == 0, done.stderr
        assert "no issues" in done.stdout

    def test_every_setting_from_the_environment_stands_in_the_readme(self):
        readme = (ROOT / "README.md").read_text()
        names = set()
        for node in ast.walk(ast.parse((ROOT / "newsroom/settings.py").read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "env"
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                names.add(node.args[0].value)
        assert "SECRET_KEY" in names
        assert [name for name in sorted(names) if f"`{name}`" not in readme] == []


class TestServe:
    def test_refuses_an_address_that_is_none(self):
        done = manage("serve", "here", DEBUG="true")
        assert done.returncode != 0
        assert "is no address" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_command_whose_reader_has_gone_ends_without_a_trace():
    command = [sys.executable, "manage.py", "help", "--commands"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    process.stdout.close()
    trouble = process.stderr.read().decode()
    assert process.wait(60) == 141
    assert "Traceback" not in trouble
