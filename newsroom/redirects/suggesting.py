"""Where a missing page may have gone: the likeliest page for an address.

First the same address spelled another way, over the whole archive (an index finds
it); else the page whose words the address shares, rare words counting most.
"""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from urllib.parse import unquote

from django.utils.translation import gettext as _

from articles.models import Article, Page, Section, Tag
from articles.paths import quoted
from authors.models import Author
from newsroom.redirects.addresses import path_of

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
        *("sections", "node", "print", "amp", "feed"),
    }
)
ENDING = re.compile(r"(?:/index)?\.(?:html?|php|aspx?|jsp|cfm|shtml)$|/index$", re.I)
AT_ONCE = 400


@dataclass(frozen=True)
class Suggestion:
    target: str
    title: str
    why: str


def suggest(addresses):
    """Return {address: Suggestion} of those for which something is likely.

    A handful of queries, however many addresses.
    """
    found = by_spelling(addresses)
    left = [address for address in addresses if address not in found]
    return found | (by_words(left) if left else {})


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
    return {
        address: Suggestion(
            quoted(path), titles[path], _("the same address, spelled so")
        )
        for address, some in variants.items()
        if (path := next((path for path in some if path in titles), None))
    }


def variants_of(address):
    """Return other spellings of an address's path, the likeliest first."""
    path = unquote(path_of(address))
    if "\0" in path:
        return []
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
    having, weight = defaultdict(list), Counter()
    for number, (target, title) in enumerate(pages):
        for word in words_of(f"{unquote(target)} {title}"):
            having[word].append(number)
    for word, numbers in having.items():
        weight[word] = 1 / len(numbers)
    found = {}
    for address in addresses:
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
        if best is not None and shared[best] * 2 >= max(len(words), 2):
            target, title = pages[best]
            why = _("shares the words: %(words)s") % {
                "words": ", ".join(
                    sorted(words & words_of(f"{unquote(target)} {title}"))
                )
            }
            found[address] = Suggestion(target, title, why)
    return found


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
