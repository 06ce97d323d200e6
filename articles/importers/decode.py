"""Bytes to text, whatever the decade. Decoding never fails and never happens twice."""

import codecs
import re
from dataclasses import dataclass, field

from charset_normalizer import from_bytes

from .alphabets import CHINESE, PLAUSIBLE, guess, is_likely, judge

BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# The WHATWG Encoding Standard reads these labels as the larger set that
# contains them, because that is what the pages really hold.
READ_AS = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "windows-1252": "cp1252",
    "x-ansi": "cp1252",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "big5": "big5hkscs",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "iso-8859-8-i": "iso-8859-8",
    "macintosh": "mac_roman",
    "x-mac-roman": "mac_roman",
    "x-x-big5": "big5hkscs",
    "cn-big5": "big5hkscs",
    "csgb2312": "gb18030",
    "gb_2312": "gb18030",
    "ksc_5601": "cp949",
    "windows-949": "cp949",
    "windows-31j": "cp932",
    "x-euc-jp": "euc_jp",
    "ansi": "cp1252",
    "x-latin1": "cp1252",
    "mac": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-mac-ukrainian": "mac_cyrillic",
    "x-mac-greek": "mac_greek",
    "x-mac-turkish": "mac_turkish",
    "x-mac-ce": "mac_latin2",
    "koi": "koi8_r",
    "koi8": "koi8_r",
    "windows-874": "cp874",
    "dos-874": "cp874",
    "logical": "iso-8859-8",
    "visual": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    **{f"x-cp125{digit}": f"cp125{digit}" for digit in range(9)},
    **{f"win-125{digit}": f"cp125{digit}" for digit in range(9)},
    **{f"windows125{digit}": f"cp125{digit}" for digit in range(9)},
}

# A page that spells the name of its encoding in ASCII is not in UTF-16, and no
# page is in a codec of Python's own.
NEVER_DECLARED = re.compile(
    r"utf[-_]?(?:7|16|32).*|idna|punycode|.*escape|mbcs|oem|undefined|unicode"
)
# What pages on the web were ever written in. The detector knows many more sets
# and prefers some that only ever lived on mainframes.
DETECTABLE = [
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257"),
    *("cp1258", "iso8859_2", "iso8859_5", "iso8859_6", "iso8859_7", "iso8859_8"),
    *("koi8_r", "koi8_u", "cp866", "cp850", "cp437", "mac_roman", "cp874", "cp932"),
    *("euc_jp", "gb18030", "big5", "cp949"),
]

DECLARED = re.compile(
    rb"<meta\b[^>]{0,300}?\bcharset\s*=\s*[\"']?\s*([\w.:-]{2,40})"
    rb"|<\?xml\b[^>]{0,200}?\bencoding\s*=\s*[\"']([\w.:-]{2,40})",
    re.IGNORECASE,
)
HIGH = re.compile(rb"[\x80-\xff]")
MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
# Mac Roman keeps curly quotes and dashes where windows-1252 has capitals with
# accents; a capital inside a lower-case word, or a pair of them as quotes, is
# the mark of a page from a Macintosh.
MAC_QUOTES = re.compile(rb"[a-z][\xd4\xd5][a-z ]|[\s(]\xd2[A-Za-z]|[a-z.,!?]\xd3[\s)]")
WINDOWS_QUOTES = re.compile(rb"[a-z]\x92[a-z ]|[\s(]\x93|\x94[\s)]|\x96|\x97")
WESTERN = frozenset(range(0xC0, 0x100)) | frozenset(
    b"\x80\x85\x91\x92\x93\x94\x95\x96\x97\x99\x8c\x9c\xa0\xa1\xa2\xa3\xa7\xa9\xab"
    b"\xad\xae\xb0\xb1\xb2\xb3\xb4\xb7\xba\xbb\xbc\xbd\xbe\xbf"
)
# Signs inside words are letters of some other set: Polish "przysz³o¶æ". One
# alone may be a cube or a footnote.
SIGN_IN_WORD = re.compile(rb"[a-z]([\xa1-\xac\xae-\xb6\xb8\xb9\xbe\xbf])")
# Hebrew has 27 letters in a row and no capitals; Cyrillic, which the detector
# takes it for, needs the places before and after them.
HEBREW = re.compile(rb"[\xe0-\xfa]")
NOT_HEBREW = re.compile(rb"[\xc0-\xcf\xd4-\xdf\xfb\xfc\xff]")
JAPANESE = ("iso2022_jp_2", "iso-2022-jp")
HZ = re.compile(rb"~\{[\x21-\x7d]{2,400}~\}")
# How the first byte of a letter in UTF-8 and its second look, read as windows-1252.
TWICE = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0192\u02c6-\u02dc\u2013-\u2122]"
)
BEYOND_ASCII = re.compile("[\u0080-\uffff]+")
BYTE_OF = {
    bytes([byte]).decode("cp1252", "ignore"): byte for byte in range(0x80, 0x100)
}
BYTE_OF |= {chr(byte): byte for byte in range(0x80, 0x100)}
LEAST_TWICE = 3
CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff]")
SAMPLE_BYTES = 65536
MARKUP_ZEROS = 0.05


@dataclass(slots=True)
class Decoded:
    """Text, the name of the encoding, and what was doubtful (kind, sentence)."""

    text: str
    encoding: str
    doubts: list[tuple[str, str]] = field(default_factory=list)


def decode(content: bytes, known: str = "") -> Decoded:
    """Read bytes as text by the best evidence there is.

    `known` names the encoding of a site whose operator knows it. Else in order: a
    byte order mark, the zeros of UTF-16, strict UTF-8, UTF-8 with a few strays, what
    the page declares, the habits of western pages, a detector.
    """
    decoded = (
        _by_mark(content)
        or (_lenient(content, READ_AS.get(known.lower(), known)) if known else None)
        or _by_zeros(content)
        or _by_escape(content)
        or _by_tildes(content)
        or _as_utf8(content)
        or _as_mostly_utf8(content)
        or _as_declared(content)
        or _as_western(content)
        or _as_guessed(content)
        or _as_hebrew(content)
        or _as_detected(content)
    )
    _mend_twice_encoded(decoded)
    cleaned = CONTROLS.sub("", decoded.text)
    if cleaned != decoded.text:
        removed = len(decoded.text) - len(cleaned)
        decoded.text = cleaned
        decoded.doubts.append(
            ("control-characters", f"{removed} control characters were removed.")
        )
    return decoded


def declared_charset(content: bytes) -> str:
    """The name in a meta element or an XML declaration, in small letters, or ''."""
    found = DECLARED.search(content[:SAMPLE_BYTES])
    if not found:
        return ""
    return (found[1] or found[2]).decode("ascii").lower()


def _by_mark(content):
    for mark, encoding in BOMS:
        if content.startswith(mark):
            return _lenient(content[len(mark) :], encoding)
    return None


def _by_zeros(content):
    sample = content[:4096]
    if len(sample) < 8 or 0 not in sample:
        return None
    half = len(sample) // 2
    zeros_first = sample[0::2].count(0) / half
    zeros_second = sample[1::2].count(0) / half
    # The tags' letters have zeros; those of other alphabets have not.
    if zeros_second > MARKUP_ZEROS and zeros_first < zeros_second / 10:
        return _lenient(content, "utf-16-le")
    if zeros_first > MARKUP_ZEROS and zeros_second < zeros_first / 10:
        return _lenient(content, "utf-16-be")
    return None


def _by_escape(content):
    # ISO-2022-JP is pure ASCII to every other test; only its escapes tell.
    if b"\x1b$" not in content:
        return None
    is_korean = b"\x1b$)C" in content
    codec, name = ("iso2022_kr", "iso-2022-kr") if is_korean else JAPANESE
    try:
        return Decoded(content.decode(codec), name)
    except UnicodeDecodeError:
        return None


def _by_tildes(content):
    # HZ, as Chinese newsgroups had it: ASCII in which ~{ and ~} stand around GB.
    if HIGH.search(content) or not HZ.search(content):
        return None
    try:
        text = content.decode("hz")
    except UnicodeDecodeError:
        return None
    signs = sum(letter > "\u2e80" for letter in text)
    chinese = sum(letter in CHINESE for letter in text)
    return Decoded(text, "hz-gb-2312") if chinese > 0.08 * signs else None


def _mend_twice_encoded(decoded):
    """Take one encoding off a text that was put into UTF-8 twice: "cafÃ©".

    Only where nearly all letters beyond ASCII are such, which no language does.
    """
    if decoded.encoding != "utf-8" or not TWICE.search(decoded.text):
        return
    beyond, mended, count = 0, 0, 0

    def once(match):
        nonlocal beyond, mended, count
        run = match[0]
        beyond += len(run)
        try:
            text = bytes(map(BYTE_OF.__getitem__, run)).decode("utf-8")
        except (KeyError, UnicodeDecodeError):
            return run
        mended += len(run)
        count += len(text)
        return text

    text = BEYOND_ASCII.sub(once, decoded.text)
    if count >= LEAST_TWICE and mended >= 0.9 * beyond:
        decoded.text = text
        doubt = f"It was encoded twice; {count} letters were mended."
        decoded.doubts.append(("encoded-twice", doubt))


def _as_utf8(content):
    try:
        return Decoded(content.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return None


def _as_mostly_utf8(content):
    valid = len(MULTIBYTE.findall(content))
    if not valid:
        return None
    strays = len(HIGH.findall(MULTIBYTE.sub(b"", content)))
    declared = declared_charset(content)
    believes = declared in ("", "utf-8", "utf8")
    if strays * (1 if believes else 3) > valid:
        return None
    # A legacy multi-byte page can look like UTF-8 here and there, but it does
    # not decode to the last byte in its own set by accident.
    is_western = READ_AS.get(declared, declared) == "cp1252"
    if not believes and not is_western and _strict(content, declared):
        return None
    text = content.decode("utf-8", "newsroom-stray")
    doubt = f"{strays} stray bytes in a UTF-8 page were read as windows-1252."
    return Decoded(text, "utf-8", [("stray-bytes", doubt)])


def _as_declared(content):
    declared = declared_charset(content)
    if not declared or declared in ("utf-8", "utf8"):
        return None
    if READ_AS.get(declared, declared) == "cp1252" and _looks_macintosh(content):
        return None
    return (
        _as_its_letters(content, declared)
        or _strict(content, declared)
        or _nearly(content, declared)
    )


def _as_its_letters(content, declared):
    """Read a page by its letters where they cannot be the declared encoding's.

    Editors of the time declared what they knew, whatever they wrote.
    """
    encoding = _name(READ_AS.get(declared, declared))
    if is_likely(content, encoding):
        return None
    likely, _score = guess(content)
    found = _strict(content, likely) or _nearly(content, likely)
    if found:
        doubt = f"It declares {declared}, but its letters are those of {likely}."
        found.doubts = [("doubtful-encoding", doubt)]
    return found


def _name(encoding):
    """Return Python's own name of an encoding, as alphabets are known by."""
    try:
        return codecs.lookup(encoding).name.replace("-", "_")
    except LookupError:
        return encoding


def _strict(content, declared):
    encoding = READ_AS.get(declared, declared)
    if NEVER_DECLARED.fullmatch(encoding):
        return None
    try:
        return Decoded(content.decode(encoding), _label(encoding))
    except (LookupError, UnicodeError, TypeError):
        return None


def _nearly(content, declared):
    encoding = READ_AS.get(declared, declared)
    if NEVER_DECLARED.fullmatch(encoding):
        return None
    try:
        text = content.decode(encoding, "replace")
    except (LookupError, UnicodeError, TypeError):
        return None
    if not isinstance(text, str):
        return None
    lost = text.count("\ufffd")
    if lost > max(2, len(text) // 100):
        return None
    doubt = f"{lost} bytes do not exist in the declared {declared}."
    return Decoded(text, _label(encoding), [("doubtful-encoding", doubt)])


def _looks_macintosh(content):
    sample = content[:SAMPLE_BYTES]
    return bool(MAC_QUOTES.search(sample)) and not WINDOWS_QUOTES.search(sample)


def _as_western(content):
    high = HIGH.findall(content[:SAMPLE_BYTES])
    if not high or len(high) > 0.15 * min(len(content), SAMPLE_BYTES):
        return None
    if _looks_macintosh(content):
        doubt = "No encoding is declared; the quotation marks are a Macintosh's."
        return Decoded(
            content.decode("mac_roman"), "macintosh", [("doubtful-encoding", doubt)]
        )
    if len(set(SIGN_IN_WORD.findall(content[:SAMPLE_BYTES]))) > 1:
        return None
    if not is_likely(content, "cp1252"):
        return None
    if all(byte[0] in WESTERN for byte in set(high)):
        text = content.decode("cp1252", "replace")
        doubts = [("doubtful-encoding", doubt) for doubt in _doubts(content, text)]
        return Decoded(text, "windows-1252", doubts)
    return None


def _doubts(content, text):
    """Yield what speaks against a western reading of bytes."""
    declared = declared_charset(content)
    if declared in ("utf-8", "utf8"):
        yield f"It declares {declared}, but is not; it was read as windows-1252."
    central = content.decode("cp1250", "replace")
    if central != text and judge(content, "cp1250") >= judge(content, "cp1252"):
        yield "It has too few letters to tell windows-1252 from windows-1250."


def _as_hebrew(content):
    sample = content[:SAMPLE_BYTES]
    letters = len(HEBREW.findall(sample))
    if letters < 20 or letters < 0.8 * len(HIGH.findall(sample)):
        return None
    if letters < 0.25 * len(sample) or NOT_HEBREW.search(sample):
        return None
    found = _nearly(content, "windows-1255")
    if found:
        doubt = "No encoding is declared; the letters lie where Hebrew has them."
        found.doubts = [("doubtful-encoding", doubt)]
    return found


def _as_guessed(content):
    """Read a page that says nothing by the alphabet its letters fit."""
    likely, score = guess(content)
    if score < PLAUSIBLE:
        return None
    found = _strict(content, likely) or _nearly(content, likely)
    if found:
        doubt = f"The encoding was told by the letters: {found.encoding}."
        found.doubts = [("doubtful-encoding", doubt)]
    return found


def _as_detected(content):
    best = from_bytes(content[:SAMPLE_BYTES], cp_isolation=DETECTABLE).best()
    if best is not None:
        found = _nearly(content, best.encoding.replace("_", "-"))
        if found:
            doubt = f"The encoding was guessed: {found.encoding}."
            found.doubts = [("doubtful-encoding", doubt)]
            return found
    doubt = "The encoding is unknown; the page was read as windows-1252."
    text = content.decode("cp1252", "replace")
    return Decoded(text, "windows-1252", [("doubtful-encoding", doubt)])


def _lenient(content, encoding):
    text = content.decode(encoding, "replace")
    if text.startswith("\ufeff"):
        text = text[1:]
    lost = text.count("\ufffd")
    doubts = []
    if lost:
        doubts.append(
            ("doubtful-encoding", f"{lost} characters are not valid {encoding}.")
        )
    return Decoded(text, encoding, doubts)


def _label(encoding):
    return "windows-1252" if encoding == "cp1252" else encoding


def _stray(error):
    stray = error.object[error.start : error.end]
    return stray.decode("cp1252", "replace"), error.end


codecs.register_error("newsroom-stray", _stray)
