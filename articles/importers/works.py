"""Books that a sentence about an author names, with role and publisher."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from .addresses import URL
from .marks import visible
from .story import LinkNote
from .titles import take_title

ROLE = (
    r"(?:(?:co-?|lead |contributing |volume |series |general )?(?:author|editor"
    r"|contributor|translator|illustrator|compiler|narrator|photographer|writer))"
)

ROLE_VERBS = (
    (r"co-?(?:authored|wrote)", "co-author"),
    (r"co-?edit(?:ed|s)", "co-editor"),
    (r"edit(?:ed|s)", "editor"),
    (r"contribut(?:ed|es)", "contributor"),
    (r"translat(?:ed|es)", "translator"),
    (r"illustrat(?:ed|es)", "illustrator"),
    (r"compil(?:ed|es)", "compiler"),
    (r"(?:wrote|written|authored|writes)", "author"),
)

NOUN = (
    r"(?:book|novel|novella|memoir|collection|anthology|biography|autobiography"
    r"|history|textbook|volume|chapbook|guide|guidebook|handbook|cookbook|thriller"
    r"|mystery|paperback|hardcover|e-?book|work|title|monograph|trilogy|children[’']s"
    r" book|short stories|poems|essays|story collection|poetry|debut|translation"
    r"|graphic novel|manual|study|sequel)"
)

POSSESSIVE = r"(?:his|her|their|my|whose|the author[’']s|[A-Z][\w.-]*[’']s?)"

HER_BOOK = re.compile(
    rf"\b{POSSESSIVE}\s+(?:[\w’'-]+,?\s+){{0,5}}?{NOUN}s?\b", re.IGNORECASE
)

BETWEEN = tuple(
    re.compile(shape, re.IGNORECASE)
    for shape in (
        r"\s*\((?P<role>[^()]{1,80})\)",
        r",?\s*(?:of|for|to|in) which\s[^,()]{1,90}(?:,|(?=\s+(?:is|was)\b))",
        r",?\s*(?:which|that)\s+(?:he|she|they)\s[^,()]{1,90}?(?:,|(?=\s+(?:is|was)\b))",
        r",?\s*(?:both )?as (?:an? |the |both )?[^,()]{1,60}?(?:,|(?=\s+(?:is|was)\b))",
        r"\s*[-–—]{1,2}\s*[^–—()]{1,80}?\s*[-–—]{1,2}(?=\s*(?:is|was|,))",
        rf",\s*(?:{ROLE}|{ROLE}\s+and\s+{ROLE}),",
        r",?\s*(?:on|about)\s+[^,“\"()\ue000]{1,80}?,?(?=\s+(?:is|was|will)\b)",
        r",?\s*(?:co-?)?(?:written|edited|authored|illustrated) (?:with|by)\s"
        r"[^,()]{1,60}?(?:,|(?=\s+(?:is|was)\b))",
        r",\s*(?:just |recently |newly |soon to be |to be )?(?:published|released|out"
        r"|due"
        r"|forthcoming|available|coming)\b[^()]{0,80}?(?:,|(?=\s+is\s+(?:titled|called"
        r"|entitled)))",
        r",\s*with\s[^,“\"()\ue000]{1,80},",
        r"\s+(?:of|for)\s+(?:short stories|poems|poetry|essays|columns|verse|stories"
        r"|children|young readers|recipes|photographs)\b",
        r",\s*(?-i:a|an|the)\s[^,“\"()\ue000]{1,80},(?=\s*(?:is|was)\b)",
    )
)

CALLED = re.compile(
    r"\s*(?:,\s*)?(?:(?:is|was|are|were|will be|has been|have been|being|includes?"
    r"|including|include|included)\s+)?(?:just\s+|now\s+|also\s+|simply\s+|to be\s+)?"
    r"(?:titled|entitled|called|named|published as|known as)?\s*(?:[:,]\s*)?"
    r"(?:(?:the )?(?:book|novel|memoir|anthology|collection)\s+)?(?=\S)",
    re.IGNORECASE,
)

AUTHOR_OF = re.compile(
    rf"\b(?P<role>{ROLE}(?:(?:\s*,\s*|,?\s+(?:and|&|or)\s+)(?:the\s+|a\s+)?{ROLE})*)"
    r"(?:,?\s+(?:with|together with)\s+[^,()]{1,60},)?"
    r"(?:,\s*(?:most recently|among other (?:books|things|works))\s*,)?"
    rf"\s+(?:of|to|for)(?:,?\s+and\s+(?:an?\s+|the\s+)?(?P<role2>{ROLE})"
    r"\s+(?:to|of|for))?,?\s+"
    r"(?P<noun>(?:(?:the|a|an|his|her|their|several|many|numerous|two|three|four|five"
    r"|six|seven|eight|nine|ten|\d+|new|forthcoming|best-?selling)\s+)"
    rf"(?:[\w’'-]+,?\s+){{0,4}}?{NOUN}s?\b(?:,?\s*(?:titled|entitled|called|including"
    r"|on [^,“\"()\ue000]{1,60},|about [^,“\"()\ue000]{1,60},|most recently"
    r"|among them|the latest of which is))?[,:]?\s*)?",
    re.IGNORECASE,
)

WROTE = re.compile(
    r"\b(?P<verb>(?:wrote|co-?wrote|written|edited|co-?edited|authored|co-?authored"
    r"|translated|illustrated|published|compiled|contributed to)"
    r"(?:,?\s+and\s+(?:contributed to|illustrated|edited|translated|wrote"
    r"|introduced))?)\s+"
    rf"(?P<noun>(?:the|a|an|his|her|their)\s+(?:[\w’'-]+\s+){{0,4}}?{NOUN}s?,?\s+"
    r"(?:titled\s+|called\s+|entitled\s+)?)?",
    re.IGNORECASE,
)

AND_ANOTHER = re.compile(
    r"\s*(?:;\s*(?:and\s+)?|,\s*(?:and\s+)?|\s+and\s+(?:of\s+)?|,?\s+as well as\s+)"
    r"(?:(?:the|a|an) (?:[\w-]+ ){0,2}"
    rf"{NOUN},?\s+)?(?=[“\"«„‘\ue000*_A-Z])"
)

SEVERAL = re.compile(r"\b(?:includ\w+|are|were)\b", re.IGNORECASE)

UNMARKED_LIST = re.compile(r",\s+(?:and\s+)?|\s+and\s+")

ROLE_CLAUSE = re.compile(
    r",?\s+(?:(?:of|for|to|in)\s+which|which|that|for whom)\s+[^,.()“\"]{1,90}"
    r"(?:,|(?=[.]))|,\s+(?:both )?as\s+[^,.()“\"]{1,60}(?:,|(?=[.]))",
    re.IGNORECASE,
)
PARENTHESIS = re.compile(r"\s*[(\[](?P<inside>[^()\[\]]{1,140})[)\]]")

PUBLISHED_BY = re.compile(
    r",?\s*(?:(?:which|and|it)\s+)?(?:(?:is|was|were|are|has been|will be)\s+)?"
    r"(?:just |recently |newly |now |to be |being )?"
    r"(?:(?:published|issued|released|out|available|forthcoming|due|coming)"
    r"(?:\s+(?:this|next|last|in|out|now)\s[\w ]{1,25}?)?\s+(?:by|from)|from)\s+"
    r"(?=[A-Z0-9])",
)

PUBLISHER = re.compile(
    r"[A-Z0-9][\w&’'.-]*(?:\s+(?:&|and|of|the|de|van|for|[A-Z0-9][\w&’'.-]*)"
    r"(?=\s|,|;|\.|$|\))){0,7}"
)

YEAR_OR_PRICE = re.compile(
    r"[,;\s]*(?:(?:19|20)\d{2}|[$£€]\s?\d+(?:\.\d{2})?|\d+\s?pp\.?|paperback|hardcover"
    r"|hardback)\s*$",
    re.IGNORECASE,
)


def blank(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with the spans blanked out, every position kept."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def read_books(sentence: str, spans) -> list[tuple[int, LinkNote]]:
    """The books a sentence names, with where each begins. Spans are added to."""
    found = []
    for match in HER_BOOK.finditer(sentence):
        at, role, publisher = _between_book_and_title(sentence, match.end(), spans)
        called = CALLED.match(sentence, at)
        is_list = bool(called and SEVERAL.search(called[0]))
        at = called.end() if called else at
        _take_titles(
            sentence, match.start(), at, role, publisher, found, spans, False, is_list
        )
    free = blank(sentence, spans)
    for match in AUTHOR_OF.finditer(free):
        role = " ".join(match["role"].replace(" the ", " ").replace(" a ", " ").split())
        if match["role2"]:
            role += f" and {match['role2']}"
        needs_proof = not match["noun"] and "author" not in role.lower()
        spans.append(match.span("role"))
        _take_titles(
            free,
            match.start(),
            match.end(),
            role.lower(),
            "",
            found,
            spans,
            needs_proof,
        )
        free = blank(sentence, spans)
    for match in WROTE.finditer(free):
        role = read_role(match["verb"])
        _take_titles(
            free, match.start(), match.end(), role, "", found, spans, not match["noun"]
        )
    return found


def _between_book_and_title(sentence, at, spans):
    role = publisher = ""
    for _ in range(4):
        for shape in BETWEEN:
            between = shape.match(sentence, at)
            if between:
                named = read_role(between[0])
                role = role or named
                by = re.search(r"\b(?:by|from)\s+(?=[A-Z])", between[0])
                if by and "publish" in between[0].lower():
                    name = PUBLISHER.match(between[0], by.end())
                    publisher = name[0].rstrip(".,") if name else ""
                if named or publisher:
                    spans.append(between.span())
                at = between.end()
                break
        else:
            break
    return at, role, publisher


def read_role(text: str) -> str:
    """The parts somebody had in a book, in the order named, as nouns."""
    parts = [
        (found.start(), found[0].lower().replace("coauthor", "co-author"))
        for found in re.finditer(rf"\b{ROLE}\b", text, re.IGNORECASE)
    ]
    for verb, noun in ROLE_VERBS:
        found = re.search(rf"(?<![\w-]){verb}\b", text, re.IGNORECASE)
        if found and noun not in [part for _, part in parts]:
            parts.append((found.start(), noun))
    return " and ".join(part for _, part in sorted(parts))


def _take_titles(
    text, start, at, role, publisher, found, spans, needs_proof=False, is_list=False
):
    """Read one title or several, each with its publisher, into found and spans."""
    is_first = True
    while taken := take_title(text, at):
        title, end, is_marked = taken
        after = _after_title(text, end)
        if needs_proof and not is_marked and not after.publisher:
            return
        is_rest = not is_first and not is_marked and not after.publisher
        if is_rest or len(title) < 2:
            return
        titles = UNMARKED_LIST.split(title) if is_list and not is_marked else [title]
        found += [
            (start if is_first else at, LinkNote(
                "book", one, after.role or role, after.publisher or publisher))
            for one in titles
        ]  # fmt: skip
        spans.append((at, after.said))
        another = AND_ANOTHER.match(text, after.end)
        if not another:
            return
        at, is_first = another.end(), False


class _AfterTitle(NamedTuple):
    """What follows a title. Up to ``said`` fields hold it; the list goes on at end."""

    role: str
    publisher: str
    said: int
    end: int


def _after_title(text, end):
    role = publisher = ""
    said = end
    while inside := PARENTHESIS.match(text, end):
        words = inside["inside"]
        if URL.search(words):
            break
        named = read_role(words)
        house = [piece for piece in re.split(r"\s*;\s*", words) if not read_role(piece)]
        role = role or named
        if house and not publisher:
            publisher = _house(house[0])
        end = inside.end()
        # The year and the price have no field, so the sentence keeps them.
        if house and _house(house[0]) != visible(house[0]).strip():
            return _AfterTitle(role, publisher, said, end)
        said = end
    clause = ROLE_CLAUSE.match(text, end)
    if clause and read_role(clause[0]):
        role, said, end = role or read_role(clause[0]), clause.end(), clause.end()
    by = PUBLISHED_BY.match(text, end)
    if by and not publisher:
        name = PUBLISHER.match(text, by.end())
        if name:
            publisher, said = name[0].rstrip("."), name.end()
    return _AfterTitle(role, publisher, said, max(said, end))


def _house(words):
    words = visible(words).strip()
    while (shorter := YEAR_OR_PRICE.sub("", words)) != words:
        words = shorter
    return re.sub(r"^(?:published by|from|by)\s+", "", words, flags=re.I).strip(" ,")
