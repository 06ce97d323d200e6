"""Boxes within a page that are no story: cards that lead to others, forms to sign."""

from collections import defaultdict
from itertools import islice
from urllib.parse import urlsplit

HEADINGS = ("h2", "h3", "h4", "h5", "h6")
LARGEST = 500  # letters
LARGEST_BOX = 300
MOST_FIELDS = 40
LEAST = 3
LEAST_BESIDE = 300  # letters that are no card's


def teasers(tree, words: dict) -> set:
    """Return the elements that lead elsewhere, where the page has more to say.

    These are groups of cards, with a linked heading and a word on each, and boxes in
    which readers leave an address. A list of places has linked headings, too, but
    these lead to as many sites.
    """
    groups = defaultdict(list)
    for heading in tree.iter(*HEADINGS):
        link = _link_of(heading, words)
        if link is not None and (card := _card(heading, words)) is not None:
            groups[card.getparent(), card.tag].append((card, link))
    fields = islice(tree.iter("input"), MOST_FIELDS)
    found = {_signing(field, words) for field in fields} - {None}
    for (parent, tag), cards in groups.items():
        hosts = {_host(link) for _card, link in cards}
        if len(cards) < LEAST or len(hosts) > 1 or None in hosts:
            continue
        some = [card for card, _link in cards]
        if tag == "article" or not _may_be_its_parts(parent, some, words):
            found.update(some)
    beside = words.get(tree, 0) - sum(words[card] for card in found)
    return found if beside >= LEAST_BESIDE else set()


def _may_be_its_parts(parent, cards, words):
    """Say whether cards stand right below a headline, and are most of what it has."""
    if next(parent.iter("h1"), None) is None:
        return False
    return 2 * sum(words[card] for card in cards) > words.get(parent, 0)


def _link_of(heading, words):
    """Return the link that a whole heading is, or stands in, None for another."""
    if not words.get(heading):
        return None
    around = next(heading.iterancestors("a"), None)
    if around is not None:
        return around
    links = list(heading.iter("a"))
    whole = len(links) == 1 and words.get(links[0], 0) == words[heading]
    return links[0] if whole else None


def _card(heading, words):
    """Return the largest element around a heading that is small and has no other."""
    card = None
    for element in heading.iterancestors():
        if element.tag in ("body", "html") or words.get(element, 0) > LARGEST:
            break
        if len(list(islice(element.iter("h1", *HEADINGS), 2))) > 1:
            break
        card = element
    return card


def _signing(field, words):
    """Return the small box around a field in which to write, None around another."""
    if (field.get("type") or "text").lower() not in ("text", "email"):
        return None
    box = None
    for element in field.iterancestors(
        "div", "section", "aside", "form", "p", "fieldset"
    ):
        lines = sum(1 for _one in element.iter("p", "li", "br"))
        is_story = next(element.iter("h1", "article"), None) is not None
        if words.get(element, 0) > LARGEST_BOX or lines > 3 or is_story:
            break
        box = element
    return box


def _host(link):
    """Return where a link leads to, "" within the site, None where to no other page."""
    href = (link.get("href") or "").strip()
    if not href or href.startswith("#"):
        return None
    try:
        return urlsplit(href).hostname or ""
    except ValueError:
        return None
