"""Where an author lives, out of one sentence about them."""

import re

from .marks import visible
from .sentences import ABBREVIATIONS, STATES

LIVES = re.compile(
    r"\b(?:lives?|living|resides?|residing|dwells?|makes?\s+(?:his|her|their)\s+home"
    r"|has\s+(?:his|her)\s+home|is\s+at\s+home|(?:is|are)\s+based|based|is\s+a\s+resident"
    r"|(?:divides?|splits?)\s+(?:his|her|their)\s+time|hails|is(?=\s+from)|writes(?=\s+from)"
    r"|farms|gardens|has\s+settled|settled|retired)\b"
    r"(?P<between>(?:,?\s+(?!(?:in|near|outside|on|at|between|of|from)\b)[\w’'-]+)"
    r"{0,12}?),?\s+(?P<how>in|near|just outside|outside|on|at|between|of|from)\s+"
    r"(?P<place>\S)",
    re.IGNORECASE,
)

WRITER_IN = re.compile(
    r"\b(?:is|was)\s+(?:an?|the)\s+(?:[\w’'-]+,?\s+(?:and\s+)?){0,5}?(?:writer|author"
    r"|poet|novelist|essayist|columnist|journalist|freelancer|cartoonist|photographer"
    r"|playwright|attorney|lawyer|physician|doctor|nurse|teacher|farmer|carpenter"
    r"|librarian|historian|naturalist|gardener|translator|editor|reporter|activist"
    r"|minister|pastor|rabbi|baker|critic|retiree|grandmother|grandfather|mother|father"
    r"|rancher|beekeeper|engineer|economist|veteran|resident|native)"
    r"(?:\s+and\s+(?:[\w’'-]+\s+){1,3}?)?\s*"
    r"(?:\s(?:who\s+(?:lives|resides)\s+)?(?:living\s+|based\s+|residing\s+)?"
    r"(?P<how>in|near|from)\s+)(?P<place>(?!(?:the\s+)?(?:Department|School|College"
    r"|University|Institute|Faculty|Center|Centre))(?:the\s+|rural\s+|northern\s+"
    r"|southern\s+|eastern\s+|western\s+|central\s+|upstate\s+|downtown\s+)?[A-Z])",
)

WHERE_LIVES = re.compile(
    r"\b(?:in|near)\s+(?P<place>[A-Z][\w.’'-]*(?:,?\s+[A-Z][\w.’'-]*){0,4}),\s+where\s+"
    r"(?:he|she|they)\s+(?:also\s+|now\s+)?(?:lives?|resides?)\b"
)

OF_PLACE = re.compile(
    r"^,?\s+of\s+(?P<place>[A-Z][\w.’'-]*(?:[ -][A-Z][\w.’'-]*){0,3}"
    r"(?:,\s+[A-Z][\w.]*(?:\s[A-Z][\w.]*)?)?)\s*,\s+(?=[a-z])"
)

BASED = re.compile(
    r"\b(?P<place>[A-Z][\w.’'-]*(?:[ -][A-Z][\w.’'-]*){0,3}(?:, [A-Z][\w.]+)?)-based\b"
)

PLACE_STOP = re.compile(
    r"\s*(?:\ue002|[;:(\[]|—|–|\s--?\s|[.!?]+[\"”’)]*(?:\s+(?=[A-Z])|\s*$)"
    r"|,\s+(?!(?:and\s+)?(?:in|on|near|the|just)\s)(?:and\s+)?(?=[a-z])"
    r"|,?\s+(?:with|where|who|which|when|while|since|but|because|for|after|as|whose"
    r"|together|from|at(?=\s\S+@)|is|was|can|has|may|writes|by)\b"
    r"|,?\s+and\s+(?!the\s+[A-Z]|in\s|near\s)(?=[a-z]))"
)


def read_place(sentence: str, spans) -> tuple[str, tuple[int, int]] | None:
    """Where the sentence says its author lives, with the span that says it."""
    start = max((end for _, end in spans[:1]), default=0)
    found = OF_PLACE.match(sentence[start:])
    if found:
        place = found["place"]
        return place, (start, start + found.end("place"))
    found = WHERE_LIVES.search(sentence)
    if found:
        return found["place"], found.span("place")
    for shape in (LIVES, WRITER_IN):
        for found in shape.finditer(sentence):
            place, end = _place_from(sentence, found.start("place"))
            how = found["how"].lower()
            is_past = re.match(r"(?:retired|settled)", found[0], re.IGNORECASE)
            if not place or (
                how in ("from", "of", "on", "at") and not _is_place(place)
            ):
                continue
            if is_past and not _is_place(place):
                continue
            if how in ("near", "outside", "just outside", "between"):
                place = f"{how} {place}"
            between = found.groupdict().get("between") or ""
            said = (
                found.end("between") if between else found.start(),
                end,
            )
            if shape is WRITER_IN:
                said = (found.start("how"), end)
            return place, said
    found = BASED.search(sentence)
    if found:
        return found["place"], found.span()
    return None


def _is_place(text):
    return bool(re.match(r"(?:the\s+|an?\s+)?[A-Z]|a(?:n)?\s+\w+", text))


def _place_from(sentence, start):
    """Read on until the place ends, stepping over "Mt. Airy" and "Dayton, Ind."."""
    at = start
    while stop := PLACE_STOP.search(sentence, at):
        if stop[0].lstrip().startswith(".") and stop.end() < len(sentence):
            word = re.split(r"[\s.]", sentence[start : stop.start()])[-1].lower()
            if word in ABBREVIATIONS or len(word) == 1:
                at = stop.end()
                continue
        break
    end = stop.start() if stop else len(sentence)
    place = sentence[start:end].strip(" ,")
    last = re.split(r"[\s]", place)[-1].lower()
    if sentence[end : end + 1] == "." and (
        last in STATES or re.fullmatch(r"(?:[a-z]{1,3}\.)+[a-z]{1,3}", last)
    ):
        place += "."
    place = visible(place)
    if not place or len(place) > 100 or not any(c.isupper() for c in place):
        return "", end
    return place, end
