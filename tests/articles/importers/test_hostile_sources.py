"""Sources made to hurt end in stories or in sentences, soon, and read nothing else."""

import sys
import time
from pathlib import Path

import pytest

from articles.models import Article, Page
from authors.models import Author

from .hostile_sources import SECRET, SOURCES
from .importing import run

pytestmark = pytest.mark.django_db
SECONDS, MEGABYTES = 20, 400
_watched = []


def _watch(event, arguments):
    """Note connections, as Python's own audit tells of them."""
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        for seen in _watched:
            seen.append(arguments[1])


sys.addaudithook(_watch)


def peak_megabytes(is_anew=False):
    """The most memory this process had since it was last asked anew."""
    if is_anew:
        Path("/proc/self/clear_refs").write_text("5")
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def test_there_are_more_than_forty():
    assert len(SOURCES) > 40


@pytest.mark.parametrize("name", SOURCES)
def test_ends_soon_and_in_words(name, tmp_path, settings):
    (tmp_path / "secret.txt").write_text(f"{SECRET}\n\nWords of a secret story.\n" * 9)
    folder = tmp_path / "old"
    folder.mkdir()
    path = SOURCES[name](folder)
    copy = tmp_path / "copy"
    copy.mkdir()
    before, begun = peak_megabytes(is_anew=True), time.process_time()
    seen = []
    _watched.append(seen)
    try:
        said = run(path, media=str(copy))
    finally:
        _watched.remove(seen)
    # Of this process: the machine may be busy with other tests.
    assert time.process_time() - begun < SECONDS
    assert peak_megabytes() - before < MEGABYTES
    assert "Traceback" not in said and "Error:" not in said
    assert "new" in said or "could not be imported" in said
    assert not [
        address for address in seen if address[1] not in database_ports(settings)
    ]
    assert SECRET not in said
    for rows in (
        *(Article.objects.values_list("headline", "body", "path"),),
        *(Page.objects.values_list("title", "body", "path"),),
        *(Author.objects.values_list("name", "bio", "slug"),),
    ):
        for words in rows:
            assert not any(SECRET in (word or "") for word in words)
            assert "<script" not in words[1] and "onerror" not in words[1]
            assert len(words[0]) <= 300 and not (words[2] or "").startswith("/admin")
    assert not (tmp_path / "slipped.html").exists()
    assert not Path("/tmp/slipped.html").exists()


def database_ports(settings):
    return {int(settings.DATABASES["default"].get("PORT") or 5432)}
