"""Saved web pages: find the story in them, map its markup, read what is around it."""

import re
from dataclasses import replace
from itertools import pairwise, zip_longest
from urllib.parse import urlsplit

from articles.languages import direction_of

from .authorbox import closing_names, visible
from .blocks import Block, Line, escape
from .bylines import is_person
from .calls import without_calls
from .chrome import chrome_kind, chrome_lines, is_notice
from .comments import without_comments
from .dates import day_first
from .dressing import dress
from .extract import Region, find_body, text_lines, whole
from .head import (
    LONGEST_STANDFIRST,
    is_head_line,
    is_profile,
    read_head,
    whole_byline,
)
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
from .markup import SENTENCE_END, Mapper, urlsplit_scheme
from .metadata import credits_of, is_login, read_metadata
from .plaintext import read_text
from .related import without_related
from .rules import Rules, Taken, wrap
from .signature import LINES_OF_SIGNATURE, sign, without_signature
from .story import ChromeLine, Story
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
BLOCKS_OF_HEAD = 12
LEAST_PROSE = 120  # letters
NO_LINE = Line("")
MOST_ABOVE, MOST_PROSE_ABOVE = 1500, 3
LONGEST_NOTICE = 400  # letters
MOST_BELOW_NOTICE = 2000
COPYRIGHT_LINE = re.compile(
    r".{0,40}?(?:(?:©|\(c\)|copyright\s*(?:©|\(c\)|by\b|:)).{0,40}(?:19|20)\d{2}"
    r"|copyright,?\s*(?:19|20)\d{2}|(?:all )?rights reserved|rechte vorbehalten"
    r"|droits réservés)",
    re.IGNORECASE,
)
HEADINGS = ("h2", "h3", "h4")
POSTED_IN = re.compile(
    r"(?:posted (?:in|by|at|on)|filed under|tags?:|tagged|categor(?:y|ies):|permalink"
    r"|labels:|topics?:|keywords?:|this entry was posted|leave a (?:comment|reply)"
    r"|trackback|bookmark the|share this|abgelegt (?:unter|in)|kategorien?:"
    r"|veröffentlicht (?:in|unter)|schlag(?:worte|wörter):|stichwörter:|themen:"
    r"|diese[rn]? (?:beitrag|eintrag|artikel) (?:wurde|ist)|kommentarfeed"
    r"|(?:publié|classé) dans|catégories?:|mots[- ]clés|étiquettes?:"
    r"|(?:publicado|archivado) en|categorías?:|etiquetas?:|pubblicato in|categorie:"
    r"|geplaatst in|trefwoorden:|publicado em|marcadores:)(?!\w)",
    re.IGNORECASE,
)


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
        split = urlsplit(story.canonical_url)
        story.address = split.path or "/"
        if split.query:
            story.address += f"?{split.query}"
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
    own, below_notice = _until_notice(without_comments(every))
    trimmed = _trimmed(own)
    blocks, others = without_related(trimmed)
    blocks, calls = without_calls(blocks)
    left_out = [*others, *calls, *filter(_says_more, _lines_of(below_notice))]
    ids = set(map(id, trimmed))
    signed = [visible(block.text) for block in every if id(block) not in ids]
    signed += [line.text for line in below[:LINES_OF_SIGNATURE]]
    title = choose_title(metadata, tree, above, blocks)
    story.headline = story.headline or title
    blocks = _from_headline(blocks, story.headline)
    head, blocks = _read_head(above, blocks, story.headline, metadata)
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
    story.chrome += [ChromeLine("other", one) for one in _lines_of(below_notice)]
    story.chrome += [ChromeLine("other", text) for text in left_out]
    for text in left_out:
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
    return block.kind == "p" and _is_sentences(visible(block.text).strip(), block.links)


def _is_sentences(text, links):
    linked = sum(len(label) for label, _href in links)
    is_told = len(text) > LEAST_PROSE and SENTENCE_END.search(text)
    return bool(is_told) and linked < 0.3 * len(text)


def _until_notice(blocks):
    """Return what stands above a copyright notice, and what from there on.

    A box about the author may come after it, and is read where the story ends.
    """
    letters = [len(visible(block.text)) for block in blocks]
    for at, block in enumerate(blocks):
        text, rest = visible(block.text), blocks[at:]
        is_dated = block.kind == "p" and letters[at] <= LONGEST_NOTICE
        is_dated = is_dated and COPYRIGHT_LINE.match(text)
        below = sum(letters[at:])
        if not is_dated or (at and blocks[at - 1].kind == "figure"):
            continue  # Below a picture it is that of the photographer.
        if (
            below < min(0.6 * sum(letters[:at]), MOST_BELOW_NOTICE)
            and any(map(_says_more, _lines_of(rest)))
            and not any(closing_names(one.text) for one in rest)
        ):
            return blocks[:at], rest
    return blocks, []


def _lines_of(blocks):
    return [
        line.strip() for block in blocks for line in visible(block.text).split("\n")
    ]


def _says_more(line):
    """Say whether a line below a notice is none of the site's usual ones."""
    kind = chrome_kind(line)
    return bool(line) and not is_notice(line) and not (kind and kind[1])


def _trimmed(blocks):
    """Leave off what a blog prints below a post: its sections, its permalink."""
    end, kept = len(blocks), []
    while end and blocks[end - 1].is_words:
        block = blocks[end - 1]
        kind = chrome_kind(visible(block.text))
        if kind and kind[1]:
            kept.insert(0, block)  # The reader of the tail takes note of these.
        elif not _is_below_post(block):
            break
        end -= 1
    return blocks[:end] + kept


def _is_below_post(block):
    text = visible(block.text)
    linked = sum(len(label) for label, _ in block.links)
    is_menu = len(block.links) > 1 and linked > 0.5 * len(text)
    if is_menu or POSTED_IN.match(text.lstrip("[](){}#*|-–— \xa0")):
        return True
    # A menu on several lines, with a counter of visitors among them.
    lines = [line for line in text.split("\n") if line.strip()]
    return len(lines) > 1 and all(
        chrome_kind(line) or sum(label in line for label, _ in block.links) > 1
        for line in lines
    )


def _read_head(above, blocks, title, metadata):
    """Read the head from the lines above the story and from its first blocks.

    Of the lines above only bylines and dates count, and a standfirst right
    below the headline; the rest is menus.
    """
    titles = [
        at + 1
        for at, line in enumerate(above)
        if title and key_of(line.text) == key_of(title)
    ]
    start = titles[-2:][0] if titles else None
    lines = above[start:] if titles else above[-15:]
    kept = [Line(title, level=1)] if title else []
    prose = _told_above(above, titles, blocks)
    if prose and (len(prose) > 1 or len(prose[0].text) > LONGEST_STANDFIRST):
        blocks = [*map(_paragraph, prose[:MOST_PROSE_ABOVE]), *blocks]
    elif prose or (titles and _is_standfirst_line((*above[titles[-1] :], NO_LINE)[0])):
        kept.append(prose[0] if prose else above[titles[-1]])
    lines = _with_whole_bylines(lines)
    names = [credit.name for credit in metadata.credits]
    names += metadata.portraits
    kept += [
        line
        for line in lines
        if line not in kept
        and (
            is_head_line(line) or (titles and (line.text in names or is_profile(line)))
        )
    ]
    at_blocks, block_lines = [], []
    for at, block in enumerate(blocks[:BLOCKS_OF_HEAD]):
        if block.kind in ("p", "h2", "h3", "h4"):
            if key_of(visible(block.text)) == key_of(title) and title:
                at_blocks.append((at, None))
                continue
            level = 0 if block.kind == "p" else 2
            for text in visible(block.text).split("\n"):
                block_lines.append(
                    Line(text.strip(), level=level, links=tuple(block.links))
                )
                at_blocks.append((at, len(block_lines)))
        elif block.kind not in ("figure", "hr"):
            break
    head = read_head([*kept, *block_lines], names=names, title=title)
    taken = max(0, head.end - len(kept))
    dropped = {at for at, count in at_blocks if count is None or count <= taken}
    # A block of several lines goes only if all of them belong to the head.
    dropped -= {at for at, count in at_blocks if count is not None and count > taken}
    return head, [block for at, block in enumerate(blocks) if at not in dropped]


def _told_above(above, titles, blocks):
    """Return the prose between the headline and where the extractor saw a story."""
    if not titles:
        return []
    told = key_of(" ".join(visible(block.text) for block in blocks))
    return [
        line
        for line in above[titles[-2:][0] :]
        if _is_prose_line(line) and key_of(line.text) not in told
    ]


def _with_whole_bylines(lines):
    """Put "by" and the name on the next line into one."""
    whole = []
    for line, following in zip_longest(lines, lines[1:]):
        if byline := whole_byline(line, following):
            whole.append(Line(byline.text))
        else:
            whole.append(line)
    return whole


def _is_standfirst_line(line):
    return (
        30 <= len(line.text) <= 400
        and not line.links
        and not is_head_line(line)
        and chrome_kind(line.text) is None
    )


def _is_prose_line(line):
    """Say whether a line between the headline and the story is some of its text."""
    return (
        _is_sentences(line.text, line.links)
        and len(line.text) <= MOST_ABOVE
        and not is_head_line(line)
        and chrome_kind(line.text) is None
    )


def _paragraph(line):
    return Block("p", line.text, f"<p>{escape(line.text)}</p>", links=[*line.links])


def _read_tail(blocks, mapper, names):
    tail = read_tail(blocks, names)
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
        date_by(
            story,
            day,
            "date-from-address",
            "The date was taken from the page's address.",
        )
