from datetime import timedelta

from django.test import TestCase

from tests.factories import NOON, make_article, make_author, make_series


class Series(TestCase):
    def parts(self, count):
        series = make_series("Drawdown")
        return [
            make_article(
                f"Part {n}",
                series=series,
                series_position=n,
                published_at=NOON + timedelta(days=n),
            )
            for n in range(1, count + 1)
        ]

    def test_a_short_one_lists_its_parts_and_says_which_this_is(self):
        page = self.client.get(self.parts(3)[1].path)
        self.assertContains(page, "Part 2 of 3")
        self.assertNotContains(page, "All parts")

    def test_a_long_one_leads_on_and_back_and_lists_them_at_a_click(self):
        parts = self.parts(7)
        page = self.client.get(parts[3].path)
        self.assertContains(page, "Part 4 of 7")
        self.assertContains(page, "<details><summary>All parts</summary>")
        self.assertContains(page, "Previous part")
        first = self.client.get(parts[0].path)
        self.assertNotContains(first, "Previous part")
        self.assertContains(first, "Next part")


class AuthorBoxes(TestCase):
    def test_more_than_three_open_at_a_click(self):
        for count, boxes in ((3, 0), (4, 4)):
            authors = [make_author(lives_in="Marcus") for _ in range(count)]
            page = self.client.get(make_article(authors=authors).path)
            with self.subTest(count=count):
                self.assertContains(page, '<details class="author brief">', count=boxes)
                self.assertContains(page, "Marcus", count=count)


class TitlesAmongOthers(TestCase):
    def test_the_browsers_tab_keeps_a_title_to_its_own_direction(self):
        make_article("مطر", path="/r/", language="ar")
        self.assertContains(
            self.client.get("/r/"), "<title>\u2068مطر\u2069 · Newsroom</title>"
        )
