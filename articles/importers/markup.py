"""Any page's markup into blocks of the body's small vocabulary."""

import html
import posixpath
import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urljoin, urlsplit

from .blocks import Block, escape
from .chrome import chrome_kind
from .marks import LINK_CLOSE, LINK_OPEN, visible
from .paragraphs import EDGE, SPACE, paragraphs
from .plaintext import ATTRIBUTION, RULE
from .related import is_heading as is_related
from .related import leads_out
from .story import PictureNote
from .wordlists import words

INLINE = {
    "em": "em", "i": "em", "cite": "em", "var": "em", "strong": "strong", "b": "strong",
    "s": "s", "strike": "s", "del": "s", "sub": "sub", "sup": "sup", "code": "code",
    "tt": "code", "kbd": "code", "samp": "code", "a": "a", "q": "q",
}  # fmt: skip
TITLES = frozenset(("em", "i", "cite"))
SKIPPED = words(
    "script style noscript template form input button select textarea nav svg"
    " canvas object applet map area dialog menu frameset noframes head title link"
    " meta audio progress meter option optgroup datalist fieldset math"
)
BLOCKS = words(
    "p div section article main td th tr table body html address dd dt dl details"
    " summary header footer aside h1 h2 h3 h4 h5 h6 ul ol li blockquote pre hr"
    " figure figcaption hgroup caption dir listing xmp iframe video center marquee"
    " multicol layer ilayer form fieldset"
)
# A server of the 2000s put whole pages into one form.
MAY_HOLD_STORY = words("form fieldset")
HEADINGS = {"h1": "h2", "h2": "h2", "h3": "h3", "h4": "h4", "h5": "h4", "h6": "h4"}
BOILERPLATE = re.compile(
    r"(?:^|[\s_-])(?:share(?:daddy|bar|-?this)?|sharing|social(?:-?(?:links|media|share))?"
    r"|nav(?:igation|bar)?|menu|breadcrumbs?|sidebar|related(?:posts)?|recommended"
    r"|comments?|respond|disqus|reply|footer|masthead|advert(?:isement|ising)?|ads?"
    r"|adsense|sponsor(?:ed)?|promo|newsletter|subscribe|signup|popup|modal|cookie"
    r"|consent|print(?:friendly)?|toolbar|tools|pagination|pager|tags?|tag-?cloud"
    r"|postmeta|entry-meta|meta|skip-?link|screen-reader-text|hidden|noprint|widget"
    r"|addtoany|jp-relatedposts|teaser|most-?read|trending|outbrain|taboola|login"
    r"|search(?:form)?|rating|captcha)(?:$|[\s_-])",
    re.IGNORECASE,
)
BIO_CLASS = re.compile(
    r"(?:author|writer|contributor)[\w-]*(?:bio|box|info|desc|card|about|profile|note)"
    r"|about-?(?:the-?)?(?:author|writer)|(?:^|[\s_-])(?:bio|biography|tagline-author"
    r"|author-?tagline|contributor-?note|end-?note-author)(?:$|[\s_-])",
    re.IGNORECASE,
)
PULL_QUOTE = re.compile(r"pull-?_?quote", re.IGNORECASE)
CAPTION_CLASS = re.compile(r"caption|cutline", re.IGNORECASE)
CREDIT_CLASS = re.compile(r"credit|photographer|copyright|source", re.IGNORECASE)
CREDIT_TEXT = re.compile(
    r"(?:\s*[|(\[–—-]\s*)?\b(?<!file )((?:photo(?:graph)?s?|fotos?|picture|image"
    r"|illustration|credit)"
    r"(?:\s+(?:by|courtesy(?: of)?|credit)|\s*:)\s*[^|()\[\]]{2,80})[)\]]?\s*\.?$",
    re.IGNORECASE,
)
DECORATION = re.compile(
    r"(?:spacer|pixel|blank|clear|transparent|1x1|dot|bullet|shim|counter|tracking"
    r"|beacon|arrow|divider|icon|button|btn_|logo)[\w.-]*\.(?:gif|png|jpe?g|svg|cgi)",
    re.IGNORECASE,
)
EMBED_HOST = re.compile(
    r"^(?:https?:)?//(?:[\w-]+\.)*(?:youtube(?:-nocookie)?\.com|youtu\.be|vimeo\.com"
    r"|dailymotion\.com|soundcloud\.com|archive\.org|spotify\.com|bandcamp\.com"
    r"|podcasts\.apple\.com|google\.com/maps|openstreetmap\.org|ted\.com)/",
    re.IGNORECASE,
)
SENTENCE_END = re.compile(r"[.!?…:;,”\"’)][\s\xa0]*$")
WORDS_IN_BLOCK = re.compile(r"(<(?:p|h[2-4])>)(.*)(</(?:p|h[2-4])>)", re.DOTALL)
LONGEST_LINK = 500  # letters
LEAST_BEFORE = 200
LEAST_TOLD = 120  # letters of prose
SENTENCES = re.compile(r"\w\w[.!?。！？…][\"”’»)]*(?:\s|$)")
LEAST_UNFOLDED = 80


@dataclass(slots=True)
class Mapper:
    """Turns a part of a page into blocks; drops what is not the story's.

    ``weights`` says how many letters of the story the extractor found below an
    element: what it found none in has to look like a story's part to stay.
    ``words`` and ``linked`` count all letters there, and those inside links.
    """

    base: str = ""
    folder: str = ""
    weights: dict = field(default_factory=dict)
    words: dict = field(default_factory=dict)
    linked: dict = field(default_factory=dict)
    pictures: list[PictureNote] = field(default_factory=list)
    bios: list = field(default_factory=list)
    teasers: set = field(default_factory=set)
    left_out: list[str] = field(default_factory=list)
    keep_all: bool = False

    def blocks(self, element) -> list[Block]:
        """The blocks inside an element, in the page's order."""
        flow = _Flow(self)
        flow.text(element.text)
        for child in element:
            flow.add(child)
            flow.text(child.tail)
        return flow.finish()

    def address(self, href: str) -> str:
        """A link's address, absolute where the page's own is known, or ''."""
        href = SPACE.sub(" ", href).strip()
        # Browsers ignore these inside a scheme, and so would java\tscript: run.
        bare = re.sub(r"[\x00-\x20\x7f]", "", href)
        scheme = re.match(r"([a-z][a-z0-9+.-]*):", bare, re.IGNORECASE)
        if scheme:
            allowed = scheme[1].lower() in ("http", "https", "mailto")
            return bare if allowed else ""
        if not bare or bare.startswith("#") or len(bare) > 2000:
            return ""
        if not self.base and bare.startswith("//"):
            return f"http:{bare}"
        try:
            return urljoin(self.base, bare) if self.base else bare
        except ValueError:
            return ""

    def is_dropped(self, element) -> bool:
        """Whether an element is furniture: menus, shares, comments, teasers."""
        tag = element.tag
        if not isinstance(tag, str):
            return True
        if tag == "button" and element.getparent().tag in HEADINGS:
            return False  # It opens what stands below the heading.
        if tag in SKIPPED and not (tag in MAY_HOLD_STORY and self.weights.get(element)):
            return True
        marks = f"{element.get('class') or ''} {element.get('id') or ''}"
        style = (element.get("style") or "").replace(" ", "").lower()
        if "display:none" in style or element.get("hidden") is not None:
            return not self._goes_on(element, marks)
        if element in self.teasers:
            return True
        if self.keep_all or self.weights.get(element):
            return False
        if BIO_CLASS.search(marks):
            self.bios.append(element)
            return True
        if tag in ("aside", "footer") and not PULL_QUOTE.search(marks):
            return not (tag == "footer" and element.getparent().tag == "blockquote")
        if PULL_QUOTE.search(marks) or "caption" in marks:
            return False
        if tag in INLINE and self.weights.get(element.getparent()):
            return False  # A word of a sentence, whatever its marks are for.
        if BOILERPLATE.search(marks) and tag not in ("body", "html"):
            self._note_prose(element)
            return True
        if tag in ("div", "section", "td", "table", "ul", "ol", "dl", "header"):
            return self._is_furniture(element)
        return False

    def _note_prose(self, element):
        """Take note of what says more than furniture does: it may be the story's."""
        letters = self.words.get(element, 0)
        if letters < LEAST_TOLD or self.linked.get(element, 0) > 0.2 * letters:
            return
        text = SPACE.sub(" ", element.text_content()).strip(EDGE)
        if len(SENTENCES.findall(text)) > 1:
            self.left_out.append(text)

    def _goes_on(self, element, marks):
        """Say whether what is hidden is the rest of a story, that a click showed."""
        letters = self.words.get(element, 0)
        before = element.getprevious()
        is_below_heading = before is not None and before.tag in HEADINGS
        is_rest = (
            self.weights.get(element.getparent(), 0) > LEAST_BEFORE
            and letters > LEAST_BEFORE
            and len(element.findall(".//p")) > 1
        )
        return (
            (is_rest or (is_below_heading and letters > LEAST_UNFOLDED))
            and self.linked.get(element, 0) < 0.2 * letters
            and element.find(".//input") is None
            and not BOILERPLATE.search(marks)
        )

    def _is_furniture(self, element):
        words = self.words.get(element, 0)
        if not words:
            return element.find(".//img") is None and element.find(".//iframe") is None
        if self.linked.get(element, 0) > 0.4 * words:
            return not (self._leads_out(element) or _is_announced(element))
        if element.tag in ("ul", "ol", "dl", "table"):
            return False
        if words >= 40:
            return False
        text = SPACE.sub(" ", element.text_content()).strip(EDGE)
        if element.tag == "td":
            return not SENTENCE_END.search(text)
        return chrome_kind(text) is not None

    def _leads_out(self, element):
        """Say whether a list under a story's words leads to other sites only.

        So do the links of a table, wherever they lead, where it has more than these.
        """
        before = element.getprevious()
        if before is None or before.tag not in ("p", *HEADINGS):
            return False
        if element.tag == "table" and is_data_table(element):
            return self.linked.get(element, 0) < 0.9 * self.words[element]
        if element.tag not in ("ul", "ol") or not self.weights.get(before):
            return False
        hrefs = [link.get("href") or "" for link in element.iter("a")]
        return leads_out(hrefs, self.base)

    def picture(self, image, caption="", credit=""):
        """Take note of a picture; the position it got, or None for decoration."""
        src = next(
            (
                image.get(name).strip()
                for name in ("data-src", "data-lazy-src", "data-original", "src")
                if image.get(name) and not image.get(name).strip().startswith("data:")
            ),
            "",
        )
        if not src or _is_decoration(image, src):
            return None
        scheme = urlsplit_scheme(src)
        if scheme not in ("", "http", "https"):
            return None
        note = PictureNote(
            src=self.address(src) if scheme or src.startswith("//") else src,
            alt=SPACE.sub(" ", image.get("alt") or "").strip(),
            caption=caption,
            credit=credit,
            path=self._local_path(src) if not scheme else "",
        )
        if not scheme and self.base and not note.path:
            note = PictureNote(
                self.address(src), note.alt, note.caption, note.credit, ""
            )
        self.pictures.append(note)
        return len(self.pictures) - 1

    def _local_path(self, src):
        if src.startswith(("/", "\\")) or "\\" in src or "\x00" in src:
            return ""
        path = unquote(re.split(r"[?#]", src, maxsplit=1)[0])
        path = posixpath.normpath(posixpath.join(self.folder, path))
        is_inside = not path.startswith(("..", "/")) and "\x00" not in path
        return path if is_inside and path != "." else ""


def urlsplit_scheme(address: str) -> str:
    """The scheme of an address, in small letters, or ''."""
    try:
        return urlsplit(address.strip()).scheme.lower()
    except ValueError:
        return "invalid"


def _is_announced(element):
    """Say whether a list has a heading of its own, which is left out with it."""
    before = element.getprevious()
    if element.tag not in ("ul", "ol") or before is None or len(before) > 3:
        return False
    return before.tag in ("p", "div", *HEADINGS) and is_related(
        SPACE.sub(" ", before.text_content()).strip()
    )


def _is_decoration(image, src):
    sizes = [image.get("width") or "", image.get("height") or ""]
    numbers = [int(size) for size in sizes if size.isdigit() and len(size) < 6]
    if any(number <= 3 for number in numbers):
        return True
    if len(numbers) == 2 and max(numbers) <= 40:
        return True
    return bool(DECORATION.search(src))


class _Flow:
    """Blocks and the run of inline pieces between them.

    Pieces are ("text", words), ("br",), ("open", tag, href) and ("close", tag).
    A run becomes one paragraph, or several where line breaks are doubled.
    """

    def __init__(self, mapper):
        self.mapper = mapper
        self.found: list[Block] = []
        self.run: list[tuple] = []

    def text(self, words):
        if words:
            self.run.append(("text", words))

    def finish(self):
        self.flush()
        return self.found

    def flush(self):
        for inside, text, links in paragraphs(self.run):
            self.found.append(_paragraph_block(inside, text, links))
        self.run = []

    def add(self, element):
        tag = element.tag
        if self.mapper.is_dropped(element):
            return
        if tag == "br":
            self.run.append(("br",))
        elif tag == "img":
            self._figure(element, [element])
        elif tag in INLINE and not _holds_block(element):
            self._inline(element)
        elif tag == "a" and self._link_blocks(element):
            return
        elif tag not in BLOCKS:
            self._open_up(element)
        else:
            self.flush()
            self._block(element)
            self.flush()

    def _inline(self, element):
        tag = INLINE[element.tag]
        if tag == "q":
            self.text("“")
        elif tag == "a":
            href = self.mapper.address(element.get("href") or "")
            self.run.append(("open", "a" if href else "", href))
        else:
            self.run.append(("open", tag, element.tag in TITLES))
        self._open_up(element)
        if tag == "q":
            self.text("”")
        else:
            is_link = tag == "a"
            href = self.mapper.address(element.get("href") or "") if is_link else ""
            self.run.append(("close", tag if not is_link or href else "", href))

    def _open_up(self, element):
        self.text(element.text)
        for child in element:
            self.add(child)
            self.text(child.tail)

    def _link_blocks(self, element):
        """Put a link that stands around blocks into each; say whether it was done."""
        href = self.mapper.address(element.get("href") or "")
        letters = self.mapper.words.get(element) or len(element.text_content())
        if not href or letters > LONGEST_LINK:
            return False
        self.flush()
        for block in self.mapper.blocks(element):
            opened = WORDS_IN_BLOCK.fullmatch(block.html)
            if opened and not block.links:
                address = html.escape(href)
                block.html = (
                    f'{opened[1]}<a href="{address}">{opened[2]}</a>{opened[3]}'
                )
                block.links.append((visible(block.text), href))
                block.text += f"{LINK_OPEN}{href}{LINK_CLOSE}"
            self.found.append(block)
        return True

    def _block(self, element):
        tag = element.tag
        marks = f"{element.get('class') or ''} {element.get('id') or ''}"
        if PULL_QUOTE.search(marks):
            self._pull_quote(element)
        elif tag in HEADINGS:
            self._heading(element)
        elif tag in ("ul", "ol", "dir"):
            self._list(element)
        elif tag == "blockquote":
            self._quotation(element)
        elif tag in ("pre", "listing", "xmp"):
            self._preformatted(element)
        elif tag == "hr":
            self.found.append(Block("hr", "", "<hr>"))
        elif tag == "table" and is_data_table(element):
            self._table(element)
        elif tag == "figure" or (
            CAPTION_CLASS.search(marks) and element.find(".//img") is not None
        ):
            self._figure(element, list(element.iter("img")))
        elif tag in ("iframe", "video"):
            self._embed(element)
        elif tag == "dt":
            for block in self.mapper.blocks(element):
                inside = block.html[3:-4] if block.kind == "p" else ""
                if inside:
                    block.html = f"<p><strong>{inside}</strong></p>"
                self.found.append(block)
        else:
            self.found += self.mapper.blocks(element)

    def _heading(self, element):
        flow = _Flow(self.mapper)
        flow._open_up(element)
        made = paragraphs(flow.run)
        self.found += [block for block in flow.found if block.kind == "figure"]
        inside = " ".join(one[0] for one in made)
        if inside:
            kind = HEADINGS[element.tag]
            inside = re.sub(r"</?(?:strong|br)>", " ", inside)
            inside = SPACE.sub(" ", inside).strip()
            text = " ".join(one[1] for one in made)
            links = [link for one in made for link in one[2]]
            self.found.append(
                Block(kind, text, f"<{kind}>{inside}</{kind}>", links=links)
            )

    def _list(self, element):
        if element.find("li") is None:
            # Pages of the 1990s used lists for a margin.
            self.found += self.mapper.blocks(element)
            return
        entries, texts, links = [], [], []
        kind = "ol" if element.tag == "ol" else "ul"
        for entry in element:
            if self.mapper.is_dropped(entry):
                continue
            is_nested = entry.tag in ("ul", "ol") and bool(entries)
            blocks = _of(self.mapper, entry) if is_nested else self.mapper.blocks(entry)
            if not blocks:
                continue
            if is_nested:
                # A list within a list, beside its entry instead of in it.
                inside = "".join(b.html for b in blocks if b.kind != "figure")
                entries[-1] = f"{entries[-1].removesuffix('</li>')}{inside}</li>"
                texts.append("\n".join(b.text for b in blocks))
                continue
            if blocks[0].kind == "p" and all(
                b.kind in ("ul", "ol") for b in blocks[1:]
            ):
                inside = blocks[0].html[3:-4] + "".join(b.html for b in blocks[1:])
            else:
                inside = "".join(b.html for b in blocks if b.kind != "figure")
                self.found += [b for b in blocks if b.kind == "figure"]
            entries.append(f"<li>{inside}</li>")
            texts.append("\n".join(b.text for b in blocks))
            links += [link for b in blocks for link in b.links]
        if entries:
            markup = f"<{kind}>{''.join(entries)}</{kind}>"
            self.found.append(Block(kind, "\n".join(texts), markup, links=links))

    def _quotation(self, element):
        inner = self.mapper.blocks(element)
        words = [block for block in inner if block.is_words or block.kind == "pre"]
        if not words:
            self.found += inner
            return
        said_by = _said_by(element, words)
        if said_by and words:
            words.pop()
        if not words:
            words, said_by = [block for block in inner if block.is_words], ""
        markup = "".join(block.html for block in words)
        text = "\n".join(block.text for block in words)
        if said_by:
            markup += f"<footer><cite>{escape(said_by)}</cite></footer>"
            text += f"\n{said_by}"
        where = self.mapper.address(element.get("cite") or "")
        cite = f' cite="{html.escape(where)}"' if where.startswith("http") else ""
        quoted = Block("blockquote", text, f"<blockquote{cite}>{markup}</blockquote>")
        quoted.links = [link for block in words for link in block.links]
        quoted.inner = inner
        self.found.append(quoted)
        self.found += [block for block in inner if block.kind == "figure"]

    def _pull_quote(self, element):
        words = [block for block in self.mapper.blocks(element) if block.is_words]
        if words:
            text = "\n".join(block.text for block in words)
            inside = "".join(
                block.html
                if block.kind == "p"
                else f"<p>{escape(visible(block.text))}</p>"
                for block in words
            )
            markup = f'<aside class="pullquote">{inside}</aside>'
            self.found.append(Block("aside", text, markup))

    def _preformatted(self, element):
        text = element.text_content().strip("\n")
        if text.strip():
            self.found.append(Block("pre", text, f"<pre>{escape(text)}</pre>"))

    def _table(self, element):
        rows, texts = [], []
        for row in element.iter("tr"):
            cells = []
            for cell in row:
                if cell.tag not in ("td", "th"):
                    continue
                blocks = self.mapper.blocks(cell)
                inside = "<br>".join(
                    re.sub(r"^<(p|h[2-4])>(.*)</\1>$", r"\2", b.html, flags=re.S)
                    for b in blocks
                    if b.kind in ("p", "h2", "h3", "h4")
                )
                spans = "".join(
                    f' {name}="{cell.get(name)}"'
                    for name in ("colspan", "rowspan")
                    if re.fullmatch(r"[1-9]\d?", cell.get(name) or "")
                )
                cells.append(f"<{cell.tag}{spans}>{inside}</{cell.tag}>")
                texts.append(" ".join(b.text for b in blocks))
            if cells:
                rows.append(f"<tr>{''.join(cells)}</tr>")
        if rows:
            markup = f"<table><tbody>{''.join(rows)}</tbody></table>"
            self.found.append(Block("table", "\n".join(texts), markup))

    def _figure(self, element, images):
        caption, credit = _caption(element)
        made = False
        for image in images:
            at = self.mapper.picture(image, caption, credit)
            if at is None:
                continue
            if not made:
                self.flush()
            made = True
            note = self.mapper.pictures[at]
            self.found.append(Block("figure", "", figure_html(at, note)))
            caption = credit = ""
        if not made and element.tag != "img":
            self.found += [
                block
                for child in element
                if isinstance(child.tag, str) and not self.mapper.is_dropped(child)
                for block in _of(self.mapper, child)
            ]

    def _embed(self, element):
        src = (element.get("src") or element.get("data-src") or "").strip()
        if not EMBED_HOST.match(src):
            return
        address = self.mapper.address(src)
        if not address:
            return
        label = SPACE.sub(" ", element.get("title") or "").strip() or address
        markup = (
            f'<figure class="embed" data-embed="{html.escape(address)}">'
            f'<a href="{html.escape(address)}">{escape(label)}</a></figure>'
        )
        self.found.append(Block("figure", "", markup))


def _of(mapper, element):
    flow = _Flow(mapper)
    flow.add(element)
    return flow.finish()


def figure_html(position: int, note: PictureNote) -> str:
    """A place for a picture; saving puts the picture's own number in it."""
    caption = escape(note.caption)
    if note.credit:
        caption = f"{caption} <small>{escape(note.credit)}</small>".strip()
    caption = f"<figcaption>{caption}</figcaption>" if caption else ""
    return (
        f'<figure data-picture="import-{position}">'
        f'<img src="{html.escape(note.src)}" alt="{html.escape(note.alt)}">'
        f"{caption}</figure>"
    )


def _caption(element):
    if element.tag == "img":
        return "", ""
    caption = credit = ""
    for child in element.iter():
        if not isinstance(child.tag, str) or child is element:
            continue
        marks = child.get("class") or ""
        text = SPACE.sub(" ", child.text_content()).strip(EDGE)
        if CREDIT_CLASS.search(marks) or child.tag == "small":
            credit = credit or text
        elif child.tag == "figcaption" or CAPTION_CLASS.search(marks):
            caption = caption or text
    if credit and caption.endswith(credit):
        caption = caption[: -len(credit)].rstrip(" |(–—-")
    named = CREDIT_TEXT.search(caption)
    if named and not credit:
        credit, caption = named[1].strip(), caption[: named.start()].rstrip(" |(–—-")
    return caption, credit


def _said_by(element, words):
    """Who said a quotation, where its last piece is a cite, a footer or a dash."""
    last = words[-1]
    text = visible(last.text).strip()
    if len(text) > 160 or len(words) < 2:
        return ""
    ends = [one for one in element if isinstance(one.tag, str)]
    is_marked = bool(ends) and (
        ends[-1].tag in ("footer", "cite")
        or (len(ends[-1]) == 1 and ends[-1][0].tag == "cite" and not ends[-1].text)
    )
    dash = ATTRIBUTION.match(text)
    if dash:
        return text[dash.end() :].strip()
    return text.strip(" —–-") if is_marked else ""


def _holds_block(element):
    return any(
        one.tag in BLOCKS
        for one in element.iterdescendants()
        if isinstance(one.tag, str)
    )


def is_data_table(table) -> bool:
    """Whether a table holds figures or facts, not a page's layout."""
    if table.find(".//table") is not None:
        return False
    rows = [row for row in table.iter("tr")]
    counts = [sum(1 for cell in row if cell.tag in ("td", "th")) for row in rows]
    if len(rows) < 2 or max(counts, default=0) < 2 or counts.count(max(counts)) < 2:
        return False
    lengths = [len(cell.text_content().strip()) for cell in table.iter("td", "th")]
    if max(lengths, default=0) > 500:
        return False
    if table.find(".//th") is not None:
        return True
    return sum(lengths) <= 80 * len(lengths) and any(lengths)


def _paragraph_block(inside, text, links):
    bare = re.sub(r"<[^>]{0,300}>", "", inside).strip(EDGE)
    if RULE.fullmatch(bare):
        return Block("hr", "", "<hr>")
    return Block("p", text, f"<p>{inside}</p>", links=links)
