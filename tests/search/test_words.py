from newsroom.search.slips import distance, one_step
from newsroom.search.snippets import Marker
from newsroom.search.words import ask, forms_of, words_of


def test_folds_accents_capitals_and_marks():
    assert words_of("Café CAFE\u0301 cafe") == ["cafe"] * 3
    assert words_of("Łódź, Åre & Straße") == ["lodz", "are", "strasse"]
    assert words_of("Ещё не ВЕЧЕР") == ["еще", "не", "вечер"]
    assert words_of("O’Brien’s re\u00adport") == ["o", "brien", "s", "report"]


def test_signs_without_blanks_are_words_each():
    assert words_of("東京2026年") == ["東", "京", "2026", "年"]
    [part] = ask("東京").wanted
    assert part.words == ("東", "京")


def test_reads_phrases_minus_and_stars():
    question = ask('“River levels” flood -insurance -"city hall" elect*')
    assert str(question) == '"river levels" flood elect* -insurance -"city hall"'
    assert [part.is_prefix for part in question.wanted] == [False, False, True]
    # A hyphen inside a word, and a dash, leave nothing out.
    assert str(ask("co-op – flood")) == "co op flood"
    assert not ask(' - " " "" -flood')


def test_the_last_word_goes_on_while_it_is_typed():
    assert ask("river lev", as_typed=True).wanted[1].is_prefix
    assert not ask("river lev ", as_typed=True).wanted[1].is_prefix


def test_finds_the_other_of_singular_and_plural():
    assert forms_of("floods") == ("floods", "flood")
    assert forms_of("city") == ("city", "cities")
    assert forms_of("cities") == ("cities", "city")
    assert forms_of("bus") == ("bus", "bu")
    assert forms_of("2024") == ("2024",)
    # Quotes mean the very word.
    assert ask('"flood"').wanted[0].spellings == ("flood",)


def test_one_slip_is_near():
    assert "flood" in one_step("folod") & one_step("floood") & one_step("fload")
    assert distance("goverment", "government") == 1
    assert distance("folod", "flood") == 1
    assert distance("cat", "dog") == 3


class TestMarking:
    def test_marks_what_was_found_as_it_is_printed(self):
        marker = Marker(ask('cafe "river levels" elect*'))
        text = "Cafés & the Café: River – levels, of electors."
        assert marker.mark(text) == (
            "<mark>Cafés</mark> &amp; the <mark>Café</mark>: "
            "<mark>River – levels</mark>, of <mark>electors</mark>."
        )

    def test_marks_where_folding_changes_lengths(self):
        text = "Die Straße in Æbeltoft, cafe\u0301 und हिन्दी"
        marked = Marker(ask("strasse æbeltoft café हिन्दी")).mark(text)
        assert marked == (
            "Die <mark>Straße</mark> in <mark>Æbeltoft</mark>, <mark>café</mark> und "
            "<mark>हिन्दी</mark>"
        )

    def test_marks_signs_inside_a_run(self):
        assert Marker(ask("京都")).mark("東京都知事") == "東<mark>京都</mark>知事"

    def test_no_part_of_a_word_is_marked(self):
        assert Marker(ask("art")).mark("start party") == "start party"

    def test_a_snippet_shows_where_most_words_stand(self):
        text = (
            f"A flood. {'Nothing here. ' * 60}The flood insurance pays. {'End. ' * 60}"
        )
        snippet = Marker(ask("flood insurance")).snippet(text)
        assert "<mark>flood</mark> <mark>insurance</mark>" in snippet
        assert snippet.startswith("… ") and snippet.endswith(" …")
        assert len(snippet) < 400

    def test_markup_in_a_text_stays_text(self):
        snippet = Marker(ask("flood")).snippet("<b>flood</b> & <script>")
        assert snippet == "&lt;b&gt;<mark>flood</mark>&lt;/b&gt; &amp; &lt;script&gt;"

    def test_nothing_found_is_no_snippet(self):
        assert Marker(ask("flood")).snippet("Rain.") == ""
