"""What a page says of a story to machines, as schema.org's vocabulary has it (JSON-LD).

Made of what the page has loaded already: it asks the database nothing. The words are
those of schema.org and of Google's "Article structured data" (required: headline,
picture, dates, authors). newsroom/structured.py adds who publishes it.
"""

from django.utils.translation import gettext as _

from articles.markup import iso, web_address
from articles.reading_time import word_count
from articles.renditions import SEARCHED, SOCIAL

# Search engines read no more of a headline (Google's documentation, until 2022, and
# others' still).
LONGEST = 300
# Links of an author that lead to the author, not to what they made.
THEMSELVES = {"website", "blog", "social"}


def news_article(article, *, whole, publisher, drawn):
    """Return the NewsArticle as a dict.

    `whole(address)` adds scheme and host; `publisher` is the publisher's dict, who is
    the author of a story that names none; `drawn(shape)` returns (address, width,
    height) of the picture that is drawn for a story without one.
    """
    here = whole(article.get_absolute_url())
    bylines = article.bylines.all()
    writers = [person(line, whole) for line in bylines if not line.role]
    others = [person(line, whole) for line in bylines if line.role]
    tags = [tag.name for tag in article.tags.all()]
    published = iso(article.published_at)
    changed = max(
        article.published_at, article.material_update_at or article.published_at
    )
    said = {
        "@type": "NewsArticle",
        "@id": f"{here}#story",
        "mainEntityOfPage": here,
        "url": here,
        "headline": article.headline[:LONGEST],
        "description": article.seo_description or article.standfirst,
        "image": list(_pictures(article, whole, drawn)),
        "datePublished": published,
        "dateModified": published
        if changed == article.published_at
        else iso(article.material_update_at),
        "author": writers or [publisher],
        "contributor": others,
        "publisher": publisher,
        "articleSection": article.section.name if article.section else "",
        "keywords": tags,
        "wordCount": word_count(article.body),
        "inLanguage": article.language,
        "isAccessibleForFree": True,
        "creativeWorkStatus": "Retracted" if article.retracted_at else "",
        "correction": [_correction(row, here) for row in article.corrections.all()],
        "backstory": backstory(article),
        "citation": [
            line for line in map(str.strip, article.sources.split("\n")) if line
        ],
        "workTranslation": [
            {"@id": f"{whole(other.get_absolute_url())}#story"}
            for other in article.alternates
            if other.pk != article.pk
        ],
        "isBasedOn": web_address(article.canonical_url),
    }
    return {name: value for name, value in said.items() if value not in ("", [])}


def person(byline, whole):
    """Return the Person of a byline, under the name that the story prints."""
    return person_of(byline.author, byline.printed_name, whole)


def person_of(author, name, whole):
    """Return an author as a Person: who they are, and where else they are."""
    links = (link.url for link in author.links.all() if link.kind in THEMSELVES)
    said = {
        "@type": "Person",
        "name": name,
        "url": whole(author.get_absolute_url()),
        "jobTitle": author.tagline,
        "image": whole(author.photo.url) if author.photo else "",
        "sameAs": [address for url in links if (address := web_address(url))],
    }
    return {name: value for name, value in said.items() if value not in ("", [])}


def backstory(article):
    """Return in a few lines how the story came about; "" where nobody said."""
    told = (
        (_("Sources"), article.sources),
        (_("Checked by"), article.checked_by),
        (_("Use of AI"), article.ai_use),
    )
    return "\n".join(f"{label}: {text}" for label, text in told if text)


def breadcrumbs(*steps):
    """Return the BreadcrumbList of (name, whole address)es, the page itself last."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": address}
            for place, (name, address) in enumerate(steps, start=1)
        ],
    }


def collection(subject, whole):
    """Return the CollectionPage of a section, a tag or a series."""
    here, shown = whole(subject.get_absolute_url()), subject.picture
    said = {
        "@type": "CollectionPage",
        "@id": here,
        "url": here,
        "name": subject.name,
        "description": subject.description,
    }
    if shown:
        said["primaryImageOfPage"] = _image(shown, *shown.largest(SOCIAL), whole)
    return {name: value for name, value in said.items() if value}


def _pictures(article, whole, drawn):
    shown = article.social_picture or article.lead_picture
    for shape in SEARCHED:
        file = shown.largest(shape) if shown else drawn(shape)
        yield _image(shown, *file, whole)


def _image(shown, address, width, height, whole):
    """Return an ImageObject; `shown` is its Picture, None of a drawn one."""
    said = {
        "@type": "ImageObject",
        "url": whole(address),
        "width": width,
        "height": height,
    }
    if shown and shown.caption:
        said["caption"] = shown.caption
    if shown and shown.credit:
        said["creditText"] = shown.credit
    return said


def _correction(row, here):
    return {
        "@type": "CorrectionComment",
        "@id": f"{here}#{row.anchor}",
        "name": str(row.get_kind_display()),
        "text": row.text,
        "datePublished": iso(row.corrected_at),
    }
