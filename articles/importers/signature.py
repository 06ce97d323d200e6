"""Who signed a story at its end, and when: as letters and weblogs do."""

import re
from dataclasses import replace

from .bylines import is_name, parse_byline
from .chrome import chrome_kind
from .dates import parse_date, parse_publication
from .marks import visible

POSTED_BY = re.compile(
    r"(?:posted|written|published|filed|submitted|contributed)\s+by\s*:?\s+"
    r"(?P<name>[^|@]{2,60}?)(?:\s*(?:,|\bat|\bon|@)\s+(?P<when>[^|]*\d.*))?$",
    re.IGNORECASE,
)
# Below an obituary, a letter.
PUBLISHED_IN = re.compile(
    r"(?:originally |first )?(?:published|printed|appeared) in [^.]{2,80}? on"
    r" (?P<when>[^.]*\d{4})\.?$",
    re.IGNORECASE,
)
MARKS_BEFORE = re.compile(r"^[\W_]+")
COMMENTS = re.compile(
    r"(?:\d+ )?(?:reader )?"
    r"(?:comments?|responses|kommentare?|commentaires|comentarios)\b",
    re.IGNORECASE,
)
OF_COMMENTS = re.compile(
    r"[\s\xa0(]*\d*\s*(?:comments?|trackbacks?)\b.*", re.IGNORECASE
)
SIGNATURE = re.compile(r"^(?:[-–—~*\s]+|by\s+)+|[\s.]+$", re.IGNORECASE)
PAGES = re.compile(
    r"(?:page|seite|p[aá]gina)\s+\d+\s+(?:of|von|de|di|van|/)\s+\d+\b.{0,40}",
    re.IGNORECASE,
)
LINES_OF_SIGNATURE = 4


def without_signature(blocks, head, metadata):
    """Cut author and date off the end of a story; fill the head where it has none."""
    known = {one.name.casefold() for one in (*head.credits, *metadata.credits)}
    dropped, seen = set(), 0
    names = sum(block.kind == "p" and _is_name_alone(block) for block in blocks)
    if names > 1 and not known:
        return blocks  # One below each letter.
    for block in reversed(blocks[1:]):
        if block.kind in ("figure", "hr"):
            continue
        seen += 1
        text = visible(block.text).strip()
        if block.kind != "p" or len(text) > 90 or seen > LINES_OF_SIGNATURE:
            break
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        if all(map(chrome_kind, lines)):
            continue  # The reader of the story's end takes note of these.
        if not all(_belongs(line, known) for line in lines):
            break
        for line in lines:
            _take(line, head, known)
        dropped.add(id(block))
    return [block for block in blocks if id(block) not in dropped]


def _is_name_alone(block):
    text = SIGNATURE.sub("", visible(block.text).strip())
    return len(text) <= 60 and bool(_byline(text))


def _belongs(line, known):
    """Say whether a line is a signature, a date or furniture: nothing of the story."""
    name = SIGNATURE.sub("", line)
    return bool(
        parse_publication(line)
        or PUBLISHED_IN.match(line)
        or PAGES.fullmatch(line)
        or chrome_kind(line)
        or name.casefold() in known
        or (not known and _byline(name))
    )


def _take(line, head, known):
    found = PUBLISHED_IN.match(line)
    if when := parse_publication(found["when"] if found else line):
        head.published = head.published or when
    elif not known and (byline := _byline(SIGNATURE.sub("", line))):
        head.bylines.append(replace(byline, text=line))


def _byline(name):
    """Return the byline that a name alone on its line is, or None."""
    # "Ann Lee, Cold Ford" is who wrote a letter, and where.
    is_whole = 2 <= len(name.split()) <= 5 and is_name(name) and "," not in name
    return parse_byline(f"By {name}") if is_whole else None


def sign(story, head, lines):
    """Take author and date from below the story, as weblogs print them."""
    for line in lines:
        if COMMENTS.match(line):
            return
        is_dated = story.published or head.published
        if not is_dated and (when := parse_publication(line)):
            story.published = when
            continue
        if not is_dated and (found := PUBLISHED_IN.match(line)):
            story.published = parse_date(found["when"])
            continue
        line = MARKS_BEFORE.sub("", line)
        found = POSTED_BY.match(OF_COMMENTS.sub("", line.partition("|")[0]).strip())
        byline = found and parse_byline(f"By {found['name']}")
        if not byline:
            continue
        if not story.credits:
            story.credits, story.byline_text = list(byline.credits), line.strip()
        when = parse_date(found["when"] or "")
        if when and not story.published and not head.published:
            story.published = when
        return
