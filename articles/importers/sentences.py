"""Cuts the text of a closing box into its sentences."""

import re

from .wordlists import words

PRONOUN = (
    r"(?:he|she|they|his|her|hers|him|their|them|the author|the writer|the columnist"
    r"|this (?:author|columnist)|author|mr|ms|mrs|dr)"
)

ABBREVIATIONS = words(
    "mr mrs ms dr prof rev fr st mt ft jr sr inc ltd co corp vs etc no vol pp ed"
    " eds gen col capt lt sgt sen rep gov hon ave blvd rd dept univ jan feb mar apr"
    " jun jul aug sept sep oct nov dec tel ext p.o approx fig"
)

STATES = words(
    "ala ariz ark calif cal colo conn del fla ga ill ind kan kans ky la md mass"
    " mich minn miss mo mont neb nebr nev okla ont ore pa penn que sask tenn tex vt"
    " va wash wis wisc wyo alta man"
)
SENTENCE_END = re.compile(r"[.!?…]+[\"”’'»)\]\ue001]*(?:\s+|$)")

SENTENCE_START = re.compile(
    rf"[\"“‘'«(\[\ue000]*(?:{PRONOUN}\b|visit|listen|tune|check|e-?mail|contact|follow|read"
    r"|send|write|you|for|to|readers|comments|reach|her|it|its|copies|both|web ?site"
    r"|blog|phone|tel|catch|hear|this|in|with|when|find|see|more|learn|on|at|as|after"
    r"|since|born|originally|a |an |the )",
    re.IGNORECASE,
)


def sentences(text: str) -> list[str]:
    """The text's sentences, in full: joined by a space they are the text again.

    A line's end always ends one. A full stop after an initial, a title or a
    state ends no sentence unless the next word is one that box sentences begin
    with.
    """
    if "\n" in text:
        return [one for line in text.split("\n") for one in sentences(line)]
    found, start = [], 0
    for end in SENTENCE_END.finditer(text):
        rest = text[end.end() : end.end() + 40]
        if rest and not _ends_sentence(text[start : end.start() + 1], rest):
            continue
        sentence = text[start : end.end()].strip()
        if sentence:
            found.append(sentence)
        start = end.end()
    if text[start:].strip():
        found.append(text[start:].strip())
    return found


def _ends_sentence(before, rest):
    if not re.match(r"[\"“‘'«(\[\ue000@]*[^\Wa-z_]|\ue000|https?:|www\.", rest):
        return bool(SENTENCE_START.match(rest)) and rest[:1].isupper()
    if not before.endswith("."):
        return True
    word = before.rstrip(".").rpartition(" ")[2].strip("(“\"'\ue000").lower()
    is_short = (
        len(word) == 1
        or word in ABBREVIATIONS
        or word in STATES
        or re.fullmatch(r"(?:[^\W\d_]\.)+[^\W\d_]", word)
    )
    return not is_short or bool(SENTENCE_START.match(rest))
