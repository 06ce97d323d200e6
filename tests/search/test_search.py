"""What readers find, and what they must not."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import connection
from django.test import TestCase
from django.utils import timezone

from articles import publishing
from articles.models import Article, Byline
from newsroom.search import indexing
from newsroom.search.models import Pick
from tests.factories import (
    NOON,
    make_article,
    make_author,
    make_section,
    make_tag,
    make_user,
)

DAY = timedelta(days=1)
Status = Article.Status


def body(text):
    return f"<p>{text}</p>"


class SearchCase(TestCase):
    def found(self, query, **filters):
        """Index what waits; return the headlines on the page of a query, in order."""
        indexing.drain()
        self.page = self.client.get("/search/", {"q": query, **filters})
        self.assertEqual(self.page.status_code, 200)
        results = self.page.context["results"]
        return [row.story.headline for row in results.rows] if results else []

    def suggested(self, typed):
        indexing.drain()
        answer = self.client.get("/search/suggest/", {"q": typed}).json()
        return [line["label"] for line in answer["found"]]


class FindingStories(SearchCase):
    def test_finds_words_of_headline_standfirst_text_names_and_tags(self):
        ada, tag = make_author("Ada Lovelace"), make_tag("harbour dues")
        make_article(
            "Tidewater", standfirst="Of eels.", body=body("A weir <b>broke</b>.")
        )
        make_article("Other", authors=[ada], tags=[tag])
        for query in ("tidewater", "eels", "weir broke", "tidewater eels weir"):
            self.assertEqual(self.found(query), ["Tidewater"], query)
        for query in ("lovelace", "dues", "ada harbour"):
            self.assertEqual(self.found(query), ["Other"], query)
        self.assertEqual(self.found("tidewater lovelace"), [])

    def test_headlines_come_before_texts(self):
        make_article("Rain", body=body("The flood came. " * 20), published_at=NOON)
        make_article("Flood", published_at=NOON - DAY)
        self.assertEqual(self.found("flood"), ["Flood", "Rain"])

    def test_phrases_minus_star_plural_and_accents(self):
        make_article("One", body=body("River levels rise in the cafés."))
        make_article("Two", body=body("Levels of the river, elections."))
        self.assertEqual(self.found('"river levels"'), ["One"])
        self.assertEqual(self.found("river levels -café"), ["Two"])
        self.assertEqual(self.found('levels -"river levels"'), ["Two"])
        self.assertEqual(self.found("Café"), ["One"])
        self.assertEqual(self.found("election"), ["Two"])
        self.assertEqual(self.found('"election"'), [])
        self.assertEqual(self.found("elec*"), ["Two"])
        self.assertEqual(self.found("elec"), [])
        self.assertEqual(self.found("-elections"), [])

    def test_scripts_of_every_kind(self):
        make_article("東京の水道", body=body("ещё один день, كتاب الماء, हिन्दी समाचार"))
        for query in ("水道", "ЕЩЕ", "الماء", "हिन्दी", '"один день"'):
            self.assertEqual(self.found(query), ["東京の水道"], query)
        self.assertEqual(self.found("水京"), [])

    def test_shows_marked_lines_of_the_story(self):
        make_article("Flood & co", body=body("x " * 300 + "The <i>flood</i> &amp; it."))
        self.found("flood")
        self.assertContains(self.page, "<mark>Flood</mark> &amp; co")
        self.assertContains(self.page, "The <mark>flood</mark> &amp; it.")
        self.assertContains(self.page, "1 story")

    def test_narrows_by_section_author_tag_and_date(self):
        news = make_section("News")
        local = make_section("Local", parent=news)
        ada, tag = make_author("Ada Lovelace"), make_tag("Harbour")
        make_article("A", section=local, body=body("flood"), published_at=NOON - DAY)
        make_article("B", authors=[ada], tags=[tag], body=body("flood"))
        make_article("C", body=body("flood"), published_at=NOON + DAY)
        for filters, expected in (
            ({"section": news.slug}, ["A"]),
            ({"author": ada.slug}, ["B"]),
            ({"author": "ada lovelace"}, ["B"]),
            ({"tag": "harbour"}, ["B"]),
            ({"from": "2024-05-17"}, ["C", "B"]),
            ({"to": "2024-05-17"}, ["B", "A"]),
            ({"from": "2024-05-17", "to": "2024-05-17"}, ["B"]),
            ({"section": news.slug, "author": ada.slug}, []),
        ):
            self.assertEqual(sorted(self.found("flood", **filters)), sorted(expected))
        self.assertEqual(self.found("flood", author="nobody"), [])
        self.assertContains(self.page, "There is no such author.")
        self.found("flood", **{"from": "yesterday"})
        self.assertContains(self.page, "Write a day as 2026-11-30.")
        backwards = {"from": "2024-05-18", "to": "2024-05-17"}
        self.assertEqual(self.found("flood", **backwards), [])
        self.assertContains(self.page, "The day in “From” is after the one in “Until”")
        self.assertContains(self.page, 'aria-describedby="from-trouble"')
        self.assertNotContains(self.page, "No story has all of this.")

    def test_narrows_by_what_an_article_has_now(self):
        news, sport = make_section("News"), make_section("Sport")
        ada, eve, tag = make_author("Ada"), make_author("Eve"), make_tag("Harbour")
        story = make_article("A", section=news, authors=[ada], body=body("flood"))
        dated = {"from": "2021-03-01", "to": "2021-03-31"}
        for filters in ({"section": sport.slug}, {"author": "eve"}, {"tag": tag.slug}):
            make_article("Other", section=sport, authors=[eve], tags=[tag])
            self.assertEqual(self.found("flood", **filters), [], filters)
        self.assertEqual(self.found("flood", **dated), [])
        story.section, story.published_at = sport, NOON.replace(year=2021, month=3)
        story.save()
        Byline.objects.filter(article=story).update(author=eve)
        story.tags.add(tag)
        for filters in (
            *({"section": sport.slug}, {"author": "eve"}, {"tag": tag.slug}, dated),
            {"from": "2000-01-01", "to": "2024-01-01"},
            {"from": "1900-01-01", "to": "2024-01-01"},
        ):
            self.assertEqual(self.found("flood", **filters), ["A"], filters)
        for filters in ({"section": news.slug}, {"author": "ada"}):
            make_article("Another", section=news, authors=[ada])
            self.assertEqual(self.found("flood", **filters), [], filters)

    def test_pages(self):
        for number in range(45):
            make_article(f"Flood {number}", published_at=NOON - number * DAY)
        self.assertEqual(self.found("flood")[0], "Flood 0")
        self.assertContains(self.page, "45 stories")
        self.assertContains(self.page, "?q=flood&amp;page=2")
        self.assertEqual(self.found("flood", page=3)[-1], "Flood 44")
        self.assertNotContains(self.page, "page=4")
        for page in ("4", "0", "x", "9999999"):
            answer = self.client.get("/search/", {"q": "flood", "page": page})
            self.assertEqual(answer.status_code, 404, page)

    def test_pages_go_on_behind_what_is_ranked(self):
        from unittest.mock import patch

        for number in range(90):
            name = "Flood" if number % 3 else "Rain"
            make_article(f"{name} {number}", body=body("flood water"))
        with (
            patch("newsroom.search.finding.RANKED", 15),
            patch("newsroom.search.finding.COUNTED", 50),
        ):
            seen = [
                headline
                for page in range(1, 6)
                for headline in self.found("flood", page=page)
            ]
            self.assertTrue(self.page.context["results"].are_more)
            self.assertFalse(self.page.context["results"].has_next)
        self.assertEqual(len(seen), 90)
        self.assertEqual(len(set(seen)), 90)
        self.assertTrue(all(name.startswith("Flood") for name in seen[:15]))

    def test_is_neither_kept_nor_listed(self):
        make_article("Flood")
        for address in ("/search/?q=flood", "/search/suggest/?q=flood"):
            answer = self.client.get(address)
            self.assertEqual(answer["X-Robots-Tag"], "noindex")
            self.assertIn("private", answer["Cache-Control"])
            self.assertNotIn("Set-Cookie", answer)

    def test_is_reached_from_every_page(self):
        self.assertContains(self.client.get("/"), 'role="search" action="/search/"')

    def test_query_count_does_not_grow(self):
        for number in range(25):
            make_article(f"Flood {number}", authors=[make_author()])
        indexing.drain()
        self.client.get("/search/?q=flood")
        counts = []
        for query in ("flood", '"flood 2"'):
            with self.settings(DEBUG=True):
                connection.queries_log.clear()
                self.client.get("/search/", {"q": query})
                counts.append(len(connection.queries_log))
        self.assertLess(max(counts), 30)
        self.assertLessEqual(abs(counts[0] - counts[1]), 4)


class WhatReadersMustNotFind(SearchCase):
    def make_all(self):
        now = timezone.now()
        section, author, tag = (
            make_section("Zauberword section"),
            make_author("Zauberword Author"),
            make_tag("zauberword tag"),
        )
        beside = {"section": section, "authors": [author], "tags": [tag]}
        text = {"body": body("zauberword in the text"), "standfirst": "zauberword"}
        make_article("Zauberword draft", status=Status.DRAFT, **beside, **text)
        make_article("Zauberword review", status=Status.REVIEW, **beside, **text)
        make_article("Zauberword scheduled", published_at=now + DAY, **beside, **text)
        make_article("Zauberword over", expires_at=now - DAY, **beside, **text)
        make_article("Zauberword out", **beside, **text).withdraw()
        trashed = make_article("Zauberword trash", **beside, **text)
        trashed.status = Status.TRASHED
        trashed.save()
        live = make_article("Zauberword was here", body=body("zauberword"))
        indexing.drain()
        live.headline, live.body = "Live", body("Nothing.")
        live.save()
        copy = publishing.open_working_copy(live, make_user("ed", "editor"))
        copy.headline = "Zauberword copy"
        copy.save()
        return author, tag, section

    def test_nothing_but_what_is_live(self):
        author, tag, section = self.make_all()
        for query in ("zauberword", "zauber*", '"zauberword"', "nothing zauberword"):
            self.assertEqual(self.found(query), [], query)
            self.assertNotIn("zauberword", self.outside_the_form().lower())
        self.assertEqual(self.suggested("zaube"), [])
        # No slip leads to it.
        self.assertEqual(self.found("zauberwrd"), [])
        self.assertNotIn("zauberword", self.outside_the_form().lower())
        for filters in (
            {"author": author.slug},
            {"tag": tag.name},
            {"section": section.slug},
        ):
            self.assertEqual(self.found("nothing", **filters), [])
        self.assertEqual(self.found("nothing -zauberword"), ["Live"])

    def outside_the_form(self):
        html = self.page.content.decode()
        _title, rest = html.split("</title>")
        return rest.split("</form>")[-1]

    def test_a_pick_of_a_story_that_is_not_live_is_not_shown(self):
        draft = make_article("Hidden draft", status=Status.DRAFT)
        Pick.objects.create(query="flood", article=draft)
        self.found("flood")
        self.assertNotContains(self.page, "Hidden")

    def test_the_text_as_it_was_is_not_shown_before_it_is_indexed_anew(self):
        article = make_article("Live", body=body("The secret is out"))
        indexing.drain()
        Article.objects.filter(pk=article.pk).update(body=body("The rest is out"))
        page = self.client.get("/search/?q=secret")
        self.assertNotContains(page, "<mark>")
        self.assertNotContains(page, "secret is out")


class InStep(SearchCase):
    """Every way in which a story changes."""

    def test_moments_are_never_late(self):
        article = make_article("Flood")
        self.assertEqual(self.found("flood"), ["Flood"])
        # Nothing is indexed between here and the end.
        for change, expected in (
            ({"status": Status.WITHDRAWN}, 0),
            ({"status": Status.PUBLISHED}, 1),
            ({"published_at": timezone.now() + DAY}, 0),
            ({"published_at": NOON}, 1),
            ({"expires_at": NOON + DAY}, 0),
            ({"expires_at": None}, 1),
        ):
            Article.objects.filter(pk=article.pk).update(**change)
            page = self.client.get("/search/?q=flood")
            self.assertEqual(page.context["results"].count, expected, change)

    def test_the_clock_alone_lets_it_appear_and_disappear(self):
        from newsroom.search.finding import Results
        from newsroom.search.words import ask

        make_article("Flood", published_at=NOON, expires_at=NOON + DAY)
        indexing.drain()
        for at, count in ((NOON - DAY, 0), (NOON, 1), (NOON + DAY, 0)):
            self.assertEqual(Results(ask("flood"), at=at).count, count)

    def test_edits_tags_bylines_and_renames(self):
        article = make_article("Flood", body=body("one"))
        self.assertEqual(self.found("one"), ["Flood"])
        article.body = body("two")
        article.save(update_fields=["body"])
        self.assertEqual((self.found("one"), self.found("two")), ([], ["Flood"]))
        tag, author = make_tag("harbour"), make_author("Ada Moon")
        article.tags.add(tag)
        article.bylines.create(author=author)
        self.assertEqual(self.found("harbour moon"), ["Flood"])
        author.name, tag.name = "Ada Sun", "quay"
        author.save()
        tag.save()
        self.assertEqual((self.found("moon"), self.found("quay sun")), ([], ["Flood"]))
        article.tags.clear()
        article.bylines.all().delete()
        self.assertEqual((self.found("quay"), self.found("sun")), ([], []))

    def test_bulk_changes(self):
        articles = [
            Article(
                headline=f"Flood {n}",
                status=Status.PUBLISHED,
                published_at=NOON,
                path=f"/{n}/",
            )
            for n in range(3)
        ]
        Article.objects.bulk_create(articles)
        self.assertEqual(len(self.found("flood")), 3)
        Article.objects.all().update(headline="Rain")
        self.assertEqual((self.found("flood"), len(self.found("rain"))), ([], 3))
        Article.objects.all().delete()
        self.assertEqual(self.found("rain"), [])
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM search_entry")
            self.assertEqual(cursor.fetchone()[0], 0)

    def test_texts_of_any_length(self):
        same = body("flood " * 60_000)
        other = body(" ".join(f"{n}ぁ界{'ж' * (n % 55)}" for n in range(20_000)))
        make_article("Same", body=same)
        make_article("Other", body=other)
        self.assertEqual(self.found("flood"), ["Same"])
        self.assertEqual(self.found('"17 ぁ"'), ["Other"])

    def test_a_save_indexes_after_its_commit(self):
        with self.captureOnCommitCallbacks(execute=True) as called:
            make_article("Flood", tags=[make_tag()], authors=[make_author()])
        self.assertEqual(
            sum(f.__module__ == "newsroom.search.receivers" for f in called), 1
        )
        self.assertFalse(indexing.is_waiting())

    def test_what_has_not_changed_is_not_written_again(self):
        make_article("Flood")
        indexing.drain()
        Article.objects.all().update(headline="Flood ")
        self.assertEqual(indexing.drain(), 1)
        self.assertEqual(self.found("flood"), ["Flood "])


class Suggesting(SearchCase):
    def test_headlines_sections_tags_and_authors_while_typing(self):
        section, tag = make_section("Floodplain"), make_tag("Flood aid")
        author = make_author("Flora Flood")
        make_article("The flood of May", section=section, authors=[author], tags=[tag])
        make_article("Fire")
        self.assertEqual(
            self.suggested("flo"),
            ["Floodplain", "Flood aid", "Flora Flood", "The flood of May"],
        )
        self.assertEqual(self.suggested("flood of m"), ["The flood of May"])
        self.assertEqual(self.suggested("f"), [])
        self.assertEqual(self.suggested(""), [])

    def test_a_word_that_was_meant(self):
        make_article("Government", body=body("The parliamentary flood"))
        for typed, meant in (
            ("goverment", "government"),
            ("folod", "flood"),
            ("parlimentery flood", "parliamentary flood"),
            ('"goverment"', '"government"'),
        ):
            self.assertEqual(self.found(typed), [], typed)
            self.assertEqual(str(self.page.context["meant"]), meant)
            self.assertContains(self.page, "Did you mean")
        self.found("government")
        self.assertIsNone(self.page.context["meant"])

    def test_the_nearest_word_was_meant_before_a_more_frequent_one(self):
        make_article("Ferry")
        for number in range(3):
            make_article(f"Four {number}")
        self.assertEqual(self.found("ferri"), [])
        self.assertEqual(str(self.page.context["meant"]), "ferry")

    def test_a_search_without_a_word_says_what_is_missing(self):
        make_article("Flood", section=make_section("News", slug="news"))
        for query in ({"section": "news"}, {"q": "-flood"}, {"q": '""'}):
            page = self.client.get("/search/", query)
            self.assertContains(page, "Write a word to look for.")
            self.assertNotContains(page, "No story has all of this")
        self.assertNotContains(self.client.get("/search/"), "Write a word")


class EditorsPicks(SearchCase):
    def test_a_pick_needs_a_word(self):
        with self.assertRaisesMessage(ValidationError, "There is no word in it."):
            Pick(query="–", title="Nothing", address="/").full_clean()

    def test_stand_above_the_results_of_their_query(self):
        story = make_article("What to do in a flood")
        Pick.objects.create(query="Floods", title="Flood desk", address="/tags/f/")
        Pick.objects.create(query="floods", article=story, position=1)
        self.found("FLOODS")
        self.assertContains(self.page, "From the editors")
        self.assertContains(self.page, '<a href="/tags/f/"><bdi>Flood desk</bdi></a>')
        self.assertContains(self.page, story.headline)
        self.found("flooding")
        self.assertNotContains(self.page, "From the editors")

    def test_retracted_stories_are_marked_as_everywhere(self):
        wrong, right = make_article("Flood of eels"), make_article("Flood of rain")
        Pick.objects.create(query="flood", article=wrong)
        self.found("flood")
        self.assertNotContains(self.page, "Retracted")
        publishing.retract(wrong, make_user("pat", "publisher"), "There were none.")
        self.assertEqual(len(self.found("flood")), 2)
        # The pick and the result of the one, nothing of the other.
        self.assertContains(self.page, '<b class="mark">Retracted</b>', 2)
        self.found(right.headline)
        self.assertNotContains(self.page, "Retracted")
