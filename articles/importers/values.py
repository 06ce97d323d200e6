"""What a story says of its article's fields, and who changed them since."""

import hashlib
from datetime import datetime, time

from django.utils import timezone

from articles.importers.addresses import site_of, within_site
from articles.models import Article
from articles.models.articles import default_language

# What a later import may change again, unless an editor did.
FIELDS = (
    *("headline", "front_headline", "standfirst", "body", "language"),
    *("canonical_url", "first_published_in", "seo_title", "seo_description"),
    *("is_no_index", "published_at", "section_id", "series_id", "lead_picture_id"),
)
# What an editor changed, if it is not as it came; a page's headline is its title.
EDITED = (*FIELDS, "title", "status", "path")
# Among the digests: what a later run may find, what led to the story, and what its
# copies are told by.
MISSING, ALSO, TEXT = "missing", "also", "text"


def values_of(story, choices, subjects):
    """Return {field: value} of the article that the story decides, all but the body."""
    section = _section(story, choices, subjects)
    series = _series(story, choices, subjects)
    return {
        "headline": story.headline,
        "front_headline": story.front_headline[:300],
        "standfirst": story.standfirst,
        "language": (story.language or default_language())[:35],
        "canonical_url": original_of(story)[:500],
        "first_published_in": story.first_published_in[:200],
        "seo_title": story.seo_title[:200],
        "seo_description": story.seo_description[:300],
        "is_no_index": story.is_no_index,
        "published_at": _moment(story, choices),
        "section_id": section.pk if section else None,
        "series_id": series.pk if series else None,
    }


def original_of(story):
    """Return where a story had its original, beside the old site: else "".

    The old site's own pages named themselves. Here that would tell search engines to
    look there on, and keep the story out of the sitemaps.
    """
    address, old_site = story.canonical_url, site_of(story.base_url)
    is_here = within_site(address) == story.address
    return "" if is_here and old_site in ("", site_of(address)) else address


def status_of(story, choices):
    """Return the article's status: the source's own word, else the operator's."""
    return story.status or choices.status


def _section(story, choices, subjects):
    if choices.section is not None:
        return choices.section
    if story.section_path:
        if choices.is_dry_run:
            return subjects.section(story.section_path[-1])
        return subjects.section_at(story.section_path)
    if not story.section_name:
        return None
    section = subjects.section(story.section_name)
    if section is None:
        story.note(
            "unknown-section",
            "There is no section of this name.",
            sample=story.section_name,
        )
    return section


def _series(story, choices, subjects):
    # A dry run makes none.
    if not story.series_name or choices.is_dry_run:
        return None
    return subjects.series(story.series_name)


def _moment(story, choices):
    """Return when the story was published, or None.

    Noon stands for a day without an hour: it is the same day in most zones.
    """
    if story.published is None:
        if status_of(story, choices) != Article.Status.PUBLISHED:
            return None
        moment = min(story.file_date or timezone.now(), timezone.now())
        story.problems = [p for p in story.problems if p.kind != "no-date"]
        story.note(
            "no-date",
            f"The page names no date; it got the day of its file, {moment:%Y-%m-%d}.",
        )
        return moment
    moment = story.published.moment
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(12))
    return moment if moment.tzinfo else moment.replace(tzinfo=choices.zone)


def snapshot(row, story, bylines=(), tags=()):
    """Return digests of what was imported, to tell later what an editor changed.

    And what a later run is to know of a story that it does not read again: what was
    missing, and the addresses beside its own.
    """
    values = {name: digest(getattr(row, name)) for name in EDITED if hasattr(row, name)}
    values["bylines"] = digest([str(byline) for byline in bylines])
    values["tags"] = digest(tags)
    if story.missing:
        values[MISSING] = sorted(set(story.missing))
    if story.other_addresses:
        values[ALSO] = story.other_addresses
    if story.text_keys:
        values[TEXT] = story.text_keys
    return values


def digest(value):
    if isinstance(value, datetime):
        value = value.timestamp()
    return hashlib.sha256(str(value).encode()).hexdigest()[:16]


def digest_of(story):
    """Return the digest of the story's source, which says whether it changed."""
    if not story.source_digest:
        story.source_digest = hashlib.sha256(story.source).hexdigest()
    return story.source_digest
