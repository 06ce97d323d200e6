"""The command, from files on a disk to articles in the database."""

from datetime import UTC, datetime
from io import StringIO
from itertools import count

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from articles.importers.bylines import name_key
from articles.models import Article, Byline, Origin, Page, Picture, Tag
from authors.models import Author, AuthorLink
from newsroom.blocks.models import AdvertiseBlock, ShareBlock
from tests.factories import (
    image_file,
    make_article,
    make_author,
    make_section,
    make_tag,
)

pytestmark = pytest.mark.django_db

CLASSIC = """Back to Commentary

Advertise with us. Find out more
Share our stories

The Bell at Cold Harbour

By Ada M. Thorne

May 4, 2007

“Nobody rings it now,” the verger said, “but nobody dares to sell it.”

It hangs — as it has hung for two centuries — above the empty market.

The rope was cut in the winter of the strike, and three parishes still argue
about who cut it.

Ada M. Thorne lives in Cold Harbour, Maine. She can be reached at \
ada@thorne.example. Her new book, of which she is editor and contributor, is \
titled Bells of the Coast (Saltmarsh Press). Visit her blog at \
http://blog.thorne.example/. Listen to The Tide Table on WCHM 88.1 FM.
"""
PAGE = """<!doctype html><html lang="en"><head><title>{title} | The Old Gazette</title>
<meta name="author" content="Ben Okafor"><meta property="og:type" content="article">
<meta property="article:published_time" content="2004-02-03T08:00:00-05:00">
{head}</head><body><div id="nav"><a href="/">Home</a></div><article><h1>{title}</h1>
<p>The iron bridge over the Marrow was shut on Tuesday after the river rose nine feet
in a night and carried away the handrail, a parked van and most of a bandstand.</p>
{extra}
<p>Engineers will look at the piers on Friday, the county said, and drivers should take
the upper road until the work is finished in the spring of next year.</p>
<p>Nobody was hurt, though the van has not been found, and its owner has asked whoever
fishes below the weir to keep an eye open for it.</p></article>
<div id="footer">Copyright 2004 The Old Gazette</div></body></html>"""
_numbers = count(1)


def page(title="Bridge closed after flood", head="", extra=""):
    return PAGE.format(title=title, head=head, extra=extra)


@pytest.fixture
def folder(tmp_path):
    """A folder of saved pages, called `old-site`."""
    folder = tmp_path / "old-site"
    folder.mkdir()
    return folder


def run(*paths, **options):
    """Run the command; return (what it printed, what it complained about)."""
    out, err = StringIO(), StringIO()
    error = None
    try:
        arguments = [str(path) for path in paths]
        call_command("import_articles", *arguments, stdout=out, stderr=err, **options)
    except CommandError as caught:
        error = str(caught)
    return out.getvalue(), (err.getvalue() + (error or "")) if error else ""


class TestClassicPage:
    @pytest.fixture(autouse=True)
    def imported(self, folder):
        (folder / "bell.txt").write_text(CLASSIC, encoding="utf-8")
        run(folder)
        self.article = Article.objects.get()

    def test_becomes_an_article_with_its_headline_date_and_byline(self):
        assert self.article.headline == "The Bell at Cold Harbour"
        assert self.article.byline_text() == "Ada M. Thorne"
        assert self.article.published_at == datetime(2007, 5, 4, 12, tzinfo=UTC)
        assert self.article.path == "/2007/05/the-bell-at-cold-harbour/"

    def test_keeps_quotations_and_typography_and_nothing_of_the_old_site(self):
        body = self.article.body
        assert "<p>“Nobody rings it now,” the verger said, “but nobody" in body
        assert "It hangs — as it has hung" in body
        assert "three parishes still argue about who cut it." in body
        for gone in ("Back to", "Advertise", "Share our", "lives in", "May 4"):
            assert gone not in body

    def test_fills_the_authors_record_from_the_closing_box(self):
        author = Author.objects.get()
        assert author.lives_in == "Cold Harbour, Maine"
        assert author.email == "ada@thorne.example"
        links = {link.kind: link for link in author.links.all()}
        assert set(links) == {"book", "blog", "show"}
        assert links["book"].title == "Bells of the Coast"
        assert links["book"].role == "editor and contributor"
        assert links["book"].publisher == "Saltmarsh Press"
        assert links["blog"].url == "http://blog.thorne.example/"
        assert links["show"].title == "The Tide Table"
        assert author.user is None

    def test_is_read_on_the_public_site(self, client):
        html = client.get(self.article.get_absolute_url()).content.decode()
        assert "Cold Harbour, Maine" in html
        assert "Bells of the Coast" in html
        assert "Back to Commentary" not in html

    def test_keeps_its_untouched_source(self):
        assert bytes(Origin.objects.get().source).decode() == CLASSIC
        assert Origin.objects.get().system == "old-site"


class TestRunningAgain:
    def test_changes_nothing(self, folder):
        (folder / "bell.txt").write_text(CLASSIC, encoding="utf-8")
        (folder / "bridge.html").write_text(page(), encoding="utf-8")
        run(folder)
        before = list(Article.objects.order_by("pk").values())
        out, _err = run(folder)
        assert "0 new, 0 changed, 2 unchanged" in out
        assert list(Article.objects.order_by("pk").values()) == before
        assert Byline.objects.count() == Author.objects.count() == 2
        assert AuthorLink.objects.count() == 3

    def test_finds_the_same_page_under_another_name(self, folder):
        (folder / "bell.txt").write_text(CLASSIC, encoding="utf-8")
        run(folder)
        (folder / "copy").mkdir()
        (folder / "bell.txt").rename(folder / "copy" / "the-bell.txt")
        out, _err = run(folder / "copy")
        assert "1 unchanged" in out
        assert Article.objects.count() == 1

    def test_the_same_bytes_twice_in_one_run_are_one_page(self, folder):
        (folder / "bell.txt").write_text(CLASSIC, encoding="utf-8")
        (folder / "bell-2.txt").write_text(CLASSIC, encoding="utf-8")
        out, _err = run(folder)
        assert "1 new, 0 changed, 1 unchanged" in out
        assert Article.objects.count() == 1

    def test_follows_the_source_but_keeps_what_editors_changed(self, folder):
        file = folder / "bridge.html"
        file.write_text(page(), encoding="utf-8")
        run(folder, tag=["floods"])
        article = Article.objects.get()
        article.headline = "Iron bridge closed"
        article.save()
        article.tags.add("bridges")
        file.write_text(page(extra="<p>The weir held.</p>"), encoding="utf-8")
        out, _err = run(folder, tag=["floods"])
        article.refresh_from_db()
        assert "1 changed" in out
        assert "kept the editors’ own headline, tags" in out
        assert "The weir held." in article.body
        assert article.headline == "Iron bridge closed"
        assert set(article.tags.names()) == {"floods", "bridges"}

        # A third run must still know that the headline is an editor's.
        file.write_text(page(extra="<p>The weir held again.</p>"), encoding="utf-8")
        run(folder)
        article.refresh_from_db()
        assert "held again" in article.body
        assert article.headline == "Iron bridge closed"

    def test_does_not_overwrite_one_story_by_another_of_the_same_name(self, folder):
        (folder / "1.txt").write_text(CLASSIC, encoding="utf-8")
        run(folder)
        other = "A wholly different tale\n\nBy Zoe Quill\n\n" + "Sheep graze. " * 40
        (folder / "1.txt").write_text(other, encoding="utf-8")
        _out, err = run(folder)
        assert "Another page was imported under this name" in err
        assert Article.objects.get().headline == "The Bell at Cold Harbour"
        run(folder, source="second-site")
        assert Article.objects.count() == 2

    def test_an_authors_record_that_says_something_is_left_alone(self, folder):
        author = make_author("Ada M. Thorne", lives_in="Paris")
        author.links.create(kind="website", url="https://thorne.example/")
        (folder / "bell.txt").write_text(CLASSIC, encoding="utf-8")
        run(folder)
        author.refresh_from_db()
        assert author.lives_in == "Paris"
        assert author.email == "ada@thorne.example"
        assert author.links.count() == 1


class TestDryRun:
    def test_says_what_would_be_made_and_makes_nothing(self, folder):
        (folder / "bell.txt").write_text(CLASSIC, encoding="utf-8")
        out, _err = run(folder, dry_run=True, blocks=True)
        assert "“The Bell at Cold Harbour”, Ada M. Thorne, 2007-05-04" in out
        assert "1 would be new" in out
        assert "Would make this share block: Share our stories" in out
        for model in (Article, Author, Origin, ShareBlock, AdvertiseBlock, Tag):
            assert not model.objects.exists()


class TestOptions:
    def test_section_tags_and_status(self, folder):
        section = make_section("Commentary")
        flood = make_tag("Floods")
        flood.synonyms.create(name="high water")
        (folder / "bridge.html").write_text(page(), encoding="utf-8")
        run(folder, section="commentary", tag=["high water", "New"], status="draft")
        article = Article.objects.get()
        assert article.section == section
        assert set(article.tags.names()) == {"Floods", "New"}
        assert article.status == "draft"
        assert not Tag.objects.filter(name="high water").exists()

    def test_timezone_is_that_of_dates_which_name_none(self, folder):
        text = CLASSIC.replace("May 4, 2007", "May 4, 2007, 9:30 PM")
        (folder / "bell.txt").write_text(text, encoding="utf-8")
        run(folder, timezone="America/New_York")
        published_at = Article.objects.get().published_at
        assert published_at == datetime(2007, 5, 5, 1, 30, tzinfo=UTC)

    def test_blocks_are_made_once(self, folder):
        Page.objects.create(path="/advertise/", title="Advertise with us")
        (folder / "bell.txt").write_text(CLASSIC, encoding="utf-8")
        run(folder, blocks=True)
        run(folder, blocks=True)
        assert ShareBlock.objects.get().call == "Share our stories"
        advertise = AdvertiseBlock.objects.get()
        assert advertise.headline == "Advertise with us. Find out more"
        assert advertise.link_url == "/advertise/"

    def test_without_blocks_the_old_sites_lines_become_nothing(self, folder):
        (folder / "bell.txt").write_text(CLASSIC, encoding="utf-8")
        run(folder)
        assert not ShareBlock.objects.exists()
        assert not AdvertiseBlock.objects.exists()

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({"section": "nowhere"}, "There is no section 'nowhere'"),
            ({"timezone": "Mars/Olympus"}, "There is no time zone 'Mars/Olympus'"),
            ({"timezone": "Europe"}, "There is no time zone 'Europe'"),
        ],
    )
    def test_a_wrong_one_ends_with_a_sentence(self, folder, options, said):
        (folder / "bell.txt").write_text(CLASSIC, encoding="utf-8")
        _out, err = run(folder, **options)
        assert said in err
        assert not Article.objects.exists()


class TestBrokenFiles:
    def test_are_named_with_a_reason_and_the_rest_goes_on(self, folder):
        (folder / "a-empty.html").write_bytes(b"")
        (folder / "b-picture.txt").write_bytes(image_file(20, 20).read())
        (folder / "c-bell.txt").write_text(CLASSIC, encoding="utf-8")
        out, err = run(folder)
        assert "a-empty.html: The file is empty." in err
        assert "b-picture.txt: " in err
        assert "2 of 3 pages could not be imported" in err
        assert "1 new" in out
        assert "Traceback" not in err

    def test_a_path_that_is_none(self, folder):
        _out, err = run(folder / "nothing-here")
        assert "There is no such file or folder." in err
        assert not Article.objects.exists()

    def test_a_link_out_of_the_folder_is_not_followed(self, folder, tmp_path):
        secret = tmp_path / "secret.txt"
        secret.write_text(CLASSIC.replace("Bell", "Secret"), encoding="utf-8")
        (folder / "link.txt").symlink_to(secret)
        _out, err = run(folder)
        assert "leads outside the import folder" in err
        assert not Article.objects.exists()

    def test_an_undated_page_gets_the_day_of_its_file(self, folder):
        (folder / "bell.txt").write_text(CLASSIC.replace("May 4, 2007\n\n", ""))
        out, err = run(folder)
        assert "The page names no date" in out
        assert Article.objects.get().published_at <= timezone.now()
        assert not err


def raise_interrupt(text):
    raise KeyboardInterrupt


class TestInterrupted:
    def test_ends_with_a_sentence_and_goes_on_the_next_time(self, folder):
        (folder / "bell.txt").write_text(CLASSIC, encoding="utf-8")
        out = StringIO()
        out.write = raise_interrupt  # Ctrl-C, while a doubt is being shown
        with pytest.raises(CommandError) as raised:
            call_command("import_articles", folder, dry_run=True, stdout=out)
        assert raised.value.returncode == 130
        assert "Stopped. 1 would be new" in str(raised.value)
        assert not Article.objects.exists()
        out, _err = run(folder)
        assert "1 new" in out


class TestAddresses:
    def test_a_page_with_a_canonical_address_keeps_it(self, folder):
        link = '<link rel="canonical" href="http://old.example/News/Story.HTM">'
        (folder / "bridge.html").write_text(page(head=link), encoding="utf-8")
        run(folder)
        article = Article.objects.get()
        assert article.path == "/News/Story.HTM"
        # It stands here now: no search engine is to be sent to the old site.
        assert article.canonical_url == ""

    def test_a_page_whose_original_is_elsewhere_says_so(self, folder):
        link = '<link rel="canonical" href="http://wire.example/News/Story.HTM">'
        (folder / "bridge.html").write_text(page(head=link), encoding="utf-8")
        run(folder, site="http://www.old.example/")
        article = Article.objects.get()
        assert article.path == "/bridge.html"
        assert article.canonical_url == "http://wire.example/News/Story.HTM"

    def test_a_page_in_a_folder_keeps_its_place(self, folder, client):
        (folder / "1998").mkdir()
        (folder / "1998" / "bridge.htm").write_text(page(), encoding="utf-8")
        run(folder)
        assert Article.objects.get().path == "/1998/bridge.htm"
        assert client.get("/1998/bridge.htm").status_code == 200

    @pytest.mark.parametrize("address", ["/admin/login/", "/tags/x/", "/a/../b"])
    def test_one_that_belongs_to_the_site_is_refused_and_reported(
        self, folder, address
    ):
        link = f'<link rel="canonical" href="http://old.example{address}">'
        (folder / "bridge.html").write_text(page(head=link), encoding="utf-8")
        run(folder)
        assert Article.objects.get().path != address

    def test_one_that_is_taken_is_reported_and_a_new_one_given(self, folder):
        taken = make_article(path="/News/Story.HTM")
        link = '<link rel="canonical" href="http://old.example/News/Story.HTM">'
        (folder / "bridge.html").write_text(page(head=link), encoding="utf-8")
        out, _err = run(folder)
        assert "Something stands at this address already" in out
        article = Article.objects.exclude(pk=taken.pk).get()
        assert article.path == "/2004/02/bridge-closed-after-flood/"


class TestPictures:
    def test_one_that_lies_beside_the_page_comes_along(self, folder):
        (folder / "bridge.png").write_bytes(image_file(600, 400).read())
        picture = '<p><img src="bridge.png" alt="The iron bridge"></p>'
        (folder / "bridge.html").write_text(page(extra=picture), encoding="utf-8")
        run(folder)
        picture = Picture.objects.get()
        assert picture.alt == "The iron bridge"
        assert f'data-picture="{picture.pk}"' in Article.objects.get().body
        assert "bridge.png" not in Article.objects.get().body

    def test_pages_of_one_name_in_two_folders_keep_their_own(self, tmp_path):
        for name, width in (("red", 300), ("blue", 500)):
            (tmp_path / name).mkdir()
            drawn = image_file(width, 200, color=name).read()
            (tmp_path / name / "bridge.png").write_bytes(drawn)
            picture = f'<p><img src="bridge.png" alt="A {name} bridge"></p>'
            html = page(f"The {name} bridge is closed after a flood", extra=picture)
            (tmp_path / name / "bridge.html").write_text(html, encoding="utf-8")
        run(tmp_path / "red", tmp_path / "blue")
        for name, width in (("red", 300), ("blue", 500)):
            article = Article.objects.get(headline__contains=name)
            assert f'alt="A {name} bridge"' in article.body
            assert f'width="{width}"' in article.body

    @pytest.mark.parametrize(
        "source",
        ["gone.png", "../../etc/passwd", "/etc/passwd", "http://far.example/x.png"],
    )
    def test_no_other_is_opened_or_fetched(self, folder, source, monkeypatch):
        def refuse(*arguments):
            raise AssertionError("the importer reached for the network")

        monkeypatch.setattr("socket.socket.connect", refuse)
        picture = f'<p><img src="{source}" alt="A view"></p>'
        (folder / "bridge.html").write_text(page(extra=picture), encoding="utf-8")
        out, err = run(folder)
        assert not Picture.objects.exists()
        assert "picture" in out
        assert not err


class TestAuthors:
    def test_another_spelling_is_matched_by_alias(self, folder):
        author = make_author("Adelaide Thorne")
        author.aliases.create(name="Ada M. Thorne")
        (folder / "bell.txt").write_text(CLASSIC, encoding="utf-8")
        run(folder)
        assert Byline.objects.get().author == author
        assert Author.objects.count() == 1
        assert Article.objects.get().byline_text() == "Ada M. Thorne"

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("ADA M. THORNE", "Ada M Thorne"),
            ("Dr. José Peña", "Jose Pena"),
            ("Thorne, Ada M.", "Ada M. Thorne"),
            ("J.Q. Public", "J. Q. Public"),
            ("Sean O’Brien", "Sean O'Brien"),
        ],
    )
    def test_spellings_of_one_name_have_one_key(self, one, other):
        assert name_key(one) == name_key(other)

    def test_different_people_have_different_keys(self):
        assert name_key("J. Public") != name_key("John Public")
        assert name_key("John Public, Jr.") != name_key("John Public")

    def test_no_login_is_ever_made(self, folder, django_user_model):
        (folder / "bell.txt").write_text(CLASSIC, encoding="utf-8")
        run(folder)
        assert not django_user_model.objects.exists()


def test_queries_do_not_grow_with_what_is_here(folder, django_assert_max_num_queries):
    for number in range(20):
        text = CLASSIC.replace("Cold Harbour", f"Harbour {number}")
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
    run(folder)
    # the authors, aliases, tags, synonyms, sections, the origins twice, and the
    # batch's transaction with a savepoint for each page
    with django_assert_max_num_queries(50):
        run(folder)
