"""What the JSON-LD of pages must say, for the tests that look at many pages."""

import json
import re
from datetime import datetime
from urllib.parse import urlsplit

SCRIPT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
# Google's "Article structured data" (2026) recommends the first group; the others are
# what schema.org has for news and what every story of ours can say.
WANTED = {
    *("headline", "image", "datePublished", "dateModified", "author"),
    *("publisher", "mainEntityOfPage", "url", "inLanguage", "isAccessibleForFree"),
    "wordCount",
}
SHAPES = (16 / 9, 4 / 3, 1.0)


def things_of(page):
    """Return {type: thing} of a page's JSON-LD; the page as text."""
    (text,) = SCRIPT.findall(page)
    said = json.loads(text)
    assert said["@context"] == "https://schema.org"
    return {thing["@type"]: thing for thing in said["@graph"]}


def wrong_with(story, article):
    """Return what a NewsArticle lacks, of what is required, recommended and known."""
    wanted = set(WANTED)
    known = {
        "articleSection": article.section,
        "keywords": article.tags.all(),
        "description": article.seo_description or article.standfirst,
        "correction": article.corrections.all(),
        "backstory": article.sources or article.ai_use or article.checked_by,
        "citation": article.sources,
        "isBasedOn": article.canonical_url,
        "contributor": [line for line in article.bylines.all() if line.role],
    }
    wanted |= {name for name, value in known.items() if value}
    wrong = sorted(wanted - story.keys())
    wrong += [name for name in wanted & story.keys() if story[name] in ("", [], None)]
    for name in ("datePublished", "dateModified"):
        if datetime.fromisoformat(story[name]).utcoffset() is None:
            wrong.append(f"{name} without offset")
    shapes = [image["width"] / image["height"] for image in story["image"]]
    for wanted_shape in SHAPES:
        if not any(abs(shape / wanted_shape - 1) < 0.02 for shape in shapes):
            wrong.append(f"no picture of {wanted_shape:.2f}")
    addresses = [story["url"], *(image["url"] for image in story["image"])]
    for person in (*story["author"], *story.get("contributor", ())):
        if not person.get("name"):
            wrong.append("somebody without a name")
        addresses.append(person.get("url", ""))
    publisher = story["publisher"]
    addresses += [publisher["url"], publisher["logo"]["url"]]
    wrong += [f"no address: {a}" for a in addresses if not urlsplit(a).netloc]
    linked = {
        line.author.name
        for line in article.bylines.all()
        if any(
            link.url and link.kind in ("website", "blog", "social")
            for link in line.author.links.all()
        )
    }
    people = (*story["author"], *story.get("contributor", ()))
    named = {person["name"] for person in people if person.get("sameAs")}
    printed = {
        line.printed_name
        for line in article.bylines.all()
        if line.author.name in linked
    }
    wrong += [f"{name} without sameAs" for name in printed - named]
    wrong += [
        f"a correction without {part}"
        for said in story.get("correction", ())
        for part in ("@id", "text", "datePublished")
        if not said.get(part)
    ]
    return wrong
