"""Which language a page is in, and which way it runs, as far as its words show."""

import re
import unicodedata

# Small words that are common in one language and rare in the others.
SMALL_WORDS = {
    "en": "the and of to that was is with for his her they have not had which",
    "de": "der die und das nicht ist ein eine zu den mit sich auf war dem als",
    "fr": "le les des et est une dans que pour pas sur qui du il elle avec",
    "es": "el los las que una por con para del como más pero su se fue era",
    "it": "il di che la gli per non una con sono della più nel anche era dei",
    "nl": "het een van en dat niet zijn op te voor met ook maar bij was aan",
}
SCRIPTS = {
    "HEBREW": "he",
    "ARABIC": "ar",
    "CYRILLIC": "ru",
    "GREEK": "el",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "THAI": "th",
    "CJK": "zh",
    "DEVANAGARI": "hi",
    "ARMENIAN": "hy",
    "GEORGIAN": "ka",
}
# Letters beyond the Latin ones; quotation marks and dashes are not among them.
FOREIGN = re.compile("[\u0370-\u1fff\u2e80-\ud7ff\uf900-\ufdff]")
PERSIAN = re.compile("[\u067e\u0686\u0698\u06af\u06cc]")
WORD = re.compile(r"[^\W\d_]+")
SAMPLE = 4000
_LANGUAGES_OF = {}
for _language, _words in SMALL_WORDS.items():
    for _word in _words.split():
        _LANGUAGES_OF.setdefault(_word, []).append(_language)


def guess_language(text: str) -> str:
    """A language code, or nothing where the words leave doubt."""
    sample = text[:SAMPLE]
    if len(FOREIGN.findall(sample[:1500])) > 60:
        script = _script(sample)
        if script:
            return script
    scores = dict.fromkeys(SMALL_WORDS, 0)
    words = WORD.findall(sample.lower())
    for word in words:
        for language in _LANGUAGES_OF.get(word, ()):
            scores[language] += 1
    ranked = sorted(scores, key=scores.get, reverse=True)
    best, second = scores[ranked[0]], scores[ranked[1]]
    return ranked[0] if best >= 5 and best > 1.5 * second else ""


def _script(sample):
    letters = [letter for letter in sample if letter.isalpha()][:800]
    foreign = [letter for letter in letters if letter > "\u02ff"]
    if not letters or len(foreign) < 0.4 * len(letters):
        return ""
    counts = {}
    for letter in foreign:
        script = unicodedata.name(letter, "?").split()[0].split("-")[0]
        counts[script] = counts.get(script, 0) + 1
    if "HIRAGANA" in counts or "KATAKANA" in counts:
        return "ja"
    script = max(counts, key=counts.get)
    if script == "ARABIC" and len(PERSIAN.findall(sample)) > len(letters) // 50:
        return "fa"
    return SCRIPTS.get(script, "")
