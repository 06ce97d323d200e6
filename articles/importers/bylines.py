"""Who wrote it: bylines and names as pages print them."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from .dates import LONGEST as LONGEST_DATE
from .dates import find_date, parse_date
from .story import Credit, When
from .wordlists import words

LONGEST_BYLINE = 240
LONGEST_BESIDE = 80

BY = (
    r"(?:by|von|par|por|di|da|de|door|av|af|της|του|автор|от|מאת|بقلم|كتبه|كتبت|كتب"
    r"|著者|作者)"
)
# These say that the name after them wrote the story; any other word before
# "by" is a role of its own.
WRITING = words(
    "story text words written posted commentary opinion column reported report"
    " article essay review analysis published submitted authored editorial interview"
    " dispatch feature geschrieben escrito scritto geschreven écrit texte text words"
    " as-told"
)
ROLES = words(
    "photographs photographed photography photos photo pictures picture images"
    " image illustrations illustrated illustration drawings cartoons cartoon"
    " graphics graphic translated translation edited compiled produced video videos"
    " film filmed research additional-reporting reporting art artwork design maps"
    " map fotos foto photographies fotografie traducción übersetzung"
)
_ROLE = "|".join(
    sorted((*WRITING, *ROLES, "with photographs", "with photos"), key=len, reverse=True)
).replace("-", "[ -]")
LEAD = re.compile(
    rf"(?:(?P<role>(?:{_ROLE})(?:\s+(?:and|&)\s+(?:{_ROLE}))?)\s+)?"
    rf"{BY}(?:\s*:\s*|\s+|$)",
    re.IGNORECASE,
)
NEXT_LEAD = re.compile(
    rf"[\s,;|/•·–—-]+(?:and\s+|with\s+)?(?=(?:{_ROLE})(?:\s+(?:and|&)\s+(?:{_ROLE}))?"
    rf"\s+{BY}\b)",
    re.IGNORECASE,
)
COLON_LEAD = re.compile(
    r"(?:author|writer|columnist|autor|auteur|autore|byline|автор|interview|text|texte"
    r"|texto|testo|words|story|report|reporter|作者|記者|记者|文)s?\s*[:：]\s*",
    re.IGNORECASE,
)
EMAIL = re.compile(
    r"(?<![\w.+%-])[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,5}\.[a-z]{2,24}"
    r"(?![\w-])",
    re.IGNORECASE,
)
# The short foreign words for "and" are parts of names too (Núñez y Pérez), so
# they part two names only where two words follow.
SEPARATOR = re.compile(
    r"\s*(?:,\s+(?:and|&)\s+|;|,|/|\s+(?:and|with)\s+|\s*&\s*|\s+\+\s+"
    r"|,?\s+(?:und|et|y|e|en|و|и|mit|avec|con)\s+(?=[^\W_]\S*\s+[^\W_]))\s*",
    re.IGNORECASE,
)
SHOUTED_NAME = re.compile(
    r"(?=[A-Z.'’\s-]*[A-Z]{3})((?:[A-Z][A-Z.'’-]*\s+){2,5})(?=[A-Z]?[a-z])"
)
AFTER_NAME = re.compile(
    r"\s+(?:(?:of|for|in|at|from|special to|para|für|pour|per|voor)\s+"
    r"(?=(?:the\s+)?[^\W\d_a-z])|[|•·–—/-]\s|\s+(?=[^\s])\(|\(|©|\s-\s).*$"
)
SUFFIX = re.compile(
    r"(?:jr|sr|ii|iii|iv|v|2nd|3rd|esq)\.?", re.IGNORECASE
)  # Part of the name, unlike a degree.
DEGREE = re.compile(
    r"(?:ph\.?\s?d|m\.?\s?d|m\.?\s?a|b\.?\s?a|m\.?\s?s|b\.?\s?s|j\.?\s?d|r\.?\s?n"
    r"|d\.?\s?d\.?\s?s|d\.?\s?v\.?\s?m|m\.?\s?f\.?\s?a|m\.?\s?p\.?\s?h|ed\.?\s?d"
    r"|l\.?\s?l\.?\s?d|d\.?\s?phil|m\.?\s?div|c\.?\s?p\.?\s?a|s\.?\s?j|o\.?\s?p)\.?",
    re.IGNORECASE,
)
AFFILIATION = re.compile(
    r"(?:.*\b(?:staff|special|writers?|editors?|correspondents?|columnists?|reporters?"
    r"|contributors?|contributing|critic|press|news|newspapers?|gazette|times|post"
    r"|journal|herald|tribune|chronicle|observer|register|examiner|dispatch|courier"
    r"|sentinel|standard|star|bulletin|record|review|reuters|wire|agency|bureau"
    r"|magazine|university|college|institute|foundation|center|centre|service"
    r"|services|associates|association|network|radio|television|online|syndicate"
    r"|features|media|publisher|president|director|professor|guest|freelance"
    r"|freelancer|redaktion|rédaction|redacción|redazione|redactie)\b.*"
    r"|(?:author|co-author|a|an|the|former|for|of|who|in|at|from|as)\s.*"
    r"|ap|upi|afp|dpa|tass)",
    re.IGNORECASE,
)
PARTICLES = words(
    "van von der den de del della di da dos das do du la le les el al bin ibn ben"
    " bint ter ten te zu zum zur af av of y e und d' st"
)
# Words that begin or fill headlines such as "By Land and Sea" and "By Design",
# and never a person's name.
NOT_NAMES = words(
    "the a an any other my his her our your their this that these those land sea"
    " air popular demand design default accident hand night day numbers then now far"
    " way means all and or but not no in on at to for is are was it its he she they"
    " we you i who what when where why how with without from into over under between"
    " after before during about more most less many much some next last first year"
    " years week month monday tuesday wednesday thursday friday saturday sunday"
    " january february march april june july august september october november"
    " december noon midnight dawn dusk morning evening phone mail email law order"
    " reason virtue comparison contrast chance choice"
)
# Some of these are names all the same: June Ostrow, Dorothy Day.
GIVEN_NAMES = words("april june august dawn")
FAMILY_NAMES = words("day march law land noon sea chance night far may")
COLLECTIVE = re.compile(
    r"(?:the\s+)?(?:associated press|editors?|editorial board|staff|staff reports?"
    r"|staff writers?|news staff|wire reports?|news services?)",
    re.IGNORECASE,
)
# What sections and datelines are called: two words in capitals that are nobody's name.
TOPICS = words(
    "news world estate climate change health east west north south school schools"
    " states york press release releases story stories blog book books rights real"
    " public middle high united breaking top latest opinion politics science"
    " technology tech education business sport sports national international local"
    " community city council county police crime court life style living arts culture"
    " entertainment food travel home garden money markets market economy video videos"
    " photo photos gallery podcast newsletter section edition special report reports"
    " analysis feature features guide how-to today online admin administrator san los"
    " las saint st new fort mount port santa hong tel buenos rio sao last first"
    " published updated read more min minutes open letter editorial comment column"
    " review reviews event events social media"
)
DIGIT = re.compile(r"\d")
PARTS_OF_DATED = re.compile(r"\s*(?:[|•·–—]|(?<!\d)/|/(?!\d)|,(?=\s)|\s-(?=\s))\s*")
HONORIFIC = re.compile(
    r"^(?:mr|mrs|ms|miss|mx|dr|prof|professor|rev|reverend|fr|father|sister|sr|rabbi"
    r"|imam|sir|dame|lady|lord|capt|captain|col|colonel|gen|general|lt|maj|major|sgt"
    r"|hon|judge|sen|senator|gov|herr|frau|monsieur|madame|mme|señor|señora"
    r"|signor|signora)\.?\s+",
    re.IGNORECASE,
)
# "By the Rev. Amos Tate": the article is no part of the name.
ARTICLE = re.compile(r"the\s+(?=(?:rev|reverend|hon|honorable|very|right)\b)", re.I)
TOKEN = re.compile(
    r"[^\W\d_](?:[^\W\d_]|['’.\-‑]|(?<=\.)[^\W\d_])*\.?|[“\"'‘(][^\W\d_][\w.’'-]*[”\"'’)]"
)
HONORIFICS = words(
    "mr mrs ms miss mx dr prof professor rev reverend fr father sir dame lord lady"
    " rabbi imam sen senator rep gov hon herr frau mme mlle"
)
NAME_SUFFIXES = words("jr sr ii iii iv phd md esq")
# A woman's or man's name keeps its capitals in these, whatever the page shouts.
ROMAN = frozenset({"II", "III", "IV", "VI", "VII"})

# What may stand before "by" where there is a date: "Posted by", "17:30 von".
DATED_LEAD = re.compile(
    rf"[\s,|·•–—-]*(?:(?:{_ROLE}|submitted|published|added|created|gespeichert|verfasst"
    r"|geschrieben|veröffentlicht|eingestellt|erstellt|publié|rédigé|posté|publicado"
    r"|escrito|enviado|pubblicato|scritto|inserito|geplaatst"
    r"|\d{1,2}:\d{2}(?: uhr)?)\s+)?"
    rf"{BY}\s+",
    re.IGNORECASE,
)
BEFORE_DATE = re.compile(
    r"[\s,|–—-]*\b(?:on|am|le|el|il|em|op|at|um|vom)?[\s:]*$", re.I
)
LOGIN = re.compile(r"[^\W_][\w.-]{2,23}")
HANDLE = re.compile(r"\s*@\w{2,30}\b")


@dataclass(frozen=True, slots=True)
class Byline:
    """A byline taken apart.

    ``is_sure`` is false for one-word names, which headlines such as "By Design"
    look just like, and for names such as Dorothy Day ("By Judgment Day").
    """

    text: str
    credits: tuple[Credit, ...]
    published: When | None = None
    email: str = ""
    is_sure: bool = True


def parse_byline(line: str) -> Byline | None:
    """Read a line that is a byline and nothing else, else None.

    Understands several names, roles ("Photographs by"), affiliations ("Special
    to the Gazette"), degrees, an address, and a date before or after.
    """
    return _parse_short(line) if len(line) <= LONGEST_BYLINE else None


@lru_cache(maxsize=512)  # A line of the head is asked about several times.
def _parse_short(line):
    printed = " ".join(line.split())
    text, email = _without_address(printed)
    text = HANDLE.sub(" ", text)
    text = text.strip(" *_|[]~–—-•·")
    text, when = _without_date(text)
    if when:
        # Before the day of the last change stands that of the first.
        text, first = _without_date(text)
        when = first or when
    lead = LEAD.match(text) or COLON_LEAD.match(text)
    if not lead or not _is_spelled_as_byline(lead):
        return None
    credits = []
    for segment in NEXT_LEAD.split(text):
        found = _segment(segment)
        if found is None:
            return None
        credits += found
    if not credits:
        return None
    sure = any(
        (" " in credit.name and not _may_be_words(credit.name))
        or credit.role
        or not credit.name.isascii()
        for credit in credits
    )
    return Byline(printed, tuple(credits), when, email, sure)


def parse_dated_name(line: str) -> Byline | None:
    """Read a name and a date side by side on a line: "Ann Lee | March 4, 1998".

    The date is what tells that the words beside it are no section.
    """
    is_short = len(line) <= LONGEST_BYLINE
    return _dated_name(line) if is_short and DIGIT.search(line) else None


@lru_cache(maxsize=512)
def _dated_name(line):
    printed = " ".join(line.split())
    parts = PARTS_OF_DATED.split(printed)
    for name, rest in ((parts[0], parts[1:]), (parts[-1], parts[:-1])):
        if is_person(name) and (when := _date_beside(rest)):
            credit = Credit(readable_name(name), "", name)
            return Byline(printed, (credit,), when)
    if found := find_date(printed):
        when, start, end = found
        if name := _name_beside(printed[:start], printed[end:]):
            return Byline(printed, (Credit(readable_name(name), "", name),), when)
    return None


def _name_beside(before, after):
    """Return who is named beside a date, a login behind "by" included; "" for nobody.

    "Posted by wren on", "par Ann Lee", "17:30 von wren | 3 Kommentare".
    """
    before, after = (HANDLE.sub(" ", text).strip() for text in (before, after))
    whole = f"{before} {after}".strip(" ,|·•–—-/:")
    if is_person(whole) and not LEAD.match(whole):
        return whole
    for text in (after, before):
        if lead := DATED_LEAD.match(text):
            name = PARTS_OF_DATED.split(BEFORE_DATE.sub("", text[lead.end() :]))[0]
            if is_person(name) or LOGIN.fullmatch(name):
                return name
    return ""


def _date_beside(parts):
    """Return the date among what stands beside a name: a place, a paper, an hour.

    A date may have been parted where it has a comma of its own.
    """
    text = ", ".join(parts)
    if when := parse_date(text):
        return when
    found = find_date(text)
    if not found or len(text) > LONGEST_BESIDE:
        return None
    when, start, end = found
    return when if len(text[:start].split()) <= 5 and not text[end:].strip() else None


def is_person(text: str) -> bool:
    """Say whether a text has a person's two to four names, and no section's."""
    parts = [part.strip(".,").lower() for part in text.split()]
    return (
        2 <= len(parts) <= 4
        and is_name(text)
        and "," not in text
        and not TOPICS & set(parts)
        and not AFFILIATION.fullmatch(text)
    )


def _may_be_words(name):
    return name.split()[-1].lower() in FAMILY_NAMES


def _is_spelled_as_byline(lead):
    # "de Vries erzählt" and "Da Vinci" begin like a byline of another language;
    # in small letters only "by" is taken, or what has a colon or a whole name after
    # it.
    parts = lead[0].split()
    if not parts or ":" in lead[0] or parts[-1].lower().strip(":") == "by":
        return True
    if parts[-1][:1].isupper() or not parts[-1].isascii() or len(parts) > 1:
        return True
    after = lead.string[lead.end() :].split()
    return len(after) > 1 and after[0][0].isupper() and after[1][0].isupper()


def _segment(segment):
    lead = LEAD.match(segment) or COLON_LEAD.match(segment)
    if not lead:
        return None
    names = parse_names(segment[lead.end() :])
    if names is None:
        return None
    role = _role(lead.groupdict().get("role") or "")
    return [Credit(readable_name(name), role, name) for name in names]


def _role(printed):
    role = printed.lower().replace("with ", "")
    if not role or role.split()[0] in WRITING:
        return ""
    return role[0].upper() + role[1:]


def parse_names(text: str) -> list[str] | None:
    """Split "A, B and C, Special to the Gazette" into its names, as printed.

    None when something in it is neither a name nor what may follow one.
    """
    if COLLECTIVE.fullmatch(text.strip(" .")):
        return [text.strip(" .")]
    shouted = SHOUTED_NAME.match(text)
    if shouted and AFFILIATION.fullmatch(text[shouted.end() :]):
        text = shouted[1]
    names = []
    may_be_affiliation = False
    for part in SEPARATOR.split(text.strip(" ,;:|-–—")):
        part = ARTICLE.sub("", part.strip(" ,;"), count=1)
        if not part:
            continue
        if names and SUFFIX.fullmatch(part):
            names[-1] += f", {part}"
        elif names and DEGREE.fullmatch(part):
            continue
        elif names and AFFILIATION.fullmatch(part):
            may_be_affiliation = True
        else:
            name = AFTER_NAME.sub("", part).strip(" .,")
            name = name + "." if _wants_full_stop(part, name) else name
            if is_name(name):
                if names and " " not in name and _is_latin(name):
                    may_be_affiliation = True  # "By Jane Public, Dayton"
                    continue
                names.append(name)
            elif names and may_be_affiliation:
                continue
            else:
                return None
    return names or None


def _is_latin(name):
    return name[0].isascii()


def _wants_full_stop(part, name):
    last = name.rpartition(" ")[2].lower()
    return part.startswith(name + ".") and last in {"jr", "sr", "esq"}


def _without_address(text):
    if "@" not in text:
        return text, ""
    found = EMAIL.search(text)
    if not found:
        return text, ""
    before = text[: found.start()].rstrip(" (<[-–—,|:")
    before = re.sub(r"(?:,\s*)?(?:\be-?mail|\bcontact)$", "", before, flags=re.I)
    after = text[found.end() :].lstrip(" )>]")
    return f"{before.rstrip(' ,|-–—')} {after}".strip(), found[0]


def _without_date(text):
    if not any(character.isdigit() for character in text):
        return text, None
    lead = re.search(rf"\b(?:(?:{_ROLE})\s+)?{BY}\b", text, re.IGNORECASE)
    if lead and lead.start():
        when = parse_date(text[: lead.start()])
        if when:
            return text[lead.start() :], when
    start = max(0, len(text) - LONGEST_DATE)
    for gap in re.finditer(r"[\s,|/•·;(–—-]+", text[start:]):
        when = parse_date(text[start + gap.end() :])
        if when:
            before = text[: start + gap.start()]
            label = (
                r"[\s,|–—-]*\b(?:(?:posted|published|updated|publié|publicado|pubblicato"
                r"|veröffentlicht|aktualisiert|gepubliceerd)\s*)?(?:on|am|le|el|il|em|op)?:?$"
            )
            return re.sub(label, "", before, flags=re.IGNORECASE), when
    return text, None


def is_name(text: str) -> bool:
    """Whether the text has the shape of a person's name: one to six words."""
    if not text or len(text) > 80 or any(character.isdigit() for character in text):
        return False
    parts = HONORIFIC.sub("", text + " ").split() or text.split()
    if not 1 <= len(parts) <= 6:
        return False
    capitals = 0
    for at, word in enumerate(parts):
        bare = word.strip(",")
        is_word = TOKEN.fullmatch(bare) and not _is_no_name(bare, at, len(parts))
        is_initial = re.fullmatch(r"[AI]\.?", bare) and len(parts) > 1
        if not is_word and not is_initial:
            return False
        first = next((letter for letter in bare if letter.isalpha()), "")
        if first.isupper() or first.lower() == first.upper():
            capitals += 1
        elif bare.lower().strip("'’") not in PARTICLES and not _is_prefixed(bare):
            return False
    return capitals > 0


def _is_no_name(word, at, count):
    word = word.lower().strip(".")
    if word not in NOT_NAMES:
        return False
    is_given = at == 0 and count > 1 and word in GIVEN_NAMES
    is_family = at == count - 1 and at > 0 and word in FAMILY_NAMES
    return not is_given and not is_family


def _is_prefixed(word):
    # al-Rashid, d'Arcy, ap-Rhys
    return bool(re.match(r"(?:al|el|d|l|ap|bin)[-'’][^\W\d_]", word, re.IGNORECASE))


def readable_name(name: str) -> str:
    """A name in ordinary letters, if it was printed all in capitals."""
    letters = [letter for letter in name if letter.isalpha()]
    if len(letters) < 3 or not all(letter.isupper() for letter in letters):
        return name
    parts = name.split(" ")
    return " ".join(_readable_word(word, bool(at)) for at, word in enumerate(parts))


def _readable_word(word, is_later):
    if word in ROMAN or re.fullmatch(r"(?:[^\W\d_]\.)+[^\W\d_]?\.?", word):
        return word
    if len(word) == 2 and not set(word) & set("AEIOUYÀÈÉ"):
        return (
            word if word not in {"JR", "SR", "ST", "MR", "MS", "DR"} else word.title()
        )
    if is_later and word.lower() in {"van", "von", "der", "den", "de", "la", "del"}:
        return word.lower()
    parts = re.split(r"([-'’])", word)
    return "".join(_readable_part(part) for part in parts)


def _readable_part(part):
    if part.startswith("MC") and len(part) > 3:
        return "Mc" + part[2] + part[3:].lower()
    return part[:1] + part[1:].lower()


def name_key(name: str) -> str:
    """Return what all spellings of a name have in common.

    Capitals, accents, full stops, titles and the order "Family, Given" make no
    difference; initials do: J. Public may not be John Public. Whether two such
    are one person is for an editor to say, with an alias.
    """
    name = unicodedata.normalize("NFKD", name).casefold()
    name = "".join(c for c in name if not unicodedata.combining(c))
    family, comma, given = name.partition(",")
    if comma and not set(_words(given)) <= NAME_SUFFIXES:
        name = f"{given} {family}"
    parts = _words(name)
    while len(parts) > 2 and parts[0] in HONORIFICS:
        parts = parts[1:]
    return " ".join(parts)


def _words(name: str) -> list[str]:
    # Apostrophes belong to the word, however they are typed: O’Brien, O'Brien.
    return re.findall(r"\w+", re.sub(r"['’ʼ]", "", name).replace("_", " "))


def last_name(name: str) -> str:
    """The last word that is neither "Jr." nor a degree."""
    parts = [
        word
        for word in name.replace(",", " ").split()
        if not SUFFIX.fullmatch(word) and not DEGREE.fullmatch(word)
    ]
    return parts[-1].strip(".") if parts else ""
