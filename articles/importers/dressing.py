"""Turns what the readers found (head, body, tail) into a finished story."""

import re
from dataclasses import replace

from .blocks import Block
from .bylines import name_key
from .head import Head
from .story import AuthorBox, Credit, Story
from .tail import Tail

FIRST_SENTENCE = re.compile(r".{20,120}?[.!?…](?=\s|$)|.{1,90}(?=\s|$)|.{1,90}")
MARKS = re.compile("[\ue000\ue001]|\ue002[^\ue003]*\ue003")


def dress(story: Story, head: Head, tail: Tail, body: list[Block]) -> None:
    """Fill the story's fields and say what was doubtful.

    What an earlier source (a web page's metadata) has filled stays as it is.
    """
    body = _without_outer_rules(body)
    story.body_html = "\n".join(block.html for block in body)
    story.chrome += [*head.chrome, *tail.chrome]
    story.section_name = story.section_name or head.section
    _set_headline(story, head, body)
    if not story.standfirst:
        story.standfirst = head.standfirst
    _set_authors(story, head, tail)
    _set_dates(story, head, tail)
    if not body:
        story.note("no-text", "The page has no text of its own.")
    story.confidence = confidence(story)


def _without_outer_rules(body):
    start, end = 0, len(body)
    while start < end and body[start].kind == "hr":
        start += 1
    while end > start and body[end - 1].kind == "hr":
        end -= 1
    return body[start:end]


def _set_headline(story, head, body):
    story.headline = story.headline or head.headline
    if not story.headline:
        words = next((MARKS.sub("", block.text) for block in body if block.text), "")
        first = FIRST_SENTENCE.match(" ".join(words.split()))
        reason = "No headline was found; the first words stand in for it."
        if first:
            story.headline = first[0]
        else:  # a page of pictures
            story.headline = story.source_id.rpartition("/")[2]
            reason = "No headline was found; the file's name stands in for it."
        line = body[0].line if body else None
        story.note("no-headline", reason, line, story.headline)
    story.cut_headline(head.headline_line)


def _set_authors(story, head, tail):
    if not story.credits:
        story.credits = head.credits
        story.byline_text = head.byline_text
    elif head.bylines and not story.byline_text:
        story.byline_text = head.byline_text
    story.boxes += tail.boxes
    if not story.credits and tail.boxes:
        story.credits = [Credit(box.name, "", box.name) for box in tail.boxes]
        reason = "There is no byline; the closing box names the author."
        story.note("byline-from-box", reason, None, story.boxes[0].text)
    elif not story.credits:
        story.note("no-byline", "No byline was found.")
    story.credits = [
        _spelled_as_in_box(credit, story.boxes) for credit in story.credits
    ]
    _add_byline_addresses(story, head)


def _spelled_as_in_box(credit, boxes):
    """A name printed in capitals takes its letters from the closing box."""
    if credit.printed == credit.name:
        return credit
    for box in boxes:
        found = re.search(
            r"\s+".join(re.escape(word) for word in credit.name.split()),
            box.text,
            re.IGNORECASE,
        )
        if found and not found[0].isupper():
            return replace(credit, name=found[0])
    return credit


def _add_byline_addresses(story, head):
    keys = {name_key(box.name): at for at, box in enumerate(story.boxes)}
    for byline in head.bylines:
        if not byline.email or len(byline.credits) != 1:
            continue
        name = byline.credits[0].name
        at = keys.get(name_key(name))
        if at is None:
            story.boxes.append(AuthorBox(name, email=byline.email))
        elif not story.boxes[at].email:
            story.boxes[at] = replace(story.boxes[at], email=byline.email)


def _set_dates(story, head, tail):
    story.published = story.published or head.published
    story.updated = story.updated or head.updated
    if not story.published and story.updated:
        story.published, story.updated = story.updated, None
        reason = "The page only says when it was last changed; that day is its date."
        story.note("date-of-change", reason, None, str(story.published.moment))
    if not story.published:
        reason = "No date was found."
        if head.date_without_year:
            reason = "The date has no year."
        elif tail.year:
            reason = f"No date was found; the copyright line says {tail.year}."
        story.note("no-date", reason, None, head.date_without_year)
    elif story.published.ambiguous:
        reason = "The date was read with the month first."
        story.note("ambiguous-date", reason, None, str(story.published.moment))
    elif story.published.precision in ("month", "year"):
        reason = f"Only the {story.published.precision} of the date is known."
        story.note("vague-date", reason, None, str(story.published.moment))


COSTS = {
    "no-headline": 0.4,
    "no-byline": 0.15,
    "byline-from-box": 0.1,
    "no-date": 0.1,
    "ambiguous-date": 0.05,
    "vague-date": 0.05,
    "date-of-change": 0.05,
    "encoded-twice": 0.1,
    "date-from-copyright": 0.08,
    "doubtful-encoding": 0.2,
    "weak-extraction": 0.3,
    "no-text": 1.0,
}


def confidence(story: Story) -> float:
    """From 0 to 1, less for each kind of doubt on record."""
    kinds = {problem.kind for problem in story.problems}
    return round(max(0.0, 1.0 - sum(COSTS.get(kind, 0.02) for kind in kinds)), 2)
