"""How long a text takes to read, in the language it is written in."""

import re
from functools import lru_cache
from html import unescape

from articles.languages import direction_of

# Words a minute, read aloud at ease by grown-ups: IReST, Trauzettel-Klosinski & Dietz,
# "Standardized Assessment of Reading Performance", IOVS 53 (2012), table 3.
WORDS = {
    "ar": 138,
    "de": 179,
    "en": 228,
    "es": 218,
    "fi": 161,
    "fr": 195,
    "he": 187,
    "it": 188,
    "nl": 202,
    "pl": 166,
    "pt": 181,
    "ru": 184,
    "sl": 180,
    "sv": 199,
    "tr": 166,
}
# Languages we have no figure of: the mean of all 17 in the study; of those written
# from right to left the slowest.
OTHERS, OTHERS_RIGHT_TO_LEFT = 184, 138
# Chinese and Japanese write no blanks and are counted by the sign, a minute's of them.
SIGNS = {"ja": 357, "zh": 255}
_SIGN = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_WORD = re.compile(r"\w[\w'’.,-]*")
# Below this, nobody needs to be told (and "1 minute" says nothing).
LONG_ENOUGH = 90  # seconds


def minutes_to_read(html, language):
    """Return the whole minutes a text takes, or 0 for one too short to say it.

    Counted is what stands in the paragraphs, lists and captions; notes are not.
    """
    words, signs = _counted(html or "")
    language = (language or "").lower().replace("_", "-").split("-")[0]
    others = OTHERS if direction_of(language) == "ltr" else OTHERS_RIGHT_TO_LEFT
    minutes = words / WORDS.get(language, others) + signs / SIGNS.get(language, 255)
    return max(1, round(minutes)) if minutes * 60 >= LONG_ENOUGH else 0


def word_count(html):
    """Return how many words a text has; of Chinese and Japanese, signs."""
    return sum(_counted(html or ""))


# A page asks twice of one text: for its reader, and for machines.
@lru_cache(maxsize=4)
def _counted(html):
    """Return (words, signs of Chinese and Japanese) of a text."""
    text = unescape(re.sub(r"<[^>]*>", " ", html))
    signs = len(_SIGN.findall(text))
    return len(_WORD.findall(_SIGN.sub(" ", text) if signs else text)), signs
