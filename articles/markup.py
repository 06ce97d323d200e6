"""What readers' templates need to show articles: bylines, pictures, days, links.

newsroom/environment.py hands these to the templates, by their names here.
"""

import re
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from unicodedata import bidirectional

from django.utils import timezone
from django.utils.encoding import iri_to_uri
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from articles import rendering
from articles.languages import direction_of
from articles.names import join_names
from articles.reading_time import minutes_to_read as minutes_of
from articles.typography import refine


def direction(language):
    """Return "rtl" or "ltr", as the language is written."""
    return direction_of(language or "")


def iso(moment):
    """Return a moment as HTML's `datetime` has it, to the second."""
    return _here(moment).isoformat(timespec="seconds")


def day(moment):
    """Return the day of a moment, in the site's zone, as the language writes days."""
    return _written(_here(moment).date(), "DATE_FORMAT", get_language())


def _here(moment):
    # Readers have the site's zone, which nobody looks up in what the thread has.
    return moment.astimezone(timezone.get_default_timezone())


def date(moment, form):
    """Return a moment or a day in one of Django's date formats, or a named one."""
    return date_format(timezone.template_localtime(moment), form)


@lru_cache(maxsize=1024)
def _written(day, form, language):
    # Page after page shows the same days.
    return date_format(day, form)


def web_address(address):
    """Return the address, as a link writes it, when one may lead there; else "".

    Forms accept web addresses only; what came in another way is held here.
    """
    # Browsers drop tabs and line ends: "/\t/elsewhere" leads elsewhere.
    if re.search(r"[\x00-\x1f]", address):
        return ""
    is_web = address.lower().startswith(("https://", "http://"))
    is_ours = address.startswith("/") and not address.startswith(("//", "/\\"))
    return iri_to_uri(address) if is_web or is_ours else ""


def isolated(text):
    """Return a text for a place without markup, where it may stand beside others.

    A page's title is such a place. What is written from right to left would carry
    the name of the site away with it, were it not isolated (Unicode Standard Annex
    9, 2.7).
    """
    is_mixed = any(bidirectional(sign) in ("R", "AL") for sign in text)
    return f"\u2068{text}\u2069" if is_mixed else text


def refined(markup):
    """Return a body's markup with hanging quotation marks and columns of numbers."""
    return refine(markup)


def near(picture, width):
    """Return the address of the picture in about this width, in pixels."""
    return picture.url_near(width)


def byline(article):
    """Return "By A, B and C. Photographs by D", each name a link to its author."""
    lines = (
        (line.role, line.author.get_absolute_url(), line.printed_name)
        for line in article.bylines.all()
    )
    return _byline(tuple(lines), get_language())


# Page after page has the same names.
@lru_cache(maxsize=2048)
def _byline(lines, _language):
    parts = []
    for role, group in groupby(
        sorted(lines, key=lambda line: line[0] != ""), itemgetter(0)
    ):
        names = [
            format_html('<a href="{}" rel="author"><bdi>{}</bdi></a>', address, name)
            for _role, address, name in group
        ]
        # join_names puts a translated "and" between what is markup already.
        names = mark_safe(join_names(names))
        wording = _("{role} by {names}") if role else _("By {names}")
        parts.append(
            format_html("<bdi>{}</bdi>", format_html(wording, role=role, names=names))
        )
    return mark_safe(" ".join(parts))


def names_of(article):
    """Return "A, B and C" as markup, each name kept to its own direction."""
    writers = (line.printed_name for line in article.bylines.all() if not line.role)
    return _names(tuple(writers), get_language())


@lru_cache(maxsize=2048)
def _names(names, _language):
    return mark_safe(join_names(format_html("<bdi>{}</bdi>", name) for name in names))


def minutes_to_read(article):
    """Return the minutes an article takes to read; 0 where nobody needs to know."""
    return minutes_of(article.body, article.language)


def picture(picture, sizes, *, crop="", is_first=False):
    """Show a picture in the sizes the browser may choose from, as bodies do."""
    return rendering.picture_markup(
        picture, picture.alt_text, sizes=sizes, crop=crop, is_first=is_first
    )


def authors_of(article):
    """Return the authors in the byline, each once, in its order."""
    return list(dict.fromkeys(byline.author for byline in article.bylines.all()))
