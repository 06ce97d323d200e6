"""Trees of static HTML: what is a story, where it stood, what it leads to."""

import time

import pytest

from articles.importers import Problem, Story, saved_pages
from articles.importers.rules import read_rules
from articles.importers.sources import Asked
from articles.importers.story import Moved

TEXT = (
    "<p>The ferry at {0} leaves at ten past six, and it has left at ten past six"
    " since before my grandfather was old enough to miss it, or so we were told.</p>"
    "<p>Nobody at {0} owns a watch for that reason, and nobody there was ever late"
    " for anything but the ferry itself, which does not wait for them.</p>"
)
NAV = "<table><tr><td>" + "".join(
    f'<a href="/{n}.htm">Department number {n}</a><br>' for n in range(12)
)


def page(place="Quill Harbor", extra="", head=""):
    return (
        f"<html><head><title>{place}</title>{head}</head><body>{NAV}</td><td>"
        f"<h1>{place}</h1><p>By Ann Lee</p><p>March 4, 1998</p>{TEXT.format(place)}"
        f"{extra}</td></tr></table></body></html>"
    )


def listing(body, title="News"):
    return f"<html><title>{title}</title><body>{NAV}</td><td>{body}</td></table></body>"


SHORT = (
    "<h1>Lost</h1><p>March 4, 1998</p><p>A brown dog that answers to Captain, on the"
    " quay. Mrs Lee has a reward for whoever brings him home.</p>"
)
LISTS = {
    "an index": "<h1>News</h1><ul>"
    + "".join(
        f"<li><a href=s{n}.htm>Story {n} of our harbour</a></li>" for n in range(30)
    )
    + "</ul>",
    "an index with dates": "<h1>Archive 1998</h1>"
    + "".join(
        f"<p><a href=s{n}.htm>The long story number {n}</a>, March {n}, 1998</p>"
        for n in range(1, 25)
    ),
    "authors": "<h1>Our writers</h1>"
    + "".join(f"<p><a href=a{n}.htm>Ann Lee {n}</a></p>" for n in range(20)),
    "teasers": "<h1>Front page</h1>"
    + "".join(
        f"<h3><a href=s{n}.htm>The story with the number {n}</a></h3><p>Some words on"
        f" what the story number {n} is about, which is more than one line of words,"
        f" and which goes on for as long as such words do.</p>"
        for n in range(9)
    ),
    "teasers that go on": "<h1>Front page</h1>"
    + "".join(
        f"<p><b>The story with the number {n}</b><br>Some words on what story {n} is"
        f" about, which is more than one line of words, and then some more of them, on"
        f" and on. <a href=s{n}.htm>Read more</a></p>"
        for n in range(9)
    ),
    "stories with a word on each": "<h1>Opinion</h1>"
    + "".join(
        f"<p><b><a href=o{n}.htm>Why the bridge {n} must stay</a></b><br>By Ann Lee<br>"
        "The county has said for years that it will repair it, and each year it did"
        " not, writes Ann Lee, who lives beside it.</p>"
        for n in range(12)
    ),
    "a front page of font tags": "".join(
        f"<font size=4><a href=s{n}.htm>The bridge number {n} is closed</a></font><br>"
        "The bridge was closed on Monday after a flood, and will stay closed for weeks,"
        " the county said on Tuesday.<br><br>"
        for n in range(8)
    ),
    "an archive in a table": "<h2>Archive</h2><table>"
    + "".join(
        f"<tr><td>March {n}, 1999</td><td><a href=a{n}.htm>The story of bridge {n}</a>"
        "</td><td>Ann Lee</td></tr>"
        for n in range(1, 25)
    )
    + "</table>",
    "writers with a word on each": "<h1>Contributors</h1>"
    + "".join(
        f"<p><a href=w{n}.htm>Ann Lee {n}</a> lives in Fen End and writes of tar.</p>"
        for n in range(20)
    ),
    "a weblog's front page": "".join(
        f"<h2>March {n}, 2004</h2><h3><a href=p{n}.htm>On the porch {n}</a></h3><p>I"
        " sat on the porch for a while, and then for a longer while, until moths came"
        f" to the lamp {n}.</p><p>It was good to sit there, and nobody came, which was"
        f" good too.</p><p>Posted by Ann | <a href=p{n}.htm#c>Comments ({n})</a></p>"
        for n in range(1, 7)
    ),
    "a calendar": "<h2>May 1999</h2><table border=1>"
    + "".join(
        "<tr>" + "".join(f"<td><a href=d{d}.htm>{d}</a></td>" for d in range(w, w + 7))
        for w in (1, 8, 15, 22)
    )
    + "</table>",
}


FRONT = "<h1>The Quill Post</h1><p>The bridge at Fen End is open again.</p>" + "".join(
    f"<div><h2><a href=s{n}.htm>The story with the number {n}</a></h2><span>Some words"
    f" that somebody wrote on the story number {n}, and then some more.</span></div>"
    for n in range(50)
)


@pytest.fixture
def grow(tmp_path):
    """Return a function that writes files and reads the tree they make."""

    def read(files, site="", rules=""):
        folder = tmp_path / "copy"
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            content = content if isinstance(content, bytes) else content.encode()
            path.write_bytes(content)
        if rules:
            (tmp_path / "rules.toml").write_text(rules)
            rules = read_rules(tmp_path / "rules.toml")
        return list(saved_pages.read(folder, Asked(site=site, rules=rules or None)))

    return read


def stories(found):
    return {one.source_id: one for one in found if isinstance(one, Story)}


def problems(found):
    return {one.file: one.kind for one in found if isinstance(one, Problem)}


class TestNoStories:
    @pytest.mark.parametrize("name", LISTS)
    def test_lists_are_left_out_with_a_reason(self, grow, name):
        found = grow({"news/x.htm": listing(LISTS[name]), "news/s1.htm": page()})
        assert problems(found) == {"news/x.htm": "list"}
        assert list(stories(found)) == ["news/s1.htm"]

    @pytest.mark.parametrize("name", ["index.html", "Default.asp", "de/index.php"])
    def test_a_front_page_is_left_out(self, grow, name):
        found = grow({name: listing(FRONT), "s1.htm": page()})
        assert problems(found) == {name: "list"}

    @pytest.mark.parametrize("opened", ["<script ", "<!--", "<"])
    def test_a_front_page_that_opens_and_never_closes_ends_soon(self, grow, opened):
        began = time.monotonic()
        grow({"index.html": listing(FRONT) + opened * 60_000})
        assert time.monotonic() - began < 15

    def test_a_story_at_a_front_page_s_place_is_one(self, grow):
        found = grow({"index.html": page(), "s1.htm": listing(FRONT, "Another")})
        assert "index.html" in stories(found)

    def test_a_timeline_in_prose_is_a_story(self, grow):
        days = "".join(
            f"<p>March {n}, 1911</p><p>The bell came down the river on a barge, and was"
            " not rung, for there was no one who would say whose bell it was, or who"
            " had paid for it, and so it lay where it lay.</p>"
            "<p>The council met again, in the hall of the day before, and adjourned"
            " at ten, with all the windows open and the lamps lit on both sides.</p>"
            for n in range(1, 7)
        )
        found = grow({"s.htm": page(extra=days)})
        assert list(stories(found)) == ["s.htm"]

    def test_a_story_with_many_links_is_one(self, grow):
        links = "".join(
            f"<p>We found that <a href=http://x{n}.example>the place {n}</a> keeps what"
            " it promised, which cannot be said of many, and told our readers so.</p>"
            for n in range(12)
        )
        more = "<h3>Elsewhere</h3><ul>" + "<li><a href=a.htm>Another</a></li>" * 4
        found = grow({"s.htm": page(extra=links + more + "</ul>")})
        assert problems(found) == {}
        assert len(stories(found)) == 1

    def test_a_round_of_links_to_others_is_a_story(self, grow):
        links = "".join(
            f"<p><a href=http://x{n}.example>The place {n}</a> keeps what it promised,"
            " which cannot be said of many, and so we told our readers of it.</p>"
            for n in range(12)
        )
        assert len(stories(grow({"s.htm": page(extra=links)}))) == 1

    def test_sentences_that_begin_with_links_are_a_story(self, grow):
        links = "".join(
            f"<p><a href=x{n}.htm>The animal, a crab no larger</a> than a lentil, lives"
            f" between the valves of a mussel, and comes out at night, {n} times.</p>"
            for n in range(8)
        )
        assert len(stories(grow({"s.htm": page(extra=links)}))) == 1

    def test_parts_with_linked_headings_are_a_story_where_the_page_says_so(self, grow):
        walks = "".join(
            f"<h3><a href=w{n}.htm>Walk {n}</a></h3><p>It is {n} miles long, and leads"
            " along the river to where the mill stood before it was taken down, and"
            " back by the other bank, past the weir.</p>"
            for n in range(9)
        )
        said = "<meta property=article:published_time content=2016-05-01>"
        found = grow({"s.htm": page(extra=said + walks)})
        assert problems(found) == {}

    def test_a_short_item_is_a_story(self, grow):
        found = grow({"s.htm": listing(SHORT)})
        assert list(stories(found)) == ["s.htm"]

    def test_the_printed_version_and_copies_lead_to_the_story(self, grow):
        printed = (
            f"<html><title>Quill Harbor</title><body>{TEXT.format('Quill Harbor')}"
        )
        found = grow(
            {
                "news/print/ferry.htm": printed + "<p>Printed from The Post.</p>",
                "news/zferry.htm": page(),
                "old/ferry.htm": page(head="<meta name=x content=y>"),
            }
        )
        assert list(stories(found)) == ["news/zferry.htm"]
        assert problems(found) == {
            "old/ferry.htm": "duplicate",
            "news/print/ferry.htm": "duplicate",
        }
        assert Moved("/news/print/ferry.htm", "/news/zferry.htm") in found

    def test_a_printed_version_without_another_is_the_story(self, grow):
        found = grow({"print.php?id=4": page(), "a.htm": page("Gull Point")})
        assert set(stories(found)) == {"a.htm", "print.php?id=4"}

    def test_two_stories_with_one_headline_are_two(self, grow):
        other = page().replace("owns a watch", "owns a clock")
        found = grow({"a.htm": page(), "b.htm": other})
        assert len(stories(found)) == 2

    def test_a_set_of_frames_leads_to_the_page_it_showed(self, grow):
        frames = (
            "<html><title>Post</title><frameset cols='20%,*'><frame name=menu"
            " src=menu.htm><frame name=main src=Ferry.htm></frameset></html>"
        )
        found = grow({"f/index.htm": frames, "f/ferry.htm": page()})
        assert problems(found) == {"f/index.htm": "frames"}
        assert Moved("/f/", "/f/ferry.htm") in found

    def test_the_rules_leave_out_more(self, grow):
        rules = '[pages]\nignore = ["ads/*"]\nheadline = "h7"\n'
        found = grow({"ads/x.htm": page("An Ad"), "a.htm": page()}, rules=rules)
        assert list(stories(found)) == ["a.htm"]
        assert problems(found) == {"ads/x.htm": "ignored", "rules.toml": "rule-unused"}


class TestAddresses:
    @pytest.mark.parametrize(
        ("name", "address"),
        [
            ("News/Ferry.HTM", "/News/Ferry.HTM"),
            ("story.php?id=7", "/story.php?id=7"),
            ("story.php@id=7&p=2", "/story.php?id=7&p=2"),
            ("story.php?id=7.html", "/story.php?id=7"),
            ("story.asp%3Fid=7", "/story.asp?id=7"),
            ("index.html?p=123", "/?p=123"),
            ("news/index.html@p=123.html", "/news/?p=123"),
            ("a b.htm", "/a%20b.htm"),
            ("a%20b.htm", "/a%20b.htm"),
            ("100%.htm", "/100%25.htm"),
            ("über.htm", "/%C3%BCber.htm"),
            (b"caf\xe9.htm", "/caf%E9.htm"),
            ("~lee/a.htm", "/~lee/a.htm"),
            ("who@home.htm", "/who@home.htm"),
            ("news/ferry/index.html", "/news/ferry/"),
        ],
    )
    def test_are_those_of_the_old_site(self, grow, name, address):
        name = name.decode("utf-8", "surrogateescape") if type(name) is bytes else name
        (story,) = stories(grow({name: page()})).values()
        assert story.address == address

    def test_an_index_is_called_what_the_links_call_it(self, grow):
        link = (
            '<p><a href="{}">The ferry, as it was in the year before that one.</a></p>'
        )
        files = {
            "ferry/index.htm": page(),
            "gull/index.htm": page("Gull Point"),
            "a.htm": page("A", link.format("ferry/index.htm") + link.format("gull/")),
            "gull/b.htm": page(
                "B", link.format("./") + link.format("../ferry/index.htm")
            ),
        }
        found = stories(grow(files))
        assert found["ferry/index.htm"].address == "/ferry/index.htm"
        assert found["gull/index.htm"].address == "/gull/"
        assert found["gull/index.htm"].other_addresses == ["/gull/index.htm"]
        assert found["ferry/index.htm"].other_addresses == []

    def test_a_folder_named_after_the_host_is_not_part_of_them(self, grow):
        files = {
            "old.example/a/b.htm": page(
                extra="<img src=/i/X.JPG width=300><p>End.</p>"
            ),
            "old.example/i/x.jpg": b"picture",
        }
        (story,) = stories(grow(files)).values()
        assert story.address == "/a/b.htm"
        assert story.base_url == "http://old.example/a/b.htm"
        assert [note.path for note in story.pictures] == ["i/x.jpg"]
        assert story.root.name == "old.example"

    def test_the_site_makes_them_absolute(self, grow):
        (story,) = stories(
            grow({"a.htm": page()}, site="https://old.example/")
        ).values()
        assert story.base_url == "https://old.example/a.htm"

    def test_the_page_s_own_word_counts_for_its_own_site_only(self, grow):
        head = "<link rel=canonical href='https://{}/2001/?p=7'>"
        files = {
            "a.htm": page(head=head.format("old.example")),
            "b.htm": page("Gull Point", head=head.format("wire.example")),
        }
        found = stories(grow(files, site="https://www.old.example/"))
        assert found["a.htm"].address == "/2001/?p=7"
        assert found["b.htm"].address == "/b.htm"
        assert found["b.htm"].canonical_url == "https://wire.example/2001/?p=7"


class TestLinksAndFiles:
    def test_links_lead_to_the_address_of_the_file_they_mean(self, grow):
        links = "".join(
            f'<p>It is told <a href="{href}">here</a> at a length that suits it.</p>'
            for href in (
                "../story.php%3Fid=7.html#top",
                "/STORY.php?id=7",
                "Gull/index.html",
                "http://elsewhere.example/story.php?id=7",
                "none.htm",
            )
        )
        files = {
            "story.php?id=7.html": page("Seven"),
            "news/gull/index.html": page("Gull Point"),
            "news/a.htm": page(extra=links),
        }
        body = stories(grow(files))["news/a.htm"].body_html
        assert body.count('href="/story.php?id=7') == 2
        assert 'href="/story.php?id=7#top"' in body
        assert 'href="/news/gull/"' in body
        assert 'href="http://elsewhere.example/story.php?id=7"' in body
        assert 'href="none.htm"' in body

    @pytest.mark.parametrize(
        "src",
        [
            "../images/the%20quay.jpg",
            "/images/the quay.jpg",
            "../Images/The%20Quay.JPG",
            "http://www.old.example/images/the%20quay.jpg",
        ],
    )
    def test_pictures_are_found_however_they_are_named(self, grow, src):
        files = {
            "news/a.htm": page(extra=f'<p><img src="{src}" alt=x></p><p>The end.</p>'),
            "images/the quay.jpg": b"picture",
        }
        (story,) = stories(grow(files, site="http://old.example/")).values()
        assert [note.path for note in story.pictures] == ["images/the quay.jpg"]

    @pytest.mark.parametrize("base", ["/img/", "../img/", "http://old.example/img/"])
    def test_a_base_says_where_they_are(self, grow, base):
        files = {
            "news/a.htm": page(
                head=f'<base href="{base}">', extra="<img src=x.jpg><p>The end.</p>"
            ),
            "img/x.jpg": b"picture",
            "news/x.jpg": b"another",
        }
        (story,) = stories(grow(files, site="http://old.example/")).values()
        assert [note.path for note in story.pictures] == ["img/x.jpg"]

    def test_none_outside_the_tree(self, grow, tmp_path):
        (tmp_path / "secret.jpg").write_bytes(b"secret")
        files = {"a.htm": page(extra="<img src=../secret.jpg><p>The end.</p>")}
        (story,) = stories(grow(files)).values()
        assert [note.path for note in story.pictures] in ([], [""])
