"""The lines of a story in which the words stand that were looked for."""

import re
import unicodedata
from itertools import pairwise

from markupsafe import Markup, escape

from newsroom.search.words import SIGN, SIGNS, fold

LONG = 240  # characters of a snippet
BEFORE = 60  # of them, before the first word that was found
# Of a text, so many places are looked at for the best.
LOOKED_AT = 300
# Beside a word of letters stands no letter; signs are words each.
RIGHT = rf"(?![^\W_{SIGNS}])"


class Marker:
    """Finds a Question's words in texts, and marks them."""

    def __init__(self, question):
        patterns = {pattern for part in question.wanted for pattern in _patterns(part)}
        # The longest first: a phrase before a word of it.
        ordered = sorted(patterns, key=lambda pattern: (-len(pattern), pattern))
        self.pattern = re.compile("|".join(ordered))

    def places(self, text):
        """Yield (start, end, what was found) of a text, in order."""
        folded, places = _folded(text)
        start = 0
        while match := self.pattern.search(folded, start):
            start, end = match.span()
            # Looked at here: a pattern that begins with letters is soonest looked for.
            if not _begins_at(folded, start):
                start += 1
                continue
            where = (places[start], places[end]) if places else (start, end)
            yield *where, match[0]
            start = end

    def mark(self, text):
        """Return a whole text as markup, with what was found in it marked."""
        text = unicodedata.normalize("NFC", text)
        return _marked(text, self.places(text), 0, len(text))

    def snippet(self, text):
        """Return about LONG characters of a text around what was found, as markup.

        "" where nothing was.
        """
        text = unicodedata.normalize("NFC", text)
        places = [
            place
            for place, _n in zip(self.places(text), range(LOOKED_AT), strict=False)
        ]
        if not places:
            return ""
        first = _best(places)
        start = _beginning(text, max(0, first[0] - BEFORE), first[0])
        end = _ending(text, first[1], start + LONG)
        marked = _marked(text, places, start, end)
        return Markup("{}{}{}").format(
            "… " if start else "", marked, " …" if end < len(text) else ""
        )


def _patterns(part):
    """Return the patterns of a part in a folded text."""
    spelled = [(word,) for word in part.spellings] if len(part.words) == 1 else []
    for words in spelled or [part.words]:
        pattern = re.escape(words[0])
        for before, word in pairwise(words):
            are_letters = not (SIGN.match(word) or SIGN.match(before))
            pattern += (r"[\W_]+" if are_letters else r"[\W_]*") + re.escape(word)
        right = "" if SIGN.match(words[-1]) else RIGHT
        yield pattern + (r"[^\W_]*" if part.is_prefix else right)


def _begins_at(folded, start):
    """Say whether a word begins there: beside a letter stands no letter before it."""
    before = folded[start - 1 : start]
    are_letters = before.isalnum() and not SIGN.match(before)
    return not are_letters or bool(SIGN.match(folded[start]))


def _folded(text):
    """Return (the folded text, where each of its letters stands in the text, or None).

    None where folding changed the length of nothing, as of nearly all texts.
    """
    folded = fold(text)
    if len(folded) == len(text):
        return folded, None
    letters = [fold(letter) for letter in text]
    places = [place for place, spelled in enumerate(letters) for _letter in spelled]
    return "".join(letters), [*places, len(text)]


def _best(places):
    """Return the first of the places where the most different words stand together."""
    best, most = places[0], 0
    for number, place in enumerate(places):
        end = place[0] + LONG - BEFORE
        near = {word for _s, stop, word in places[number : number + 20] if stop <= end}
        if len(near) > most:
            best, most = place, len(near)
    return best


def _beginning(text, start, latest):
    """Return where a word begins at or after `start`; at the latest at `latest`."""
    if start == 0 or text[start - 1].isspace():
        return start
    blank = re.compile(r"\s").search(text, start, latest)
    return blank.end() if blank else start


def _ending(text, earliest, end):
    if end >= len(text):
        return len(text)
    blank = max(text.rfind(sign, earliest, end + 1) for sign in " \n")
    return max(blank, earliest) if blank > 0 else max(end, earliest)


def _marked(text, places, start, end):
    parts, at = [], start
    for begin, stop, _word in places:
        if begin < at or stop > end:
            continue
        parts += [escape(text[at:begin]), Markup("<mark>"), escape(text[begin:stop])]
        parts.append(Markup("</mark>"))
        at = stop
    parts.append(escape(text[at:end]))
    return Markup("").join(parts)
