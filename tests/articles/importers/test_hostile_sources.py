"""Sources made to hurt end in stories or in sentences, soon, and read nothing else."""

import sys
import time
from pathlib import Path

import lxml.html
import pytest

from articles.models import Article, Page
from authors.models import Author

from . import hostile_values
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


def test_there_are_more_than_two_hundred():
    assert len(SOURCES) > 200


def some():
    """Yield the names; of the many that came last, three of four wait for the proof."""
    for number, name in enumerate(SOURCES):
        is_late = number >= hostile_values.FIRST and number % 4
        yield pytest.param(name, marks=pytest.mark.proof if is_late else ())


@pytest.mark.parametrize("name", some())
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
            assert len(words[0]) <= 300 and not (words[2] or "").startswith("/admin")
    for (body,) in [
        *Article.objects.values_list("body"),
        *Page.objects.values_list("body"),
    ]:
        assert not programs_in(body)
    for author in Author.objects.all():
        assert author.get_absolute_url()
    assert not (tmp_path / "slipped.html").exists()
    assert not Path("/tmp/slipped.html").exists()


def programs_in(body):
    """Return what of a body a browser would run."""
    root = lxml.html.fragment_fromstring(body, create_parent="div")
    addresses = root.xpath(".//@href | .//@src | .//@cite | .//@data-embed")
    return [
        *root.xpath(".//script | .//svg | .//iframe | .//object"),
        *root.xpath(".//@*[starts-with(name(), 'on')]"),
        *(
            one
            for one in addresses
            if one.strip().lower().startswith(("javascript:", "file:", "data:"))
        ),
    ]


def database_ports(settings):
    return {int(settings.DATABASES["default"].get("PORT") or 5432)}
