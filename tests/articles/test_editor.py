import json
import re
from base64 import b64encode
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import expect

from articles.html import clean, lost, word_count
from articles.models import Picture
from tests.articles.test_html import CONSTRUCTS, soups
from tests.factories import image_file, make_article, make_picture, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CLIPBOARD = Path(__file__).parent.parent / "data" / "clipboard"
TEXT = ".ProseMirror[contenteditable]"


class Desk:
    """An article's form in a browser, with what the console complained about."""

    def __init__(self, page, live_server):
        self.page = page
        self.live_server = live_server
        self.complaints = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self.listen)

    def listen(self, message):
        # Some of the bodies here show pictures that do not exist.
        if message.type == "error" and "404" not in message.text:
            self.complaints.append(message.text)

    def open(self, article):
        self.article = article
        address = reverse("admin:articles_article_change", args=[article.pk])
        self.page.goto(f"{self.live_server.url}{address}")
        self.page.wait_for_selector(TEXT)
        return self

    def write(self, body):
        """Put a body into the editor and return what it makes of it."""
        return self.page.evaluate(
            """(body) => {
                const { bodyEditor } = document.getElementById("id_body")
                bodyEditor.setHTML(body)
                return bodyEditor.getHTML()
            }""",
            body,
        )

    def body(self):
        """Return what would be stored now."""
        return clean(self.page.input_value("#id_body"))

    def select(self, words):
        self.page.evaluate(
            """(words) => {
                const { editor } = document.getElementById("id_body").bodyEditor
                editor.state.doc.descendants((node, pos) => {
                    const at = node.isText ? node.text.indexOf(words) : -1
                    if (at < 0) return
                    const from = pos + at
                    editor.view.focus()
                    editor.commands.setTextSelection({from, to: from + words.length})
                })
            }""",
            words,
        )

    def paste(self, html, text=""):
        self.page.evaluate(
            """([html, text]) => {
                const clipboard = new DataTransfer()
                if (html) clipboard.setData("text/html", html)
                clipboard.setData("text/plain", text)
                document.querySelector(".ProseMirror").dispatchEvent(
                    new ClipboardEvent("paste", {
                        clipboardData: clipboard, bubbles: true, cancelable: true,
                    })
                )
            }""",
            [html, text],
        )

    def press(self, keys):
        """Press a key in the text and let ProseMirror see where the cursor went.

        A toolbar gives the focus back at the next frame only, and the browser
        tells of a moved cursor in a later task: no hand is as fast, a test is.
        """
        self.page.wait_for_function(
            "() => document.activeElement?.closest('.ProseMirror')"
        )
        self.page.keyboard.press(keys)
        self.page.evaluate(
            "() => document.getElementById('id_body').bodyEditor"
            ".editor.view.domObserver.flush()"
        )

    def tool(self, name):
        self.page.click(f'.body-toolbar button[aria-label="{name}"]')

    @property
    def dialog(self):
        return self.page.locator("dialog.body-dialog")

    def answer(self, name):
        """Close the dialog with a button, or with Enter."""
        if name == "Enter":
            self.page.keyboard.press("Enter")
        else:
            self.dialog.get_by_role("button", name=name).click()
        expect(self.dialog).to_have_count(0)

    def save(self):
        self.page.keyboard.press("Control+s")
        self.page.wait_for_selector(".messagelist .success")
        self.article.refresh_from_db()
        return self.article.body


@pytest.fixture
def desk(logged_in, live_server):
    page = logged_in(make_user(is_superuser=True))
    desk = Desk(page, live_server)
    yield desk
    assert desk.complaints == []


@pytest.fixture
def draft():
    return make_article("Draft", status="draft", body="<p>One two three.</p>")


# Bodies in the one spelling, put together from everything the vocabulary has.

_words = st.sampled_from(
    ["One", "two", "three,", "“four”", "fünf", "ستة", "7", "&amp;"]
)
_text = st.lists(_words, min_size=1, max_size=4).map(" ".join)


def _wrapped(inner):
    return st.tuples(
        st.sampled_from(
            [
                *("strong", "em", "s", "sub", "sup", "code", "cite", "small"),
                *('a href="/x"', 'a href="https://e.example/" title="t"'),
                *('em lang="fr"', 'strong dir="rtl"'),
            ]
        ),
        inner,
    ).map(lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0].split()[0]}>")


_note = st.just('<sup class="footnote" data-footnote="A &lt;note&gt;"></sup>')
_inline = st.recursive(
    st.one_of(_text, st.just("<br>"), _note),
    lambda inner: st.one_of(
        _wrapped(inner), st.lists(inner, min_size=1, max_size=3).map(" ".join)
    ),
    max_leaves=6,
)
_language = st.sampled_from(["", "", ' lang="ar" dir="rtl"', ' lang="fr"'])
_paragraph = st.tuples(_language, _inline).map(lambda p: f"<p{p[0]}>{p[1]}</p>")
_line = st.one_of(
    _paragraph,
    st.tuples(st.sampled_from(["h2", "h3", "h4"]), _inline).map(
        lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0]}>"
    ),
    st.sampled_from(
        [c for c in CONSTRUCTS if c.startswith(("<pre", "<fig", "<div", "<hr"))]
    ),
)


def _nested(inner):
    blocks = st.lists(inner, min_size=1, max_size=3).map("".join)
    items = st.lists(st.one_of(blocks, _inline), min_size=1, max_size=3)
    return st.one_of(
        items.map(lambda items: f"<ul><li>{'</li><li>'.join(items)}</li></ul>"),
        items.map(
            lambda items: f'<ol start="4"><li>{"</li><li>".join(items)}</li></ol>'
        ),
        blocks.map(
            lambda blocks: (
                f'<blockquote cite="https://e.example/">{blocks}'
                "<footer><cite>A. Speaker</cite>, mayor</footer></blockquote>"
            )
        ),
        blocks.map(lambda blocks: f"<blockquote>{blocks}</blockquote>"),
        st.lists(_paragraph, min_size=1, max_size=2).map(
            lambda lines: (
                f'<aside class="pullquote">{"".join(lines)}<cite>A. S.</cite></aside>'
            )
        ),
        st.tuples(_inline, items).map(
            lambda pair: (
                f"<table><caption>{pair[0]}</caption><thead><tr><th>Head</th></tr></thead>"
                f"<tbody><tr><td>{'</td></tr><tr><td>'.join(pair[1])}</td></tr></tbody>"
                "<tfoot><tr><td>Foot</td></tr></tfoot></table>"
            )
        ),
        _inline.map(
            lambda caption: (
                '<figure data-picture="3"><img src="/static/site/favicon.svg" alt="A">'
                f"<figcaption>{caption} <small>Credit</small></figcaption></figure>"
            )
        ),
    )


_blocks = st.recursive(_line, _nested, max_leaves=8)
bodies = st.lists(_blocks, min_size=1, max_size=4).map("".join).map(clean)
in_browser = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

EVERYTHING = clean(
    "".join(CONSTRUCTS)
    + f"<blockquote>{''.join(CONSTRUCTS[:10])}</blockquote>"
    + "<ul><li>a<ul><li>b<ol><li>c</li></ol></li></ul></li></ul>"
    + "<table><tr><td><blockquote><p>q</p><footer><cite>N</cite></footer></blockquote>"
    + "<ul><li>x</li></ul></td></tr></table>"
    + '<p><a href="/x">a <strong>b <em>c <s>d</s></em></strong></a> <em>e <strong>f'
    + "</strong> g</em></p>"
).replace("/media/p/a.jpg", "/static/site/favicon.svg")


class TestOpenAndSave:
    def test_changes_nothing(self, desk, draft):
        draft.body = EVERYTHING
        draft.save()
        desk.open(draft)
        assert desk.page.locator(".body-card-kept").count() == 0

        # A change and its undoing: the editor has written the whole body.
        desk.page.locator(TEXT).press_sequentially("x")
        assert desk.body() != EVERYTHING
        desk.page.keyboard.press("Control+z")
        assert "<" in desk.page.input_value("#id_body")
        assert desk.save() == EVERYTHING

    def test_of_the_form_alone_does_not_touch_the_textarea(self, desk, draft):
        untouched = "<p>One   two</p>  <section>three</section>"
        desk.open(draft)
        desk.page.evaluate(
            """(body) => {
                const textarea = document.getElementById("id_body")
                const copy = textarea.cloneNode()
                copy.id = "copy"
                copy.value = body
                document.body.append(copy)
            }""",
            untouched,
        )
        desk.page.click(TEXT)
        assert desk.page.input_value("#copy") == untouched
        assert desk.page.input_value("#id_body") == "<p>One two three.</p>"

    def test_changes_no_body_of_the_vocabulary(self, desk, draft):
        desk.open(draft)

        @in_browser
        @given(bodies)
        def write(body):
            assert clean(desk.write(body)) == body
            assert desk.page.locator(".body-card-kept").count() == 0

        write()

    def test_loses_nothing_of_whatever_is_stored(self, desk, draft):
        desk.open(draft)

        @in_browser
        @given(soups.map(clean))
        def write(body):
            written = clean(desk.write(body))
            assert not lost(body, written)
            assert written == body

        write()

    def test_keeps_what_the_schema_has_no_words_for(self, desk, draft):
        odd = '<figure data-picture="3"><img src="/a"><img src="/b"></figure>'
        desk.open(draft)
        written = desk.write(f"<p>One</p>{odd}<p>two</p>")
        assert clean(written) == clean(f"<p>One</p>{odd}<p>two</p>")
        assert desk.page.locator(".body-card-kept").count() == 1


class TestPaste:
    """Real-looking clipboards, written by us after what the programs write."""

    def paste(self, desk, draft, name):
        desk.open(draft)
        desk.write("")
        desk.page.locator(TEXT).focus()
        desk.paste((CLIPBOARD / name).read_text())
        body = desk.body()
        for leftover in ("mso", "Mso", "style=", "<span", "<o:p", "font", "class=West"):
            assert leftover not in body
        assert "Check this spelling" not in body
        return body

    def test_from_word_is_clean(self, desk, draft):
        assert self.paste(desk, draft, "word.html") == (
            "<h2>The river comes back</h2>\n"
            "<p>The mayor said it was “<strong>never</strong>” a <em>question</em> of "
            'money.<sup class="footnote" data-footnote="Minutes of the council, '
            '3 May."></sup>'
            " It was <strong>water</strong>, in Geneva.</p>\n"
            "<ul><li>First the banks,<ul><li>on the left</li></ul></li>"
            "<li>then the <strong>bridges</strong>.</li></ul>\n"
            '<ol start="3"><li>Third</li><li>Fourth</li></ol>\n'
            "<h3>After the flood</h3>\n"
            "<blockquote><p>We stood in it to our knees.</p></blockquote>\n"
            "<p>A line<br>and the next, H<sub>2</sub>O, <s>gone</s>, "
            '<a href="https://example.org/flood">a <em>link</em></a>, '
            "E=mc<sup>2</sup>.</p>\n"
            "<table><tbody><tr><td><strong>Town</strong></td>"
            "<td><strong>Houses</strong></td></tr>"
            "<tr><td>Upper</td><td>12</td></tr></tbody></table>"
        )

    def test_from_google_docs_is_clean(self, desk, draft):
        assert self.paste(desk, draft, "google_docs.html") == (
            "<h2>The river comes back</h2>\n"
            "<p>It was <strong>never</strong> a <em>question<strong> of money</strong>"
            '</em>. Read <a href="https://example.org/flood?a=1">this</a>.'
            '<sup class="footnote" data-footnote="Minutes of the council, 3 May.">'
            "</sup></p>\n"
            "<p>One line<br>and the next, 10<sup>3</sup></p>\n"
            "<ul><li>First the banks,<ul><li>on the left</li></ul></li>"
            "<li>then the bridges.</li></ul>\n"
            '<p dir="rtl">مرحبا بالعالم</p>\n'
            "<table><tbody><tr><td><strong>Town</strong></td><td>Houses</td></tr>"
            '<tr><td colspan="2"><p>Upper</p><p>12</p></td></tr></tbody></table>'
        )

    def test_from_libreoffice_is_clean(self, desk, draft):
        assert self.paste(desk, draft, "libreoffice.html") == (
            "<h4>The river comes back</h4>\n"
            "<p>It was <strong>never</strong> a <em>question</em> of money."
            '<sup class="footnote" data-footnote="Minutes of the council."></sup> '
            "<code>make run</code></p>\n"
            "<ol><li>One</li><li>Two</li></ol>"
        )

    def test_from_a_web_page_brings_nothing_that_runs(self, desk, draft):
        body = self.paste(desk, draft, "web_page.html")
        assert body == (
            "<h4>The river</h4>\n"
            "<p>First <strong>block</strong>.</p>\n"
            "<p>Second&nbsp;block.<br>Same block.</p>\n"
            '<blockquote cite="https://example.org/speech"><p>We won.</p>'
            "<footer><cite>The mayor</cite></footer></blockquote>\n"
            "<p>Term</p>\n<p>Meaning</p>\n<p>A caption</p>"
        )
        assert "alert" not in body

    def test_says_that_a_picture_was_left_out(self, desk, draft):
        desk.open(draft)
        desk.page.locator(TEXT).focus()
        desk.paste('<p>A dog: <img src="https://elsewhere.example/dog.jpg"></p>')
        notice = desk.page.locator(".body-notice")
        expect(notice).to_contain_text("A picture was left out")
        assert "<img" not in desk.body()
        notice.get_by_role("button", name="Close").click()
        expect(notice).to_be_hidden()

    def test_of_plain_text_makes_paragraphs(self, desk, draft):
        desk.open(draft)
        desk.write("")
        desk.page.locator(TEXT).focus()
        desk.paste("", "One <b>1</b>\n\nTwo")
        assert desk.body() == "<p>One &lt;b&gt;1&lt;/b&gt;</p>\n<p>Two</p>"

    def test_of_an_address_makes_the_selected_words_a_link(self, desk, draft):
        desk.open(draft)
        desk.select("two")
        desk.paste("", "https://example.org/x")
        assert desk.body() == (
            '<p>One <a href="https://example.org/x">two</a> three.</p>'
        )

    def test_of_our_own_text_keeps_everything(self, desk, draft):
        draft.body = EVERYTHING
        draft.save()
        desk.open(draft)
        desk.page.locator(TEXT).focus()
        desk.page.keyboard.press("Control+a")
        html = desk.page.evaluate(
            """() => {
                const clipboard = new DataTransfer()
                document.querySelector(".ProseMirror").dispatchEvent(
                    new ClipboardEvent("copy", {
                        clipboardData: clipboard, bubbles: true, cancelable: true,
                    })
                )
                return clipboard.getData("text/html")
            }"""
        )
        desk.write("")
        desk.page.locator(TEXT).focus()
        desk.paste(html)
        assert desk.body() == EVERYTHING
        assert "data-pm-slice" not in desk.body()


class TestTools:
    def test_mark_words_by_keyboard(self, desk, draft):
        desk.open(draft)
        for words, keys in (("One", "b"), ("two", "i"), ("three", "Shift+x")):
            desk.select(words)
            desk.page.keyboard.press(f"Control+{keys}")
        assert desk.body() == ("<p><strong>One</strong> <em>two</em> <s>three</s>.</p>")
        desk.select("One")
        desk.tool("Bold")
        assert "<strong>" not in desk.body()

    def test_are_named_and_reached_by_keyboard(self, desk, draft):
        desk.open(draft)
        buttons = desk.page.locator(".body-toolbar button")
        for button in buttons.all():
            assert button.get_attribute("aria-label")
        desk.page.locator(TEXT).focus()
        desk.page.keyboard.press("Alt+F10")
        desk.page.keyboard.press("ArrowRight")
        expect(desk.page.get_by_role("button", name="Bold")).to_be_focused()
        desk.page.keyboard.press("Escape")
        expect(desk.page.locator(TEXT)).to_be_focused()
        assert desk.page.locator(".body-toolbar [tabindex='0']").count() == 1

    def test_make_headings_and_lists(self, desk, draft):
        desk.open(draft)
        desk.page.locator(TEXT).focus()
        desk.page.select_option(".body-blocks", "heading3")
        assert desk.body() == "<h3>One two three.</h3>"
        desk.page.select_option(".body-blocks", "paragraph")
        desk.tool("Numbered list")
        desk.press("End")
        desk.page.keyboard.press("Enter")
        desk.page.keyboard.type("Four")
        desk.page.keyboard.press("Tab")
        assert desk.body() == ("<ol><li>One two three.<ol><li>Four</li></ol></li></ol>")
        assert "<h3>" not in desk.body()

    def test_make_a_link_of_what_people_type(self, desk, draft):
        desk.open(draft)
        desk.select("two")
        desk.page.keyboard.press("Control+k")
        desk.dialog.get_by_label("Address").fill("javascript:alert(1)")
        desk.dialog.get_by_role("button", name="Set link").click()
        expect(desk.dialog.get_by_role("alert")).to_contain_text("no web address")
        desk.dialog.get_by_label("Address").fill("example.org/x")
        desk.dialog.get_by_label("Somebody paid").check()
        desk.answer("Enter")
        assert desk.body() == (
            '<p>One <a href="https://example.org/x" rel="sponsored">two</a> three.</p>'
        )
        assert "javascript" not in desk.body()

        desk.select("two")
        desk.tool("Link")
        desk.answer("Remove link")
        assert desk.body() == "<p>One two three.</p>"

    def test_make_a_quotation_with_speaker_and_source(self, desk, draft):
        desk.open(draft)
        desk.select("two")
        desk.tool("Quotation")
        desk.dialog.get_by_label("Speaker").fill("A. Speaker, mayor")
        desk.dialog.get_by_label("Address of the source").fill("example.org/speech")
        desk.answer("Make quotation")
        quotation = (
            '<blockquote cite="https://example.org/speech"><p>One two three.</p>'
            "<footer><cite>A. Speaker</cite>, mayor</footer></blockquote>"
        )
        assert desk.body() == quotation

        # Changed again: what was said before does not stay beside it.
        desk.select("two")
        desk.page.click(".body-context button")
        assert desk.dialog.get_by_label("Speaker").input_value() == "A. Speaker, mayor"
        desk.dialog.get_by_label("Speaker").fill("B. Other")
        desk.answer("Enter")
        assert "<footer><cite>B. Other</cite></footer>" in desk.body()
        assert "A. Speaker" not in desk.body()

        desk.select("two")
        desk.tool("Quotation")
        desk.answer("No quotation")
        assert desk.body() == "<p>One two three.</p>\n<p><cite>B. Other</cite></p>"

    def test_make_a_pull_quote_of_the_selected_words(self, desk, draft):
        desk.open(draft)
        desk.select("two three")
        desk.tool("Pull quote")
        desk.dialog.get_by_label("Speaker").fill("A. Speaker")
        desk.answer("Insert pull quote")
        assert desk.body() == (
            "<p>One two three.</p>\n"
            '<aside class="pullquote"><p>two three</p><cite>A. Speaker</cite></aside>'
        )
        assert desk.page.locator(".body-card-kept").count() == 0

    def test_make_and_change_a_footnote(self, desk, draft):
        desk.open(draft)
        desk.select("two")
        desk.page.keyboard.press("Control+Alt+f")
        desk.dialog.get_by_label("Text of the note").fill("Said <b>so</b>\n twice.")
        desk.answer("Insert footnote")
        note = (
            '<sup class="footnote" data-footnote="Said &lt;b&gt;so&lt;/b&gt; twice.">'
        )
        assert desk.body() == f"<p>One two{note}</sup> three.</p>"

        desk.page.click("sup.footnote")
        desk.dialog.get_by_label("Text of the note").fill("Other")
        desk.answer("Apply")
        assert 'data-footnote="Other"' in desk.body()
        assert "Said" not in desk.body()

    def test_make_an_embed_of_an_address(self, desk, draft):
        desk.open(draft)
        desk.select("two")
        desk.tool("Embed")
        desk.dialog.get_by_role("button", name="Insert embed").click()
        expect(desk.dialog.get_by_role("alert")).to_contain_text("fill this in")
        desk.dialog.get_by_label("Address").fill("https://video.example/v/1")
        desk.dialog.get_by_label("Title").fill("A film")
        desk.answer("Enter")
        assert desk.body() == (
            "<p>One two three.</p>\n"
            '<figure class="embed" data-embed="https://video.example/v/1">'
            '<a href="https://video.example/v/1">A film</a></figure>'
        )
        assert "<iframe" not in desk.page.content()

    def test_make_a_table_with_header_and_caption(self, desk, draft):
        desk.open(draft)
        desk.write("")
        desk.page.locator(TEXT).focus()
        desk.tool("Table")
        for word in ("Who", "How", "Why", "a", "b", "c"):
            desk.page.keyboard.type(word)
            desk.page.keyboard.press("Tab")
        desk.page.click(".body-context button[aria-label='Delete row']")
        desk.page.click(".body-context button[aria-label='Caption']")
        desk.page.keyboard.type("Votes")
        assert desk.body() == (
            "<table><caption>Votes</caption><thead><tr><th>Who</th><th>How</th>"
            "<th>Why</th></tr></thead><tbody><tr><td>a</td><td>b</td><td>c</td></tr>"
            "</tbody></table>"
        )
        desk.press("ArrowDown")
        desk.page.click(".body-context button[aria-label='Header row']")
        assert "<thead>" not in desk.body()
        desk.page.click(".body-context button[aria-label='Delete table']")
        assert desk.body() == ""

    def test_give_a_paragraph_its_language(self, desk, draft):
        desk.open(draft)
        desk.select("two")
        desk.tool("Language of the paragraph")
        desk.dialog.get_by_label("Language").fill("ar")
        desk.dialog.get_by_label("Direction").select_option("rtl")
        desk.answer("Apply")
        assert desk.body() == '<p dir="rtl" lang="ar">One two three.</p>'
        assert "select" not in desk.body()

    def test_undo_and_redo(self, desk, draft):
        desk.open(draft)
        expect(desk.page.get_by_role("button", name="Undo")).to_be_disabled()
        desk.select("two")
        desk.page.keyboard.type("2")
        assert desk.body() == "<p>One 2 three.</p>"
        desk.tool("Undo")
        assert desk.body() == "<p>One two three.</p>"
        desk.tool("Redo")
        assert desk.body() == "<p>One 2 three.</p>"
        assert "two" not in desk.body()

    def test_leave_a_caption_and_a_speaker_with_enter(self, desk, draft):
        desk.open(draft)
        desk.write(
            "<blockquote><p>Said.</p><footer><cite>A</cite></footer></blockquote>"
        )
        desk.select("A")
        desk.press("End")
        desk.page.keyboard.press("Enter")
        desk.page.keyboard.type("Below")
        assert desk.body() == (
            "<blockquote><p>Said.</p><footer><cite>A</cite></footer></blockquote>\n"
            "<p>Below</p>"
        )
        assert desk.body().count("<footer>") == 1


class TestStatusLine:
    def test_counts_words_as_the_newsroom_does(self, desk, draft):
        draft.body = EVERYTHING
        draft.save()
        desk.open(draft)
        count = desk.page.locator(".body-words")
        expect(count).to_have_text(f"{word_count(EVERYTHING)} words")
        desk.write("<p>“Well …”—he/she said: हिन्दी 新聞</p>")
        expect(count).to_have_text("7 words")
        desk.select("said")
        expect(count).to_have_text("1 / 7 words")
        desk.write("")
        expect(count).to_have_text("0 words")
        expect(count).not_to_contain_text("7")


class TestPictures:
    def test_are_found_and_chosen_without_leaving_the_form(self, desk, draft):
        for number in range(25):
            make_picture(40, 30, alt=f"A house {number}")
        river = make_picture(alt="A river", caption="The river.", credit="B. Cam")
        desk.open(draft)
        desk.select("three")
        desk.tool("Picture")
        thumbnails = desk.dialog.locator(".body-pictures button")
        expect(thumbnails).to_have_count(24)
        desk.dialog.get_by_role("button", name="More pictures").click()
        expect(thumbnails).to_have_count(26)
        desk.dialog.get_by_label("Search the library").fill("river cam")
        expect(thumbnails).to_have_count(1)
        thumbnails.first.click()
        assert desk.dialog.get_by_label("Credit").input_value() == "B. Cam"
        desk.dialog.get_by_label("Caption").fill("High water.")
        desk.answer("Insert picture")
        assert desk.body() == (
            "<p>One two three.</p>\n"
            f'<figure data-picture="{river.pk}"><img alt="A river" height="600" '
            f'src="{river.file.url}" width="900">'
            "<figcaption>High water. <small>B. Cam</small></figcaption></figure>"
        )
        assert desk.save() == clean(desk.article.body)
        assert "A house" not in desk.article.body

    def test_are_uploaded_in_the_dialog(self, desk, draft):
        desk.open(draft)
        desk.select("three")
        desk.tool("Picture")
        desk.dialog.get_by_role("button", name="Upload a picture").click()
        file = {
            "name": "new.png",
            "mimeType": "image/png",
            "buffer": image_file(300, 200).read(),
        }
        desk.dialog.get_by_role("button", name="Upload").click()
        expect(desk.dialog.get_by_role("alert").first).to_contain_text("required")
        assert not Picture.objects.exists()

        desk.dialog.get_by_label("File").set_input_files(file)
        desk.dialog.get_by_label("What the picture shows").fill("A square")
        desk.dialog.get_by_role("button", name="Upload").click()
        desk.answer("Insert picture")
        picture = Picture.objects.get()
        assert f'data-picture="{picture.pk}"' in desk.body()
        assert 'alt="A square"' in desk.body()
        # A refused upload is the browser's error too, and meant to be one.
        desk.complaints = [c for c in desk.complaints if "400" not in c]

    def test_keep_their_caption_when_another_is_chosen(self, desk, draft):
        old, new = make_picture(alt="Old"), make_picture(alt="New")
        draft.body = (
            f'<figure data-picture="{old.pk}"><img src="{old.file.url}" alt="Old">'
            "<figcaption>A <em>caption</em></figcaption></figure>"
        )
        draft.save()
        desk.open(draft)
        desk.page.hover(".body-picture")
        desk.page.click(".body-picture-edit")
        desk.dialog.get_by_role("button", name="Choose another").click()
        desk.dialog.get_by_role("button", name="New").click()
        desk.answer("Apply")
        assert f'data-picture="{new.pk}"' in desk.body()
        assert "<figcaption>A <em>caption</em></figcaption>" in desk.body()
        assert f'data-picture="{old.pk}"' not in desk.body()

    def test_shows_the_file_that_took_the_place_of_another(self, desk, draft):
        picture = make_picture(alt="Old")
        image = f'<img src="{picture.file.url}">'
        draft.body = f'<figure data-picture="{picture.pk}">{image}</figure>'
        draft.save(update_fields=["body"])
        picture.take(image_file(500, 300, color="red"))
        picture.save()
        desk.open(draft)
        desk.page.wait_for_function(
            "() => document.querySelector('.body-picture img').naturalWidth === 500"
        )
        # What is stored stays as it was until somebody edits it.
        assert desk.page.input_value("#id_body") == draft.body


class TestGalleries:
    def figures(self, desk):
        """Return the numbers of the pictures that would be stored, in order."""
        return [int(n) for n in re.findall(r'data-picture="(\d+)"', desk.body())]

    def gallery(self, desk, draft, number=3):
        pictures = [make_picture(40, 30, alt=f"Dog {n}") for n in range(number)]
        figures = "".join(
            f'<figure data-picture="{p.pk}"><img src="{p.file.url}" alt=""></figure>'
            for p in pictures
        )
        draft.body = clean(f'<figure class="gallery">{figures}</figure><p>After.</p>')
        draft.save()
        desk.open(draft)
        return [picture.pk for picture in pictures]

    def test_are_chosen_in_their_order(self, desk, draft):
        old, new = make_picture(alt="Old", caption="An old dog."), make_picture(alt="N")
        desk.open(draft)
        desk.select("three")
        desk.tool("Gallery")
        insert = desk.dialog.get_by_role("button", name="Insert pictures")
        expect(insert).to_be_disabled()
        desk.dialog.get_by_role("button", name="Old").click()
        expect(insert).to_be_disabled()
        desk.dialog.get_by_role("button", name="N", exact=True).click()
        desk.answer("Insert pictures (2)")
        assert self.figures(desk) == [old.pk, new.pk]
        assert "<figcaption>An old dog.</figcaption>" in desk.body()
        body = desk.body()
        assert body.startswith('<p>One two three.</p>\n<figure class="gallery">')
        assert desk.save() == body

    def test_are_uploaded_several_at_once(self, desk, draft):
        desk.open(draft)
        desk.tool("Gallery")
        files = [
            {"name": name, "mimeType": "image/png", "buffer": image.read()}
            for name, image in (
                ("one.png", image_file(30, 20, color="teal")),
                ("two.png", image_file(30, 20, color="navy")),
            )
        ]
        desk.dialog.get_by_label("Files").set_input_files(files)
        expect(desk.dialog.locator("[aria-pressed=true]")).to_have_count(2)
        desk.answer("Insert pictures (2)")
        names = Picture.objects.in_bulk(self.figures(desk)).values()
        assert {picture.uploaded_name for picture in names} == {"one.png", "two.png"}

    def test_have_captions_that_are_written_in_place(self, desk, draft):
        self.gallery(desk, draft, 2)
        desk.page.locator(".gallery figure figcaption").first.click()
        desk.page.keyboard.type("First")
        desk.press("Enter")
        desk.page.keyboard.type("Second")
        desk.press("Enter")
        desk.page.keyboard.type("Both")
        desk.press("Enter")
        desk.page.keyboard.type("Below")
        body = desk.body()
        assert body.count("<figcaption>") == 3
        assert "<figcaption>Both</figcaption></figure>\n<p>Below</p>" in body

    def test_are_put_in_order_by_keyboard_and_by_button(self, desk, draft):
        one, two, three = self.gallery(desk, draft)
        desk.page.locator(".gallery img").first.click()
        desk.press("Alt+Shift+ArrowRight")
        assert self.figures(desk) == [two, one, three]
        desk.page.click(".body-context button[aria-label='Move on']")
        assert self.figures(desk) == [two, three, one]
        desk.press("Alt+Shift+ArrowRight")
        assert self.figures(desk) == [two, three, one]
        desk.page.click(".body-context button[aria-label='Move back']")
        assert self.figures(desk) == [two, one, three]

    def test_are_put_in_order_with_the_mouse(self, desk, draft):
        one, two, three = self.gallery(desk, draft)
        images = desk.page.locator(".gallery img")
        images.nth(2).click()
        images.nth(2).drag_to(images.nth(0), target_position={"x": 5, "y": 5})
        assert self.figures(desk) == [three, one, two]

    def test_of_which_one_is_left_are_a_picture(self, desk, draft):
        one, two, _three = self.gallery(desk, draft)
        desk.page.locator(".gallery img").nth(2).click()
        desk.press("Delete")
        assert self.figures(desk) == [one, two]
        desk.page.locator(".gallery img").nth(0).click()
        desk.page.click(".body-context button[aria-label='Remove picture']")
        assert self.figures(desk) == [two]
        assert "gallery" not in desk.body()
        expect(desk.page.locator(".gallery")).to_have_count(0)
        desk.tool("Undo")
        assert self.figures(desk) == [one, two]
        assert 'class="gallery"' in desk.body()

    def test_get_more_pictures_and_come_apart(self, desk, draft):
        numbers = self.gallery(desk, draft, 2)
        more = make_picture(alt="A cat")
        desk.page.locator(".gallery img").first.click()
        desk.page.get_by_role("button", name="More pictures…").click()
        desk.dialog.get_by_role("button", name="A cat").click()
        desk.answer("Insert pictures (1)")
        assert self.figures(desk) == [*numbers, more.pk]
        desk.page.locator(".gallery img").first.click()
        desk.page.get_by_role("button", name="Separate").click()
        assert self.figures(desk) == [*numbers, more.pk]
        assert "gallery" not in desk.body()


HAND_OVER = """([files, kind, html]) => {
    const transfer = new DataTransfer()
    for (const [name, bytes, type] of files) {
        const content = Uint8Array.from(atob(bytes), (sign) => sign.charCodeAt(0))
        transfer.items.add(new File([content], name, { type }))
    }
    if (html) transfer.setData("text/html", html)
    const text = document.querySelector(".ProseMirror")
    const more = { bubbles: true, cancelable: true }
    if (kind === "paste")
        text.dispatchEvent(
            new ClipboardEvent("paste", { clipboardData: transfer, ...more })
        )
    else {
        const { x, y } = text.querySelector("p").getBoundingClientRect()
        const place = { dataTransfer: transfer, clientX: x + 5, clientY: y + 5 }
        text.dispatchEvent(new DragEvent("drop", { ...place, ...more }))
    }
}"""


def encoded(color="teal", **kwargs):
    return b64encode(image_file(60, 40, color=color, **kwargs).read()).decode()


class TestPastedAndDroppedPictures:
    def hand_over(self, desk, files, kind="drop", html=""):
        desk.page.locator(TEXT).focus()
        desk.page.evaluate(HAND_OVER, [files, kind, html])

    def names(self, desk):
        numbers = re.findall(r'data-picture="(\d+)"', desk.body())
        pictures = Picture.objects.in_bulk(map(int, numbers))
        return [pictures[int(number)].uploaded_name for number in numbers]

    def test_upload_themselves_in_their_order(self, desk, draft):
        desk.open(draft)
        files = [
            [f"{color}.png", encoded(color), "image/png"]
            for color in ("teal", "navy", "gold")
        ]
        self.hand_over(desk, files)
        expect(desk.page.locator("figure[data-picture]")).to_have_count(3)
        expect(desk.page.locator(".body-upload")).to_have_count(0)
        assert self.names(desk) == ["teal.png", "navy.png", "gold.png"]
        assert desk.body().startswith("<p>One two three.</p>\n<figure")
        desk.tool("Undo")
        assert len(self.names(desk)) < 3

    def test_ask_for_their_description_in_place(self, desk, draft):
        desk.open(draft)
        self.hand_over(desk, [["a.png", encoded(), "image/png"]], "paste")
        field = desk.page.get_by_label("Describe this picture")
        field.fill("A teal square")
        desk.page.keyboard.press("Enter")
        desk.page.keyboard.type("Painted.")
        assert 'alt="A teal square"' in desk.body()
        assert "<figcaption>Painted.</figcaption>" in desk.body()
        expect(field).to_be_hidden()

    def test_are_no_part_of_the_text_before_they_are_there(self, desk, draft):
        desk.page.route("**/picture/upload/", lambda route: None)
        desk.open(draft)
        self.hand_over(desk, [["a.png", encoded(), "image/png"]])
        expect(desk.page.locator(".body-upload progress")).to_be_visible()
        assert desk.body() == "<p>One two three.</p>"
        desk.page.get_by_role("button", name="Cancel", exact=True).click()
        expect(desk.page.locator(".body-upload")).to_have_count(0)

    def test_keep_the_form_until_they_are_there(self, desk, draft):
        held = []
        desk.page.route("**/picture/upload/", lambda route: held.append(route))
        desk.open(draft)
        self.hand_over(desk, [["a.png", encoded(), "image/png"]])
        desk.page.keyboard.press("Control+s")
        notice = desk.page.locator(".body-notice")
        expect(notice).to_contain_text("as soon as its pictures have arrived")
        held[0].continue_()
        desk.page.wait_for_selector(".messagelist .success")
        draft.refresh_from_db()
        assert f'data-picture="{Picture.objects.get().pk}"' in draft.body

    def test_that_fail_say_why_and_can_be_tried_again(self, desk, draft):
        desk.open(draft)
        nonsense = b64encode(b"nonsense").decode()
        self.hand_over(desk, [["a.png", nonsense, "image/png"]])
        place = desk.page.locator(".body-upload")
        expect(place).to_contain_text("not a picture we can read")
        desk.page.keyboard.press("Control+s")
        expect(desk.page.locator(".body-notice")).to_contain_text(
            "could not be uploaded"
        )
        place.get_by_role("button", name="Try again").click()
        expect(place).to_contain_text("not a picture we can read")
        place.get_by_role("button", name="Remove").click()
        expect(place).to_have_count(0)
        assert desk.body() == "<p>One two three.</p>"
        desk.complaints = [c for c in desk.complaints if "400" not in c]

    def test_that_are_there_already_are_used(self, desk, draft):
        picture = make_picture(60, 40, alt="There")
        desk.open(draft)
        self.hand_over(desk, [["a.png", encoded(), "image/png"]])
        notice = desk.page.locator(".body-notice")
        expect(notice).to_contain_text("was in the library already")
        assert f'data-picture="{picture.pk}"' in desk.body()
        assert 'alt="There"' in desk.body()

    def test_inside_pasted_text_upload_too(self, desk, draft):
        desk.open(draft)
        desk.write("")
        desk.page.locator(TEXT).focus()
        source = f"data:image/png;base64,{encoded()}"
        desk.paste(f'<p>Before <img src="{source}"> it</p><p>After</p>')
        expect(desk.page.locator("figure[data-picture]")).to_have_count(1)
        body = re.sub(r"<figure.*</figure>", "FIGURE", desk.body())
        assert body == "<p>Before it</p>\nFIGURE\n<p>After</p>"

    def test_copied_from_a_page_upload_without_its_address(self, desk, draft):
        desk.open(draft)
        html = '<meta charset="utf-8"><img src="https://elsewhere.example/a.png">'
        self.hand_over(desk, [["image.png", encoded(), "image/png"]], "paste", html)
        expect(desk.page.locator("figure[data-picture]")).to_have_count(1)
        assert "elsewhere" not in desk.body()

    def test_are_not_any_files(self, desk, draft):
        desk.open(draft)
        self.hand_over(desk, [["notes.pdf", encoded(), "application/pdf"]])
        expect(desk.page.locator(".body-notice")).to_contain_text("notes.pdf")
        assert desk.body() == "<p>One two three.</p>"


class TestEmbeds:
    VIDEO = "https://www.youtube.com/embed/aB3_-x9ZkLm"

    def test_say_what_was_recognised(self, desk, draft):
        desk.open(draft)
        desk.tool("Embed")
        told = desk.dialog.locator(".body-recognised")
        address = desk.dialog.get_by_label("Address")
        address.fill("https://youtu.be/aB3_-x9ZkLm")
        expect(told).to_contain_text("YouTube: a video.")
        expect(told).to_contain_text("youtube-nocookie.com")
        address.fill("https://elsewhere.example/film")
        expect(told).to_contain_text("Readers get a link")

    def test_take_their_address_from_pasted_code(self, desk, draft):
        desk.open(draft)
        desk.select("three")
        desk.tool("Embed")
        code = f'<iframe width="560" src="{self.VIDEO}" allowfullscreen></iframe>'
        desk.dialog.get_by_label("Address").fill(code)
        desk.dialog.get_by_label("Title").fill("A film")
        desk.answer("Enter")
        assert desk.body() == (
            "<p>One two three.</p>\n"
            f'<figure class="embed" data-embed="{self.VIDEO}">'
            f'<a href="{self.VIDEO}">A film</a></figure>'
        )

    def test_refuse_code_without_an_address(self, desk, draft):
        desk.open(draft)
        desk.tool("Embed")
        desk.dialog.get_by_label("Address").fill("<b>no</b> address")
        desk.page.keyboard.press("Enter")
        expect(desk.dialog.get_by_role("alert")).to_contain_text("no web address")

    def test_are_offered_for_an_address_on_its_own(self, desk, draft):
        desk.open(draft)
        desk.write("<p>One</p><p></p>")
        desk.page.locator(f"{TEXT} p").last.click()
        desk.paste("", self.VIDEO)
        assert f"<p>{self.VIDEO}</p>" in desk.body()
        desk.page.get_by_role("button", name="Embed it instead").click()
        assert desk.body().startswith(
            f'<p>One</p>\n<figure class="embed" data-embed="{self.VIDEO}">'
        )


class TestLooks:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_pass_the_accessibility_check(self, desk, draft, scheme):
        draft.body = EVERYTHING
        draft.save()
        desk.page.emulate_media(color_scheme=scheme)
        desk.open(draft)
        found = Axe().run(desk.page, context=".body-editor").response["violations"]
        desk.tool("Quotation")
        found += Axe().run(desk.page, context=".body-dialog").response["violations"]
        assert [json.dumps(violation, indent=1) for violation in found] == []
        # The checker's own styles are against the desk's policy.
        desk.complaints.clear()

    def test_fit_a_phone(self, desk, draft):
        draft.body = EVERYTHING
        draft.save()
        desk.page.set_viewport_size({"width": 390, "height": 800})
        desk.open(draft)
        editor = desk.page.locator(".body-editor").bounding_box()
        assert editor["width"] <= 390
        overflow = desk.page.evaluate(
            "() => document.querySelector('.body-paper').scrollWidth - "
            "document.querySelector('.body-paper').clientWidth"
        )
        assert overflow <= 0

    def test_tools_stay_in_sight(self, desk, draft):
        draft.body = "<p>Line</p>" * 200
        draft.save()
        desk.open(draft)
        desk.page.evaluate("() => window.scrollTo(0, 3000)")
        assert desk.page.locator(".body-toolbar").bounding_box()["y"] == 0
        assert desk.page.locator("#id_headline").bounding_box()["y"] < 0
