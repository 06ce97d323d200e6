"""Which encoding bytes are in, told by the letters they would be in each.

A wrong encoding gives letters that no language has side by side, signs within words,
and capitals after small letters. So each encoding is asked how much of what it makes
of the bytes could be a language's; the detector's tables know less of short pages.
"""

import re
from functools import lru_cache

# Letters beyond a–z of languages, by the encodings they were written in. What comes
# first wins where several fit.
LATIN = (
    (
        ("cp1252", "mac_roman", "cp850"),
        (
            *("àâæçéèêëîïôœùûüÿ", "äöüßéàè", "áéíñóúüªº", "áâãàçéêíóôõúüªº"),
            *("àèéìíîòóùúç", "áéëïóöüèêíàç", "æøåéèòôóäöü", "åäöéàü", "áðéíóúýþæö"),
            *("àçèéíïòóúü", "äöõüšž", "éèêëçñüöïàâôáíóäøåœæ"),
        ),
    ),
    (
        ("cp1250", "iso8859_2"),
        (
            *("ąćęłńóśźżéüö", "áčďéěíňóřšťúůýžäöü", "áäčďéíĺľňóôŕšťúýž"),
            *("áéíóöőúüű", "ăâîşţșțé", "čćđšž"),
        ),
    ),
    (("cp1254",), ("çğıöşüâîûéi",)),
    (("cp1257",), ("ąčęėįšųūž", "āčēģīķļņšūž", "äöõüšž")),
)
CYRILLIC = (
    "абвгдежзийклмнопрстуфхцчшщъыьэюяё",
    "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "абвгдежзиіўйклмнопрстуфхцчшыьэюяё",
    "абвгдђежзијклљмнњопрстћуфхцчџш",
)
OTHERS = (
    (("cp1251", "koi8_r", "koi8_u", "iso8859_5", "mac_cyrillic", "cp866"), CYRILLIC),
    (("cp1253", "iso8859_7"), ("αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",)),
    (("cp1255", "iso8859_8"), ("אבגדהוזחטיךכלםמןנסעףפץצקרשת",)),
    (("cp1256", "iso8859_6"), ("ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيپچژگکی",)),
    (("cp874",), ("".join(map(chr, range(0x0E01, 0x0E5C))),)),
)
ALPHABETS = {
    encoding: alphabets
    for encodings, alphabets in (*LATIN, *OTHERS)
    for encoding in encodings
}
LATIN_ONES = frozenset(
    encoding for encodings, _letters in LATIN for encoding in encodings
)
# The commonest letters of those alphabets, which no shift to other places keeps.
COMMON = frozenset("оеаинтсрвлαοιετσνηρκיוהלאתרמשבالينموترهبนรอกเงมยลว")
WIDE = ("cp932", "euc_jp", "cp949", "gb18030", "big5hkscs")
# The commonest signs of Chinese in both ways of writing it.
CHINESE = frozenset(
    "的一是不了在人有我他这個个们們中来來上大为為和国國地到以说說时時要就出会會可也你对對生能而子"
    "那得于於着著下自之年过過发發后後作里裡用道行所然家种種事成方多经經么麼去法学學如都同现現当當"
    "没沒动動面起看定天分还還进進好小部其些主样樣理心她本前开開但因只从從想实實三门門很等"
)
# Letters that stand within a word without being ones.
WITHIN = frozenset("’'‘-–—­·.ʼ­")
TAG = re.compile(rb"<[^<>]{0,500}>|&#?\w{1,10};|[\r\n\t ]+")
HIGH_WORD = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff'.-]*")
WORDS = 400
SAMPLE = 65_536  # bytes
PLAUSIBLE = 0.9
UNDECIDED = 0.97
FEW = 4
# So much better another encoding must read; what reads well is left for flawless ones.
MARGIN = 0.12
CLEARLY = 0.005
FLAWLESS = 0.99


def judge(content: bytes, encoding: str) -> float:
    """Return how well bytes read in an encoding, from 0 to 1; 0 if they do not.

    1.0 too where there is nothing to judge by.
    """
    if encoding in WIDE:
        return dict(_judged(content[:SAMPLE])).get(encoding, 0.0)
    alphabets = ALPHABETS.get(encoding)
    if alphabets is None:
        return 1.0  # One we know nothing of.
    _text, words = _words(content[:SAMPLE])
    return _fit(_read(words, encoding), alphabets, encoding in LATIN_ONES)


def is_likely(content: bytes, encoding: str) -> bool:
    """Say whether no other encoding reads clearly better than this one."""
    said = judge(content, encoding)
    if said >= FLAWLESS:
        return True
    likely, score = guess(content)
    if score < PLAUSIBLE or likely == encoding:
        return True
    is_better = score >= said + (MARGIN if said < PLAUSIBLE else CLEARLY)
    return not is_better or (said >= PLAUSIBLE and score < FLAWLESS)


def guess(content: bytes) -> tuple[str, float]:
    """Return (the likeliest encoding, how well the bytes read in it)."""
    return max(_judged(content[:SAMPLE]), key=lambda one: one[1], default=("", 0.0))


@lru_cache(maxsize=4)
def _judged(sample):
    """Return [(encoding, score)] of bytes with letters beyond ASCII."""
    text, words = _words(sample)
    found = [
        (encoding, _fit(_read(words, encoding), alphabets, encoding in LATIN_ONES))
        for encoding, alphabets in ALPHABETS.items()
    ]
    high = len(re.findall(rb"[\x80-\xff]", text))
    if high > 0.2 * len(text):
        found += [(one, _wide_fit(_read(text, one, 1), one)) for one in WIDE]
    return found


@lru_cache(maxsize=4)
def _words(sample):
    """Return (bytes without tags, first words of them with more than ASCII)."""
    text = TAG.sub(b" ", sample)
    return text, b" ".join(HIGH_WORD.findall(text)[:WORDS])


def _read(content, encoding, spare=0):
    """Return the text, None where bytes do not exist in the encoding."""
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        # The sample may end within a letter.
        if spare and error.start > len(content) - 8:
            return _read(content[: error.start], encoding)
        return None


def _fit(text, alphabets, is_latin):
    if text is None:
        return 0.0
    letters, bad = {}, 0
    before = " "
    for letter, after in zip(text, f"{text[1:]} ", strict=True):
        if letter > "\x7f":
            if letter.isalpha() or letter in alphabets[0]:
                small = letter.lower()[0]  # two for the Turkish İ
                letters[small] = letters.get(small, 0) + 1
                bad += before.islower() and letter.isupper()
                bad += not is_latin and (_is_ascii(before) or _is_ascii(after))
            elif letter < "\xa0":
                bad += 2
            else:
                within = before.isalpha() and after.isalpha()
                bad += within and letter not in WITHIN
        elif letter.isupper():
            bad += before > "\x7f" and before.islower()
        before = letter
    total = sum(letters.values())
    if not total:
        return UNDECIDED if not bad and is_latin else 0.0
    good = max(sum(letters.get(one, 0) for one in alphabet) for alphabet in alphabets)
    fit = good / (total + bad)
    if is_latin and total < FEW and not bad:
        return UNDECIDED  # A name from elsewhere, or two.
    return fit if is_latin else fit * _is_common(text, letters, total)


def _is_ascii(letter):
    return letter < "\x80" and letter.isalpha()


def _is_common(text, letters, total):
    """Return a factor for what is common in the alphabet, and not in capitals."""
    common = sum(letters.get(one, 0) for one in COMMON) / total
    capitals = sum(map(str.isupper, text)) / total
    return min(1.0, 0.55 + common) * (0.6 if capitals > 0.5 else 1.0)


def _wide_fit(text, encoding):
    if text is None:
        return 0.0
    signs = [letter for letter in text if letter > "\x7f"]
    if not signs:
        return 0.0
    count = len(signs)
    kana = sum("\u3041" <= one <= "\u30ff" for one in signs) / count
    half = sum("\uff61" <= one <= "\uff9f" for one in signs) / count
    hangul = sum("\uac00" <= one <= "\ud7a3" for one in signs) / count
    odd = sum("\ue000" <= one <= "\uf8ff" or one > "\uffff" for one in signs) / count
    if encoding in ("cp932", "euc_jp"):
        return max(0.0, min(1.0, 0.6 + kana) - 2 * half - odd) if kana > 0.15 else 0.0
    if encoding == "cp949":
        return max(0.0, hangul - odd)
    chinese = sum(one in CHINESE for one in signs) / count
    if kana > 0.1 or hangul > 0.1:
        return 0.0
    return max(0.0, min(1.0, 0.6 + 2 * chinese) - odd) if chinese > 0.08 else 0.0
