"""What Medium's and Substack's exports hold, from their files to stories."""

import html
import json

import pytest

from articles.html import clean
from articles.importers.sources import Asked, Sources
from articles.importers.story import Person, Problem, Story

from .reading import whole
from .test_wxr_shapes import body, kinds

MEDIA = "https://substack-post-media.s3.amazonaws.com/public/images"
MEDIUM = """<!DOCTYPE html><html><body><article class="h-entry"><header>
<h1 class="p-name">{title}</h1></header>
<section data-field="body" class="e-content">{sections}</section>
<footer><p class="p-tags">Tagged in <a class="p-tag">Weirs</a>,
<a class="p-tag">Fish</a></p><p>By <a class="p-author h-card">Bo Lund</a> on
<time class="dt-published" datetime="2018-08-11T11:23:34.123Z">August</time></p>
<p><a href="https://medium.example/@bo/weirs-1" class="p-canonical">x</a></p></footer>
</article></body></html>"""
SECTION = (
    '<section class="section"><div class="section-divider"><hr class='
    '"section-divider"></div><div class="section-content">{}</div></section>'
)
TITLE = '<h3 class="graf graf--h3 graf--title">On weirs</h3>'
PROFILE = """<section class="h-card"><h3 class="p-name">Bo Lund</h3>
<img class="u-photo" src="https://cdn.example/bo.jpeg">
<ul><li><a class="u-url" href="https://medium.example/@bo">@bo</a></li>
<li><b>Email address:</b> bo@weir.example</li></ul></section>"""


def records_of(folder):
    with Sources([folder]) as sources:
        return [whole(record) for record in sources.read(Asked())]


@pytest.fixture
def medium(tmp_path):
    """Return a function from the sections of a Medium's post to all records."""

    def read(*sections, title="On weirs", name="2018-08-11_On-weirs-1.html"):
        (tmp_path / "posts").mkdir()
        (tmp_path / "profile").mkdir()
        (tmp_path / "profile" / "profile.html").write_text(PROFILE)
        text = "".join(map(SECTION.format, sections))
        page = MEDIUM.format(title=title, sections=text)
        (tmp_path / "posts" / name).write_text(page, "utf-8")
        return records_of(tmp_path)

    return read


@pytest.fixture
def substack(tmp_path):
    """Return a function from a Substack's post, and its row, to its record."""

    def read(markup, kind="newsletter", podcast="", audience="everyone"):
        (tmp_path / "posts").mkdir()
        (tmp_path / "posts" / "1.weir.html").write_text(markup, "utf-8")
        (tmp_path / "posts.csv").write_text(
            "post_id,post_date,is_published,type,audience,title,podcast_url\n"
            f"1.weir,2023-01-02T03:04:05.6Z,true,{kind},{audience},Weirs,{podcast}\n"
        )
        (record,) = records_of(tmp_path)
        return record

    return read


def attrs(**told):
    return f'data-attrs="{html.escape(json.dumps(told))}"'


class TestMedium:
    def test_tags_and_the_author_come_along(self, medium):
        person, story = medium(f"{TITLE}<p>Words.</p>")
        assert isinstance(person, Person) and person.name == "Bo Lund"
        assert person.photo.src == "https://cdn.example/bo.jpeg"
        assert [link.url for link in person.links] == ["https://medium.example/@bo"]
        assert "@weir" not in repr(person)
        assert story.tags == ["Weirs", "Fish"]

    def test_a_line_divides_sections_and_none_stands_above_the_first(self, medium):
        story = medium(f"{TITLE}<p>One.</p>", "<p>Two.</p>")[1]
        assert clean(story.body_html) == "<p>One.</p>\n<hr>\n<p>Two.</p>"

    def test_a_pull_quote_is_one_and_code_of_others_is_a_link(self, medium):
        story = medium(
            f'{TITLE}<blockquote class="graf graf--pullquote">Wet.</blockquote>'
            '<figure class="graf graf--figure graf--iframe"><script src='
            '"https://gist.github.com/bo/0123abc.js"></script></figure>'
        )[1]
        made = clean(story.body_html)
        assert '<aside class="pullquote"><p>Wet.</p></aside>' in made
        assert 'data-embed="https://gist.github.com/bo/0123abc"' in made

    def test_an_answer_to_anothers_story_does_not_go_out(self, medium):
        story = medium("<p>I agree with it.</p>", title="I agree with it.")[1]
        assert story.status == "draft" and kinds(story) == ["answer"]

    def test_a_story_with_a_title_of_its_own_is_no_answer(self, medium):
        story = medium(f"{TITLE}<p>Words.</p>")[1]
        assert story.status == "published" and kinds(story) == []

    def test_a_draft_is_one(self, medium):
        story = medium(f"{TITLE}<p>Words.</p>", name="draft_On-weirs-1.html")[1]
        assert story.status == "draft" and kinds(story) == []


class TestSubstack:
    def test_footnotes_stand_where_they_were_called(self, substack):
        story = substack(
            '<p>Fish<a id="footnote-anchor-1" href="#footnote-1" '
            'class="footnote-anchor">'
            '1</a> swim.</p><div class="footnote" data-component-name="FootnoteToDOM">'
            '<a id="footnote-1" href="#footnote-anchor-1" class="footnote-number">1</a>'
            '<div class="footnote-content"><p>Or <em>eels</em>.</p><p>Both.</p>'
            "</div></div>"
        )
        assert clean(story.body_html) == (
            '<p>Fish<sup class="footnote" data-footnote="Or eels. Both."></sup> '
            "swim.</p>"
        )

    def test_the_machinery_of_a_newsletter_is_left_out_and_own_buttons_stay(
        self, substack
    ):
        story = substack(
            '<p>Words.</p><p class="button-wrapper"><a class="button primary" '
            'href="https://w.substack.com/subscribe?"><span>Subscribe</span></a></p>'
            '<p class="button-wrapper"><a class="button" '
            'href="https://w.substack.com/p/'
            '1?utm_source=substack&amp;action=share">Share</a></p>'
            '<p class="button-wrapper"><a class="button" href="https://book.example/">'
            "<span>Buy the book</span></a></p>"
            '<div class="subscription-widget-wrap-editor"><div '
            'class="subscription-widget">'
            '<div class="preamble"><p class="cta-caption">Thanks for reading!</p></div>'
            '<form><input type="email"></form></div></div>'
            '<div class="preformatted-block"><label class="hide-text">Text within this'
            "</label><pre>Down\n  there</pre></div>"
        )
        assert clean(story.body_html) == (
            '<p>Words.</p>\n<p><a href="https://book.example/">Buy the book</a></p>\n'
            "<pre>Down\n  there</pre>"
        )

    def test_what_stands_in_its_json_is_shown(self, substack):
        pictures = [{"src": f"{MEDIA}/a.jpg"}, {"src": f"{MEDIA}/b.jpg", "alt": "B"}]
        gallery = attrs(gallery={"images": pictures, "caption": "Two views"})
        tweet = attrs(url="https://twitter.com/w/status/12345", full_text="So wet!")
        story = substack(
            f'<div class="image-gallery-embed" {gallery}></div>'
            f'<div class="twitter-embed" {tweet}></div>'
            f'<div class="instagram" {attrs(instagram_id="Cabc")}></div>'
            f'<div class="latex-rendered" {attrs(persistentExpression="x^2")}></div>'
            '<div class="digest-post-embed" '
            f"{attrs(canonical_url='https://w.substack.com/p/b', title='B side')}>"
            "</div>"
        )
        made = body(story)
        assert [note.src for note in story.pictures] == [
            f"{MEDIA}/a.jpg",
            f"{MEDIA}/b.jpg",
        ]
        assert "<figcaption>Two views</figcaption>" in made
        assert "<p>So wet!</p>" in made and "<pre>x^2</pre>" in made
        assert 'data-embed="https://twitter.com/w/status/12345"' in made
        assert 'data-embed="https://www.instagram.com/p/Cabc/"' in made
        assert '<a href="https://w.substack.com/p/b">B side</a>' in made

    def test_a_picture_is_the_whole_one_with_its_caption(self, substack):
        whole_one = f"{MEDIA}/weir_1200x800.jpeg".replace(":", "%3A").replace(
            "/", "%2F"
        )
        copy = f"https://substackcdn.com/image/fetch/$s_!x!,w_1456,c_limit/{whole_one}"
        story = substack(
            '<div class="captioned-image-container"><figure><a class="image-link" '
            f'href="{copy}"><div class="image2-inset"><picture><source srcset="{copy}">'
            f'<img src="{copy}" alt=""></picture><div class="image-link-expand"></div>'
            '</div></a><figcaption class="image-caption">At dawn</figcaption>'
            "</figure></div>"
        )
        (note,) = story.pictures
        assert (note.src, note.caption) == (f"{MEDIA}/weir_1200x800.jpeg", "At dawn")

    def test_what_only_substack_has_is_reported(self, substack):
        story = substack(
            f'<p>Words.</p><div class="native-video-embed" {attrs(mediaUploadId="u")}>'
            f'</div><div class="poll-embed" {attrs(id=1)}></div>'
        )
        assert kinds(story) == ["left-out", "left-out"]

    @pytest.mark.parametrize(
        "told", ["[", "[1]", "null", '{"gallery": [1]}', "[" * 9999]
    )
    def test_json_that_is_none_ends_in_words(self, substack, told):
        told = f'data-attrs="{html.escape(told)}"'
        story = substack(
            f'<p>Words.</p><div class="image-gallery-embed" {told}></div>'
            f'<div class="twitter-embed" {told}></div>'
            f'<div class="embedded-post-wrap" {told}></div>'
        )
        assert clean(story.body_html) == "<p>Words.</p>"

    def test_a_podcast_is_heard_above_its_notes(self, substack):
        sound = "https://api.substack.example/podcast/1.mp3"
        story = substack("<p>Notes.</p>", "podcast", sound)
        assert clean(story.body_html).startswith(
            f'<figure class="embed" data-embed="{sound}"><a href="{sound}">'
        )

    def test_a_page_is_a_simple_page_and_members_words_are_a_draft(self, substack):
        assert substack("<p>About.</p>", "page").kind == "page"

    @pytest.mark.parametrize("audience", ["only_paid", "only_free", "founding"])
    def test_what_members_read_is_a_draft(self, substack, audience):
        story = substack("<p>Words.</p>", audience=audience)
        assert story.status == "draft" and kinds(story) == ["members-only"]
        assert not isinstance(story, Problem) and isinstance(story, Story)
