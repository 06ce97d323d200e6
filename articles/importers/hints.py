"""When a story is from, for pages that print no date: what else hints at it."""

import re
from datetime import date
from urllib.parse import urlsplit

from .dates import find_date, parse_date, parse_publication
from .marks import visible
from .story import When

TAG = re.compile(r"<[^<>]*>")
BEFORE_DASH = re.compile(r"([^.!?\n]{6,40}?)\s*(?:--?|[–—:])\s")
DAYS_IN_ADDRESS = (
    re.compile(r"/((?:19|20)\d{2})[/_-](\d{1,2})[/_-](\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)((?:19|20)\d{2})(0[1-9]|1[0-2])([0-3]\d)(?!\d)"),
)
NEAR, FAR = 12, 15  # lines above a story and below it
LONGEST_LINE = 160
SAYS = re.compile(
    r"\b(?:post(?:ed)?|publish(?:ed)?|written|created|submitted|date|dated|filed|by|on"
    r"|geschrieben|erstellt|veröffentlicht|eingestellt|datum|beitrag|eintrag|von|am"
    r"|publié|rédigé|posté|par|le|publicado|escrito|fecha|por|pubblicato|inserito|data"
    r"|gepubliceerd|geplaatst|door|op|опубликовано|дата)\b",
    re.IGNORECASE,
)
ONE_YEAR = re.compile(
    r"(?:©|\(c\)|\bcopyright\b)[^\d]{0,60}(19[5-9]\d|20\d{2})\b(?!\s*[-–,]\s*\d)",
    re.IGNORECASE,
)


def day_before_dash(story):
    """Return the date that the first words of a story are, before a dash."""
    first = visible(TAG.sub("", story.body_html[:400])).strip()
    found = BEFORE_DASH.match(first)
    return parse_publication(found[1]) if found else None


def is_day_first(language):
    """Say whether 3/4/2006 is an April day to those who write in a language.

    Bare English leaves it open: most of what has slashes in it is American.
    """
    return bool(language) and language.lower() not in ("en", "en-us", "en-ph")


def day_in_address(story) -> When | None:
    """Return the day that a page's address names: /1998/03/12/, or 19980312.htm."""
    path = urlsplit(story.canonical_url or story.address).path
    for shape in DAYS_IN_ADDRESS:
        if (found := shape.search(path)) and (
            day := parse_date("-".join(found.groups()))
        ):
            return day
    return None


def date_beside(story, above, below):
    """Take the one date among the lines around a story, with a doubt.

    Right above it, or below with a word that says what it is the date of; the dates of
    other stories stand there as well, so several are none.
    """
    for lines in (above[-NEAR:], [line for line in below[:FAR] if _says(line.text)]):
        found = {}
        for line in lines:
            text = " ".join(line.text.split())
            if len(text) <= LONGEST_LINE and (one := find_date(text)):
                found.setdefault(one[0].moment, (one[0], text))
        if len(found) == 1:
            when, text = found.popitem()[1]
            reason = "The date stands somewhere around the story."
            date_by(story, when, "date-beside", reason, text)
            return


def _says(text):
    return bool(SAYS.search(text[:LONGEST_LINE]))


def date_by(story, when, kind="", reason="", sample=""):
    """Give a story its date, with a doubt where there is a kind of one."""
    story.published = when
    story.problems = [one for one in story.problems if one.kind != "no-date"]
    if kind:
        story.note(kind, reason, sample=sample)


def date_by_copyright(story, tree):
    """Take the year of the page's one copyright line, for want of anything better.

    A range of years is the site's, not the story's.
    """
    text = " ".join(tree.xpath("//text()[not(parent::script or parent::style)]"))
    years = {found[1] for found in ONE_YEAR.finditer(text)}
    if len(years) == 1:
        reason = "No date was found; the year is that of the copyright line."
        when = When(date(int(years.pop()), 1, 1), "year")
        date_by(story, when, "date-from-copyright", reason)
