"""Shapes of posts that WordPress's sites have, each as its editors stored it."""

import json
import re

import pytest

from articles.html import clean
from articles.importers.sources import Asked, Sources
from articles.importers.story import Person, Story

from .reading import whole
from .wxr_export import UPLOADS, attachment, export, meta, post, term


@pytest.fixture
def read(tmp_path):
    """Return a function from an export's items to its records."""

    def read_all(*items):
        path = tmp_path / "weir.xml"
        path.write_text(export(*items), "utf-8")
        with Sources([path]) as sources:
            return [whole(record) for record in sources.read(Asked())]

    return read_all


@pytest.fixture
def story(read):
    """Return a function from a post's content to its Story."""

    def read_one(content, *others, **told):
        records = read(post(1, content, **told), *others)
        return next(record for record in records if isinstance(record, Story))

    return read_one


def body(story):
    """A story's body, its places for pictures as saving leaves them."""
    placed = re.sub(
        r'data-picture="import-(\d+)"',
        lambda found: f'data-picture="{int(found[1]) + 1}"',
        story.body_html,
    )
    return clean(placed)


def kinds(story):
    return [problem.kind for problem in story.problems]


FOUR = [
    attachment(21, "weir.jpg", "The weir", parent=1, menu_order=2),
    attachment(22, "lock.jpg", parent=1, menu_order=1),
    attachment(23, "mill.jpg", parent=7),
    attachment(24, "plan.pdf", parent=1),
]


class TestClassicPosts:
    def test_a_heading_stays_one(self, story):
        made = body(story("Words.\n<h3>How many</h3>\nMore.\n\n<h2>Why</h2>\nWater."))
        assert made.splitlines() == [
            *("<p>Words.</p>", "<h3>How many</h3>", "<p>More.</p>"),
            *("<h2>Why</h2>", "<p>Water.</p>"),
        ]

    def test_an_embed_holds_its_link_and_no_paragraph(self, story):
        made = body(story("Look:\n\nhttps://vimeo.com/123456\n\nDone."))
        shown = '<a href="https://vimeo.com/123456">https://vimeo.com/123456</a>'
        assert f'data-embed="https://vimeo.com/123456">{shown}</figure>' in made

    def test_a_bare_gallery_shows_the_pictures_of_its_post_in_their_order(self, story):
        found = story("Before.\n\n[gallery]\n\nAfter.", *FOUR)
        names = [note.src.rpartition("/")[2] for note in found.pictures]
        assert names == ["lock.jpg", "weir.jpg"]
        assert '<figure class="gallery">' in body(found) and kinds(found) == []

    def test_a_bare_gallery_leaves_out_what_it_says(self, story):
        found = story('[gallery exclude="22"]', *FOUR)
        assert [note.src.rpartition("/")[2] for note in found.pictures] == ["weir.jpg"]

    def test_the_oldest_players_are_read(self, story):
        made = body(
            story(
                "[youtube=http://www.youtube.com/watch?v=abcdefghijk&w=400]\n\n"
                f"[audio:{UPLOADS}/talk.mp3|titles=A talk]\n\nNote: see [1] and [sic]."
            )
        )
        assert (
            'data-embed="http://www.youtube.com/watch?v=abcdefghijk&amp;w=400"' in made
        )
        assert f'data-embed="{UPLOADS}/talk.mp3"' in made
        assert "<p>Note: see [1] and [sic].</p>" in made

    def test_a_player_without_an_end_takes_no_other_with_it(self, story):
        made = body(
            story(f'[audio {UPLOADS}/a.mp3]\n\n[audio mp3="{UPLOADS}/b.mp3"][/audio]')
        )
        assert "/a.mp3" in made and "/b.mp3" in made

    @pytest.mark.parametrize(
        ("address", "page"),
        [
            (
                "http://www.youtube.com/v/abcdefghijk&hl=en",
                "https://www.youtube.com/watch?v=abcdefghijk",
            ),
            (
                "http://vimeo.com/moogaloop.swf?clip_id=123456&server=vimeo.com",
                "https://vimeo.com/123456",
            ),
        ],
    )
    def test_flash_films_are_the_films_they_showed(self, story, address, page):
        markup = (
            f'<object width="425"><param name="movie" value="{address}"></param>'
            f'<embed src="{address}" type="application/x-shockwave-flash"></embed>'
            "</object>"
        )
        found = story(f"Before.\n\n{markup}\n\nAfter.")
        assert f'data-embed="{page}"' in body(found) and kinds(found) == []

    def test_an_object_that_shows_no_film_is_reported(self, story):
        found = story('<object data="/game.swf"><param name="x" value="1"></object>')
        assert "left-out" in kinds(found) and "game.swf" not in body(found)

    def test_code_is_no_shortcode(self, story):
        code = "<pre>x = list[my_index]\n[gallery ids='1']</pre>"
        found = story(f"Words.\n\n{code}\n\nAnd <code>a[row_no]</code> [row_no x=1].")
        assert code in body(found) and "<code>a[row_no]</code>" in body(found)
        assert kinds(found) == ["shortcode"]

    def test_what_a_page_builders_attributes_show_is_kept(self, story):
        packed = "JTNDcCUzRUElMjBib3glM0MlMkZwJTNF"  # <p>A box</p>
        found = story(
            '[vc_row][vc_column width="1/2"][vc_custom_heading text="The lock"]'
            '[vc_single_image image="21"][vc_column_text]Old words.[/vc_column_text]'
            '[vc_toggle title="How deep?"]Two metres.[/vc_toggle]'
            '[vc_video link="https://vimeo.com/123456"]'
            f"[vc_raw_html]{packed}[/vc_raw_html][/vc_column][/vc_row]",
            *FOUR,
        )
        made = body(found)
        assert "<h4>The lock</h4>" in made and "<h4>How deep?</h4>" in made
        assert "Old words." in made and "Two metres." in made and "<p>A box</p>" in made
        assert "vimeo.com/123456" in made
        assert [note.caption for note in found.pictures] == ["The weir"]

    def test_a_quotation_of_shortcodes_ultimate_is_one(self, story):
        made = body(story('[su_quote cite="Jo Lock"]It was wet.[/su_quote]'))
        assert made == (
            "<blockquote><p>It was wet.</p><footer><cite>Jo Lock</cite></footer>"
            "</blockquote>"
        )


class TestBlocks:
    def test_an_embed_has_its_caption_and_no_figure_around_it(self, story):
        made = body(
            story(
                '<!-- wp:embed {"url":"https://vimeo.com/1234567"} -->\n'
                '<figure class="wp-block-embed is-type-video"><div class='
                '"wp-block-embed__wrapper">\nhttps://vimeo.com/1234567\n</div>'
                '<figcaption class="wp-element-caption">The flood</figcaption></figure>'
                "\n<!-- /wp:embed -->"
            )
        )
        assert made == (
            '<figure class="embed" data-embed="https://vimeo.com/1234567">'
            '<a href="https://vimeo.com/1234567">https://vimeo.com/1234567</a>'
            "<figcaption>The flood</figcaption></figure>"
        )

    def test_a_sound_has_its_caption(self, story):
        made = body(
            story(
                '<!-- wp:audio {"id":31} -->\n<figure class="wp-block-audio">'
                f'<audio controls src="{UPLOADS}/talk.mp3"></audio>'
                "<figcaption>A talk</figcaption></figure>\n<!-- /wp:audio -->"
            )
        )
        assert made.endswith("</a><figcaption>A talk</figcaption></figure>")
        assert made.startswith('<figure class="embed" data-embed=')

    def test_a_tables_caption_is_the_tables(self, story):
        made = body(
            story(
                '<!-- wp:table -->\n<figure class="wp-block-table"><table><tbody><tr>'
                "<td>2023</td><td>12</td></tr></tbody></table><figcaption>Fish by "
                "<em>year</em></figcaption></figure>\n<!-- /wp:table -->"
            )
        )
        assert made == (
            "<table><caption>Fish by <em>year</em></caption><tbody><tr><td>2023</td>"
            "<td>12</td></tr></tbody></table>"
        )

    def test_a_figure_with_more_than_a_table_stays_whole(self, story):
        made = body(
            story(
                "<!-- wp:html --><figure><table><tr><td>a</td></tr></table>"
                "<p>Beside</p><figcaption>Both</figcaption></figure><!-- /wp:html -->"
            )
        )
        assert "Beside" in made and "<figcaption>Both</figcaption>" in made

    def test_a_gallery_within_a_gallery_counts_its_pictures_once(self, story):
        image = '<figure><img src="{0}/{1}" data-full-url="{0}/full-{1}"/></figure>'
        images = "".join(
            f'<li class="blocks-gallery-item">{image.format(UPLOADS, name)}</li>'
            for name in ("a.jpg", "b.jpg")
        )
        found = story(
            '<!-- wp:gallery {"ids":[1,2]} --><figure class="wp-block-gallery"><ul '
            f'class="blocks-gallery-grid">{images}</ul></figure><!-- /wp:gallery -->'
        )
        assert [note.src for note in found.pictures] == [
            f"{UPLOADS}/full-a.jpg",
            f"{UPLOADS}/full-b.jpg",
        ]

    def test_a_picture_of_wordpress_coms_copies_is_the_sites_own(self, story):
        found = story(
            '<!-- wp:image --><figure class="wp-block-image"><img src="'
            f"{UPLOADS.replace('https://', 'https://i0.wp.com/')}"
            '/weir.jpg?w=300&amp;ssl=1" alt="A"/></figure><!-- /wp:image -->'
        )
        assert [note.src for note in found.pictures] == [f"{UPLOADS}/weir.jpg"]

    def test_the_picture_behind_an_old_cover_is_kept(self, story):
        found = story(
            f'<!-- wp:cover {{"url":"{UPLOADS}/flood.jpg"}} -->\n'
            '<div class="wp-block-cover '
            f'has-background-dim" style="background-image:url({UPLOADS}/flood.jpg)"><p '
            'class="wp-block-cover-text">High water</p></div>\n<!-- /wp:cover -->'
        )
        assert [note.src for note in found.pictures] == [f"{UPLOADS}/flood.jpg"]
        assert "<p>High water</p>" in body(found)

    def test_a_file_is_one_link_without_its_button(self, story):
        href = f"{UPLOADS}/plan.pdf"
        made = body(
            story(
                f'<!-- wp:file {{"href":"{href}"}} --><div class="wp-block-file"><a '
                f'href="{href}">The plan</a><a href="{href}" '
                'class="wp-block-file__button" download>Download</a>'
                "</div><!-- /wp:file -->"
            )
        )
        assert made == f'<p><a href="{href}">The plan</a></p>'

    def test_footnotes_that_came_along_are_not_called_left_out(self, story):
        notes = json.dumps([{"content": "Or <em>nine</em>.", "id": "n1"}])
        found = story(
            '<!-- wp:paragraph --><p>Eight<sup data-fn="n1" class="fn">'
            '<a href="#n1">1</a></sup> fish.</p>'
            "<!-- /wp:paragraph --><!-- wp:footnotes /-->",
            extra=meta(footnotes=notes),
        )
        assert 'data-footnote="Or nine."' in body(found) and kinds(found) == []


class TestHeads:
    def test_a_login_is_the_same_in_capitals(self, read):
        records = read(post(1, "Words."))
        person = next(record for record in records if isinstance(record, Person))
        story = next(record for record in records if isinstance(record, Story))
        assert person.name == "Marta Weir & Daughter"
        assert [credit.name for credit in story.credits] == ["Marta Weir & Daughter"]

    def test_a_blog_in_a_folder_has_its_short_addresses_there(self, story):
        found = story("Words.")
        assert found.address == "/blog/2024/fish-1/"
        assert found.other_addresses == ["/blog/?p=1"]

    def test_terms_that_readers_never_saw_are_no_tags(self, story):
        found = story(
            "Words.",
            extra=term("language", "de", "Deutsch")
            + term("post_translations", "pll_4", "pll_4")
            + term("wp_theme", "hills", "hills")
            + term("place", "bridge", "The bridge"),
        )
        assert found.language == "de" and found.tags == ["The bridge"]

    def test_a_bare_ampersand_or_an_entity_of_html_cuts_nothing_off(self, story):
        title = "Fish &amp; chips&mdash;more & more &hellip; end"
        found = story("Words.", title=title, link="/2024/fish?a=1&b=2")
        assert found.headline == "Fish & chips—more & more … end"

    def test_what_a_builder_keeps_for_itself_is_no_story(self, read):
        records = read(post(1, "Words.", "elementor_library"), post(2, "Words."))
        assert [r.source_id for r in records if isinstance(r, Story)] == ["post-2"]


class TestSquarespace:
    """It writes WordPress's export in its own way."""

    def test_an_address_without_a_host_is_the_sites(self, story):
        found = story("Words.", link="/blog/2019/2/3/fish")
        assert found.address == "/blog/2019/2/3/fish"
        assert found.base_url == "https://weir.example/blog/2019/2/3/fish"

    def test_a_page_has_the_day_of_its_item(self, story):
        found = story(
            "Words.",
            kind="page",
            post_date="",
            post_date_gmt="",
            extra="<pubDate>Sat, 27 May 2017 11:33:38 +0000</pubDate>",
        )
        assert found.published.moment.isoformat() == "2017-05-27T11:33:38+00:00"

    def test_no_byline_is_an_e_mail_address(self, story):
        author = "<dc:creator>left@weir.example</dc:creator>"
        found = story("Words.", creator=author)
        assert "@" not in str(found.credits)

    def test_films_and_sounds_of_its_program_are_kept(self, story):
        frame = "&lt;iframe src=&quot;//www.youtube.com/embed/abcdefghijk&quot;&gt;"
        made = body(
            story(
                '<div class="sqs-block video-block"><div class="sqs-video-wrapper" '
                f'data-html="{frame}&lt;/iframe&gt;" data-provider-name="YouTube">'
                "</div>"
                '</div><div class="sqs-audio-embed" data-title="Talk" '
                f'data-url="{UPLOADS}/talk.mp3"></div>'
            )
        )
        assert 'data-embed="https://www.youtube.com/embed/abcdefghijk"' in made
        assert f'data-embed="{UPLOADS}/talk.mp3"' in made

    def test_a_quotation_knows_who_said_it_and_a_file_name_describes_nothing(
        self, story
    ):
        image = f'<img class="thumb-image" data-image="{UPLOADS}/a.jpg" alt="a.jpg">'
        found = story(
            f'<div class="sqs-block">{image}</div><figure class="block-animation-none">'
            "<blockquote><span>“</span>It was wet.<span>”</span></blockquote>"
            '<figcaption class="source">&mdash; Jo Lock</figcaption></figure>'
        )
        assert [note.alt for note in found.pictures] == [""]
        assert body(found).endswith(
            "<blockquote><p>“It was wet.”</p><footer><cite>Jo Lock</cite></footer>"
            "</blockquote>"
        )


def test_a_post_that_is_one_picture_keeps_it(story):
    found = story(f'<img src="{UPLOADS}/weir.jpg" alt="The weir">')
    assert body(found).startswith('<figure data-picture="1"><img alt="The weir"')


def test_figures_in_figures_end_soon(story):
    """Nested searches, and what one of them took away, were slow and broke."""
    table = "<table><tr><td>x</td></tr></table>"
    frame = '<iframe src="https://maps.example/1"></iframe>'
    found = story(f"<figure>{frame}{frame}</figure>" + "<figure>" * 200 + table * 5000)
    assert found.body_html.count("data-embed") == 2
