import pytest

from articles.importers.files import MAX_BYTES, PageFile, count_pages, is_markup, walk
from articles.importers.story import Problem


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "archive"
    root.mkdir()
    return root


def write(folder, name, content=b"A line of text.\n"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def names(paths):
    return [one.source_id for one in walk(paths) if isinstance(one, PageFile)]


def problems(paths):
    return {one.file: one.kind for one in walk(paths) if isinstance(one, Problem)}


class TestWalk:
    def test_yields_pages_in_a_stable_order_by_relative_path(self, folder):
        for name in ("b.txt", "a.html", "1999/z.htm", "1999/story.php?id=7", "notes"):
            write(folder, name)
        assert names([folder]) == [
            "1999/story.php?id=7",
            "1999/z.htm",
            "a.html",
            "b.txt",
            "notes",
        ]

    def test_passes_over_what_a_browser_saves_beside_a_page(self, folder):
        for name in (
            ".hidden.txt",
            ".git/x.txt",
            "page_files/s.css",
            "page_files/p.gif",
        ):
            write(folder, name)
        write(folder, "page.html")
        assert names([folder]) == ["page.html"]
        assert problems([folder]) == {}

    @pytest.mark.parametrize("path", ["", "x" * 5000, "a\0b", "\udcff.txt"])
    def test_names_a_path_that_can_be_none(self, folder, path, monkeypatch):
        write(folder, "page.txt")
        monkeypatch.chdir(folder)
        assert list(problems([path]).values()) == ["missing"]
        assert names([path]) == []
        assert count_pages([path]) == 1
        "".join(problems([path])).encode()  # a name that a terminal can print

    def test_reads_lazily(self, folder):
        first, second = write(folder, "1.txt"), write(folder, "2.txt")
        found = walk([folder])
        assert next(found).path == first
        second.write_bytes(b"Written after the walk began.")
        assert next(found).content == b"Written after the walk began."
        assert list(found) == []

    def test_names_the_folder_as_the_source(self, folder):
        write(folder, "sub/a.txt")
        (page,) = walk([folder])
        assert page.source_system == "archive"
        assert page.is_in_folder

    def test_a_file_named_alone_has_no_place_on_the_old_site(self, folder):
        (page,) = walk([write(folder, "sub/a.html")])
        assert page.source_id == "a.html"
        assert not page.is_in_folder

    def test_reports_a_path_that_is_not_there(self, folder):
        assert problems([folder / "gone.txt"]) == {str(folder / "gone.txt"): "missing"}


class TestLinks:
    def test_that_lead_outside_are_reported_and_not_read(self, folder, tmp_path):
        secret = write(tmp_path, "secret.txt", b"The combination is 1234.")
        (folder / "story.txt").symlink_to(secret)
        (folder / "up").symlink_to(tmp_path)
        (folder / "nowhere.txt").symlink_to(folder / "missing")
        assert set(problems([folder]).values()) == {"outside"}
        assert names([folder]) == []

    def test_in_a_circle_end(self, folder):
        write(folder, "a.txt")
        (folder / "again").symlink_to(folder)
        assert names([folder]) == ["a.txt"]

    def test_that_stay_inside_are_read(self, folder):
        write(folder, "a.txt")
        (folder / "b.txt").symlink_to(folder / "a.txt")
        assert names([folder]) == ["a.txt", "b.txt"]


class TestMarkup:
    def test_is_told_by_what_is_in_a_page(self):
        assert is_markup(b"<pre>\nBack to Columns\n</pre>")
        assert is_markup(b"<p>One<p>Two<br>Three")
        assert not is_markup(b"The <b>tag</b> of the year")


class TestContent:
    @pytest.mark.parametrize(
        "content", [b"", b" \r\n\t ", b"\xef\xbb\xbf", b"\x00" * 50]
    )
    def test_that_is_empty_is_a_problem(self, folder, content):
        write(folder, "a.txt", content)
        assert problems([folder]) == {"a.txt": "empty"}
        assert names([folder]) == []

    @pytest.mark.parametrize(
        "content",
        [
            b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4,
            b"%PDF-1.4 text text text",
            b"PK\x03\x04 and words",
            bytes(range(256)) * 40,
        ],
    )
    def test_that_is_binary_is_a_problem(self, folder, content):
        write(folder, "a.txt", content)
        assert problems([folder]) == {"a.txt": "binary"}
        assert names([folder]) == []

    def test_in_utf16_is_text(self, folder):
        write(
            folder, "a.txt", "It is text, with a zero in every letter.".encode("utf-16")
        )
        write(folder, "b.txt", "And this has no mark at all.".encode("utf-16-le"))
        assert names([folder]) == ["a.txt", "b.txt"]
        assert problems([folder]) == {}

    def test_that_is_too_large_is_not_read(self, folder):
        path = write(folder, "a.txt")
        with path.open("r+b") as file:
            file.truncate(MAX_BYTES + 1)
        assert problems([folder]) == {"a.txt": "too-large"}
        assert names([folder]) == []
