from django.test import SimpleTestCase

from articles.markup import isolated
from articles.reading_time import minutes_to_read
from articles.typography import refine


def table(*rows):
    lines = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    return (
        f"<table><tbody>{''.join(f'<tr>{line}</tr>' for line in lines)}</tbody></table>"
    )


class HangingQuotationMarks(SimpleTestCase):
    def test_a_block_that_begins_with_one_hangs(self):
        for text in ("“Rain”", "„Regen“", "«дождь»", "<em>“Rain”</em>"):
            with self.subTest(text=text):
                self.assertEqual(
                    refine(f"<p>{text}</p>"), f'<p class="hangs">{text}</p>'
                )

    def test_a_single_mark_hangs_half_as_far(self):
        self.assertEqual(
            refine("<h2>‘Rain’</h2>"), '<h2 class="hangs-half">‘Rain’</h2>'
        )

    def test_other_blocks_stay_as_they_are(self):
        for markup in ("<p>Rain “fell”</p>", "<p></p>", "<ul><li>x</li></ul>", ""):
            with self.subTest(markup=markup):
                self.assertEqual(refine(markup), markup)


class ColumnsOfNumbers(SimpleTestCase):
    def test_are_marked_with_their_heads(self):
        markup = (
            '<table><thead><tr><th scope="col">Place</th><th scope="col">Homes</th>'
            "</tr></thead><tbody><tr><td>Quay</td><td>1,914</td></tr></tbody></table>"
        )
        refined = refine(markup)
        self.assertIn('<th scope="col" class="number">Homes</th>', refined)
        self.assertIn('<td class="number">1,914</td>', refined)
        self.assertIn('<th scope="col">Place</th>', refined)
        self.assertIn("<td>Quay</td>", refined)

    def test_may_have_signs_units_and_gaps(self):
        cells = ["38 %", "−4", "+1.5", "£212", "$ 3", "7 kg", "–", "", "12:30", "1 914"]
        refined = refine(table(*([cell] for cell in cells)))
        self.assertEqual(refined.count('class="number"'), len(cells))

    def test_words_among_them_are_none(self):
        for cell in ("12 houses", "Quay 3", "2024 and later"):
            with self.subTest(cell=cell):
                markup = table(["1"], [cell])
                self.assertEqual(refine(markup), markup)

    def test_joined_cells_and_tables_in_tables_are_left_alone(self):
        for cell in ('<td colspan="2">1</td>', f"<td>{table(['1'])}</td>"):
            markup = f"<table><tbody><tr>{cell}</tr></tbody></table>"
            with self.subTest(markup=markup):
                self.assertEqual(refine(markup), markup)

    def test_a_long_cell_takes_no_time(self):
        refine(table(["1 " * 20_000 + "x"]))


class ReadingTime(SimpleTestCase):
    def test_depends_on_the_language(self):
        words = "<p>" + "word " * 912 + "</p>"
        self.assertEqual(minutes_to_read(words, "en-GB"), 4)
        self.assertEqual(minutes_to_read(words, "ar"), 7)
        self.assertEqual(minutes_to_read(words, "xx"), 5)

    def test_counts_signs_where_there_are_no_blanks(self):
        self.assertEqual(minutes_to_read("泥" * 357 * 3, "ja"), 3)
        self.assertEqual(minutes_to_read("泥" * 255 * 3, "zh-Hant"), 3)

    def test_says_nothing_of_what_is_read_at_once(self):
        self.assertEqual(minutes_to_read("<p>" + "word " * 300 + "</p>", "en"), 0)
        self.assertEqual(minutes_to_read("", ""), 0)

    def test_does_not_count_markup(self):
        words = '<p class="a b c"><a href="/a-b/">word</a></p>' * 456
        self.assertEqual(minutes_to_read(words, "en"), 2)


class IsolatedTitles(SimpleTestCase):
    def test_what_runs_from_right_to_left_is_kept_to_itself(self):
        self.assertEqual(isolated("خبز الفجر"), "\u2068خبز الفجر\u2069")
        self.assertEqual(isolated("Bread, חלה"), "\u2068Bread, חלה\u2069")

    def test_everything_else_stays_as_it_is(self):
        for text in ("Bread", "泥炭の谷", ""):
            self.assertEqual(isolated(text), text)
