"""A small site, and every kind of edit that can happen to it."""

import random
import time
from datetime import UTC, timedelta

import lxml.html
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from articles import merging, publishing, trash
from articles.importers.saving import Choices, save_stories
from articles.importers.story import Story, When
from articles.models import Article, Byline, Page, Section, Series, Tag
from authors.models import Author
from newsroom import clock
from newsroom.blocks.models import AdvertiseBlock, ShareBlock
from newsroom.models import Publication
from newsroom.redirects.models import Redirect
from tests.factories import (
    NOON,
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
HOUR = timedelta(hours=1)


class World:
    """The rows, and a random generator that decides what happens to them next."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.count = 0
        self.user = make_user(f"pat{seed}", "publisher")
        self.desk = Client()
        self.desk.force_login(self.user)
        Publication.objects.update_or_create(pk=1, defaults={"name": "The Weir"})
        top = [make_section(name) for name in ("News", "Opinion", "Sport")]
        make_section("Rowing", parent=top[2])
        for name in ("water", "bread", "bridges", "choirs"):
            make_tag(name)
        for name in ("Ann Ash", "Ben Birch", "Cy Cedar"):
            make_author(name)
        make_series("The flood")
        self.pictures = [make_picture(300, 200), make_picture(200, 300)]
        make_page("About", path="/about/", body="<p>Us.</p>")
        for number in range(9):
            self.make_story(published_at=NOON + number * HOUR)
        ShareBlock.objects.create(name="Share", placement="after_body")
        AdvertiseBlock.objects.create(
            name="House", placement="sidebar", headline="Here", link_url="/about/"
        )

    # Choosing

    def word(self):
        self.count += 1
        return f"word{self.count}"

    def one(self, queryset):
        rows = list(queryset.order_by("pk"))
        return self.random.choice(rows) if rows else None

    def live(self):
        return self.one(Article.objects.live())

    def some(self, queryset, most=3):
        rows = list(queryset.order_by("pk"))
        return self.random.sample(rows, min(len(rows), self.random.randint(0, most)))

    def make_story(self, **fields):
        story = make_article(
            f"Headline {self.word()}",
            body=f"<p>{self.word()}</p>",
            section=self.one(Section.objects.all()),
            series=self.random.choice([None, None, self.one(Series.objects.all())]),
            lead_picture=self.random.choice([None, *self.pictures]),
            authors=self.some(Author.objects.all(), 2),
            tags=self.some(Tag.objects.all()),
            **fields,
        )
        return story

    # What readers may ask for

    def paths(self):
        """Return every address there is, or was: pages that are gone are pages."""
        lists = [reverse(f"articles:{name}") for name in ("archive", "tags")]
        rows = [
            *Section.objects.all(), *Tag.objects.all(), *Author.objects.all(),
            *Series.objects.all(), *Page.objects.all(),
            *Article.objects.exclude(path=None).exclude(status=Status.WORKING),
        ]  # fmt: skip
        months = {
            reverse("articles:month", args=[f"{at:%Y}", f"{at:%m}"])
            for at in Article.objects.live().values_list("published_at", flat=True)
        }
        lists += ["/", reverse("authors:list"), *sorted(months)]
        old = Redirect.objects.filter(match="exact").values_list("key", flat=True)
        paths = [*lists, *(row.get_absolute_url() for row in rows), *old]
        return list(dict.fromkeys(paths))

    # Edits. Each returns nothing; what it cannot do it leaves.

    def edit(self):
        """Do something; return its name."""
        names = [name for name in dir(self) if name.startswith("do_")]
        name = self.random.choice(names)
        getattr(self, name)()
        return name.removeprefix("do_")

    def do_body(self):
        if article := self.live():
            article.body = f"<p>{self.word()}</p>"
            article.save(update_fields=["body"])

    def do_headline(self):
        if article := self.live():
            article.headline = self.word()
            article.save(update_fields=["headline"])

    def do_through_the_form(self):
        article = self.one(Article.objects.originals())
        url = reverse("admin:articles_article_change", args=[article.pk])
        page = lxml.html.fromstring(self.desk.get(url).content.decode())
        form = page.get_element_by_id("article_form")
        values = {n: (v or "").removeprefix("\n") for n, v in form.form_values()}
        values["standfirst"] = self.word()
        values["tags"] = ", ".join(
            f'"{tag.name}"' for tag in self.some(Tag.objects.all())
        )
        buttons = {b.get("name"): b.get("value") for b in form.iter("button")}
        names = [n for n in ("_publish", "_publish_changes", "_save") if n in buttons]
        name = self.random.choice(names)
        self.desk.post(url, values | {name: buttons[name]})

    def do_bulk_action(self):
        articles = self.some(Article.objects.originals(), 3)
        action = self.random.choice(["publish", "withdraw", "set_section"])
        section = self.one(Section.objects.all())
        self.desk.post(
            reverse("admin:articles_article_changelist"),
            {
                "action": action,
                "_selected_action": [article.pk for article in articles],
                "section": section.pk,
                "_do": "1",
            },
        )

    def do_draft_and_publish(self):
        story = self.make_story(status=Status.DRAFT)
        if self.random.random() < 0.7:
            story.publish()
            publishing.announce_by_hand(story, self.user)

    def do_backdate(self):
        if article := self.live():
            days = timedelta(days=self.random.randint(-60, 60))
            article.published_at = min(article.published_at + days, timezone.now())
            article.save(update_fields=["published_at"])

    def do_withdraw(self):
        if article := self.live():
            publishing.withdraw(article, self.user)

    def do_publish_again(self):
        if article := self.one(Article.objects.filter(status=Status.WITHDRAWN)):
            article.publish()

    def do_trash(self):
        if article := self.one(Article.objects.originals()):
            publishing.move_to_trash(article, self.user)

    def do_take_from_trash(self):
        if article := self.one(Article.objects.in_trash()):
            publishing.take_from_trash(article, as_it_was=self.random.random() < 0.5)

    def do_destroy(self):
        if article := self.one(Article.objects.in_trash()):
            trash.destroy(Article.objects.filter(pk=article.pk))

    def do_retag(self):
        if article := self.live():
            article.tags.set(self.some(Tag.objects.all()))

    def do_byline(self):
        if article := self.live():
            article.bylines.all().delete()
            for author in self.some(Author.objects.all(), 2):
                Byline.objects.create(article=article, author=author)

    def do_move(self):
        if article := self.live():
            article.section = self.one(Section.objects.all())
            article.series = self.random.choice([None, self.one(Series.objects.all())])
            article.save(update_fields=["section", "series"])

    def do_correct(self):
        if article := self.live():
            article.corrections.create(text=self.word())

    def do_lead_picture(self):
        if article := self.live():
            article.lead_picture = self.random.choice([None, *self.pictures])
            article.save(update_fields=["lead_picture"])

    def do_pick(self):
        if (article := self.live()) and (
            story := self.one(Article.objects.originals())
        ):
            article.related_stories.all().delete()
            if story != article:
                article.related_stories.create(story=story)

    def do_picture_words(self):
        picture = self.random.choice(self.pictures)
        picture.alt = picture.caption = self.word()
        picture.save()

    def do_working_copy(self):
        if article := self.live():
            copy = publishing.open_working_copy(article, self.user)
            copy.headline = self.word()
            copy.save(update_fields=["headline"])
            copy.tags.set(self.some(Tag.objects.all()))
            if self.random.random() < 0.6:
                publishing.publish_changes(article, self.user)

    def do_schedule_and_tick(self):
        soon = timezone.now() + timedelta(milliseconds=200)
        self.make_story(status=Status.PUBLISHED, published_at=soon)
        time.sleep(0.25)
        clock.tick()

    def do_expire_and_tick(self):
        if article := self.live():
            article.expires_at = timezone.now() + timedelta(milliseconds=200)
            article.save(update_fields=["expires_at"])
            time.sleep(0.25)
            clock.tick()

    def do_author(self):
        author = self.one(Author.objects.all())
        author.bio = self.word()
        author.save()
        author.links.create(kind="book", title=self.word())

    def do_rename(self):
        model = self.random.choice([Section, Tag, Series, Author])
        row = self.one(model.objects.all())
        row.name = self.word()
        row.save()

    def do_describe_section(self):
        section = self.one(Section.objects.all())
        section.description = self.word()
        section.save()

    def do_site_name(self):
        Publication.objects.get(pk=1)
        publication = Publication.objects.get(pk=1)
        publication.name = self.word()
        publication.save()

    def do_page(self):
        page = self.one(Page.objects.all())
        page.body = f"<p>{self.word()}</p>"
        page.is_published = self.random.random() < 0.8
        page.save()

    def do_block(self):
        block = self.one(self.random.choice([ShareBlock, AdvertiseBlock]).objects.all())
        block.is_active = not block.is_active
        block.placement = self.random.choice(["sidebar", "after_body", "home"])
        block.save()
        block.sections.set(self.some(Section.objects.all(), 1))

    def do_flight(self):
        block = self.one(AdvertiseBlock.objects.all())
        block.is_active = True
        block.starts_at = timezone.now() + timedelta(milliseconds=150)
        block.ends_at = self.random.choice([None, block.starts_at + HOUR])
        block.save()

    def do_merge(self):
        model = self.random.choice([Tag, Author])
        if model.objects.count() > 3:
            old, new = self.random.sample(list(model.objects.order_by("pk")), 2)
            merging.merge(old, new)

    def do_change_address(self):
        if article := self.live():
            article.path = f"/{self.word()}/"
            article.save(update_fields=["path"])

    def do_change_page_address(self):
        page = self.one(Page.objects.all())
        page.path = f"/{self.word()}/"
        page.save()

    def do_change_slug(self):
        row = self.one(self.random.choice([Tag, Author, Section]).objects.all())
        row.slug = self.word()
        row.save()

    def do_redirect(self):
        """Lead on from what may be kept as missing, or from an address of its own."""
        gone = self.one(Article.objects.filter(status__in=["withdrawn", "trashed"]))
        stem = gone.path.rstrip("/") if gone else ""
        if gone and not Redirect.objects.filter(old__startswith=stem).exists():
            old, match = gone.path, self.random.choice(["exact", "prefix", "pattern"])
            old += "*" if match == "pattern" else ""
        else:
            old, match = f"/{self.word()}/", "exact"
        target = self.random.choice(["/about/", "https://other.example/", ""])
        answer = 301 if target else 410
        Redirect(
            old=old, match=match, target=target, answer=answer, keeps_rest=False
        ).save()

    def do_redirect_no_more(self):
        if redirect := self.one(Redirect.objects.all()):
            redirect.delete()

    def do_new_words(self):
        make_tag(self.word())
        make_author(self.word())

    def do_import(self):
        word = self.word()
        story = Story(
            source_system="test", source_id=word, source=word.encode(), headline=word,
            body_html=f"<p>{word}</p>", published=When(NOON),
        )  # fmt: skip
        section = self.one(Section.objects.all())
        list(save_stories([story], Choices(zone=UTC, section=section)))
