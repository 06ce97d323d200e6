"""Plain functions that make what a test needs: name only what matters."""

import io
import itertools
from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.models import Group, User
from django.core.files.base import ContentFile
from PIL import Image

from articles.models import Article, Byline, Page, Picture, Section, Series, Tag
from authors.models import Author
from newsroom.models import MenuItem

NOON = datetime(2024, 5, 17, 12, tzinfo=ZoneInfo("UTC"))
_numbers = itertools.count(1)


def make_author(name=None, **fields):
    return Author.objects.create(name=name or f"Ada Writer{next(_numbers)}", **fields)


def make_section(name=None, **fields):
    return Section.objects.create(name=name or f"Section {next(_numbers)}", **fields)


def make_menu(*targets, menu="header"):
    """Put sections, pages and ("label", "address") into a menu, in this order."""
    for position, target in enumerate(targets):
        if isinstance(target, tuple):
            fields = dict(zip(("label", "address"), target, strict=True))
        else:
            fields = {type(target).__name__.lower(): target}
        MenuItem.objects.create(menu=menu, position=position, **fields)


def make_series(name=None, **fields):
    return Series.objects.create(name=name or f"Series {next(_numbers)}", **fields)


def make_tag(name=None, **fields):
    return Tag.objects.create(name=name or f"tag {next(_numbers)}", **fields)


def make_article(headline=None, *, authors=(), tags=(), **fields):
    """A published article of NOON, unless told otherwise.

    `authors` are Author rows, in the order of the byline; `tags` Tag rows.
    """
    fields.setdefault("status", Article.Status.PUBLISHED)
    article = Article(headline=headline or f"Headline {next(_numbers)}", **fields)
    if article.status == Article.Status.PUBLISHED:
        article.published_at = article.published_at or NOON
        article.assign_path()
    article.save()
    for position, author in enumerate(authors):
        Byline.objects.create(article=article, author=author, position=position)
    article.tags.set(tags)
    return article


def make_page(title=None, **fields):
    number = next(_numbers)
    fields.setdefault("path", f"/page-{number}/")
    return Page.objects.create(title=title or f"Page {number}", **fields)


def image_file(width=900, height=600, *, format="PNG", color="teal", name="drawn.png"):
    """A real image file, as a form would hand it over."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), color).save(out, format)
    return ContentFile(out.getvalue(), name=name)


def make_picture(width=900, height=600, **fields):
    fields.setdefault("alt", "A drawn square")
    picture = Picture(**fields)
    picture.take(image_file(width, height))
    picture.save()
    return picture


def make_user(username=None, *groups, **fields):
    """A member of staff in the named groups, whose password is "password"."""
    fields.setdefault("is_staff", True)
    user = User.objects.create_user(
        username or f"user{next(_numbers)}", password="password", **fields
    )
    user.groups.set(Group.objects.filter(name__in=groups))
    return user
