"""Radio shows and podcasts that a sentence about an author names."""

import re

from .marks import visible
from .story import LinkNote
from .titles import SHOW_STOP, take_title
from .works import POSSESSIVE, blank

SHOW_NOUN = (
    r"(?:(?:(?:weekly|daily|monthly|syndicated|nightly|morning|local|live|new|public"
    r"|award-winning|nationally|internationally|popular|long-running|call-in|news"
    r"|public[ -]affairs|community|half-hour|hour-long|sunday|saturday|late-night"
    r"|cable|web|internet|online|talk|radio|television|tv|audio|music|own|\w+ly)\s+)*"
    r"(?:radio|talk|television|tv)?[ -]?(?:show|program(?:me)?|podcast|broadcast"
    r"|webcast|series))"
)

HOSTS = re.compile(
    r"\b(?:(?:also\s+)?(?:co-?)?hosts?(?:,\s+with\s[^,“\"]{1,60},)?(?:\s+of)?|(?:is|as)\s+(?:the\s+|a\s+)?(?:co-?)?"
    r"(?:host|presenter|producer)\s+(?:and\s+\w+\s+)?of|(?:co-?)?hosted|presents"
    r"|produces|broadcasts|(?:listen(?:\s+live)?\s+to|tune\s+in\s+to|catch|hear|tune\s+to)"
    r"(?:\s+(?:him|her|them)(?:\s+(?:weekly|daily|live|regularly|every\s+\w+))*"
    r"\s+on)?)"
    rf"\s+(?P<noun>(?:(?:the|a|an|his|her|their)\s+)?{SHOW_NOUN}\b,?\s*"
    r"(?:called\s+|titled\s+|entitled\s+|named\s+)?)?",
    re.IGNORECASE,
)

HER_SHOW = re.compile(
    rf"\b{POSSESSIVE}\s+{SHOW_NOUN}\b,?\s*(?:(?:is|was)\s+)?(?:called\s+|titled\s+"
    r"|entitled\s+|named\s+)?[:,]?\s*",
    re.IGNORECASE,
)

IS_HEARD = re.compile(
    r"\b(?:can\s+be\s+|may\s+be\s+|is\s+|be\s+)?(?:heard|seen|listened\s+to|airs|aired"
    r"|broadcast|broadcasts|listen|on\s+the\s+(?:air|radio)|tune\s+in|radio\s+show)\b",
    re.IGNORECASE,
)

CALL_SIGN = re.compile(
    r"\b(?:(?:public\s+|community\s+|local\s+)?(?:radio|tv|television)\s+)?"
    r"(?:station\s+)?("
    r"(?:\d{2,4}(?:\.\d)?\s*(?:AM|FM)\s*[,(]?\s*)?\(?\b[KWCX][A-Z]{2,3}\b\)?"
    r"(?:[- ](?:AM|FM|TV|DT|LP))?(?:\s*[,(]?\s*(?:Channel\s+\d{1,3}"
    r"|\d{2,4}(?:\.\d)?\s*(?:AM|FM|kHz|MHz)|(?:AM|FM)\s+\d{2,4}(?:\.\d)?"
    r"|\d{2,4}\.\d)\)?)?"
    r"|\d{2,4}(?:\.\d)?\s*(?:AM|FM)\b|(?:AM|FM)\s+\d{2,4}(?:\.\d)?\b)"
)

STATION = re.compile(
    r"\bon\s+(?:the\s+(?=[A-Z]))?(?:(?:local|public|community|radio|internet|station"
    r"|tv|television|channel|cable)\s+)*(?!(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
    r"|January|February|March|April|May|June|July|August|September|October|November"
    r"|December|AM\b|PM\b|Twitter|Facebook|Instagram|X\b)"
    r"([A-Z][\w&’'.-]*(?:\s+(?:[A-Z0-9][\w&’'.-]*|of|the|FM|AM)){0,5})"
)


def read_shows(sentence: str, spans) -> list[tuple[int, LinkNote]]:
    """The show a sentence names, on air or as a podcast. Spans are added to."""
    free = blank(sentence, spans)
    for shape in (HOSTS, HER_SHOW):
        for match in shape.finditer(free):
            noun = match.groupdict().get("noun") if shape is HOSTS else "show"
            note, span = _show(free, match, noun)
            if note:
                spans.append(span)
                return [(match.start(), note)]
    heard = IS_HEARD.search(free)
    station = CALL_SIGN.search(free)
    if heard and station:
        spans.append(station.span())
        return [(min(heard.start(), station.start()), LinkNote(
            "show", "", "", _station_name(station[1])))]  # fmt: skip
    return []


def _show(free, match, noun):
    taken = take_title(free, match.end(), SHOW_STOP)
    title, end, is_marked = taken or ("", match.end(), False)
    if PRONOUN_ONLY.fullmatch(title):
        title = ""
    station, station_span = _station(free, end)
    if not title and not (noun and station):
        return None, None
    if title and not (noun or station or is_marked):
        return None, None
    role = ""
    spoken = re.search(r"\b((?:co-?)?host|producer|presenter)", match[0], re.IGNORECASE)
    if spoken:
        role = spoken[1].lower().replace("cohost", "co-host")
    last = end
    if station and not visible(free[end : station_span[0]]).strip(" ,.(on"):
        last = station_span[1]
    return LinkNote("show", title, role, station, ""), (match.start(), last)


PRONOUN_ONLY = re.compile(r"(?:him|her|them|it|his|their)", re.IGNORECASE)


def _station(text, at):
    sign = CALL_SIGN.search(text, at)
    if sign:
        return _station_name(sign[1]), sign.span()
    named = STATION.search(text, at)
    if named:
        return named[1].rstrip("., "), named.span()
    return "", (at, at)


def _station_name(printed):
    name = " ".join(printed.split()).rstrip(",")
    if name.count("(") != name.count(")"):
        name = name.replace("(", "").replace(")", "")
    return name.strip()
