"""Where a missing page may have gone: the likeliest page for an address.

First the same address spelled another way, over the whole archive (an index finds
it); else the page whose words the address shares, rare words counting most: of the
newest stories, or, where none of them has all its words, of all headlines.
"""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import chain, permutations
from operator import itemgetter
from urllib.parse import unquote

from django.utils import timezone
from django.utils.translation import gettext as _

from articles.models import Article, Page, Section, Tag
from articles.paths import quoted
from authors.models import Author
from newsroom.redirects.addresses import path_of
from newsroom.search.index import Narrowed, TooLong, index
from newsroom.search.words import ask

# Live articles whose words are looked at, the newest: 30 ms.
AMONG = 5_000
WORD = re.compile(r"[^\W_]{3,}")
# In most addresses, and about nothing.
EMPTY = frozenset(
    {
        *("the", "and", "for", "with", "from", "that", "this", "html", "htm", "php"),
        *("asp", "aspx", "index", "story", "stories", "article", "articles", "news"),
        *("archive", "archives", "page", "pages", "post", "posts", "blog", "www"),
        *("com", "org", "tag", "tags", "category", "author", "authors", "section"),
        *("sections", "node", "print", "amp", "feed", "about", "are", "has", "have"),
        *("how", "its", "not", "our", "what", "when", "who", "why", "will", "you"),
    }
)
ENDING = re.compile(r"(?:/index)?\.(?:html?|php|aspx?|jsp|cfm|shtml)$|/index$", re.I)
# What a home page was called where servers showed its name.
HOME = re.compile(r"/(?:index|default|home)(?:\.[a-z]{2,5})?/?", re.I)
AT_ONCE = 400
AT_MOST = 20  # stories that have all words of an address in their headline
FEW = 3  # pages of a rare word
# Parameters of a query that are tried in each order.
PARAMETERS = 3


@dataclass(frozen=True)
class Suggestion:
    target: str
    title: str
    why: str
    is_whole: bool = True  # whether the page has all that the slug says


def suggest(addresses):
    """Return {address: Suggestion} of those for which something is likely.

    A handful of queries, however many addresses, and one for each whose words no new
    page has together.
    """
    found = by_spelling(addresses)
    if left := [address for address in addresses if address not in found]:
        found |= by_words(left)
    left = [a for a in addresses if a not in found or not found[a].is_whole]
    return found | by_headline(left)


def by_spelling(addresses):
    """Return {address: Suggestion} of the same path in another spelling."""
    variants = {address: variants_of(address) for address in addresses}
    paths = sorted({path for some in variants.values() for path in some})
    titles = {}
    for start in range(0, len(paths), AT_ONCE):
        some = paths[start : start + AT_ONCE]
        for model, name in ((Page, "title"), (Article, "headline")):
            rows = model.objects.live().filter(path__in=some).order_by()
            titles.update(rows.values_list("path", name))
    home = spelled_so("/", _("The home page"))
    found = {each: home for each in addresses if HOME.fullmatch(path_of(each))}
    return found | {
        address: spelled_so(quoted(path), titles[path])
        for address, some in variants.items()
        if (path := next((path for path in some if path in titles), None))
    }


def spelled_so(target, title):
    return Suggestion(target, title, _("the same address, spelled so"))


def variants_of(address):
    """Return other spellings of an address, the likeliest first."""
    path = unquote(path_of(address))
    if "\0" in path:
        return []
    return [*queries_of(address), *paths_of(path)]


def queries_of(address):
    """Return the address with its parameters in another order, or but one of them."""
    path, _mark, query = address.partition("?")
    parts = [part for part in query.split("&") if part]
    if not parts or len(parts) > PARAMETERS:
        return []
    orders = [*permutations(parts), *((part,) for part in parts)]
    found = [f"{path}?{'&'.join(order)}" for order in orders]
    return [each for each in dict.fromkeys(found) if each != address]


def paths_of(path):
    stem = ENDING.sub("", path).rstrip("/")
    stems = [stem, stem.lower(), re.sub(r"//+", "/", stem)]
    # /2004/05/17/slug/, /2004/05/slug/ and /slug/ are one story's in three systems.
    stems += [re.sub(r"^/(\d{4}/\d{1,2})/\d{1,2}/", r"/\1/", each) for each in stems]
    stems += [re.sub(r"^/(\d{4})/(\d)/", r"/\1/0\2/", each) for each in stems]
    stems += [re.sub(r"/(?:amp|print|feed|all|1)$", "", each) for each in stems]
    ends = ("/", "", ".html", ".htm", "/index.html", "/index.htm", ".php")
    found = [each + end for each in dict.fromkeys(stems) if each for end in ends]
    return [each for each in dict.fromkeys(found) if each != path]


def by_words(addresses):
    """Return {address: Suggestion} of the pages that share most words with each."""
    pages = candidates()
    having, weight, folded = defaultdict(list), Counter(), {}
    for number, (target, title) in enumerate(pages):
        folded.setdefault(unquote(target).casefold(), number)
        for word in words_of(f"{unquote(target)} {title}"):
            having[word].append(number)
    for word, numbers in having.items():
        weight[word] = 1 / len(numbers)
    found = {}
    for address in addresses:
        if (number := folded.get(unquote(address).casefold())) is not None:
            found[address] = spelled_so(*pages[number])
            continue
        words = words_of(unquote(address))
        scores, shared = Counter(), Counter()
        for word in words:
            for number in having.get(word, ()):
                scores[number] += weight[word]
                shared[number] += 1
        # The newest of those that are as likely.
        best = max(
            scores, key=lambda each: (shared[each], scores[each], -each), default=None
        )
        if best is None or shared[best] * 2 < len(words):
            continue
        target, title = pages[best]
        both = words & words_of(f"{unquote(target)} {title}")
        is_whole = words_of(slug_of(address)) <= both
        # One word says something where it is all there is, and few pages have it.
        if len(both) > 1 or (is_whole and scores[best] >= 1 / FEW):
            found[address] = sharing(target, title, both, is_whole)
    return found


def sharing(target, title, words, is_whole=True):
    why = _("shares the words: %(words)s") % {"words": ", ".join(sorted(words))}
    return Suggestion(target, title, why, is_whole)


def by_headline(addresses):
    """Return {address: Suggestion} of stories, however old, whose headline has it all.

    That is all words of the address's last part, at least two. The search's index
    knows; what it takes too long for is left.
    """
    slugs = {address: slug_of(address) for address in addresses}
    keys, headlines, now = {}, index(), timezone.now()
    try:
        for slug in sorted(set(slugs.values())):
            if len(words_of(slug)) > 1:
                rows = headlines.matches(
                    *(question_of(slug), Narrowed(), now), limit=AT_MOST, headline=True
                )
                keys[slug] = [key for key, _at in sorted(rows, key=itemgetter(1))]
    except TooLong:
        pass
    stories = Article.objects.live(now).in_bulk({*chain.from_iterable(keys.values())})
    found = {}
    for address, slug in slugs.items():
        here = [stories[key] for key in keys.get(slug, ()) if key in stories]
        if here:
            newest = here[-1]
            found[address] = sharing(
                newest.get_absolute_url(), newest.headline, words_of(slug)
            )
    return found


def question_of(slug):
    """Return what the search is asked for: the slug's words as they are spelled."""
    words = WORD.findall(slug)
    return ask(" ".join(word for word in words if words_of(word)))


def slug_of(address):
    """Return the last part of an address's path that says something."""
    stem = ENDING.sub("", unquote(path_of(address))).rstrip("/")
    return stem.rpartition("/")[2]


def candidates():
    """Return [(address, title)] of what words are compared with, the newest first."""
    articles = Article.objects.live().newest_first()[:AMONG]
    rows = [
        (quoted(path), headline)
        for path, headline in articles.values_list("path", "headline")
    ]
    rows += [
        (quoted(path), title)
        for path, title in Page.objects.live().values_list("path", "title")
    ]
    for model in (Section, Tag, Author):
        named = model.objects.order_by("-pk").only("name", "slug")[:AMONG]
        rows += [(row.get_absolute_url(), row.name) for row in named]
    return rows


def words_of(text):
    words = set(WORD.findall(text.casefold())) - EMPTY
    return {word for word in words if not word.isdecimal() and len(word) < 40}
