"""Saving the demo's sample: an invented paper with everything it needs.

The sample is one transaction, pictures aside: it is there or it is not. A
picture is stored in a transaction of its own and found again by its title, so
that a run that was interrupted does not draw it twice.
"""

import html
import random
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import Group, User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from articles import reads, revisions, translations
from articles.models import (
    Article,
    Byline,
    Correction,
    Origin,
    Page,
    Picture,
    ReadCount,
    Section,
    Series,
    Tag,
)
from articles.paths import path_for
from authors.images import CleanImage, content_name, encode
from authors.models import Author
from authors.shown import many_changes
from newsroom.blocks.models import (
    AdvertiseBlock,
    ShareBlock,
    ShareBlockNetwork,
    ShareNetwork,
)
from newsroom.demo.drawings import draw
from newsroom.demo.drawings.portraits import portrait
from newsroom.demo.stories import SEASONS, read_pages, read_stories, read_table
from newsroom.models import MenuItem, Publication

# The marker of everything the demo made: articles carry it as their origin,
# authors made in bulk at the beginning of their slug.
SYSTEM = "demo"
SAMPLE, BULK = "story-", "bulk-"
BULK_SLUG = "demo-"
CREDIT = "Illustration: The Wendle Courier"
LICENCE = "CC0: drawn by this software"
USERS = {
    "contributor": ("contributor", "noor-haddad"),
    "editor": ("editor", "leonard-brill"),
    "publisher": ("publisher", ""),
    "advertising": ("advertising manager", ""),
}


@dataclass(frozen=True)
class Login:
    """An account that was just made, with its password: shown once, kept nowhere."""

    username: str
    password: str
    role: str


def has_sample():
    return Origin.objects.filter(system=SYSTEM, identifier__startswith=SAMPLE).exists()


def count_foreign():
    """Return how many articles and authors are here that the demo did not make."""
    ours = [author["slug"] for author in read_table("authors")["authors"]]
    articles = Article.objects.exclude(origin__system=SYSTEM).count()
    authors = Author.objects.exclude(slug__in=ours).exclude(slug__startswith=BULK_SLUG)
    return articles, authors.count()


def make_sample(*, now=None, picture_width=1200, on_step=None):
    """Fill the site; return the logins that were made.

    Rows that are here already, by their slug, address or name, are used as they
    are. `on_step` is called with the number of steps and after each one.
    """
    now = now or timezone.now()
    stories = read_stories()
    names = _picture_names(stories)
    on_step = on_step or (lambda done, total: None)
    total = len(names) + len(stories)
    pictures = {}
    for done, name in enumerate(names, start=1):
        pictures[name] = _make_picture(name, picture_width)
        on_step(done, total)
    with transaction.atomic(), many_changes():
        _make_publication()
        _make_sections_tags_series(pictures)
        _make_authors()
        logins = _make_users()
        desk = _Desk(now, pictures)
        for done, story in enumerate(stories, start=len(names) + 1):
            desk.make_story(story)
            on_step(done, total)
        _link_translations(stories)
        _make_pages(pictures)
        _make_menus()
        _make_blocks(now, pictures)
        _pick_stories(now)
        _make_reads(now)
    return logins


# What is read, and what is read with it


def _sample(now):
    ours = Origin.objects.filter(system=SYSTEM, identifier__startswith=SAMPLE)
    live = Article.objects.live(now).filter(pk__in=ours.values("article"))
    return live.newest_first()


def _pick_stories(now):
    """Let an editor have picked two older stories for each of the newest six."""
    for article in _sample(now)[:6]:
        kindred = _sample(now).filter(section=article.section).exclude(pk=article.pk)
        revisions.set_related(article, kindred.values_list("pk", flat=True)[4:6])


def _link_translations(stories):
    for story in stories:
        if original := story.fields.get("translation_of"):
            translations.link(_article_of(original), _article_of(story.name))


def _article_of(name):
    return Article.objects.get(
        origin__system=SYSTEM, origin__identifier=f"{SAMPLE}{name}"
    )


def _make_reads(now):
    """Give each story a month of readers, fewer every day, most in the evening."""
    chance = random.Random("reads")
    hour = reads.hour_of(now)
    rows = []
    for place, article in enumerate(_sample(now)):
        fame = chance.lognormvariate(3.6, 0.6) / (1 + place / 4)
        ages = [(0, n) for n in range(24)] + [(n, 0) for n in range(1, 30)]
        for days, hours in ages:
            at = hour - timedelta(days=days, hours=hours)
            if at < article.published_at:
                continue
            by_day = fame * (0.85**days + 0.05) * (6 if days else 1)
            if count := round(by_day * chance.uniform(0.2, 1.2)):
                rows.append(ReadCount(article=article, hour=at, count=count))
    ReadCount.objects.bulk_create(rows, ignore_conflicts=True)


# Pictures


def _picture_names(stories):
    """Return the pictures that stories and blocks show, each once."""
    names = [name for story in stories for name in story.pictures]
    names += [b["picture"] for b in read_table("blocks")["advertise"] if "picture" in b]
    names += [words["picture"] for words, _ in read_pages() if "picture" in words]
    table = read_table("publication")
    subjects = [*table["sections"], *table["series"], *table["tags"].values()]
    names += [s["picture"] for s in subjects if isinstance(s, dict) and "picture" in s]
    return list(dict.fromkeys(names))


def _make_picture(name, width):
    title = f"Demo: {name.replace('-', ' ')}"
    if picture := Picture.objects.filter(title=title).first():
        return picture
    words = read_table("pictures")[name]
    picture = Picture(
        title=title,
        alt=words["alt"],
        caption=words["caption"],
        credit=CREDIT,
        licence=LICENCE,
    )
    picture.take_image(CleanImage(draw(name, width), "PNG"))
    picture.save()
    return picture


def _figure(picture):
    """Return the figure of a body as it reads without us."""
    return (
        f'<figure data-picture="{picture.pk}">'
        f'<img src="{picture.url_near(800)}" alt="{html.escape(picture.alt)}">'
        f"<figcaption>{html.escape(picture.caption, quote=False)} "
        f"<small>{html.escape(picture.credit, quote=False)}</small></figcaption>"
        "</figure>"
    )


# The site, its sections, tags and people


def _make_publication():
    publication, is_new = Publication.objects.get_or_create(pk=1)
    if is_new or (publication.name == "Newsroom" and not publication.tagline):
        for name, value in read_table("publication")["publication"].items():
            setattr(publication, name, value)
        publication.save()


def _make_sections_tags_series(pictures):
    table = read_table("publication")
    rows = [*table["sections"], *table["series"], *table["tags"].values()]
    for row in rows:
        if isinstance(row, dict) and "picture" in row:
            row["picture"] = pictures[row["picture"]]
    for position, row in enumerate(table["sections"]):
        parent = row.pop("parent", None)
        row["parent"] = parent and Section.objects.get(slug=parent)
        row["position"] = position
        Section.objects.get_or_create(slug=row.pop("slug"), defaults=row)
    for slug, row in table["tags"].items():
        row = {"name": row} if isinstance(row, str) else row
        synonyms = row.pop("synonyms", [])
        tag, is_new = Tag.objects.get_or_create(slug=slug, defaults=row)
        if is_new:
            for name in synonyms:
                tag.synonyms.create(name=name)
    for row in table["series"]:
        Series.objects.get_or_create(slug=row.pop("slug"), defaults=row)


def _make_authors():
    for row in read_table("authors")["authors"]:
        look, links = row.pop("portrait"), row.pop("links")
        aliases, slug = row.pop("aliases", []), row.pop("slug")
        author, is_new = Author.objects.get_or_create(slug=slug, defaults=row)
        if not is_new:
            continue
        content = encode(portrait(slug, **look), "JPEG")
        name = f"authors/{content_name(content, 'jpg')}"
        if not default_storage.exists(name):
            name = default_storage.save(name, ContentFile(content))
        author.photo.name = name
        author.save(update_fields=["photo"])
        for position, link in enumerate(links):
            author.links.create(position=position, **link)
        for alias in aliases:
            author.aliases.create(name=alias)


def _make_users():
    logins = []
    if login := _make_user("admin", "superuser", is_superuser=True):
        logins.append(login)
    for username, (group, author) in USERS.items():
        login = _make_user(username, group)
        if login is None:
            continue
        logins.append(login)
        user = User.objects.get(username=username)
        user.groups.add(Group.objects.get(name=group))
        Author.objects.filter(slug=author, user=None).update(user=user)
    return logins


def _make_user(username, role, **fields):
    """Return the login of a new user, or nothing: an existing one stays as it is."""
    if User.objects.filter(username=username).exists():
        return None
    password = secrets.token_urlsafe(12)
    User.objects.create_user(
        username, f"{username}@example.org", password, is_staff=True, **fields
    )
    return Login(username, password, role)


# Stories


class _Desk:
    """What a story needs to become an article, loaded once."""

    def __init__(self, now, pictures):
        self.now = now
        self.pictures = pictures
        self.sections = {section.slug: section for section in Section.objects.all()}
        self.tags = {tag.slug: tag for tag in Tag.objects.all()}
        self.series = {series.slug: series for series in Series.objects.all()}
        self.authors = {author.slug: author for author in Author.objects.all()}
        self.contributor = User.objects.get(username="contributor")

    def make_story(self, story):
        """Save an article with its bylines, tags, corrections and origin."""
        words = story.fields
        published_at = self.moment(story)
        status = words.get("status", Article.Status.PUBLISHED)
        article = Article(
            headline=story.headline,
            front_headline=words.get("front", ""),
            standfirst=words.get("standfirst", ""),
            body=self.body(story),
            section=self.sections[story.section],
            language=words.get("language", "en"),
            lead_picture=self.pictures.get(story.picture),
            status=status,
            published_at=published_at,
            canonical_url=words.get("canonical", ""),
            first_published_in=words.get("first_published", ""),
            seo_title=words.get("seo_title", ""),
            seo_description=words.get("seo_description", ""),
            has_no_ads="no_ads" in words,
            is_no_index="no_index" in words,
            ai_use=words.get("ai_use", ""),
            sources=words.get("sources", ""),
            checked_by=words.get("checked_by", ""),
            created_at=min(published_at, self.now) - timedelta(hours=5),
            path=self.path(words, published_at),
        )
        if series := words.get("series"):
            slug, part = series.split()
            article.series, article.series_position = self.series[slug], int(part)
        if expires := words.get("expires_after"):
            article.expires_at = published_at + timedelta(days=float(expires))
        if update := words.get("update"):
            days, article.material_update_note = update.split("|")
            article.material_update_at = published_at + timedelta(days=float(days))
        if notice := words.get("withdrawn"):
            article.withdrawn_at = published_at + timedelta(days=1)
            article.withdrawal_notice = notice
        if status in (Article.Status.DRAFT, Article.Status.REVIEW):
            article.published_at = None
            article.created_by = self.contributor
        else:
            article.assign_path()
        # What is out already is no news for the clock.
        if article.is_live(self.now):
            article.announced_at = self.now
        article.save()
        self.make_rest(story, article, published_at)

    def make_rest(self, story, article, published_at):
        Byline.objects.bulk_create(
            Byline(
                article=article, author=self.authors[slug], role=role, position=position
            )
            for position, (slug, role) in enumerate(story.authors)
        )
        article.tags.set([self.tags[slug] for slug in story.tags])
        for kind, place, days, text in story.corrections:
            Correction.objects.create(
                article=article,
                kind=kind,
                place=place,
                text=text,
                corrected_at=published_at + timedelta(days=float(days)),
            )
        Origin.objects.create(
            article=article, system=SYSTEM, identifier=f"{SAMPLE}{story.name}"
        )

    def moment(self, story):
        """Return when the story is published: by day, at an hour of its own."""
        chance = random.Random(f"{story.name} at")
        moment = self.now - timedelta(days=story.days)
        if story.season:
            moment = _in_season(moment, story.season, chance)
        if abs(story.days) < 1:
            return moment
        return moment.replace(
            hour=chance.randint(5, 20), minute=chance.randint(0, 59), second=0
        )

    def body(self, story):
        return re.sub(
            r'<figure data-picture="([a-z-]+)"></figure>',
            lambda match: _figure(self.pictures[match[1]]),
            story.body,
        )

    def path(self, words, published_at):
        """Return an old address as it was imported, or one in Latin letters."""
        day = timezone.localtime(published_at)
        if old := words.get("path"):
            return old.format(year=day.year)
        if slug := words.get("slug"):
            return path_for(slug, day)
        return None


def _in_season(moment, season, chance):
    """Return the moment, or an earlier one in the season's three months."""
    months = SEASONS[season]
    if timezone.localtime(moment).month in months:
        return moment
    while timezone.localtime(moment).month not in months:
        moment -= timedelta(days=1)
    return moment - timedelta(days=chance.randint(0, 80))


# Pages and blocks


def _make_pages(pictures):
    for words, body in read_pages():
        if name := words.pop("picture", None):
            words["lead_picture"] = pictures[name]
        Page.objects.get_or_create(
            path=words.pop("path"), defaults={**words, "body": body}
        )


def _make_menus():
    """Put into the menus what publication.toml says; not where editors made theirs.

    The links that every new site has stand in the table too.
    """
    for menu, lines in read_table("publication")["menus"].items():
        items = MenuItem.objects.filter(menu=menu)
        if items.filter(address="").exists():
            continue
        items.delete()
        for position, line in enumerate(lines):
            MenuItem.objects.create(menu=menu, position=position, **_menu_target(line))


def _menu_target(line):
    """Return the fields of an item: sections and pages are named by slug and path."""
    if slug := line.pop("section", None):
        line["section"] = Section.objects.get(slug=slug)
    if path := line.pop("page", None):
        line["page"] = Page.objects.get(path=path)
    return line


def _make_blocks(now, pictures):
    table = read_table("blocks")
    for position, row in enumerate(table["networks"]):
        ShareNetwork.objects.get_or_create(
            name=row.pop("name"), defaults={"position": position, **row}
        )
    for row in table["share"]:
        names = row.pop("networks")
        block, is_new = ShareBlock.objects.get_or_create(
            name=row.pop("name"), defaults=row
        )
        for position, name in enumerate(names if is_new else []):
            ShareBlockNetwork.objects.create(
                block=block,
                network=ShareNetwork.objects.get(name=name),
                position=position,
            )
    for row in table["advertise"]:
        _make_advertise_block(row, now, pictures)


def _make_advertise_block(row, now, pictures):
    for edge in ("starts", "ends"):
        if days := row.pop(f"{edge}_in_days", None):
            row[f"{edge}_at"] = now + timedelta(days=days)
    if name := row.pop("picture", None):
        row["picture"] = pictures[name]
    sections = row.pop("sections", [])
    tags, not_tags = row.pop("tags", []), row.pop("not_tags", [])
    block, is_new = AdvertiseBlock.objects.get_or_create(
        name=row.pop("name"), defaults=row
    )
    if is_new:
        block.sections.set(Section.objects.filter(slug__in=sections))
        block.tags.set(Tag.objects.filter(slug__in=tags))
        block.not_tags.set(Tag.objects.filter(slug__in=not_tags))
