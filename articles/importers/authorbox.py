"""The closing box: whose it is, and what it says about its author."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from .addresses import (
    BLOG_HOST,
    HANDLE,
    HANDLE_AT_END,
    MASTODON,
    NETWORK,
    NETWORKS,
    PHONE,
    SOCIAL_HOST,
    SPOKEN_ADDRESS,
    URL,
    count_digits,
    spoken_address,
    trimmed_span,
    web_address,
)
from .bylines import (
    EMAIL,
    HONORIFIC,
    PARTICLES,
    is_name,
    last_name,
    name_key,
    readable_name,
)
from .marks import MARKS, visible
from .places import LIVES, read_place
from .sentences import sentences
from .shows import HER_SHOW, read_shows
from .story import AuthorBox, LinkNote
from .titles import SHOW_STOP, take_title
from .wordlists import words
from .works import AUTHOR_OF, HER_BOOK, PUBLISHER, blank, read_books

LONGEST_BOX = 3000

LEADING = re.compile(
    r"^(?:[\s*_~•·|\[({<>=–—-]|\ue000)*"
    r"(?:(?:about (?:the )?(?:author|writer)s?|(?:the )?authors?['’]?s? ?(?:bio|note)?"
    r"|bio(?:graphy)?|contributors?|author)\s*[:.–—-]\s*)?(?:[\s*_“\"(\[]|\ue000)*",
    re.IGNORECASE,
)

ABOUT_HEADING = re.compile(
    r"\W*(?:(?i:about (?:the )?(?:authors?|writers?|columnists?|contributors?)"
    r"|(?:the )?authors?|author bio(?:graphy)?|contributors?"
    r"|über (?:den|die) autor(?:in|en)?|à propos de l['’]auteur"
    r"|sobre (?:el|la) autora?|(?:l['’])?autore|over de auteur)"
    r"|(?i:about) [A-Z][^\W\d_]+(?: [A-Z][\w.’'-]*){0,3})\W*"
)

# What a closing box does that an ordinary paragraph does not.
VERBS = (
    r"(?:lives?|resides?|is|was|are|has|writes?|wrote|teaches|taught|works?|worked"
    r"|hosts?|co-hosts|blogs?|makes|can|may|could|covers?|edits?|edited|serves?"
    r"|served|divides|splits|hails|grew|runs?|farms?|practices|owns|publishes"
    r"|published|will|welcomes|lectures|retired|studied|studies|contributes|tweets"
    r"|reports?|holds|spent|spends|directs|founded|heads|keeps|raises|gardens)"
)

TRIGGERS = (
    (
        "contact",
        r"(?:can|may|could|will)\s+(?:also\s+|best\s+|always\s+)?be\s+(?:reached"
        r"|contacted|e-?mailed|written|phoned|called)|reach(?:es)?\s+(?:him|her"
        r"|them|the\s+\w+|\w+)|e-?mails?\b|contact\b|write\s+to|send\s+\w+|comments?"
        r"|correspond\w*|phone|telephone|tel\b|welcomes|responds?|address",
    ),
    ("blog", r"(?:we)?blogs?\b|web\s?log|blogging|online\s+(?:diary|journal)"),
    (
        "website",
        r"web\s?-?sites?|home\s?page|web\s?page|on\s+the\s+web|online|portfolio|visit"
        r"|(?:more|learn|read|information)\s+(?:about|of|more)|for\s+more|site\b",
    ),
    ("other", r"newsletter|column\s+archive|archived?|videos?|gallery"),
    ("social", r"follow|tweets?|twitter|facebook|instagram|mastodon|bluesky|linkedin"),
    (
        "listen",
        r"listen(?:\s+live)?\s+(?:online\s+|live\s+)?(?:at|on|via|to\s+it)\b|episodes"
        r"|stream(?:s|ed|ing)?\b",
    ),
    (
        "last",
        r"^(?:it|the book|copies|order|the (?:show|podcast|novel)|this book"
        r"|(?:his|her|their) (?:\w+ )?(?:books?|novel|memoir|anthology|collection)"
        r" (?:is|are|can|may))\b",
    ),
)

_TRIGGERS = tuple(
    (kind, re.compile(rf"\b(?:{words})", re.I)) for kind, words in TRIGGERS
)

BLOG_NAME = re.compile(
    r"(?:we)?blogs?,?\s*(?:(?:is|as|at|called|titled|entitled|named)\s+)*"
    r"(?:called\s+)?[:,]?\s*",
    re.IGNORECASE,
)

REACHED_AT = re.compile(
    r"\b(?:reached|contacted|written(?:\s+to)?|write\s+to\s+(?:him|her|them)|contact"
    r"(?:\s+(?:him|her|them))?|phoned|mail)\s+(?:(?:him|her|them)\s+)?"
    r"(?:by\s+(?:mail|post|phone|telephone|letter)\s+)?"
    r"(?:at|via|through|care of|c/o|in care of|by writing to|on)\s+",
    re.IGNORECASE,
)

FILLER = words(
    "a an the and or is are was were be been being at in on by via for to of from"
    " with as his her hers their he she they him them who whom which that it its"
    " this can may could will also best always reached contacted e-mailed emailed"
    " found new newest latest recent most first second third debut book books novel"
    " memoir titled entitled called named title author co-author coauthor editor"
    " co-editor contributor wrote edited published available now out just visit blog"
    " blogs weblog website web site sites page home homepage online internet address"
    " email e-mail mail contact reach send write you your readers follow read listen"
    " tune hear catch host hosts co-host co-hosts hosted show radio program"
    " programme podcast station heard airs lives live living resides residing makes"
    " based author's more about information learn see go please or either online"
    " twitter facebook instagram mastodon bluesky x linkedin phone telephone"
    " comments writer mr ms mrs dr talk broadcast where include includes including"
    " collection anthology biography history chapbook guide cookbook novella volume"
    " essays poems stories find him has call called calling order ordered copies"
)

WORD = re.compile(r"[^\W_]+(?:[-’'][^\W_]+)*")

STRONG = (
    EMAIL,
    URL,
    re.compile(r"\b(?:can|may|could) be (?:reached|contacted|heard|e-?mailed)", re.I),
    AUTHOR_OF,
    HER_BOOK,
    re.compile(r"\b(?:his|her|their)\s+(?:we)?blog\b|\bblogs at\b", re.I),
    HER_SHOW,
    re.compile(r"\b(?:co-?)?hosts? (?:of )?(?:the|a|his|her)\b.{0,60}\b(?:show|podcast"
               r"|program)", re.I),
    re.compile(r"\bis an? (?:[\w’'-]+,? ){0,4}(?:writer|columnist|novelist|poet"
               r"|journalist|essayist|freelancer|reporter|editor|contributor|cartoonist"
               r"|professor|attorney|historian)\b", re.I),
    re.compile(r"\b(?:follow|e-?mail|contact) (?:him|her|them)\b", re.I),
)  # fmt: skip

WEAK = (LIVES,)


def count_signals(marked: str) -> tuple[int, int]:
    """How many things the text says as only a closing box does (strong, weak)."""
    text = marked[:LONGEST_BOX]
    strong = sum(1 for shape in STRONG if shape.search(text))
    return strong, sum(1 for shape in WEAK if shape.search(text))


def owner(marked: str, known: Sequence[str]) -> tuple[str, int] | None:
    """Whose box the text is and where the name ends, else None.

    A known name (from the byline) may be printed in capitals, with a title, or
    by its last name only. An unknown one must look like a name and be followed
    by what boxes say next.
    """
    lead = LEADING.match(marked[:200])
    start = lead.end() if lead else 0
    text = marked[start : start + 160]
    folded = text.casefold()
    for name in known:
        # To compile a name's expression takes longer than all else; most texts do
        # not hold the name at all.
        if last_name(name).casefold().strip(".,")[-20:] not in folded:
            continue
        found = _known_name(name).match(text)
        if found:
            return name, start + found.end()
    found = UNKNOWN_NAME.match(text)
    if found and is_name(found[1]) and " " in found[1].strip():
        return readable_name(found[1]), start + found.end(1)
    return None


UNKNOWN_NAME = re.compile(
    r"((?:(?:Mr|Mrs|Ms|Dr|Prof|Rev)\.?\s)?[^\W\d_a-z][\w.’'-]*"
    r"(?:\s(?:[“\"(][\w.]+[”\")]|" + "|".join(sorted(PARTICLES - {"d'"}))
    + r"|[^\W\d_a-z][\w.’'-]*)){1,5}?(?:,?\s(?:Jr|Sr|II|III)\.?)?)"
    rf"\ue001?(?:,|\s+\(|\s+{VERBS}\b)"
)  # fmt: skip


@lru_cache(maxsize=1024)
def _known_name(name):
    words = [re.escape(word.strip(".,")) for word in HONORIFIC.sub("", name).split()]
    full = r"[.,]?\s+".join(words)
    shapes = [full]
    if len(words) > 2:
        # Jane Q. Public may sign off as Jane Public.
        shapes.append(rf"{words[0]}\.?\s+{words[-1]}")
        shapes.append(rf"{words[0]}\.?\s+[^\W\d_]\.\s+{words[-1]}")
    elif len(words) == 2:
        shapes.append(rf"{words[0]}\.?\s+[^\W\d_][\w.]*\s+{words[-1]}")
    shapes.append(rf"{HONORIFIC.pattern}{re.escape(last_name(name))}")
    shapes.append(rf"{re.escape(last_name(name))}(?=,?\s+(?:an?\s|{VERBS}\b))")
    shape = "|".join(shapes)
    return re.compile(
        rf"(?:{HONORIFIC.pattern})?(?:{shape})(?![\w-])\.?", re.IGNORECASE
    )


def split_boxes(marked: str, known: Sequence[str]) -> list[tuple[str, str]]:
    """Cut a paragraph that holds several authors' boxes: (name, text) pairs."""
    pieces = []
    for sentence in sentences(marked):
        found = owner(sentence, known)
        is_new = found and (
            not pieces
            or (
                (found[0] in known and found[0] != pieces[-1][0])
                and _full_name_opens(sentence, found[0])
            )
        )
        if is_new:
            pieces.append([found[0], sentence])
        elif pieces:
            pieces[-1][1] += " " + sentence
    return [(name, text) for name, text in pieces]


def _full_name_opens(sentence, name):
    words = name_key(name).split()
    return name_key(visible(sentence)[:200]).startswith(words[0])


def read_box(marked: str, name: str) -> AuthorBox:
    """Read one author's box. Sentences that no field wholly holds become the bio."""
    marked = marked[:LONGEST_BOX]
    box = _Box(name)
    text = LEADING.sub("", marked, count=1)
    for sentence in sentences(text):
        box.read(sentence)
    bio = visible(" ".join(box.bio)).strip(" *_")
    bio = re.sub(r"\s+([.,;])", r"\1", re.sub(r"  +", " ", bio))
    if bio.endswith((")", "]")) and bio.count("(") + bio.count("[") < bio.count(
        ")"
    ) + bio.count("]"):
        bio = bio[:-1]
    return AuthorBox(
        name=name,
        lives_in=box.lives_in,
        email=box.email,
        contact="; ".join(box.contacts),
        bio=bio,
        links=tuple(_unique(box.links)),
        text=visible(marked).strip(),
    )


def _unique(links):
    seen = []
    for link in links:
        same = [
            at
            for at, other in enumerate(seen)
            if link.url and other.url.rstrip("/") == link.url.rstrip("/")
        ]
        if not same:
            seen.append(link)
        elif not seen[same[0]].title:
            seen[same[0]] = replace(link, role=link.role or seen[same[0]].role)
    return seen


@dataclass
class _Box:
    """What is known of the author so far, sentence by sentence."""

    name: str
    lives_in: str = ""
    email: str = ""
    contacts: list[str] = field(default_factory=list)
    links: list[LinkNote] = field(default_factory=list)
    bio: list[str] = field(default_factory=list)

    def read(self, sentence):
        spans = []
        opening = owner(sentence, [self.name])
        if opening and opening[0] == self.name:
            spans.append((0, opening[1]))
        notes = read_books(sentence, spans) + read_shows(sentence, spans)
        before = len(self.links)
        self.links += [note for _, note in notes]
        self._place(sentence, spans)
        triggers = [
            (start, at + before) for at, (start, _) in enumerate(notes)
        ] + _triggers(sentence, spans)
        triggers.sort(key=lambda trigger: trigger[0])
        self._addresses(sentence, spans)
        self._urls(sentence, spans, triggers)
        self._handles(sentence, spans)
        self._publisher_of_last(sentence, spans)
        if _is_left_over(sentence, spans):
            self.bio.append(sentence)

    def _place(self, sentence, spans):
        found = read_place(sentence, spans)
        if found and not self.lives_in:
            self.lives_in, span = found
            spans.append(span)

    def _addresses(self, sentence, spans):
        free = blank(sentence, spans)
        for found in EMAIL.finditer(MARKS.sub(lambda mark: " " * len(mark[0]), free)):
            spans.append(found.span())
            self._keep_address(found[0])
        for found in SPOKEN_ADDRESS.finditer(free):
            spans.append(found.span())
            self._keep_address(spoken_address(found))
        if not REACHED_AT.search(free) and not dict(_kinds(sentence)).get("contact"):
            return
        phones = [
            phone for phone in PHONE.finditer(free) if count_digits(phone[0]) >= 7
        ]
        for phone in phones:
            spans.append(phone.span())
            self.contacts.append(phone[0].strip())
        reached = REACHED_AT.search(free)
        rest = visible(free[reached.end() :]).strip(" .)") if reached else ""
        is_post = re.search(r"\d|c/o|care of|\bBox\b", rest) and not phones
        if is_post and not URL.search(free[reached.end() :]) and "@" not in sentence:
            self.contacts.append(rest)
            spans.append((reached.start(), len(sentence)))

    def _keep_address(self, address):
        if not self.email:
            self.email = address
        elif address.lower() != self.email.lower() and address not in self.contacts:
            self.contacts.append(address)

    def _urls(self, sentence, spans, triggers):
        for found in URL.finditer(blank(sentence, spans)):
            address = web_address(found["marked"] or found["plain"] or "")
            spans.append(trimmed_span(found))
            if address.startswith("mailto:"):
                self._keep_address(address[7:].split("?")[0])
            elif address:
                self._keep_url(address, found.start(), sentence, triggers, spans)

    def _keep_url(self, url, at, sentence, triggers, spans):
        before = [trigger for trigger in triggers if trigger[0] < at]
        trigger = (
            before[-1] if before else (triggers[0] if triggers else (0, "website"))
        )
        kind = trigger[1]
        if kind in ("last", "listen"):
            wanted = ("show",) if kind == "listen" else ("book", "show")
            known = [at for at, link in enumerate(self.links) if link.kind in wanted]
            kind = known[-1] if known else "website"
        if isinstance(kind, int):
            if not self.links[kind].url:
                self.links[kind] = replace(self.links[kind], url=url)
                return
            kind = "website"
        social = SOCIAL_HOST.search(url)
        if social or MASTODON.search(url):
            network = social[1].capitalize() if social else "Mastodon"
            network = network.replace("Bsky", "Bluesky")
            handle = HANDLE_AT_END.search(sentence[:at])
            title = handle[0] if handle else ""
            if handle:
                spans.append(handle.span())
            self.links.append(LinkNote("social", title, "", network, url))
            return
        if kind in ("contact", "website", "social"):
            kind = "blog" if BLOG_HOST.search(url) else "website"
        title = ""
        if kind == "blog":
            title = _blog_name(sentence, trigger[0], spans)
        self.links.append(LinkNote(kind, title, "", "", url))

    def _handles(self, sentence, spans):
        free = blank(sentence, spans)
        for found in HANDLE.finditer(free):
            network = NETWORK.search(sentence)
            name = network[1] if network else ""
            if found[2]:
                name, url = "Mastodon", f"https://{found[2][1:]}/@{found[1]}"
            else:
                url = NETWORKS.get(name.lower(), "").format(found[1])
            if name or url:
                self.links.append(LinkNote("social", found[0], "", name, url))
                spans.append(found.span())

    def _publisher_of_last(self, sentence, spans):
        found = re.match(
            r"(?:It|The book|Both|The novel|This book)\s+(?:is|was|will be|has been)\s+"
            r"(?:\w+\s+)?published(?:\s+in\s+\d{4})?\s+by\s+",
            sentence,
        )
        if not found or not self.links or self.links[-1].kind != "book":
            return
        publisher = PUBLISHER.match(sentence, found.end())
        if publisher and not self.links[-1].publisher:
            name = publisher[0].rstrip(".")
            self.links[-1] = replace(self.links[-1], publisher=name)
            spans.append((0, publisher.end()))


def _blog_name(sentence, at, spans):
    lead = BLOG_NAME.search(sentence, max(0, at - 1))
    if not lead:
        return ""
    taken = take_title(sentence, lead.end(), SHOW_STOP)
    if not taken or URL.match(sentence, lead.end()) or "." in taken[0]:
        return ""
    spans.append((lead.start(), taken[1]))
    return taken[0]


ALSO_ONLINE = re.compile(
    r"\b(?:heard|airs|broadcast|listen|hosts?|show|podcast)\b.*\b(?:and|or)\s+$", re.I
)


def _kinds(sentence):
    return [
        (kind, True) for kind, shape in _TRIGGERS if shape.search(visible(sentence))
    ]


def _triggers(sentence, spans):
    free = blank(sentence, spans)
    hidden = re.sub("\ue002[^\ue003]*\ue003", lambda mark: " " * len(mark[0]), free)
    hidden = URL.sub(lambda mark: " " * len(mark[0]), hidden)
    hidden = EMAIL.sub(lambda mark: " " * len(mark[0]), hidden)
    found = [
        (match.start(), kind)
        for kind, shape in _TRIGGERS
        for match in shape.finditer(hidden)
    ]
    # "On KTUL and online at …" goes on about the show; a lone "online" does not.
    found = [
        (start, "listen" if ALSO_ONLINE.search(hidden[:start]) else kind)
        for start, kind in found
    ]
    # "Visit his blog at …": the blog is what is visited.
    return [
        trigger
        for trigger in found
        if not (
            trigger[1] in ("website", "contact", "social")
            and re.match(
                r"(?:visit|read|follow|see|more)\b[^,.;@]{0,40}\b(?:we)?blog\b",
                hidden[trigger[0] :],
                re.IGNORECASE,
            )
        )
    ]


def _is_left_over(sentence, spans):
    rest = visible(blank(sentence, spans))
    words = {word.lower().replace("’", "'") for word in WORD.findall(rest)}
    return bool(words - FILLER)


def closing_names(text: str) -> list[str]:
    """Names that a page's last words give as their author's.

    Asked before the head is read: a bare name under a headline is a byline only
    if the closing box says so.
    """
    names = []
    for piece in re.split(r"\n\s*\n|\n", text)[-14:]:
        found = owner(piece, ())
        if found and sum(count_signals(piece)):
            names.append(found[0])
    return names
