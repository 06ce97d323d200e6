"""Ghost's cards, in the HTML and in the trees of its exports."""

import json

import pytest

from articles.html import clean
from articles.importers.sources import Asked, Sources
from articles.importers.story import Moved, Problem, Story

from .reading import whole
from .test_wxr_shapes import body, kinds

SITE = "https://weir.example"
MEDIA = f"{SITE}/content"
SIGN = '<svg viewBox="0 0 24 24"><path d="M1"/></svg>'
CLOCK = (
    '<span class="kg-{0}-current-time">0:00</span><div class="kg-{0}-time">/<span '
    'class="kg-{0}-duration">12:34</span></div><input type="range">'
)


def export(folder, **told):
    """Write the export of one post; return its path."""
    post = {"id": "1", "uuid": "u1", "title": "Fish", "slug": "fish"}
    post |= {"status": "published", "published_at": "2023-01-02T03:04:05.000Z", **told}
    tables = {"posts": [post], "settings": [{"key": "url", "value": SITE}]}
    path = folder / "weir.ghost.2024-05-03-10-11-12.json"
    meta = {"exported_on": 1700000000000, "version": "5.80.0"}
    path.write_text(json.dumps({"db": [{"meta": meta, "data": tables}]}))
    return path


@pytest.fixture
def post(tmp_path):
    """Return a function from what the table of posts says of one to its Story."""

    def read(**told):
        with Sources([export(tmp_path, **told)]) as sources:
            records = [whole(record) for record in sources.read(Asked())]
        return next(record for record in records if isinstance(record, Story))

    return read


@pytest.fixture
def lexical(post):
    def read(*nodes):
        tree = {"root": {"type": "root", "children": list(nodes)}}
        return post(lexical=json.dumps(tree))

    return read


class TestHtml:
    def test_a_players_clock_is_no_text(self, post):
        made = body(
            post(
                html='<div class="kg-card kg-audio-card"><img src="" alt="audio" class='
                '"kg-audio-thumbnail"><div class="kg-audio-player-container">'
                "<audio src="
                f'"__GHOST_URL__/content/media/talk.mp3"></audio><div class='
                f'"kg-audio-title">A talk</div><div class="kg-audio-player">'
                f"<button>{SIGN}</button>{CLOCK.format('audio')}</div></div></div>"
                '<figure class="kg-card kg-video-card"><div class="kg-video-container">'
                '<video src="__GHOST_URL__/content/media/film.mp4"></video>'
                '<div class="kg-video-player-container"><div class="kg-video-player">'
                f"{CLOCK.format('video')}</div></div></div><figcaption><p>High water"
                "</p></figcaption></figure>"
            )
        )
        talk, film = f"{MEDIA}/media/talk.mp3", f"{MEDIA}/media/film.mp4"
        assert made.splitlines() == [
            f'<figure class="embed" data-embed="{talk}"><a href="{talk}">A talk</a>'
            "</figure>",
            f'<figure class="embed" data-embed="{film}"><a href="{film}">{film}</a>'
            "<figcaption>High water</figcaption></figure>",
        ]

    def test_a_file_is_a_link_and_a_bookmark_keeps_its_caption(self, post):
        made = body(
            post(
                html='<div class="kg-card kg-file-card">'
                '<a class="kg-file-card-container"'
                ' href="__GHOST_URL__/content/files/plan.pdf"><div class='
                '"kg-file-card-title">The plan</div><div class="kg-file-card-caption">'
                'Read it</div><div class="kg-file-card-filename">plan.pdf</div>'
                f'<div class="kg-file-card-filesize">2 MB</div>{SIGN}</a></div>'
                '<figure class="kg-card kg-bookmark-card"><a class='
                '"kg-bookmark-container" href="https://else.example/"><div class='
                '"kg-bookmark-title">Locks</div><div class="kg-bookmark-description">On'
                ' locks</div><img class="kg-bookmark-icon" src="/i.png"></a>'
                "<figcaption>See there</figcaption></figure>"
            )
        )
        assert made.splitlines() == [
            f'<p><a href="{MEDIA}/files/plan.pdf">The plan</a></p>',
            "<p>Read it</p>",
            '<p><a href="https://else.example/">Locks</a></p>',
            "<p>See there</p>",
        ]

    def test_a_callout_is_one_and_a_form_to_sign_is_gone(self, post):
        made = body(
            post(
                html='<div class="kg-card kg-callout-card">'
                '<div class="kg-callout-emoji">'
                '💡</div><div class="kg-callout-text">Mind the <b>step</b>.</div></div>'
                '<div class="kg-card kg-signup-card"><div><h2>Sign up</h2><form><input>'
                '</form><p class="kg-signup-card-disclaimer">No spam.</p></div></div>'
                "<p>After.</p>"
            )
        )
        assert made == (
            "<blockquote><p>💡 Mind the <strong>step</strong>.</p></blockquote>\n"
            "<p>After.</p>"
        )

    def test_footnotes_of_markdown_cards_are_footnotes(self, post):
        made = body(
            post(
                html='<p>Fish<sup class="footnote-ref"><a href="#fn1" id="fnref1">[1]'
                "</a>"
                '</sup>.</p><hr class="footnotes-sep"><section class="footnotes"><ol>'
                '<li id="fn1" class="footnote-item"><p>Eels. <a href="#fnref1" '
                'class="footnote-backref">↩︎</a></p></li></ol></section>'
            )
        )
        assert made == (
            '<p>Fish<sup class="footnote" data-footnote="Eels."></sup>.</p>'
        )

    def test_a_post_of_another_site_and_code_stand_in_no_figure(self, post):
        made = body(
            post(
                html='<figure class="kg-card kg-embed-card"><blockquote class='
                '"twitter-tweet"><p>Wet!</p><a '
                'href="https://twitter.com/w/status/12345">'
                '1 May</a></blockquote><script src="/w.js"></script></figure><figure '
                'class="kg-card kg-code-card"><pre><code>a &lt; b</code></pre>'
                "<figcaption>So</figcaption></figure>"
            )
        )
        assert made.startswith('<blockquote cite="https://twitter.com/w/status/12345">')
        assert made.endswith("<pre><code>a &lt; b</code></pre>\n<p>So</p>")
        assert "<figure>" not in made

    def test_a_picture_is_the_whole_one(self, post):
        story = post(feature_image="__GHOST_URL__/content/images/size/w1200/2023/f.jpg")
        assert [note.src for note in story.pictures] == [f"{MEDIA}/images/2023/f.jpg"]


class TestLexical:
    def test_lists_nest_and_count_on(self, lexical):
        def entry(*nodes):
            return {"type": "listitem", "children": list(nodes)}

        def listing(kind, *entries, **told):
            told |= {"type": "list", "listType": kind, "children": list(entries)}
            return told

        def words(text):
            return {"type": "extended-text", "text": text, "format": 0}

        made = body(
            lexical(
                listing(
                    "bullet",
                    entry(words("One")),
                    entry(listing("bullet", entry(words("Below")))),
                ),
                listing("number", entry(words("Three")), start=3),
            )
        )
        assert made == (
            "<ul><li>One<ul><li>Below</li></ul></li></ul>\n"
            '<ol start="3"><li>Three</li></ol>'
        )

    def test_what_cards_show_is_kept(self, lexical):
        made = body(
            lexical(
                {
                    "type": "callout",
                    "calloutEmoji": "💡",
                    "calloutText": "<p>Mind.</p>",
                },
                {"type": "audio", "src": f"{MEDIA}/media/a.mp3", "title": "A talk"},
                {
                    **{"type": "header", "header": "Fish", "buttonEnabled": True},
                    **{"buttonText": "Go", "buttonUrl": f"{SITE}/go/"},
                    **{"backgroundImageSrc": f"{MEDIA}/images/h.jpg"},
                },
                {
                    **{"type": "call-to-action", "textValue": "<p>Come.</p>"},
                    **{"hasSponsorLabel": True, "sponsorLabel": "<p>AD</p>"},
                    **{"showButton": True, "buttonText": "Join", "buttonUrl": SITE},
                },
            )
        )
        assert "<blockquote><p>💡 Mind.</p></blockquote>" in made
        assert f'<a href="{MEDIA}/media/a.mp3">A talk</a>' in made
        assert f'src="{MEDIA}/images/h.jpg"' in made
        assert f'<h2>Fish</h2>\n<p><a href="{SITE}/go/">Go</a></p>' in made
        assert f'<p>AD</p>\n<p>Come.</p>\n<p><a href="{SITE}">Join</a></p>' in made

    def test_an_unknown_card_is_reported_and_an_editors_mark_is_not(self, lexical):
        story = lexical({"type": "tk", "text": "TK"}, {"type": "hologram"})
        assert [problem.reason for problem in story.problems] == [
            "A card “hologram” was left out."
        ]

    @pytest.mark.parametrize("child", [None, 1, "x", {"type": "list", "children": [1]}])
    def test_a_tree_that_is_none_ends_in_words(self, tmp_path, child):
        tree = json.dumps({"root": {"children": [child]}})
        with Sources([export(tmp_path, lexical=tree)]) as sources:
            records = [whole(record) for record in sources.read(Asked())]
        assert [r.kind for r in records if isinstance(r, Problem)] == ["unparsable"]


def test_what_went_out_as_a_mail_only_is_a_draft(post):
    story = post(status="sent", html="<p>Dear members,</p>")
    assert story.status == "draft" and kinds(story) == ["mail-only"]


def test_redirects_in_yaml_come_along(tmp_path):
    export(tmp_path, html="<p>Words.</p>")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "redirects.yaml").write_text(
        "301:\n  /old/: /fish/\n  ^\\/older\\/?$: /fish/\n  ^/tag/(.*)$: /t/$1\n"
        "302:\n  /soon/: https://else.example/\n"
    )
    with Sources([tmp_path]) as sources:
        records = [whole(record) for record in sources.read(Asked())]
    assert [r for r in records if isinstance(r, Moved)] == [
        Moved("/old/", "/fish/"),
        Moved("/older/", "/fish/"),
        Moved("/soon/", "https://else.example/", False),
    ]
    assert [r.kind for r in records if isinstance(r, Problem)] == ["redirect"]


@pytest.mark.parametrize("text", ["[1", "a", "301: [/a]", "x: &a [*a]"])
def test_redirects_that_are_none_end_in_words(tmp_path, text):
    export(tmp_path, html="<p>Words.</p>")
    (tmp_path / "redirects.yaml").write_text(text)
    with Sources([tmp_path]) as sources:
        records = [whole(record) for record in sources.read(Asked())]
    assert [r.kind for r in records if isinstance(r, Problem)] == ["unparsable"]
    stories = [record for record in records if isinstance(record, Story)]
    assert clean(stories[0].body_html) == "<p>Words.</p>"
