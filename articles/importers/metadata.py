"""What a web page says about itself: JSON-LD, Open Graph, meta tags, microdata."""

import html
import json
import re
import unicodedata
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .addresses import joined, site_of
from .bylines import is_person, parse_byline, parse_names, readable_name
from .dates import parse_machine_date
from .story import Credit, When

MOST_NODES = 5000
LONGEST_JSON = 2_000_000
ARTICLE_TYPE = re.compile(
    r"(?:\w*Article|\w*BlogPosting|Report|Review|OpinionPiece|Column|NewsStory)$"
)
TITLES = ("og:title", "twitter:title", "parsely-title", "sailthru.title", "dc.title",
          "dcterms.title", "citation_title", "headline", "title")  # fmt: skip
DESCRIPTIONS = ("og:description", "description", "twitter:description",
                "sailthru.description", "dc.description", "abstract")  # fmt: skip
AUTHORS = ("author", "article:author", "parsely-author", "sailthru.author",
           "dc.creator", "dcterms.creator", "dc.contributor", "citation_author",
           "byl", "byline", "og:author", "article:author_name")  # fmt: skip
DATES = ("article:published_time", "og:article:published_time", "datepublished",
         "parsely-pub-date", "sailthru.date", "dc.date.issued", "dcterms.issued",
         "dc.date.created", "dcterms.created", "dc.date", "dcterms.date", "pubdate",
         "publish_date", "publish-date", "publication_date", "publicationdate",
         "pub_date", "date", "pdate", "ptime", "displaydate", "originalpublicationdate",
         "citation_publication_date", "article_date_original", "bt:pubdate",
         "release_date", "created")  # fmt: skip
UPDATES = ("article:modified_time", "og:updated_time", "datemodified", "lastmod",
           "last-modified", "dcterms.modified", "revised")  # fmt: skip
SECTIONS = ("article:section", "parsely-section", "sailthru.section", "section",
            "cg", "dc.subject.section")  # fmt: skip
TAGS = ("article:tag", "parsely-tags", "sailthru.tags", "news_keywords", "keywords",
        "dc.subject")  # fmt: skip
GENERIC = re.compile(
    r"(?:untitled(?: document| page)?|index(?:\.html?)?|home ?page|no title|document"
    r"|new page \d*|article|story|main(?: ?page| ?frame)?|frames?(?:et)?|body|content"
    r"|page \d+|welcome|title|[\w-]+\.(?:html?|txt|php|asp))",
    re.IGNORECASE,
)
BYLINE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:byline|author(?:-?name)?|p-author|fn|post-author|writer"
    r"|contributor-name|vcard|story-author|credit-author)(?:$|[\s_-])",
    re.IGNORECASE,
)
LOGIN = re.compile(r"[a-z0-9._-]+|admin(?:istrator)?|webmaster|editor|staff", re.I)
# "Roth, Anneliese": lists of books have names so, and the tags made for them.
FAMILY_FIRST = re.compile(r"([^\W\d_][\w’'-]+),\s([^\W\d_][\w’'-]+(?:\s[^\W\d_]\.?)?)")
WRITTEN_BY = re.compile(
    r"written by|verfasst von|geschrieben von|écrit par|rédigé par|escrito por"
    r"|scritto da"
    r"|geschreven door|est\. author|author|skriven av|skrevet av|написано|автор",
    re.IGNORECASE,
)
SPACE = re.compile(r"\s+")
NOT_WORD = re.compile(r"[\W_]+")
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
LEGAL_FORM = re.compile(r"\W(?:gmbh|ag|inc|llc|ltd|co|kg|e\.?v|s\.?[aà]|online)\b\.?")
# Whom systems name where nobody signed.
NOBODY = re.compile(
    r"(?:super ?user|admin(?:istrator)?|webmaster|root|guest|unknown|anonymous"
    r"|redaktion|(?:la )?r[eé]daction|redacci[oó]n|redazione|redactie"
    r"|contributors to .*)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Metadata:
    """A page's word for itself. What it does not say is empty."""

    titles: list[str] = field(default_factory=list)
    site_name: str = ""
    description: str = ""
    credits: list[Credit] = field(default_factory=list)
    published: When | None = None
    updated: When | None = None
    section: str = ""
    tags: list[str] = field(default_factory=list)
    language: str = ""
    direction: str = ""
    canonical_url: str = ""
    base: str = ""
    picture: str = ""
    marked: dict[str, int] = field(default_factory=dict)  # what looks like a headline
    home: set[str] = field(default_factory=set)  # what leads to the front page
    portraits: list[str] = field(default_factory=list)  # names that pictures go by
    publishers: set[str] = field(default_factory=set)  # keys of the site's own names

    def is_site(self, name: str) -> bool:
        """Say whether an author's name is that of the site, or of its editors."""
        key = _site_key(name)
        if key in self.publishers or NOBODY.fullmatch(name.strip()):
            return True
        return not is_person(name) and any(
            len(one) > 4 and one in key for one in self.publishers
        )

    def may_be_owner(self, name: str) -> bool:
        """Say whether a name of the site is that of somebody who writes it."""
        is_firm = LEGAL_FORM.search(name.casefold()) or NOBODY.fullmatch(name.strip())
        return is_person(name) and not is_firm


def read_metadata(tree, saved_from: str = "") -> Metadata:
    """Read everything the page declares, the most deliberate source first."""
    metas = _metas(tree)
    article = _article(_nodes(tree))
    metadata = Metadata()
    metadata.canonical_url = _canonical(tree, metas, article, saved_from)
    base = next(iter(tree.xpath("//base/@href")), "")
    metadata.base = _web(joined(metadata.canonical_url, base.strip()))
    metadata.site_name = _first(metas, ("og:site_name", "application-name")) or _text(
        _get(article, "publisher", "name")
    )
    metadata.publishers = _publishers(metas, article, metadata)
    metadata.titles = _titles(tree, metas, article)
    metadata.description = _text(_get(article, "description")) or _first(
        metas, DESCRIPTIONS
    )
    metadata.credits = _credits(tree, metas, article)
    metadata.published = _published(tree, metas, article)
    metadata.updated = _date(
        [
            _get(article, "dateModified"),
            *_all(metas, UPDATES),
            *_props(tree, "dateModified"),
        ]
    )
    metadata.section = _section(metas, article)
    metadata.tags = _tags(tree, metas, article)
    metadata.language, metadata.direction = _language(tree, metas, article)
    picture = _get(article, "image")
    picture = _get(
        picture[0] if isinstance(picture, list) and picture else picture, "url"
    )
    metadata.picture = _web(_text(picture)) or _web(_first(metas, ("og:image",)))
    return metadata


def _metas(tree):
    metas: dict[str, list[str]] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        name = name or (meta.get("http-equiv") or "")
        content = _clean(meta.get("content") or "")
        if name and content:
            metas.setdefault(name.strip().lower(), []).append(content)
    return metas


def _clean(text):
    return SPACE.sub(" ", text).strip()


def _first(metas, names):
    return next((metas[name][0] for name in names if name in metas), "")


def _all(metas, names):
    return [value for name in names for value in metas.get(name, ())]


def _nodes(tree):
    """Every object in the page's JSON-LD, outermost first, up to a limit."""
    found = []
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        text = (script.text or "").strip()
        if not text or len(text) > LONGEST_JSON:
            continue
        text = re.sub(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?://\s*)?(?:-->|\]\]>)\s*$",
                      "", text)  # fmt: skip
        try:
            found.append(json.loads(text, strict=False))
        except (ValueError, RecursionError):
            continue
    nodes = []
    while found and len(nodes) < MOST_NODES:
        node = found.pop(0)
        if isinstance(node, list):
            found[:0] = node[:MOST_NODES]
        elif isinstance(node, dict):
            nodes.append(node)
            found += [
                value for value in node.values() if isinstance(value, (dict, list))
            ]
    return nodes


def _article(nodes):
    """The node that is about this page, with references to other nodes followed."""
    by_id = {
        node["@id"]: node
        for node in reversed(nodes)
        if isinstance(node.get("@id"), str) and len(node) > 1
    }
    for node in nodes:
        types = node.get("@type")
        types = types if isinstance(types, list) else [types]
        if any(isinstance(one, str) and ARTICLE_TYPE.search(one) for one in types):
            return {
                key: _followed(value, by_id)
                for key, value in node.items()
                if isinstance(key, str)
            }
    return {}


def _followed(value, by_id):
    if isinstance(value, list):
        return [
            _followed(one, by_id) for one in value[:50] if not isinstance(one, list)
        ]
    if isinstance(value, dict) and isinstance(value.get("@id"), str):
        return {**by_id.get(value["@id"], {}), **value}
    return value


def _get(node, *keys):
    for key in keys:
        if isinstance(node, list):
            node = node[0] if node else None
        if not isinstance(node, dict):
            return node if key == "url" else None
        node = node.get(key)
    return node


def _text(value):
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name") or value.get("url") or ""
    if not isinstance(value, str):
        return ""
    # JSON-LD is often written by a template that escapes for HTML as well.
    return _clean(html.unescape(re.sub(r"<[^<>]{0,200}>", "", value)))


def _web(url):
    url = url.strip()
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc else ""


def _canonical(tree, metas, article, saved_from):
    candidates = [
        *tree.xpath("//link[contains(concat(' ', @rel, ' '), ' canonical ')]/@href"),
        *_all(metas, ("og:url", "sailthru.url", "parsely-link", "citation_public_url")),
        _text(_get(article, "url")),
        _text(_get(article, "mainEntityOfPage", "@id")),
        saved_from,
    ]
    return next((url for one in candidates if (url := _web(one))), "")


def _publishers(metas, article, metadata):
    host = site_of(metadata.canonical_url)
    named = [
        _text(_get(article, "publisher", "name")),
        *_all(metas, ("og:site_name", "application-name", "twitter:site", "publisher")),
        host,
        *(part for part in host.split(".")[:-1] if len(part) > 3),
    ]
    return {key for name in named if (key := _site_key(name))}


def _site_key(name):
    name = name.casefold().translate(UMLAUTS)
    name = "".join(
        c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)
    )
    return NOT_WORD.sub("", LEGAL_FORM.sub("", name))


def _titles(tree, metas, article):
    titles = [_text(article.get("headline")) or _text(article.get("name"))]
    titles += _all(metas, TITLES)
    titles += [_clean(one.text_content()) for one in _itemprops(tree, "headline")]
    head = tree.find(".//title")
    if head is not None:
        titles.append(_clean(head.text_content()))
    return [title for title in dict.fromkeys(titles) if title]


def _itemprops(tree, name):
    return tree.xpath(
        "//*[contains(concat(' ', @itemprop, ' '), $name)]", name=f" {name} "
    )[:20]


def _props(tree, name):
    return [
        one.get("content") or one.get("datetime") or _clean(one.text_content())
        for one in _itemprops(tree, name)
    ]


def _credits(tree, metas, article):
    names = _names_of(article.get("author")) or _names_of(article.get("creator"))
    if not names:
        for value in [*_all(metas, AUTHORS), *_labelled_author(metas)]:
            if not _web(value):
                names += _split_names(value)
    if not names:
        names = _marked_names(tree)
    unique = {name.casefold(): name for name in reversed(names)}
    ordered = [name for name in names if unique.pop(name.casefold(), None)]
    return [Credit(readable_name(name), "", name) for name in ordered[:20]]


def _labelled_author(metas):
    """Return what a card for Twitter calls the author, as many weblogs' pages do."""
    return [
        value
        for number in ("1", "2")
        for label in metas.get(f"twitter:label{number}", ())[:1]
        for value in metas.get(f"twitter:data{number}", ())[:1]
        if WRITTEN_BY.fullmatch(label)
    ]


def _names_of(author):
    authors = author if isinstance(author, list) else [author]
    names = []
    for one in authors[:20]:
        name = _text(one.get("name")) if isinstance(one, dict) else _text(one)
        if name and not _web(name):
            names += _split_names(name)
    return names


def _split_names(text):
    if found := FAMILY_FIRST.fullmatch(text):
        text = f"{found[2]} {found[1]}"
    byline = parse_byline(text) or parse_byline(f"By {text}")
    if byline:
        return [credit.printed for credit in byline.credits if not credit.role]
    names = parse_names(text)
    return names or ([text] if len(text) < 60 and not LOGIN.fullmatch(text) else [])


def _marked_names(tree):
    """Names in elements that are marked as the author's, in the order found."""
    elements = [
        *_itemprops(tree, "author"),
        *tree.xpath("//a[contains(concat(' ', @rel, ' '), ' author ')]")[:20],
        *[
            one
            for one in tree.xpath("//*[@class]")[:5000]
            if BYLINE_CLASS.search(one.get("class"))
        ][:20],
    ]
    names = []
    for element in elements:
        inner = element.xpath(".//*[@itemprop='name']")
        text = _clean((inner[0] if inner else element).text_content())[:200]
        text = element.get("content") or text
        byline = parse_byline(text)
        if byline:
            names += [credit.printed for credit in byline.credits if not credit.role]
        elif " " in text:
            names += [name for name in parse_names(text) or () if " " in name]
        if names:
            break
    return names


def credits_of(text: str) -> list[Credit]:
    """Return the credits of words that are known to be a byline, "By" or not."""
    byline = parse_byline(text) or parse_byline(f"By {text}")
    if byline:
        return list(byline.credits)
    return [Credit(readable_name(name), "", name) for name in _split_names(text)]


def is_login(name: str) -> bool:
    """Whether an author's name is only what somebody logs in with."""
    return bool(LOGIN.fullmatch(name))


def _published(tree, metas, article):
    values = [
        _get(article, "datePublished"),
        *_all(metas, DATES),
        *_props(tree, "datePublished"),
        _get(article, "dateCreated"),
        *tree.xpath("//time[@pubdate]/@datetime"),
        *tree.xpath("//article//time/@datetime")[:1],
        *tree.xpath("//time[contains(@class, 'published') or contains(@class, 'date')]"
                    "/@datetime")[:1],
        *tree.xpath("//*[contains(@class, 'dt-published')]/@datetime")[:1],
        *tree.xpath("//abbr[contains(@class, 'published')]/@title")[:1],
    ]  # fmt: skip
    times = tree.xpath("//time/@datetime")
    return _date(values + (times if len(times) == 1 else []))


def _date(values):
    for value in values:
        if isinstance(value, str) and len(value) < 80:
            when = parse_machine_date(value)
            if when:
                return when
    return None


def _section(metas, article):
    section = article.get("articleSection")
    section = _text(section) or _first(metas, SECTIONS)
    return section if len(section) <= 60 else ""


def _tags(tree, metas, article):
    keywords = article.get("keywords")
    found = keywords if isinstance(keywords, list) else [_text(keywords)]
    tags = [_text(one) for one in found[:50]]
    for name in TAGS:
        values = metas.get(name, ())
        if values and not any(tags):
            tags += values
    tags = [part for value in tags for part in re.split(r"[,;]", value)]
    tags += [
        _clean(one.text_content())
        for one in tree.xpath("//a[contains(concat(' ', @rel, ' '), ' tag ')]")[:40]
    ]
    unique = {}
    for tag in tags:
        tag = _clean(tag).strip("#")
        if 1 < len(tag) <= 60:
            unique.setdefault(tag.casefold(), tag)
    return list(unique.values())[:30]


def _language(tree, metas, article):
    root = tree.getroottree().getroot()
    body = tree.find(".//body")
    elements = [root, body] if body is not None else [root]
    declared = next(
        (one.get("lang") or one.get("{http://www.w3.org/XML/1998/namespace}lang")
         for one in elements if one.get("lang")), ""
    )  # fmt: skip
    language = (
        declared
        or _text(article.get("inLanguage"))
        or _first(metas, ("og:locale", "content-language", "dc.language", "language"))
    )
    language = language.strip().replace("_", "-")
    if not re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", language):
        language = ""
    direction = next((one.get("dir").lower() for one in elements if one.get("dir")), "")
    return language.lower()[:12] if "-" not in language else _tagged(language), (
        direction if direction in ("rtl", "ltr") else ""
    )


def _tagged(language):
    first, *rest = language.split("-")
    return "-".join([first.lower(), *[p.upper() if len(p) == 2 else p for p in rest]])
