"""Words as the index has them, and what a reader asks for with them.

Both databases get the same words: letters are folded here, not by their tokenizers,
which know other letters and, without extensions, no accents. "Café" and "CAFE" are
one word, and each sign of a script without blanks is one.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

# Scripts that write no blanks between words: Thai, Lao, Myanmar, Khmer, Chinese,
# Japanese. Their signs are words of their own, and a word of theirs is a phrase.
SIGNS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003134f"
)
SIGN = re.compile(rf"[{SIGNS}]")
BETWEEN = re.compile(r"[\W_]+")
FOREIGN = re.compile(r"[^\x00-\x7f]+")
# Letters that are no accented ones for Unicode, and are for those who type them.
SPECIAL = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"}
SPECIAL |= {"ı": "i", "ħ": "h"}
# Accents and other marks; joiners and soft hyphens.
UNSEEN = {"Mn", "Mc", "Me", "Cf"}
LONGEST_WORD = 60
LONG_WORD = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")
# What is read of a question, which may be a page of text that somebody pasted.
LONGEST, MOST_PARTS = 5000, 12
# A star after fewer letters stands for too much.
SHORTEST_PREFIX = 3
PARTS = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
QUOTES = str.maketrans(dict.fromkeys("“”„«»″", '"') | dict.fromkeys("−–—", "-"))


class _Folding(dict):
    """A table for str.translate that is filled as letters are met, up to MOST."""

    MOST = 20_000

    def __missing__(self, code):
        folded = self.of(chr(code))
        if len(self) < self.MOST:
            self[code] = folded
        return folded

    @staticmethod
    def of(letter):
        spelled = unicodedata.normalize("NFKD", letter.casefold())
        spelled = unicodedata.normalize("NFKD", spelled.casefold())
        kinds = {unicodedata.category(each)[0] for each in spelled}
        if not kinds & {"L", "N"}:
            return "" if unicodedata.category(letter) in UNSEEN else " "
        return "".join(
            SPECIAL.get(each, each)
            for each in spelled
            if unicodedata.category(each) not in UNSEEN
        )


_folding = _Folding()


def fold(text):
    """Return a text in small letters without accents; word for word the same."""
    text = text.lower()
    if text.isascii():
        return text
    return FOREIGN.sub(lambda run: run[0].translate(_folding), text)


def words_of(text):
    """Return the words of a text, folded, as a list."""
    return spaced(text).split()


def spaced(text):
    """Return the words of a text, folded, with a blank between them."""
    text = BETWEEN.sub(" ", fold(text))
    if not text.isascii():
        text = SIGN.sub(r" \g<0> ", text)
    return LONG_WORD.sub(lambda word: word[0][:LONGEST_WORD], text)


@dataclass(frozen=True)
class Part:
    """A word or a phrase that is asked for: the words stand beside each other."""

    words: tuple
    is_quoted: bool = False
    is_prefix: bool = False  # the last word may go on
    is_unwanted: bool = False

    @cached_property
    def spellings(self):
        """The forms that are looked for of a single word: also its plain plural."""
        [word] = self.words
        return (word,) if self.is_quoted or self.is_prefix else forms_of(word)

    def __str__(self):
        told = " ".join(self.words)
        told = f'"{told}"' if self.is_quoted else told
        return f"{'-' * self.is_unwanted}{told}{'*' * self.is_prefix}"


def forms_of(word):
    """Return a word with the other of its singular and plural, as "s" makes them.

    No more: to index stems instead of words is right in one language, loses what
    stands in quotes, and spoils prefixes.
    """
    if len(word) < 3 or not word.isalpha():
        return (word,)
    if word.endswith("ies") and len(word) > 4:
        return (word, f"{word[:-3]}y")
    if word.endswith("y") and word[-2] not in "aeiou":
        return (word, f"{word[:-1]}ies")
    if word.endswith("ss"):
        return (word, f"{word}es")
    if word.endswith("s"):
        return (word, word[:-1])
    return (word, f"{word}s")


@dataclass(frozen=True)
class Question:
    """What a reader asks for, made of what they typed. Falsy if there is nothing."""

    wanted: tuple
    unwanted: tuple = ()

    def __bool__(self):
        return bool(self.wanted)

    def __str__(self):
        return " ".join(map(str, (*self.wanted, *self.unwanted)))

    @property
    def key(self):
        """The words alone: questions with the same key want the same."""
        return " ".join(word for part in self.wanted for word in part.words)


def ask(typed, *, as_typed=False):
    """Return the Question in any string; `as_typed`: the last word is not finished."""
    typed = typed[:LONGEST].translate(QUOTES)
    parts = []
    for match in PARTS.finditer(typed):
        found = match["phrase"] if match["phrase"] is not None else match["word"]
        words = tuple(words_of(found))[:MOST_PARTS]
        if not words:
            continue
        is_last = as_typed and match.end() == len(typed) and match["word"]
        has_star = (match["word"] or "").endswith("*")
        parts.append(
            Part(
                words,
                is_quoted=match["phrase"] is not None,
                is_prefix=bool(
                    is_last or (has_star and len(words[-1]) >= SHORTEST_PREFIX)
                ),
                is_unwanted=bool(match["minus"]),
            )
        )
        if len(parts) == MOST_PARTS:
            break
    # The same word a thousand times is one.
    parts = list(dict.fromkeys(parts))
    return Question(
        tuple(part for part in parts if not part.is_unwanted),
        tuple(part for part in parts if part.is_unwanted),
    )
