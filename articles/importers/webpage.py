"""Saved web pages: find the story in them, map its markup, read what is around it."""

import re
from dataclasses import replace
from itertools import pairwise

from articles.languages import direction_of

from .addresses import within_site
from .authorbox import visible
from .blocks import Block, Line
from .bylines import is_person
from .chrome import chrome_kind, chrome_lines
from .dates import day_first
from .dressing import dress
from .extract import Region, find_body, text_lines, whole
from .head import is_head_line
from .headline import choose_title, key_of
from .hints import (
    date_beside,
    date_by,
    date_by_copyright,
    day_before_dash,
    day_in_address,
    is_day_first,
)
from .language import guess_language
from .marked import home_lines, marked_lines
from .markup import Mapper, urlsplit_scheme
from .metadata import credits_of, is_login, read_metadata
from .page_head import LEAST_PROSE, head_of_page
from .plaintext import read_text
from .rules import Rules, Taken, wrap
from .signature import LINES_OF_SIGNATURE, sign, without_signature
from .story import ChromeLine, Story
from .surroundings import own_blocks
from .tail import read_tail
from .webtree import parse, strip_styling

SAVED_FROM = re.compile(
    r"<!--\s*(?:saved from url=\(\d+\)|Page saved with SingleFile\s+url:\s*"
    r"|Mirrored from )\s*(\S{8,500})",
    re.IGNORECASE,
)
BOLD_LINE = re.compile(r"<p><strong>([^<>]*[^<>.!?:,;”\"])</strong></p>")
LINES_ABOVE = 40
LINES_BELOW = 40
MOST_PORTRAITS = 60
HEADINGS = ("h2", "h3", "h4")


def read_page(
    text: str, story: Story, is_in_folder: bool = False, rules: Rules | None = None
) -> Story:
    """Fill a story from a web page.

    Raises PageError for a page that is no tree, or too deep a one. Nothing is
    fetched, and pictures are only taken note of.
    """
    story.source_kind = "html"
    tree = parse(text)
    saved_from = SAVED_FROM.search(text[:4000])
    metadata = read_metadata(tree, saved_from[1] if saved_from else "")
    taken = rules.take(tree) if rules else Taken()
    _rule(story, metadata, taken)
    metadata.marked, metadata.home = marked_lines(tree), home_lines(tree)
    metadata.portraits = [
        alt
        for alt in tree.xpath("//img/@alt")[:MOST_PORTRAITS]
        if is_person(alt.strip())
    ]
    body = wrap(taken.body) if taken.body else None
    strip_styling(tree)
    _fill_from_metadata(story, metadata, is_in_folder)
    region = find_body(tree) if body is None else whole(body)
    if region.is_weak:
        story.note("weak-extraction", "The story was hard to tell from the page.")
    typed = _typed_text(region)
    if typed:
        read_text(typed, story)
        story.source_kind = "html"
        story.credits = story.credits or metadata.credits
        above, below = _around(tree, region)
        story.chrome = [
            *_site_lines(above, Mapper()),
            *story.chrome,
            *_site_lines(below, Mapper()),
        ]
    else:
        _read_region(story, metadata, tree, region)
    _finish(story, metadata)
    if not story.published:
        date_beside(story, *_around(tree, region))
    if not story.published:
        date_by_copyright(story, tree)
    return story


def _rule(story, metadata, taken):
    """Let what the operator's rules found stand for what the page declares."""
    if taken.headline:
        metadata.titles, story.headline = [taken.headline], taken.headline
    story.standfirst = taken.standfirst
    if taken.byline:
        story.byline_text = taken.byline
        metadata.credits = credits_of(taken.byline)
    metadata.section = taken.section or metadata.section
    metadata.tags = taken.tags or metadata.tags
    metadata.published = taken.date or metadata.published
    if taken.date_text and not taken.date:
        reason = "What the rule for the date found is no date."
        story.note("date-rule", reason, sample=taken.date_text)


def _fill_from_metadata(story, metadata, is_in_folder):
    story.canonical_url = metadata.canonical_url
    if story.canonical_url:
        story.address = within_site(story.canonical_url)
    elif is_in_folder:
        story.address = f"/{story.source_id}"
    story.published = metadata.published
    story.updated = metadata.updated
    story.section_name = metadata.section
    story.tags = metadata.tags


def _typed_text(region: Region) -> str:
    """The text of a page that is a typed text in a pre element, else ''.

    The element's ends become the story's.
    """
    for element in region.container.iter("pre", "listing", "xmp"):
        text = element.text_content()
        if len(text) > 500 and region.weights.get(element, 0) > 0.6 * region.total:
            region.first, region.last = (element, False), (element, True)
            return text
    return ""


def _read_region(story, metadata, tree, region):
    mapper = Mapper(
        base=metadata.base or metadata.canonical_url,
        folder=story.source_id.rpartition("/")[0],
        weights=region.weights,
        words=region.words,
        linked=region.linked,
        teasers=region.teasers,
    )
    above, below = _around(tree, region)
    every = _unset(mapper.blocks(region.container))
    own = own_blocks(every, mapper.base)
    blocks = own.blocks
    signed = [visible(block.text) for block in own.below]
    signed += [line.text for line in below[:LINES_OF_SIGNATURE]]
    title = choose_title(metadata, tree, above, blocks)
    story.headline = story.headline or title
    blocks = _from_headline(blocks, story.headline)
    head, blocks = head_of_page(above, blocks, story.headline, metadata, mapper.address)
    blocks = without_signature(blocks, head, metadata)
    names = [credit.name for credit in head.credits if not credit.role]
    names = names or [credit.name for credit in metadata.credits]
    tail = _read_tail(blocks, mapper, names)
    story.pictures = mapper.pictures
    body = _headings(_without_lead(story, blocks[: tail.end]))
    story.credits = _credits(head, metadata)
    sign(story, head, signed)
    story.chrome = _site_lines(above, mapper)
    dress(story, head, tail, body)
    story.chrome += [ChromeLine("other", text) for text in own.notices + own.left_out]
    for text in mapper.left_out:
        reason = "A part was left out that is marked as none of the story's."
        story.note("left-out", reason, sample=text[:200])
    for text in own.left_out:
        reason = "A line that leads readers elsewhere was left out."
        story.note("left-out", reason, sample=text[:200])
    story.chrome += _site_lines(below, mapper)
    story.chrome = list(dict.fromkeys(story.chrome))


def _around(tree, region):
    above, below = text_lines(tree, region)
    return above[-LINES_ABOVE:], below[:LINES_BELOW]


def _unset(blocks):
    """Open up a quotation that holds nearly the whole story.

    Pages of the 1990s used blockquote for a margin.
    """
    total = sum(len(block.text) for block in blocks)
    opened = []
    for block in blocks:
        is_margin = block.kind == "blockquote" and len(block.text) > 0.6 * total > 600
        opened += block.inner if is_margin and block.inner else [block]
    return opened


def _from_headline(blocks, title):
    """Leave off what stands above the headline, but for pictures, bylines and dates.

    Headlines are repeated further down as well: most of the text comes after the first.
    """
    wanted = key_of(title)
    at = next(
        (at for at, block in enumerate(blocks)
         if block.kind in HEADINGS and key_of(visible(block.text)) == wanted), 0,
    )  # fmt: skip
    letters = [len(block.text) for block in blocks]
    if not wanted or sum(letters[:at]) > sum(letters[at:]):
        return blocks
    below = {visible(block.text).strip() for block in blocks[at:]}
    above = [
        block
        for block in blocks[:at]
        if block.kind == "figure"
        or is_head_line(Line(visible(block.text).strip()))
        or (_is_prose(block) and visible(block.text).strip() not in below)
    ]
    return [*above, *blocks[at:]]


def _is_prose(block):
    is_long = len(visible(block.text)) > LEAST_PROSE
    return block.kind == "p" and is_long and block.is_told


def _read_tail(blocks, mapper, names):
    tail = read_tail(blocks, names, mapper.base)
    if mapper.bios and not tail.boxes:
        apart = Mapper(base=mapper.base, keep_all=True)
        bios = [block for bio in mapper.bios for block in apart.blocks(bio)]
        tail.boxes = read_tail([Block("hr", "", "<hr>"), *bios], names).boxes
    return tail


def _without_lead(story, body):
    """Take the picture above the first words out of the body: it leads the page."""
    for at, block in enumerate(body):
        if block.kind == "figure" and 'data-picture="import-' in block.html:
            position = int(re.search(r'"import-(\d+)"', block.html)[1])
            story.pictures[position] = replace(story.pictures[position], is_lead=True)
            return body[:at] + body[at + 1 :]
        if block.kind != "hr":
            break
    return body


def _headings(body):
    """Make headings of bold lines: pages had no others before they had styles."""
    for block, following in pairwise(body):
        if block.kind != "p" or following.kind != "p" or len(block.text) > 70:
            continue
        bold = BOLD_LINE.fullmatch(block.html)
        if bold and len(following.text) > len(block.text):
            block.kind, block.html = "h2", f"<h2>{bold[1]}</h2>"
    return body


def _credits(head, metadata):
    """The printed byline where it names whom the metadata names, else the latter.

    Where the metadata names only the site itself, whom the page names; a site may have
    the name of the one who writes it.
    """
    printed = head.credits
    named = [one for one in metadata.credits if not metadata.is_site(one.name)]
    declared = [one for one in named if not is_login(one.name)]
    if not declared:
        owner = [one for one in metadata.credits if metadata.may_be_owner(one.name)]
        return printed or named or owner
    names = {credit.name.casefold() for credit in printed}
    if all(credit.name.casefold() in names for credit in declared):
        return printed
    return declared + [credit for credit in printed if credit.role]


def _site_lines(lines, mapper):
    """Back, advertise and share lines among the lines around a story."""
    found = []
    for line in lines:
        kind = chrome_kind(line.text)
        if not kind or not kind[1]:
            continue
        links = tuple((label, mapper.address(href)) for label, href in line.links)
        for chrome in chrome_lines(line.text, links):
            if chrome.kind != "other" and urlsplit_scheme(chrome.url) != "mailto":
                found.append(chrome)
    return found


def _finish(story, metadata):
    story.language = (
        metadata.language
        or story.language
        or guess_language(visible(re.sub(r"<[^>]*>", " ", story.body_html[:8000])))
    )
    if not story.published and (day := day_before_dash(story)):
        date_by(story, day)
    if story.published and story.published.ambiguous and is_day_first(story.language):
        story.published = day_first(story.published)
        story.problems = [one for one in story.problems if one.kind != "ambiguous-date"]
    story.direction = metadata.direction or direction_of(story.language)
    if not story.byline_text and story.credits:
        story.byline_text = ", ".join(credit.printed for credit in story.credits)
    if not story.published and (day := day_in_address(story)):
        reason = "The date was taken from the page's address."
        date_by(story, day, "date-from-address", reason)
