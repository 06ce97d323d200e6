"""Whole sites of Jekyll and Hugo, as their folders stand in a repository."""

import pytest

from articles.html import clean
from articles.importers.sources import Asked, Sources
from articles.importers.story import Problem, Story

from .reading import whole
from .test_wxr_shapes import body, kinds

CONFIG = """
url: https://weir.example
baseurl: /blog
title: The Weir Post
permalink: /:categories/:year/:month/:day/:title/
timezone: Europe/Berlin
collections:
  recipes: {output: true, permalink: "/food/:name/"}
  team: {output: false}
defaults:
  - scope: {path: "", type: posts}
    values: {author: mara, lang: en-GB}
"""
HUGO = """
baseURL = "https://weir.example/"
defaultContentLanguage = "en"
[permalinks]
posts = "/:year/:month/:slug/"
[languages.en]
[languages.de]
"""
POST = "---\ntitle: Fish\ndate: 2019-01-02 10:00:00 +0100\n{}---\n{}\n"
PICTURE = b"\xff\xd8\xff\xe0"


@pytest.fixture
def read(tmp_path):
    """Return a function from {name: content} of a tree to its records by name."""

    def read_tree(files):
        for name, content in files.items():
            path = tmp_path / "site" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            content = content if isinstance(content, bytes) else content.encode()
            path.write_bytes(content)
        with Sources([tmp_path / "site"]) as sources:
            assert [source.reader.NAME for source in sources.found] == ["markdown"]
            records = [whole(record) for record in sources.read(Asked())]
        return {
            record.source_id if isinstance(record, Story) else record.file: record
            for record in records
        }

    return read_tree


@pytest.fixture
def jekyll(read):
    def read_site(files):
        return read({"_config.yml": CONFIG, **files})

    return read_site


@pytest.fixture
def hugo(read):
    def read_site(files, settings=HUGO):
        return read({"hugo.toml": settings, **files})

    return read_site


NAME = "_posts/2019-01-02-fish.md"


@pytest.fixture
def post(jekyll):
    """Return a function from the text of a Jekyll's post to its Story."""

    def read_post(text, front="", **files):
        return jekyll({NAME: POST.format(front, text), **files})[NAME]

    return read_post


@pytest.fixture
def page(hugo):
    """Return a function from the text of a Hugo's post to its Story."""

    def read_page(text, front=""):
        name = "content/posts/fish.md"
        return hugo({name: POST.format(front, text)})[name]

    return read_page


class TestJekyll:
    def test_only_what_the_site_showed_is_a_page(self, jekyll):
        files = {
            *("README.md", "CONTRIBUTING.md", "_includes/a.md", "_layouts/b.md"),
            *("_site/c.md", "node_modules/d/readme.md", "_team/e.md", "404.md"),
        }
        text = "---\ntitle: A page\n---\nWords.\n"
        told = dict.fromkeys([*files, "about.md", "_recipes/soup.md"], text)
        told["index.md"] = "---\nlayout: home\n---\n"
        records = jekyll(told)
        found = {n: r.address for n, r in records.items() if isinstance(r, Story)}
        assert found == {
            "about.md": "/blog/about/",
            "_recipes/soup.md": "/blog/food/soup/",
        }
        assert records["index.md"].kind == "list"

    def test_a_post_in_html_is_one(self, jekyll):
        records = jekyll(
            {
                "_posts/2019-01-02-fish.html": POST.format("", "<p>*No* <b>m</b></p>"),
                "_posts/2019-01-03-none.html": "<p>Without front matter</p>",
            }
        )
        assert list(records) == ["_posts/2019-01-02-fish.html"]
        (story,) = records.values()
        assert clean(story.body_html) == "<p>*No* <strong>m</strong></p>"

    def test_defaults_authors_and_folders_of_the_site_hold(self, jekyll):
        people = "mara: {name: Mara Quill}\ntobias: {name: Tobias Fen}\n"
        name = "news/_posts/2019-01-03-eel.md"
        records = jekyll(
            {
                "_data/authors.yml": people,
                NAME: POST.format("author: tobias\ncategory: Big News\n", "Words."),
                name: "---\ntitle: Eel\n---\nWords.\n",
            }
        )
        fish, eel = records[NAME], records[name]
        assert [credit.name for credit in fish.credits] == ["Tobias Fen"]
        assert [credit.name for credit in eel.credits] == ["Mara Quill"]
        assert (fish.language, fish.section_path) == ("en-GB", ("Big News",))
        assert eel.section_path == ("news",)
        assert eel.address == "/blog/news/2019/01/03/eel/"

    def test_an_address_has_the_day_of_the_sites_zone(self, jekyll):
        text = "---\ntitle: Late\ndate: 2019-01-02 23:30:00 -0500\n---\nWords.\n"
        story = jekyll({NAME: text})[NAME]
        assert story.address == "/blog/2019/01/03/fish/"
        assert story.published.moment.isoformat() == "2019-01-02T23:30:00-05:00"

    def test_an_hour_without_a_zone_is_the_sites(self, jekyll):
        text = "---\ntitle: Noon\ndate: 2019-07-02 12:00:00\n---\nWords.\n"
        moment = jekyll({NAME: text})[NAME].published.moment
        assert moment.isoformat() == "2019-07-02T12:00:00+02:00"

    def test_a_thirteenth_month_does_not_cost_a_post(self, jekyll):
        story = jekyll({NAME: "---\ntitle: A\ndate: 2019-13-45\n---\nWords.\n"})[NAME]
        assert story.published.moment.isoformat() == "2019-01-02"
        assert kinds(story) == ["date"]

    def test_a_draft_without_a_day_has_no_address(self, jekyll):
        name = "_drafts/eel.md"
        story = jekyll({name: "---\ntitle: Eel\n---\nWords.\n"})[name]
        assert (story.status, story.address) == ("draft", "")

    def test_links_to_files_lead_to_their_pages(self, jekyll):
        text = (
            "[a]({% post_url 2019-01-03-eel %}) [b]({{ site.baseurl }}{% link "
            "about.md %})"
            ' [c](2019-01-03-eel.md#x) [d]({{ "/about/" | relative_url }}) [e](no.md)'
        )
        story = jekyll(
            {
                NAME: POST.format("", text),
                "_posts/2019-01-03-eel.md": "---\ntitle: Eel\n---\nWords.\n",
                "about.md": "---\ntitle: About\npermalink: /about/\n---\nWords.\n",
            }
        )[NAME]
        made = clean(story.body_html)
        for words, address in {
            "a": "/blog/2019/01/03/eel/",
            "b": "/blog/about/",
            "c": "/blog/2019/01/03/eel/#x",
            "d": "/blog/about/",
            "e": "no.md",
        }.items():
            assert f'<a href="{address}">{words}</a>' in made

    def test_code_and_raw_text_keep_their_braces_and_brackets(self, post):
        story = post(
            "{% highlight ruby %}\nputs a[my_i] {{ y }}\n{% endhighlight %}\n\n"
            "Say {% raw %}{{ page.title }} {% if %}{% endraw %} so.\n\n"
            "```toml\n[tool.my_lint]\n[gallery ids=1]\n```\n\nSee [some_note] there."
        )
        made = clean(story.body_html)
        assert "<pre><code>puts a[my_i] {{ y }}\n</code></pre>" in made
        assert "<p>Say {{ page.title }} {% if %} so.</p>" in made
        assert "[tool.my_lint]\n[gallery ids=1]" in made
        assert "<p>See [some_note] there.</p>" in made and kinds(story) == []

    def test_pictures_and_films_of_included_templates_are_kept(self, post):
        story = post(
            '{% include figure image_path="/img/a.jpg" alt="A" caption="Low & '
            'high" %}\n'
            '{% include youtube.html id="abcdefghijk" %}\n\n{% gist 1234567 %}\n\n'
            '{% include video id="7654321" provider="vimeo" %}\n\n{% include x.html %}'
        )
        made = body(story)
        assert "<figcaption>Low &amp; high</figcaption>" in made
        for address in (
            "https://www.youtube.com/watch?v=abcdefghijk",
            "https://gist.github.com/1234567",
            "https://vimeo.com/7654321",
        ):
            assert f'data-embed="{address}"' in made
        assert kinds(story) == ["liquid"]

    def test_what_the_site_knows_of_itself_is_written_out(self, post):
        story = post("{{ page.title }} in {{ site.title }}{{ content | strip }}.")
        assert clean(story.body_html) == "<p>Fish in The Weir Post.</p>"
        assert kinds(story) == ["liquid"]

    def test_kramdowns_own_marks_are_no_text(self, post):
        made = clean(
            post(
                "* Contents\n{:toc}\n\n## Locks {#locks}\n\nWords.\n{: .big}\n\n"
                '*[HTML]: Hypertext\n\n<div markdown="1">\n**Bold**\n</div>'
            ).body_html
        )
        assert made == "<h2>Locks</h2>\n<p>Words.</p>\n<p><strong>Bold</strong></p>"

    def test_a_picture_in_the_header_leads_and_an_excerpt_is_plain(self, jekyll):
        front = (
            'excerpt: "An *excerpt*"\nheader:\n  image: /assets/h.jpg\n'
            '  caption: "By **Ann**"\n'
        )
        files = {NAME: POST.format(front, "Words."), "assets/h.jpg": PICTURE}
        story = jekyll(files)[NAME]
        (note,) = story.pictures
        assert (note.path, note.caption, note.is_lead) == (
            "assets/h.jpg",
            "By Ann",
            True,
        )
        assert story.standfirst == "An excerpt"


class TestHugo:
    def test_only_content_is_read_and_lists_are_left_out(self, hugo):
        text = "---\ntitle: A page\n---\nWords.\n"
        names = ("content/about/_index.md", "content/posts/_index.md", "README.md")
        others = ("archetypes/default.md", "themes/t/a.md", "content/posts/eel.md")
        records = hugo(dict.fromkeys([*names, *others], text))
        found = {n: r.address for n, r in records.items() if isinstance(r, Story)}
        assert found == {
            "content/about/_index.md": "/about/",
            "content/posts/eel.md": "/posts/eel/",
        }
        assert records["content/posts/_index.md"].kind == "list"

    def test_languages_are_told_by_names_and_folders(self, hugo):
        records = hugo(
            {
                "content/about.md": "---\ntitle: About\n---\nWords.\n",
                "content/about.de.md": "---\ntitle: Wir\n---\nWorte.\n",
                "content/de/posts/fisch.md": POST.format("", "Worte."),
            }
        )
        found = {name: (one.language, one.address) for name, one in records.items()}
        assert found == {
            "content/about.md": ("en", "/about/"),
            "content/about.de.md": ("de", "/de/about/"),
            "content/de/posts/fisch.md": ("de", "/de/2019/01/fisch/"),
        }

    def test_a_bundle_keeps_its_pictures(self, hugo):
        front = 'resources:\n- {src: "cover.jpg", name: featured}\n'
        files = {
            "content/posts/fish/index.md": POST.format(front, "![A fish](fish.jpg)"),
            "content/posts/fish/fish.jpg": PICTURE,
            "content/posts/fish/cover.jpg": PICTURE,
        }
        story = hugo(files)["content/posts/fish/index.md"]
        assert story.address == "/2019/01/fish/"
        assert [
            (note.path.rpartition("/")[2], note.is_lead) for note in story.pictures
        ] == [
            ("cover.jpg", True),
            ("fish.jpg", False),
        ]
        # A picture is all there is.
        assert body(story).startswith('<figure data-picture="2">')

    def test_front_matter_in_json_is_read(self, hugo):
        text = '{\n "title": "Eel",\n "date": "2024-02-03"'
        text += ',\n "tags": ["Big fish"]\n}\n\nWords.'
        story = hugo({"content/posts/eel.md": text})["content/posts/eel.md"]
        assert (story.headline, story.tags) == ("Eel", ["Big fish"])
        assert clean(story.body_html) == "<p>Words.</p>"
        assert story.address == "/2024/02/eel/"

    def test_shortcodes_become_what_they_showed(self, page):
        story = page(
            '{{< figure src="/a.jpg" title="Fish" caption="at six" attr="Ann" >}}\n\n'
            "{{< instagram Cabc >}}\n{{< gist ann 77 >}}\n\n"
            '{{< highlight go "linenos=table" >}}\nx := `{{ .Title }}`\n{{< '
            "/highlight >}}\n\n"
            '{{< details "More" >}}Below.{{< /details >}}\n\n{{</* youtube x */>}}\n\n'
            "{{< unknown >}}"
        )
        made = body(story)
        assert "<figcaption>Fish at six <small>Ann</small></figcaption>" in made
        assert 'data-embed="https://www.instagram.com/p/Cabc/"' in made
        assert 'data-embed="https://gist.github.com/ann/77"' in made
        assert "<pre><code>x := `{{ .Title }}`\n</code></pre>" in made
        assert "<p><strong>More</strong></p>\n<p>Below.</p>" in made
        assert "<p>{{&lt; youtube x &gt;}}</p>" in made
        assert kinds(story) == ["shortcode", "shortcode"]

    def test_links_lead_to_where_pages_stood(self, hugo):
        text = '[a]({{< ref "eel.md" >}}) [b]({{% relref "/posts/eel#x" %}})'
        story = hugo(
            {
                "content/posts/fish.md": POST.format("", text),
                "content/posts/eel.md": POST.format("url: /eels.html\n", "Words."),
            }
        )["content/posts/fish.md"]
        assert clean(story.body_html) == (
            '<p><a href="/eels.html">a</a> <a href="/eels.html#x">b</a></p>'
        )

    def test_a_page_whose_time_is_over_is_a_draft(self, page):
        story = page("Words.", "expiryDate: 2020-01-01\n")
        assert story.status == "draft" and kinds(story) == ["expired"]

    def test_other_languages_than_markdown_are_named(self, hugo):
        record = hugo({"content/a.md": POST.format("", "W."), "content/b.rst": "W."})
        assert isinstance(record["content/b.rst"], Problem)

    def test_settings_that_are_none_say_nothing(self, hugo):
        for settings in ("= [", "languages = 1\npermalinks = 2", "[languages]\nen = 1"):
            records = hugo({"content/a.md": POST.format("", "W.")}, settings)
            assert isinstance(records["content/a.md"], Story)

    def test_many_shortcodes_end_soon(self, page):
        story = page('{{< a b="c" >}}' * 30_000)
        assert len(story.problems) == 30_000
