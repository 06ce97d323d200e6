"""What stands above a story: chrome lines, headline, standfirst, byline, date."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from .blocks import Line
from .bylines import (
    AFFILIATION,
    EMAIL,
    Byline,
    is_name,
    is_person,
    parse_byline,
    parse_dated_name,
    readable_name,
)
from .chrome import PIPES, TRAIL, chrome_kind, chrome_lines
from .dates import (
    find_date,
    is_yearless,
    parse_date,
    parse_publication,
    parse_update,
)
from .story import ChromeLine, Credit, When

MOST_LINES = 60
LONGEST_HEADLINE = 300
LONGEST_STANDFIRST = 600
PROSE = 110
LONGEST_DATED = 90

SECTION = re.compile(
    r"(?:(?:guest|weekly|local|sunday|special|letters? to the|today[’']s"
    r"|from the|our)\s+)?"
    r"(?:opinions?|commentar(?:y|ies)|editorials?|columns?|columnists?|op-?eds?|views?"
    r"|viewpoints?|perspectives?|essays?|features?|news|letters|sports|reviews?|culture"
    r"|politics|business|arts?|science|health|travel|food|books|local|world|nation"
    r"|analysis|dispatch(?:es)?|meinung|kommentar|opinión|opinione|opinie|tribune)"
    r"(?:\s+(?:page|section|pages))?",
    re.IGNORECASE,
)
MASTHEAD = re.compile(
    r"(?:the\s+)?(?:[\w.’'&-]+\s+){0,5}(?:times|gazette|herald|post|news|journal|tribune"
    r"|chronicle|observer|register|examiner|dispatch|courier|sentinel|standard|star"
    r"|bulletin|record|review|mercury|telegraph|guardian|press|monitor|advocate|ledger"
    r"|enquirer|inquirer|daily|weekly|magazine|online|on-line)(?:\s+(?:online|on-line"
    r"|web|archives?|edition))?|[\w-]+\.(?:com|org|net)|welcome to .{1,60}"
    r"|(?:[\w.’'&-]+\s+){1,5}no\.\s*\d{1,6}|vol(?:ume|\.)\s*\w+,?\s*(?:no|issue|number)\b.{1,40}",
    re.IGNORECASE,
)
LABEL = re.compile(r"(?:title|headline|subject|titel|titre|título|titolo)\s*:\s+", re.I)
SENTENCE_BREAK = re.compile(r"[.!?][\"”’]?\s+[\"“]?[A-Z]")
SENTENCE_END = re.compile(r"[.!?…][\"”’»)]*$")
# A headline may ask or shout, but it makes no statement with a full stop.
ENDS_STATEMENT = re.compile(r"(?:[.…]|[.!?] .+[!?])[\"”’»)]*$")
BARE_BY = re.compile(r"(?:\w+\s+)?(?:by|von|par|por|di|door)\s*:?", re.IGNORECASE)
# Where a site keeps what its people wrote.
PROFILE = re.compile(
    r"(?:^|/)(?:@|authors?\b|profiles?\b|by\b|bylines?\b|staff\b|people\b|writers?\b"
    r"|contributors?\b|columnists?\b|users?\b|autore?n?\b|auteurs?\b|team\b|reporters?\b)",
    re.IGNORECASE,
)
RULE = re.compile(r"[\s*_=~#•·.+—–-]{3,}")
SMALL_WORDS = re.compile(r"\b(?:the|of|and|for|de|der|la|le)\b")
LOWER_WORD = re.compile(r"(?:^|\s)[a-z]|^(?:On|Why|Who|What|How|When|Where|A|An|In)\s")
LOWER_START = re.compile(r"[a-z]")
HANGING = re.compile(
    r"(?:[,:;—–-]|\b(?:a|an|the|and|or|but|of|to|in|on|at|for|from|by|with|is|are|as"
    r"|that|than|its|his|her|their|our|my|your|not|no|when|who|how|why|what))$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Head:
    """What was found above the body, and the number of lines it took up."""

    headline: str = ""
    headline_line: int | None = None
    standfirst: str = ""
    bylines: list[Byline] = field(default_factory=list)
    published: When | None = None
    updated: When | None = None
    section: str = ""
    chrome: list[ChromeLine] = field(default_factory=list)
    end: int = 0
    date_without_year: str = ""

    @property
    def credits(self) -> list[Credit]:
        seen = {}
        for byline in self.bylines:
            for credit in byline.credits:
                seen.setdefault((credit.name.casefold(), credit.role), credit)
        return list(seen.values())

    @property
    def byline_text(self) -> str:
        return "; ".join(dict.fromkeys(byline.text for byline in self.bylines))


@dataclass(slots=True)
class _Part:
    """A line of the head and what it was taken for."""

    line: Line
    kind: str
    value: object = None


def read_head(
    lines: Sequence[Line], width: int = 80, names: Sequence[str] = (), title: str = ""
) -> Head:
    """Read down from the top until the story's own words begin.

    ``width`` is where the page wraps its lines, ``names`` are names that the
    page's closing box gives (a bare name under the headline is a byline only
    with such a witness), ``title`` is the headline if it is known already.
    """
    parts, end = _parts(lines, width, names, title)
    head = Head(end=end)
    _choose_headline(head, parts, title)
    for part in parts:
        _take(head, part)
    return head


def whole_byline(line: Line, following: Line | None) -> Byline | None:
    """Return the byline of two lines: "by" on the one, the name on the other."""
    if following is None or not BARE_BY.fullmatch(line.text.strip()):
        return None
    byline = parse_byline(f"{line.text} {following.text}")
    return byline if byline and byline.is_sure else None


def _parts(lines, width, names, title):
    parts: list[_Part] = []
    at = 0
    while at < min(len(lines), MOST_LINES):
        line = lines[at]
        following = lines[at + 1] if at + 1 < len(lines) else None
        if byline := whole_byline(line, following):
            _promote_last(parts)
            parts += [_Part(line, "byline", byline), _Part(following, "rule")]
            at += 2
            continue
        part = _recognised(line, parts, names) or _over_date(line, following, parts)
        if part is None:
            run = _run(lines, at, width)
            text = " ".join(line.text for line in run)
            is_title = bool(title) and text == title
            after = at + len(run)
            if (
                not is_title
                and _is_body(text, run, parts)
                and not _is_standfirst(lines, after, parts, text, names)
            ):
                break
            parts += [_Part(line, "words", text) for line in run]
            at += len(run)
            continue
        if part.kind == "byline":
            _promote_last(parts)
        parts.append(part)
        at += 1
    return _without_early_body(parts, at)


def _promote_last(parts):
    """Above a byline stands a headline, even one that reads like a chrome line."""
    if any(part.kind in ("words", "byline") for part in parts):
        return
    perhaps = [part for part in parts if part.kind == "chrome" and not part.value[1]]
    if perhaps:
        perhaps[-1].kind = "words"
        perhaps[-1].value = perhaps[-1].line.text


def _without_early_body(parts, end):
    """Give back the words after the last byline, date or chrome line.

    Without any of these between them, only the first words are the headline;
    what follows is the story.
    """
    words = [at for at, part in enumerate(parts) if part.kind == "words"]
    firm = [
        at
        for at, part in enumerate(parts)
        if part.kind in ("byline", "date", "update", "affiliation")
        or (part.kind == "chrome" and part.value[1])
    ]
    last_firm = firm[-1] if firm else -1
    has_byline = any(parts[at].kind in ("byline", "date") for at in firm)
    after = [at for at in words if at > last_firm]
    before = [at for at in words if at < last_firm]
    if not after:
        return parts, end
    if has_byline and before:
        cut = after[0]
    else:
        cut = after[0] + _headline_length(parts, after)
    return parts[:cut], end - (len(parts) - cut)


def _headline_length(parts, words):
    length = 1
    while (
        length < min(4, len(words))
        and words[length] == words[length - 1] + 1
        and _continues(parts[words[length - 1]].line, parts[words[length]].line)
    ):
        length += 1
    return length


def _continues(line, following):
    """Whether a headline printed on several lines goes on in the following one."""
    if following.is_apart or line.level != following.level:
        return False
    if SENTENCE_END.search(line.text) and not line.text.isupper():
        return False
    if line.text.isupper() or following.text.isupper():
        return line.text.isupper() and following.text.isupper()
    if HANGING.search(line.text) or LOWER_START.match(following.text):
        return True
    if len(following.text) > 90:
        return False
    return _is_title_case(line.text) and _is_title_case(following.text)


def _is_title_case(text):
    words = [word for word in text.split() if len(word) > 3 and word[0].isalpha()]
    return bool(words) and sum(word[0].isupper() for word in words) >= 0.7 * len(words)


def _recognised(line, parts, names):
    text = line.text
    if RULE.fullmatch(text):
        return _Part(line, "rule")
    has_headline = any(part.kind == "words" for part in parts)
    byline = parse_byline(text)
    if byline and (byline.is_sure or has_headline):
        return _Part(line, "byline", byline)
    when = parse_publication(text)
    if when:
        return _Part(line, "date", when)
    when = parse_update(text)
    if when:
        return _Part(line, "update", when)
    if is_yearless(text):
        return _Part(line, "yearless", text)
    if has_headline and (byline := parse_dated_name(text)):
        return _Part(line, "byline", byline)
    if has_headline and (when := date_of_line(line)):
        return _Part(line, "date", when)
    if _is_menu(line):
        return _Part(line, "chrome", ("other", True))
    chrome = chrome_kind(text)
    if chrome and not _ends_shouted_headline(line, parts):
        return _Part(line, "chrome", chrome)
    last = parts[-1].kind if parts else ""
    if last in ("byline", "affiliation") and EMAIL.fullmatch(text):
        return _Part(line, "address", text)
    if last in ("byline", "affiliation") and len(text) < 80 and _is_affiliation(text):
        return _Part(line, "affiliation", text)
    is_witnessed = any(name.casefold() == text.casefold() for name in names)
    is_witnessed = is_witnessed and not SENTENCE_END.search(text)
    is_whole = " " in text or not text.isascii()
    if has_headline and is_witnessed and is_whole and is_name(text):
        return _Part(line, "byline", Byline(text, (Credit(text, "", text),)))
    return None


def _over_date(line, following, parts):
    """Return the byline that a link to a person is, between headline and date."""
    text = line.text
    has_headline = any(part.kind == "words" for part in parts)
    if not (has_headline and following and is_profile(line)):
        return None
    if not parse_date(following.text) and not parse_update(following.text):
        return None
    credit = Credit(readable_name(text), "", text)
    return _Part(line, "byline", Byline(text, (credit,)))


def _is_menu(line):
    """Whether a line is links side by side, whatever they say."""
    labels = [label for label, _address in line.links if label and label in line.text]
    linked, letters = len("".join(labels)), len(line.text)
    if len(labels) == 2:
        return linked > 0.75 * letters
    return len(labels) > 2 and linked > 0.6 * letters


def _ends_shouted_headline(line, parts):
    """Whether a line goes on in capitals where a headline began in them.

    THE LONG WAY / HOME is no headline and a link to the home page.
    """
    return (
        bool(parts)
        and parts[-1].kind == "words"
        and not line.is_apart
        and line.text.isupper()
        and parts[-1].line.text.isupper()
    )


def _is_affiliation(text):
    return bool(
        AFFILIATION.fullmatch(text)
        and not SENTENCE_END.search(text)
        and len(text.split()) <= 8
        and text[:1].isupper()
    )


def _run(lines, at, width):
    """The lines from here that were one before the page was wrapped."""
    run = [lines[at]]
    for line in lines[at + 1 :]:
        before = run[-1].text
        first_word = line.text.partition(" ")[0]
        would_have_fitted = len(before) + 1 + len(first_word) <= 0.92 * width
        if line.is_apart or would_have_fitted or len(run) > 12 or len(before) > 140:
            break
        if chrome_kind(line.text) or parse_byline(line.text) or parse_date(line.text):
            break
        run.append(line)
    return run


def _is_body(text, run, parts):
    words = [part for part in parts if part.kind == "words"]
    has_byline = any(part.kind in ("byline", "date") for part in parts)
    if words and has_byline:
        first_firm = next(
            at for at, part in enumerate(parts) if part.kind in ("byline", "date")
        )
        return any(part.kind == "words" for part in parts[:first_firm]) or len(
            words
        ) > 1 + int(not SENTENCE_END.search(words[0].line.text))
    is_long = len(text) > PROSE
    if not words:
        return is_long and (
            len(text) > LONGEST_HEADLINE
            or len(run) > 3
            or bool(SENTENCE_BREAK.search(text))
            or bool(SENTENCE_END.search(text))
        )
    return is_long or (len(text) > 70 and bool(SENTENCE_BREAK.search(text)))


def _is_standfirst(lines, after, parts, text, names):
    """Whether the words are a long standfirst: the byline or date comes after them."""
    words = [part for part in parts if part.kind == "words"]
    if not words or any(part.kind in ("byline", "date") for part in parts):
        return False
    if (
        len(text) > LONGEST_STANDFIRST
        or sum(len(p.line.text) > PROSE for p in words) > 1
    ):
        return False
    for line in lines[after : after + 3]:
        part = _recognised(line, parts, names)
        if part is None:
            return False
        if part.kind in ("byline", "date"):
            return part.kind == "date" or part.value.is_sure
    return False


def _choose_headline(head, parts, title):
    words = [at for at, part in enumerate(parts) if part.kind == "words"]
    for at in words:
        if title and parts[at].value == title:
            words = words[words.index(at) :]
            break
    else:
        words = _after_mastheads(parts, words)
    words = _promote(parts, words)
    if not words:
        return
    length = _headline_length(parts, words)
    chosen = [parts[at] for at in words[:length]]
    while length < len(words) and parts[words[length]].value == chosen[-1].value:
        # The rest of a long headline that the page wrapped at its own width.
        chosen.append(parts[words[length]])
        length += 1
    head.headline = LABEL.sub("", _join([part.line.text for part in chosen]))
    head.headline_line = chosen[0].line.number
    for part in chosen:
        part.kind = "headline"
    rest = [parts[at] for at in words[length:]]
    head.standfirst = _join([part.line.text for part in rest])
    for part in rest:
        part.kind = "standfirst"


def _after_mastheads(parts, words):
    """Leave out what stands above the headline: the paper's name, the section."""
    while len(words) > 1:
        first, second = words[0], words[1]
        text = parts[first].line.text
        back_between = any(
            part.kind == "chrome" and part.value[0] in ("back", "advertise")
            for part in parts[first:second]
        )
        is_above = (
            SECTION.fullmatch(text.strip(" :|-"))
            or all(is_of_site(part) for part in PIPES.split(text))
            or (back_between and not SENTENCE_END.search(text))
        )
        if not is_above or ENDS_STATEMENT.search(parts[second].line.text):
            break
        is_section = SECTION.fullmatch(text.strip(" :|-"))
        parts[first].kind = "section" if is_section else "masthead"
        words = words[1:]
    return words


def is_head_line(line: Line) -> bool:
    """Say whether a line is a byline or a date, wherever it stands."""
    return bool(
        ((byline := parse_byline(line.text)) and byline.is_sure)
        or parse_date(line.text)
        or parse_update(line.text)
        or is_yearless(line.text)
        or parse_dated_name(line.text)
        or date_of_line(line)
    )


def date_of_line(line: Line) -> When | None:
    """Return the date of a line that has little else: an hour, a place, a login.

    "Submitted on Mon, 2019-01-21 13:49", "24. März 2004, 19:49 | Genesis". A heading
    with a date in it is a heading.
    """
    text = " ".join(line.text.split())
    if len(text) > LONGEST_DATED or line.level or SENTENCE_END.search(text):
        return None
    if not (found := find_date(text)):
        return None
    when, start, end = found
    rest = f"{text[:start]} {text[end:]}".split()
    is_parted = bool(PIPES.search(text)) or isinstance(when.moment, datetime)
    return when if len(rest) <= (6 if is_parted else 3) else None


def is_profile(line: Line) -> bool:
    """Say whether a line is a person's name, and a link to what a site says of them."""
    is_led = any(
        label == line.text and PROFILE.search(href) for label, href in line.links
    )
    return is_led and is_person(line.text)


def is_of_site(text: str) -> bool:
    """Say whether words are the name of a paper or of one of its sections."""
    return bool(SECTION.fullmatch(text.strip(" :|-"))) or is_masthead(text)


def is_masthead(text: str) -> bool:
    """Say whether words are a paper's name, in capitals as names are.

    "On Losing a Ledger" ends like one.
    """
    if not MASTHEAD.fullmatch(text):
        return False
    small = SMALL_WORDS.sub("", text)
    return not LOWER_WORD.search(small) or text.islower() or ":" in text


def _promote(parts, words):
    """Take back a line that looked like chrome, if it must be the headline.

    "Back to the River" above a byline is a headline when nothing else there is.
    """
    sentence_only = all(
        SENTENCE_END.search(parts[at].line.text)
        and len(parts[at].line.text.split()) > 7
        for at in words
    )
    if words and not sentence_only:
        return words
    limit = words[0] if words else len(parts)
    byline = next(
        (at for at, part in enumerate(parts) if part.kind in ("byline", "date")), limit
    )
    limit = min(limit, byline)
    perhaps = [
        at
        for at, part in enumerate(parts[:limit])
        if part.kind == "chrome" and not part.value[1]
    ]
    if not perhaps and not words:
        perhaps = [
            at
            for at, part in enumerate(parts[:limit])
            if part.kind == "chrome" and len(part.line.text.split()) > 2
            and part.value[0] == "back"
        ][-1:]  # fmt: skip
        if byline == len(parts) and not words:
            perhaps = []
    if not perhaps:
        return words
    parts[perhaps[-1]].kind = "words"
    parts[perhaps[-1]].value = parts[perhaps[-1]].line.text
    return [perhaps[-1], *words]


def _join(texts):
    joined = ""
    for text in texts:
        glue = "" if not joined or joined.endswith("-") else " "
        joined += glue + text
    return joined


def _take(head, part):
    text = part.line.text
    if part.kind == "byline":
        head.bylines.append(part.value)
        head.published = head.published or part.value.published
    elif part.kind == "affiliation":
        last = head.bylines[-1]
        head.bylines[-1] = Byline(
            f"{last.text}, {text}", last.credits, last.published, last.email
        )
    elif part.kind == "address":
        last = head.bylines[-1]
        head.bylines[-1] = replace(last, email=last.email or text)
    elif part.kind == "date":
        head.published = head.published or part.value
    elif part.kind == "update":
        head.updated = head.updated or part.value
    elif part.kind == "yearless":
        head.date_without_year = text
    elif part.kind == "section":
        head.section = head.section or text.strip(" :|-")
    elif part.kind == "chrome":
        head.chrome += chrome_lines(text, part.line.links)
        if TRAIL.search(text) and not head.section:
            last = TRAIL.split(text)[-1].strip(" |-")
            head.section = last if 0 < len(last) <= 40 else ""
    elif part.kind == "masthead":
        head.chrome.append(ChromeLine("other", text))
