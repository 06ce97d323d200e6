"""Rules of an operator for one site: selectors count more than what is guessed."""

import re
from pathlib import Path

import pytest

from articles.importers import read_file
from articles.importers.files import PageFile
from articles.importers.rules import RulesError, read_rules

from .reading import kinds, paragraphs

LONG = (
    "The bakery on Spindle Row sells its last loaf at noon, and has done so since the"
    " year the river froze, whoever stood in the queue and however long it was."
)
PAGE = f"""<html><head><title>Spindle Row</title></head><body>
<table><tr><td class=nav><a href=/>Home</a></td><td id=main>
<font class=kicker>Trades</font><font class=hl>The Last Loaf at Noon</font>
<font class=deck>Why nobody complains</font>
<span class=who>MARTHA QUILL</span><span class=when>07 . 03 . 1999</span>
<div class=txt><p>{LONG}</p><div class=promo><p>{LONG[:70]}</p></div><p>{LONG}</p></div>
<p class=kw>Bread, Queues</p>
<p>Nothing below belongs to a story, though it is as long as any sentence in one.</p>
</td></tr></table></body></html>"""
RULES = """[pages]
headline = "font.hl"
standfirst = ".deck"
byline = ".who"
date = ".when"
date_format = "%d . %m . %Y"
section = "//font[@class='kicker']"
tags = ".kw"
body = ["div.story", ".txt"]
remove = [".promo"]
ignore = ["*/index.htm", "calendar/*"]
pages = ["about*"]
"""


def rules_of(text, folder):
    file = folder / "old-site.toml"
    file.write_text(text)
    return read_rules(file)


def read(rules, text=PAGE, name="news/loaf.htm", encoding="utf-8"):
    page = PageFile(folder := name, folder, name, text.encode(encoding), True)
    return read_file(page, "archive", rules)


class TestRules:
    def test_say_where_everything_stands(self, tmp_path):
        story = read(rules_of(RULES, tmp_path))
        assert story.headline == "The Last Loaf at Noon"
        assert story.standfirst == "Why nobody complains"
        assert [credit.name for credit in story.credits] == ["Martha Quill"]
        assert str(story.published.moment) == "1999-03-07"
        assert (story.section_name, story.tags) == ("Trades", ["Bread", "Queues"])
        assert paragraphs(story) == [LONG, LONG]
        assert "ambiguous-date" not in kinds(story)
        assert "Nothing below" not in story.body_html

    def test_leave_the_rest_to_the_reader(self, tmp_path):
        story = read(rules_of('[pages]\nheadline = ".hl"\n', tmp_path))
        assert story.headline == "The Last Loaf at Noon"
        assert LONG in story.body_html

    def test_one_that_finds_nothing_on_a_page_leaves_it_to_the_reader(self, tmp_path):
        story = read(rules_of('[pages]\nbody = "div.text"\n', tmp_path))
        assert LONG in story.body_html

    def test_read_attributes_by_xpath(self, tmp_path):
        head = '<html><head><meta name=when content="12 marzo 2003"></head>'
        rules = rules_of(
            "[pages]\ndate = \"//meta[@name='when']/@content\"\n", tmp_path
        )
        story = read(rules, PAGE.replace("<html><head>", head))
        assert str(story.published.moment) == "2003-03-12"

    def test_a_date_in_another_form_is_told_not_guessed(self, tmp_path):
        story = read(rules_of(RULES, tmp_path), PAGE.replace("07 . 03", "spring"))
        assert story.published is None
        assert "date-rule" in kinds(story)

    def test_a_body_in_several_pieces_is_one(self, tmp_path):
        text = PAGE.replace("</div></td>", "</div>").replace(
            "<p class=kw>", f"<span class=txt>{LONG} Again.</span><p class=kw>"
        )
        story = read(rules_of(RULES, tmp_path), text)
        assert paragraphs(story) == [LONG, LONG, f"{LONG} Again."]

    def test_a_body_may_be_a_cell_of_a_table(self, tmp_path):
        story = read(rules_of('[pages]\nbody = "#main"\n', tmp_path))
        assert "Nothing below" in story.body_html
        assert "Home" not in story.body_html

    def test_name_an_encoding_and_simple_pages(self, tmp_path):
        rules = rules_of(RULES + 'encoding = "cp850"\nlanguage = "fr"\n', tmp_path)
        text = PAGE.replace("Last Loaf", "Dernière Miche").replace("queue", "fête")
        story = read(rules, text, "about.htm", "cp850")
        assert story.headline == "The Dernière Miche at Noon"
        assert "fête" in story.body_html
        assert (story.kind, story.language) == ("page", "fr")

    def test_say_which_files_are_no_stories(self, tmp_path):
        rules = rules_of(RULES, tmp_path)
        assert rules.is_ignored("news/index.htm")
        assert rules.is_ignored("calendar/1999/may.htm")
        assert not rules.is_ignored("news/loaf.htm")

    def test_tell_of_selectors_that_never_found_anything(self, tmp_path):
        rules = rules_of(RULES, tmp_path)
        read(rules)
        (unused,) = rules.unused()
        assert (unused.line, unused.sample) == (9, "div.story")
        assert "body found nothing" in unused.reason


class TestBadRules:
    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("[pages]\nheadline = .hl\n", "line 2"),
            ('[pages]\nbody = "div"\nheadline = "h1["\n', "line 3: headline is no"),
            ('[pages]\nheadline = "//h1["\n', "line 2: headline is no selector"),
            ('[pages]\nheadlin = "h1"\n', "line 2: there is no rule 'headlin'"),
            ("[pages]\nbody = 7\n", "line 2: body takes text in quotation marks"),
            ('[pages]\nbody = ""\n', "line 2: body takes text in quotation marks"),
            ('[pages]\nencoding = "latin-77"\n', "line 2: there is no encoding"),
            ('[pages]\ntimezone = "Europe"\n', "line 2: there is no timezone"),
            ('[pages]\ndate_format = "%d.%m."\n', "line 2: date_format has no year"),
            ('body = "div"\n', "needs one table, [pages]"),
            ("", "needs one table, [pages]"),
        ],
    )
    def test_end_in_a_sentence_with_the_line(self, tmp_path, text, said):
        with pytest.raises(RulesError) as error:
            rules_of(text, tmp_path)
        assert said in str(error.value)
        assert "Traceback" not in str(error.value)

    def test_a_file_that_is_not_there_or_no_text(self, tmp_path):
        with pytest.raises(RulesError, match="cannot be read"):
            read_rules(tmp_path / "none.toml")
        (tmp_path / "x.toml").write_bytes(b"\xff\xfe\x00")
        with pytest.raises(RulesError, match="not text"):
            read_rules(tmp_path / "x.toml")


def test_the_example_of_the_manual_is_one(tmp_path):
    manual = (Path(__file__).parents[3] / "docs" / "import.md").read_text("utf-8")
    example = re.search(r"```toml\n(.*?)```", manual, re.DOTALL)[1]
    rules = rules_of(example, tmp_path)
    assert set(rules.selectors) >= {"headline", "byline", "date", "body", "remove"}
    assert rules.is_page("about.htm")
    assert not rules.is_page("news/ferry.htm")
