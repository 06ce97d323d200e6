"""Every kind of edit that can happen to a small site (world.py)."""

import contextlib
import time
from datetime import UTC, timedelta

import lxml.html
from django.urls import reverse
from django.utils import timezone

from articles import merging, publishing, translations, trash
from articles.importers.saving import Choices, save_stories
from articles.importers.story import Credit, Story, When
from articles.models import Article, Byline, Page, Picture, Section, Series, Tag
from authors.models import Author
from newsroom import clock, menus
from newsroom.blocks.models import AdvertiseBlock, ShareBlock, ShareNetwork
from newsroom.crawlers.models import CrawlRule, SiteFiles
from newsroom.feeds.models import PartnerFeed
from newsroom.models import Publication
from newsroom.redirects.models import Redirect
from tests.factories import NOON, image_file, make_author, make_page, make_tag

Status = Article.Status
HOUR = timedelta(hours=1)
# Until what an edit has set happens: pages are kept meanwhile.
SOON = timedelta(seconds=1)


class Edits:
    """Each `do_…` makes one edit and returns nothing; what it cannot do it leaves."""

    def wait_for_it(self):
        """Wait for the moment the last edit has set; sometimes the clock looks."""
        time.sleep(max(0, (self.moment_at - timezone.now()).total_seconds()) + 0.01)
        self.moment_at = None
        if self.random.random() < 0.5:
            clock.tick()

    def fewer_articles(self):
        """Trash an article, or empty the trash of one; corrected ones stay for good."""
        rest = Article.objects.filter(corrections=None)
        if article := self.one(rest.in_trash()):
            trash.destroy(Article.objects.filter(pk=article.pk))
        else:
            publishing.move_to_trash(self.one(rest.originals()), self.user)

    def fewer_tags(self):
        """Delete one; what stories have is merged into another."""
        if tag := self.one(Tag.objects.filter(articletag_items=None)):
            self.delete(tag)
        else:
            merging.merge(*self.two(Tag))

    def fewer_authors(self):
        """Delete one; who has signed stories is merged into somebody."""
        if author := self.one(Author.objects.filter(bylines=None)):
            self.delete(author)
        else:
            merging.merge(*self.two(Author))

    def fewer_pages(self):
        page = self.one(Page.objects.all())
        self.delete(page)

    # Through the forms of the desk

    def form(self, url, name):
        """Return (values, buttons) of a form, as a browser would send them."""
        page = lxml.html.fromstring(self.desk.get(url).content.decode())
        form = page.get_element_by_id(name)
        values = {n: (v or "").removeprefix("\n") for n, v in form.form_values()}
        buttons = {b.get("name"): b.get("value") for b in form.iter("button", "input")}
        return values, buttons

    def fill_in(self, row, **values):
        """Change a row through its form; None unticks a box."""
        name = row._meta.model_name
        url = reverse(f"admin:{row._meta.app_label}_{name}_change", args=[row.pk])
        sent = self.form(url, f"{name}_form")[0] | values | {"_save": "1"}
        sent = {name: value for name, value in sent.items() if value is not None}
        answer = self.desk.post(url, sent)
        assert answer.status_code == 302, (row, values, answer.content.decode())

    def delete(self, row):
        """Delete a row as the desk does; what is in use may refuse to go."""
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}_delete"
        self.desk.post(reverse(name, args=[row.pk]), {"post": "yes"})

    def tick(self):
        return self.random.choice(["on", None])

    def do_article_form(self):
        article = self.one(Article.objects.originals())
        url = reverse("admin:articles_article_change", args=[article.pk])
        values, buttons = self.form(url, "article_form")
        values["standfirst"] = self.word()
        values["tags"] = ", ".join(
            f'"{tag.name}"' for tag in self.some(Tag.objects.all())
        )
        names = ["front_headline", "seo_title", "seo_description", "sources", "body"]
        values[self.random.choice(names)] = self.word()
        names = [n for n in ("_publish", "_publish_changes", "_save") if n in buttons]
        name = self.random.choice(names)
        self.desk.post(url, values | {name: buttons[name]})

    def do_section_form(self):
        section = self.one(Section.objects.all())
        self.fill_in(section, **self.said("name", "description", "back_label"))

    def do_section_parent(self):
        section = self.one(Section.objects.filter(children=None))
        others = Section.objects.filter(parent=None).exclude(pk=section.pk)
        parent = self.random.choice([None, self.one(others)])
        self.fill_in(section, parent=parent.pk if parent else "")

    def do_tag_form(self):
        self.fill_in(self.one(Tag.objects.all()), **self.said("name", "description"))

    def do_series_form(self):
        series = self.one(Series.objects.all())
        self.fill_in(series, **self.said("name", "description"))

    def said(self, *names):
        """Return another word for one of the fields, or another picture."""
        name = self.random.choice([*names, "picture"])
        if name != "picture":
            return {name: self.word()}
        picture = self.maybe(Picture)
        return {name: picture.pk if picture else ""}

    def do_author_form(self):
        name = self.random.choice(["name", "bio", "tagline", "lives_in", "contact"])
        self.fill_in(self.one(Author.objects.all()), **{name: self.word()})

    def do_author_link(self):
        author = self.one(Author.objects.all())
        author.links.all().delete()
        author.links.create(kind="book", title=self.word())

    def do_picture_form(self):
        name = self.random.choice(["alt", "caption", "credit"])
        self.fill_in(self.one(Picture.objects.all()), **{name: self.word()})

    def do_page_form(self):
        if page := self.one(Page.objects.filter(trashed_at=None)):
            name = self.random.choice(["title", "standfirst", "body"])
            self.fill_in(page, **{name: self.word(), "is_published": self.tick()})

    def do_publication_form(self):
        name = self.random.choice(["name", "tagline", "description", "copyright"])
        self.fill_in(Publication.objects.get(), **{name: self.word()})

    def do_share_form(self):
        name = self.random.choice(["call", "text", "link_label"])
        places = ["sidebar", "after_body", "home"]
        self.fill_in(
            self.one(ShareBlock.objects.all()),
            **{name: self.word(), "is_active": self.tick(), "has_copy": self.tick()},
            placement=self.random.choice(places),
        )

    def do_network_form(self):
        network = self.one(ShareNetwork.objects.all())
        self.fill_in(network, name=self.word(), is_active=self.tick())

    def do_advertise_form(self):
        block = self.one(AdvertiseBlock.objects.all())
        name = self.random.choice(["headline", "text", "label"])
        self.fill_in(block, **{name: self.word(), "is_active": self.tick()})

    def do_block_scope(self):
        block = self.one(self.random.choice([ShareBlock, AdvertiseBlock]).objects.all())
        scope = self.random.choice([block.sections, block.not_sections])
        scope.set(self.some(Section.objects.all(), 1))
        scope = self.random.choice([block.tags, block.not_tags])
        scope.set(self.some(Tag.objects.all(), 1))

    def do_flight(self):
        block = self.one(AdvertiseBlock.objects.all())
        block.is_active = True
        block.starts_at = timezone.now() + SOON
        block.ends_at = self.random.choice([None, block.starts_at + HOUR])
        block.save()
        self.moment_at = block.starts_at

    def do_menu(self):
        lines = [f"section-{s.pk}" for s in self.some(Section.objects.all())]
        lines += [
            f"page-{p.pk}" for p in self.some(Page.objects.filter(trashed_at=None))
        ]
        self.random.shuffle(lines)
        merged = {menu: [] for menu in menus.MENUS}
        for line in lines:
            merged[self.random.choice(list(merged))].append(
                menus.Line(line, self.word())
            )
        menus.put(merged)

    # Through verbs, and by code that saves rows

    def do_body(self):
        if article := self.live():
            article.body = f"<p>{self.word()}</p>"
            article.save(update_fields=["body"])

    def do_headline(self):
        if article := self.live():
            article.headline = self.word()
            article.save(update_fields=["headline"])

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
            answer = self.random.choice(Article.Withdrawal.values)
            publishing.withdraw(article, self.user, self.word(), answer)

    def do_publish_again(self):
        if article := self.one(Article.objects.filter(status=Status.WITHDRAWN)):
            article.publish()

    def do_trash(self):
        if article := self.one(Article.objects.originals()):
            publishing.move_to_trash(article, self.user)

    def do_take_from_trash(self):
        if article := self.one(Article.objects.in_trash()):
            publishing.take_from_trash(article, as_it_was=self.random.random() < 0.5)

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
        """Correct one of few: a correction keeps its story from being destroyed."""
        corrected = Article.objects.exclude(corrections=None).distinct()
        among = corrected if corrected.count() > 2 else Article.objects
        if article := self.one(among.live()):
            kind = self.random.choice(["correction", "retraction"])
            article.corrections.create(text=self.word(), kind=kind)

    def do_translate(self):
        """Link two stories, or part one."""
        article, other = self.live(), self.live()
        if self.random.random() < 0.3:
            translations.part(article or other)
        elif article and article != other:
            other.language = self.random.choice(["de", "fr", "es", "pl"])
            other.save(update_fields=["language"])
            with contextlib.suppress(translations.CannotLink):
                translations.link(article, other)

    def do_pick(self):
        if (article := self.live()) and (
            story := self.one(Article.objects.originals())
        ):
            article.related_stories.all().delete()
            if story != article:
                article.related_stories.create(story=story)

    def do_working_copy(self):
        if article := self.live():
            copy = publishing.open_working_copy(article, self.user)
            copy.headline = self.word()
            copy.save(update_fields=["headline"])
            copy.tags.set(self.some(Tag.objects.all()))
            if self.random.random() < 0.6:
                # What another edit changed, too, a person would have to settle.
                with contextlib.suppress(publishing.Clash):
                    publishing.publish_changes(article, self.user)

    def do_hide(self):
        if article := self.live():
            article.is_no_index = not article.is_no_index
            article.save(update_fields=["is_no_index"])

    def do_material_update(self):
        if article := self.live():
            article.material_update_at = timezone.now()
            article.save(update_fields=["material_update_at"])

    def do_partner(self):
        feed = self.one(PartnerFeed.objects.all())
        feed.is_full = not feed.is_full
        feed.save()
        feed.sections.set(self.some(Section.objects.all(), 1))
        feed.tags.set(self.some(Tag.objects.all(), 2))
        feed.authors.set(self.some(Author.objects.all(), 1))

    def do_robots(self):
        CrawlRule.objects.create(path=f"/{self.word()}/")
        SiteFiles(humans=self.word(), machines="answers").save()

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
        stem = gone.path.rstrip("/") if gone and gone.path else ""
        if stem and not Redirect.objects.filter(old__startswith=stem).exists():
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

    def do_schedule(self):
        self.moment_at = timezone.now() + SOON
        self.make_story(published_at=self.moment_at)

    def do_expire(self):
        if article := self.live():
            self.moment_at = article.expires_at = timezone.now() + SOON
            article.save(update_fields=["expires_at"])

    def do_many_fields(self):
        if article := self.live():
            article.lead_picture = self.maybe(Picture)
            article.series_position = self.random.randint(1, 3)
            article.language = self.random.choice(["", "fr"])
            article.has_no_ads = self.random.random() < 0.5
            article.material_update_at = self.random.choice([None, timezone.now()])
            article.save()

    def do_new_picture(self):
        picture = self.one(Picture.objects.all())
        color = f"#{self.random.randrange(16**6):06x}"
        picture.take(image_file(self.random.choice([200, 300]), 250, color=color))
        picture.save()

    def do_new_page(self):
        make_page(self.word(), path=f"/{self.word()}/", body=f"<p>{self.word()}</p>")

    def do_delete(self):
        model = self.random.choice([Tag, Author, Page])
        if row := self.one(model.objects.all()):
            self.delete(row)

    def two(self, model):
        return self.random.sample(list(model.objects.order_by("pk")), 2)

    def do_merge(self):
        model = self.random.choice([Tag, Author])
        if model.objects.count() > 2:
            merging.merge(*self.two(model))

    def do_new_words(self):
        make_tag(self.word())
        make_author(self.word())

    def do_import(self):
        """A new story, or another version of one that was imported."""
        number = self.random.randrange(4)
        story = Story(
            source_system="test", source_id=f"{number}", source=self.word().encode(),
            headline=self.word(), body_html=f"<p>{self.word()}</p>",
            published=When(NOON), credits=[Credit(f"Imported {number}")],
        )  # fmt: skip
        section = self.one(Section.objects.all())
        list(save_stories([story], Choices(zone=UTC, section=section)))
