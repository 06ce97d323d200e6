"""Deleting what is in use: it says what uses it, and another can take its place."""

import lxml.html
import pytest
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from playwright.sync_api import expect

from articles import in_use, merging, publishing, revisions
from articles.models import (
    Article,
    ArticleTag,
    Byline,
    Picture,
    Section,
    Series,
    Tag,
    TagSynonym,
)
from authors.models import Author, AuthorAlias, AuthorLink
from newsroom.blocks.models import AdvertiseBlock
from tests.factories import (
    make_article,
    make_author,
    make_page,
    make_picture,
    make_section,
    make_series,
    make_tag,
    make_user,
)

Status = Article.Status


def delete_url(row):
    meta = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_delete", args=[row.pk])


def list_url(model):
    meta = model._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")


def make_ad(**fields):
    fields.setdefault("link_url", "/")
    fields.setdefault("headline", "Buy")
    return AdvertiseBlock.objects.create(
        name="The baker’s ad", placement="sidebar", **fields
    )


def figure(picture, *, alt="Stored words", caption=""):
    return (
        f'<figure data-picture="{picture.pk}"><img src="{picture.file.url}" '
        f'alt="{alt}" width="900" height="600">{caption}</figure>'
    )


def uses(row):
    """Return {what it is: [names]} of what uses a row."""
    return {
        use.label: sorted(str(one) for one in use.rows) for use in in_use.uses_of(row)
    }


class WhatUsesIt(TestCase):
    def test_an_author_in_bylines_published_or_not_and_in_the_trash(self):
        ada = make_author()
        make_article("Live", authors=[ada])
        make_article("Draft", authors=[ada], status=Status.DRAFT)
        make_article("Not hers", authors=[make_author()])
        gone = make_article("Gone", authors=[ada])
        publishing.move_to_trash(gone, None)
        self.assertEqual(
            uses(ada),
            {
                "Articles, in the byline": ["Draft", "Live"],
                "Articles, in the byline, in the trash": ["Gone"],
            },
        )

    def test_a_working_copy_counts_as_its_article(self):
        ada, bea = make_author(), make_author()
        article = make_article("Live", authors=[ada])
        copy = publishing.open_working_copy(article, None)
        revisions.set_bylines(copy, [(bea, "", "")])
        for author in (ada, bea):
            self.assertEqual(uses(author), {"Articles, in the byline": ["Live"]})

    def test_what_belongs_to_it_is_no_use(self):
        ada, tag = make_author(), make_tag()
        AuthorAlias.objects.create(author=ada, name="A. W.")
        AuthorLink.objects.create(author=ada, kind="book", title="Rain")
        TagSynonym.objects.create(tag=tag, name="wet")
        self.assertEqual(uses(ada), {})
        self.assertEqual(uses(tag), {})

    def test_a_section_with_children_and_advertisements(self):
        section = make_section("News")
        make_section("Local", parent=section)
        make_article("Live", section=section)
        ad = make_ad()
        ad.sections.add(section)
        other = make_ad()
        other.not_sections.add(section)
        self.assertEqual(
            uses(section),
            {
                "Articles, section": ["Live"],
                "Sections, parent": ["Local"],
                "Advertise blocks, sections": ["The baker’s ad"],
                "Advertise blocks, except sections": ["The baker’s ad"],
            },
        )
        self.assertEqual(uses(make_section()), {})

    def test_a_picture_as_lead_on_social_media_in_texts_and_in_advertisements(self):
        picture = make_picture()
        make_article("Lead", lead_picture=picture)
        make_article("Social", social_picture=picture)
        make_article("Text", body=figure(picture))
        make_page("About", body=figure(picture))
        make_ad(picture=picture)
        self.assertEqual(
            uses(picture),
            {
                "Articles, lead picture": ["Lead"],
                "Articles, social picture": ["Social"],
                "Articles, in the text": ["Text"],
                "Pages, in the text": ["About"],
                "Advertise blocks, picture": ["The baker’s ad"],
            },
        )

    def test_many_are_asked_at_once(self):
        used, unused = make_picture(), make_picture()
        make_article(body=figure(used))
        keys = in_use.used_among(Picture, [used.pk, unused.pk])
        self.assertEqual(keys, {used.pk})
        tag, free = make_tag(), make_tag()
        make_article(tags=[tag])
        self.assertEqual(in_use.used_among(Tag, [tag.pk, free.pk]), {tag.pk})

    def test_no_relation_is_forgotten(self):
        """A table that begins to use one of these must be told apart here."""
        known = {
            Author: {"Byline.author", "PartnerFeed_authors.author"},
            Section: {
                *("Article.section", "Section.parent"),
                *("ShareBlock_sections.section", "ShareBlock_not_sections.section"),
                "AdvertiseBlock_sections.section",
                "AdvertiseBlock_not_sections.section",
                "PartnerFeed_sections.section",
            },
            Tag: {
                "ArticleTag.tag",
                *("ShareBlock_tags.tag", "ShareBlock_not_tags.tag"),
                *("AdvertiseBlock_tags.tag", "AdvertiseBlock_not_tags.tag"),
                "PartnerFeed_tags.tag",
            },
            Series: {"Article.series"},
            Picture: {
                *("Article.lead_picture", "Article.social_picture"),
                *("AdvertiseBlock.picture", "Page.lead_picture"),
                *("Section.picture", "Series.picture", "Tag.picture"),
            },
        }
        for model, names in known.items():
            found = {
                f"{relation.related_model._meta.object_name}.{relation.field.name}"
                for relation in in_use.relations_to(model)
            }
            self.assertEqual(found, names)


class MergingAuthors(TestCase):
    def test_moves_bylines_and_keeps_the_name(self):
        old, new = make_author("Jon Smith"), make_author("John Smith")
        article = make_article(authors=[old])
        draft = make_article(authors=[make_author(), old], status=Status.DRAFT)
        self.assertEqual(merging.merge(old, new), 2)
        self.assertEqual(article.byline_text(), "John Smith")
        self.assertIn(new, draft.authors.all())
        self.assertFalse(Author.objects.filter(name="Jon Smith").exists())
        self.assertEqual(AuthorAlias.objects.get().name, "Jon Smith")
        self.assertEqual(AuthorAlias.objects.get().author, new)

    def test_who_stood_there_twice_stands_there_once(self):
        old, new = make_author(), make_author()
        article = make_article(authors=[new, old])
        Byline.objects.create(article=article, author=old, role="Photographs")
        merging.merge(old, new)
        roles = article.bylines.values_list("author", "role")
        self.assertEqual(sorted(roles), [(new.pk, ""), (new.pk, "Photographs")])

    def test_prints_the_old_name_only_where_asked(self):
        old, new = make_author("J. S."), make_author("John Smith")
        plain = make_article(authors=[old])
        merging.merge(old, new, keeps_printed_name=True)
        self.assertEqual(plain.byline_text(), "J. S.")
        other = make_author("Jack")
        changed = make_article(authors=[other])
        merging.merge(other, new)
        self.assertEqual(changed.byline_text(), "John Smith")

    def test_fills_what_is_empty_only_if_asked_and_overwrites_nothing(self):
        old = make_author(tagline="Columnist", bio="Old words", email="a@example.org")
        new = make_author(bio="New words")
        twin = make_author(tagline="Never", lives_in="Nowhere")
        merging.merge(twin, new)
        new.refresh_from_db()
        self.assertEqual((new.tagline, new.lives_in), ("", ""))
        merging.merge(old, new, fills=True)
        new.refresh_from_db()
        self.assertEqual((new.tagline, new.bio), ("Columnist", "New words"))
        self.assertEqual((new.email, new.is_email_public), ("a@example.org", False))

    def test_links_that_the_other_lacks_move_and_no_others(self):
        old, new = make_author(), make_author()
        for author in (old, new):
            AuthorLink.objects.create(author=author, kind="blog", url="https://a.org/")
        AuthorLink.objects.create(author=old, kind="book", title="Rain")
        merging.merge(old, new)
        links = new.links.values_list("kind", "position")
        self.assertEqual(list(links), [("blog", 0), ("book", 1)])
        self.assertEqual(AuthorLink.objects.count(), 2)

    def test_the_login_moves_if_the_other_has_none(self):
        user, other_user = make_user("one"), make_user("two")
        old, new = make_author(user=user), make_author()
        merging.merge(old, new)
        new.refresh_from_db()
        self.assertEqual(new.user, user)
        merging.merge(make_author(user=other_user), new)
        new.refresh_from_db()
        self.assertEqual(new.user, user)

    def test_a_name_that_is_a_spelling_already_is_not_kept_twice(self):
        old, new = make_author("Jon Smith"), make_author("JON SMITH")
        AuthorAlias.objects.create(author=old, name="J. Smith")
        third = make_author("j. smith")
        merging.merge(old, new)
        merging.merge(third, new)
        names = list(new.aliases.values_list("name", flat=True))
        self.assertEqual(names, ["J. Smith"])

    def test_is_whole_or_nothing(self):
        old, new = make_author(), make_author()
        article = make_article(authors=[old])
        # Something refuses at the very end, as a database may.
        with self.assertRaises(IntegrityError):
            original, Author.delete = Author.delete, _refuse
            try:
                merging.merge(old, new)
            finally:
                Author.delete = original
        self.assertEqual(article.bylines.get().author, old)
        self.assertFalse(AuthorAlias.objects.exists())

    def test_not_with_itself(self):
        author = make_author()
        with self.assertRaises(ValueError):
            merging.merge(author, author)
        self.assertTrue(Author.objects.filter(pk=author.pk).exists())


def _refuse(*args, **kwargs):
    raise IntegrityError("the disk is full")


class WorkingCopies(TestCase):
    def test_change_too_and_have_nothing_to_settle(self):
        old, new, third = make_author(), make_author(), make_author()
        article = make_article(authors=[old])
        copy = publishing.open_working_copy(article, None)
        revisions.set_bylines(copy, [(old, "", ""), (third, "", "")])
        self.assertEqual(merging.merge(old, new), 1)
        self.assertEqual(set(copy.authors.all()), {new, third})
        self.assertEqual(set(article.authors.all()), {new})
        publishing.publish_changes(article, None)
        self.assertEqual(set(article.authors.all()), {new, third})

    def test_what_the_live_article_changed_before_stays_a_clash(self):
        old, new = make_author(), make_author()
        article = make_article("One", authors=[old])
        copy = publishing.open_working_copy(article, None)
        copy.headline = "Two"
        copy.save()
        Article.objects.filter(pk=article.pk).update(headline="Three")
        merging.merge(old, new)
        with self.assertRaises(publishing.Clash) as clash:
            publishing.publish_changes(article, None)
        self.assertEqual(clash.exception.fields, ["headline"])

    def test_every_row_that_changed_counts_a_version_and_no_other(self):
        old, new = make_tag(), make_tag()
        article, other = make_article(tags=[old]), make_article(tags=[new])
        copy = publishing.open_working_copy(article, None)
        before = dict(Article.objects.values_list("pk", "version"))
        merging.merge(old, new)
        after = dict(Article.objects.values_list("pk", "version"))
        for row in (article, copy):
            self.assertEqual(after[row.pk], before[row.pk] + 1)
        self.assertEqual(after[other.pk], before[other.pk])


class MergingSubjects(TestCase):
    def test_a_tag_becomes_a_synonym_with_its_own_synonyms(self):
        old, new = make_tag("ferries"), make_tag("ferry")
        TagSynonym.objects.create(tag=old, name="boats")
        TagSynonym.objects.create(tag=old, name="Ferry")
        both, one = make_article(tags=[old, new]), make_article(tags=[old])
        merging.merge(old, new)
        self.assertEqual(list(both.tags.names()), ["ferry"])
        self.assertEqual(list(one.tags.names()), ["ferry"])
        self.assertEqual(ArticleTag.objects.count(), 2)
        synonyms = set(new.synonyms.values_list("name", flat=True))
        self.assertEqual(synonyms, {"ferries", "boats"})

    def test_advertisements_aim_at_the_other_one_once(self):
        for make, name in ((make_section, "sections"), (make_tag, "tags")):
            with self.subTest(name=name):
                old, new = make(), make()
                ad, both = make_ad(), make_ad()
                getattr(ad, f"not_{name}").add(old)
                getattr(both, name).add(old, new)
                merging.merge(old, new)
                self.assertEqual(list(getattr(ad, f"not_{name}").all()), [new])
                self.assertEqual(list(getattr(both, name).all()), [new])

    def test_a_sections_articles_and_children_move(self):
        old, new = make_section("Old"), make_section("New")
        child = make_section("Child", parent=old)
        article = make_article(section=old)
        self.assertEqual(merging.merge(old, new), 1)
        article.refresh_from_db()
        child.refresh_from_db()
        self.assertEqual((article.section, child.parent), (new, new))
        self.assertFalse(Section.objects.filter(name="Old").exists())

    def test_sections_never_get_a_second_level_or_stand_in_themselves(self):
        old = make_section("Old")
        first, second = make_section(parent=old), make_section(parent=old)
        merging.merge(old, first)
        first.refresh_from_db()
        second.refresh_from_db()
        self.assertEqual((first.parent, second.parent), (None, first))
        third = make_section("Third")
        below = make_section(parent=third)
        merging.merge(third, second)
        below.refresh_from_db()
        self.assertEqual(below.parent, first)

    def test_parts_of_a_series_move_with_their_numbers(self):
        old, new = make_series(), make_series()
        article = make_article(series=old, series_position=3)
        merging.merge(old, new)
        article.refresh_from_db()
        self.assertEqual((article.series, article.series_position), (new, 3))


class ReplacingAPicture(TestCase):
    def setUp(self):
        self.old = make_picture(alt="Old", caption="The old pier", credit="Ann")
        self.new = make_picture(600, 400, alt="New", caption="The pier", credit="Bob")

    def test_everywhere_it_is_shown(self):
        around = "<p>Before &amp; after</p>\n<ul><li><p>One</p></li></ul>"
        article = make_article(
            lead_picture=self.old,
            social_picture=self.old,
            body=f"{around}{figure(self.old)}{around}",
        )
        page = make_page(body=figure(self.old))
        ad = make_ad(picture=self.old)
        copy = publishing.open_working_copy(article, None)
        before = article.body
        self.assertEqual(merging.merge(self.old, self.new), 1)
        for row in (article, copy, page, ad):
            row.refresh_from_db()
        for row in (article, copy):
            self.assertEqual((row.lead_picture, row.social_picture), (self.new,) * 2)
        self.assertEqual(ad.picture, self.new)
        for row in (article, copy, page):
            self.assertIn(f'data-picture="{self.new.pk}"', row.body)
            image = lxml.html.fromstring(row.body).find(".//img")
            self.assertEqual(image.get("src"), self.new.file.url)
            self.assertEqual((image.get("alt"), image.get("width")), ("New", "600"))
            self.assertNotIn(f'data-picture="{self.old.pk}"', row.body)
        start, end = before.index("<figure"), before.index("</figure>")
        self.assertTrue(article.body.startswith(before[:start]))
        self.assertTrue(article.body.endswith(before[end:]))
        publishing.publish_changes(article, None)

    def test_the_records_own_words_change_and_an_editors_stay(self):
        copied = "<figcaption>The old pier <small>Ann</small></figcaption>"
        written = "<figcaption>Before the <em>storm</em> <small>Cy</small></figcaption>"
        body = figure(self.old, caption=copied) + figure(self.old, caption=written)
        changed = merging.with_picture(body, self.old, self.new)
        self.assertIn("<figcaption>The pier <small>Bob</small></figcaption>", changed)
        self.assertIn(
            "<figcaption>Before the <em>storm</em> <small>Cy</small></figcaption>",
            changed,
        )
        self.assertNotIn("Ann", changed)

    def test_in_galleries_too(self):
        other = make_picture(alt="Another")
        told = "<figcaption>Piers</figcaption>"
        body = (
            f'<figure class="gallery">{figure(self.old)}{figure(other)}{told}</figure>'
        )
        article = make_article(body=body)
        merging.merge(self.old, self.new)
        article.refresh_from_db()
        self.assertIn(f'data-picture="{self.new.pk}"', article.body)
        self.assertNotIn(f'data-picture="{self.old.pk}"', article.body)
        self.assertTrue(article.body.startswith('<figure class="gallery">'))
        self.assertTrue(article.body.endswith(f"{told}</figure>"))
        shown = in_use.articles_that_show(self.new.pk)
        self.assertEqual(shown, [article.pk])

    def test_other_pictures_stay(self):
        other = make_picture(alt="Another")
        alike = f'<figure data-picture="{self.old.pk}0"><img src="/x" alt=""></figure>'
        article = make_article(body=figure(other) + alike)
        before = article.body
        self.assertEqual(merging.with_picture(before, self.old, self.new), before)


class ThePageThatSaysSo(TestCase):
    def setUp(self):
        self.client.force_login(make_user("pat", "publisher"))

    def test_names_ten_counts_the_rest_and_destroys_nothing(self):
        tag = make_tag("ferry")
        for number in range(12):
            make_article(f"Story {number}", tags=[tag])
        page = self.client.get(delete_url(tag))
        self.assertContains(page, "Articles, as a tag (12)")
        self.assertContains(page, "and 2 more")
        self.assertContains(page, f"?tag={tag.pk}")
        self.assertContains(page, tag.get_absolute_url())
        self.assertNotContains(page, "Are you sure")
        self.client.post(delete_url(tag), {"post": "yes"})
        self.assertEqual(ArticleTag.objects.count(), 12)

    def test_puts_another_in_its_place(self):
        for make, field in (
            (make_author, "authors"),
            (make_tag, "tags"),
            (make_section, "section"),
            (make_series, "series"),
            (make_picture, "lead_picture"),
        ):
            with self.subTest(field=field):
                old, new = make(), make()
                many = field in ("authors", "tags")
                article = make_article(**{field: [old] if many else old})
                page = self.client.post(
                    delete_url(old), {"_merge": "1", "successor": new.pk}, follow=True
                )
                self.assertContains(page, "1 article where")
                article.refresh_from_db()
                found = getattr(article, field)
                self.assertEqual(list(found.all()) if many else [found], [new])
                self.assertFalse(type(old).objects.filter(pk=old.pk).exists())
                log = LogEntry.objects.filter(object_id=str(old.pk), action_flag=3)
                self.assertTrue(log.exists())

    def test_a_choice_that_is_none_is_said_and_changes_nothing(self):
        author = make_author("Ada")
        make_article(authors=[author])
        for chosen in ("", author.pk, 999999, "x", "9" * 40):
            with self.subTest(chosen=chosen):
                page = self.client.post(
                    delete_url(author), {"_merge": "1", "successor": chosen}
                )
                self.assertContains(page, "errorlist")
        self.assertTrue(Author.objects.filter(name="Ada").exists())

    def test_an_unused_one_is_deleted_as_ever(self):
        author = make_author()
        AuthorAlias.objects.create(author=author, name="A.")
        self.assertContains(self.client.get(delete_url(author)), "Are you sure")
        self.client.post(delete_url(author), {"post": "yes"})
        self.assertFalse(Author.objects.exists())

    def test_nobody_without_the_right_merges(self):
        old, new = make_tag(), make_tag()
        make_article(tags=[old])
        self.client.force_login(make_user("erin", "editor"))
        sent = {"_merge": "1", "successor": new.pk}
        self.assertEqual(self.client.post(delete_url(old), sent).status_code, 403)
        self.assertEqual(Tag.objects.count(), 2)

    def test_many_at_once_the_used_ones_stay_and_it_says_why(self):
        for make, field in (
            (make_author, "authors"),
            (make_tag, "tags"),
            (make_section, "section"),
        ):
            with self.subTest(field=field):
                used, free = make("Used one"), make("Free one")
                make_article(**{field: used if field == "section" else [used]})
                sent = {"action": "delete_selected", "index": 0}
                sent["_selected_action"] = [used.pk, free.pk]
                page = self.client.post(list_url(type(used)), sent)
                self.assertContains(page, "1 is left, because it is in use: “Used one”")
                form = lxml.html.fromstring(page.content.decode()).xpath(
                    "//form[.//input[@name='post']]"
                )[0]
                asked = [v for n, v in form.form_values() if n == "_selected_action"]
                self.assertEqual(asked, [str(free.pk)])
                self.client.post(list_url(type(used)), sent | {"post": "yes"})
                rows = type(used).objects.filter(name__in=["Used one", "Free one"])
                self.assertEqual([row.name for row in rows], ["Used one"])

    def test_many_at_once_and_all_in_use(self):
        tag = make_tag()
        make_article(tags=[tag])
        sent = {"action": "delete_selected", "index": 0, "_selected_action": [tag.pk]}
        page = self.client.post(list_url(Tag), sent | {"post": "yes"}, follow=True)
        self.assertContains(page, "1 is left")
        self.assertTrue(Tag.objects.exists())


class Size(TestCase):
    """The short form of a promise: 20,000 articles merge in seconds."""

    def test_queries_do_not_grow_with_the_articles(self):
        counts = []
        for size in (2, 40):
            old, new = make_author(), make_author()
            Byline.objects.bulk_create(
                Byline(article=article, author=old)
                for article in Article.objects.bulk_create(
                    Article(headline=f"Story {n}") for n in range(size)
                )
            )
            with self.subTest(size=size):
                with CaptureQueriesContext(connection) as queries:
                    self.assertEqual(merging.merge(old, new), size)
                counts.append(len(queries))
        self.assertEqual(counts[0], counts[1])


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
class TestInABrowser:
    def test_a_successor_is_chosen_by_typing(self, logged_in, live_server):
        old, _new = make_author("Jon Smith"), make_author("John Smith")
        article = make_article("Rain", authors=[old])
        page = logged_in(make_user("pat", "publisher"))
        page.goto(live_server.url + delete_url(old))
        expect(page.get_by_role("link", name="Rain")).to_be_visible()
        page.locator(".in-use-row .select2-selection").click()
        page.locator(".select2-search__field").fill("john")
        page.locator(".select2-results__option", has_text="John Smith").click()
        page.get_by_role("button", name="Replace and delete").click()
        expect(page.get_by_text("in 1 article where “Jon Smith” stood")).to_be_visible()
        assert article.byline_text() == "John Smith"
        assert not Author.objects.filter(pk=old.pk).exists()
