"""Tags of Jekyll's and Hugo's templates in Markdown, into Markdown and HTML.

Liquid's {% … %} and {{ … }}, Hugo's {{< … >}}, and what kramdown adds to Markdown.
"""

import html
import re
from collections.abc import Callable

from .exported import PICTURE_NAME, path_of, replaced
from .shortcodes import PLAYERS, embed, figure

LIQUID = re.compile(r"\{%-?\s{0,9}(\w{1,60})([^{}]{0,2000}?)-?%\}")
VARIABLE = re.compile(r"\{\{-?(?![<%])\s{0,9}([^{}]{0,1000}?)\s{0,9}-?\}\}")
RAW = re.compile(r"\{%-?\s{0,9}raw\s{0,9}-?%\}")
RAW_END = re.compile(r"\{%-?\s{0,9}endraw\s{0,9}-?%\}")
REMARK = re.compile(r"\{%-?\s{0,9}comment")
REMARK_END = re.compile(r"endcomment\s{0,9}-?%\}")
CODE = re.compile(
    r"\{%-?\s{0,9}(?:highlight|codeblock)\b[^{}]{0,500}%\}"
    r"|\{\{[<%]\s{0,9}highlight\b[^{}]{0,500}[>%]\}\}"
)
CODE_END = re.compile(
    r"\{%-?\s{0,9}end(?:highlight|codeblock)\s{0,9}-?%\}"
    r"|\{\{[<%]\s{0,9}/\s{0,9}highlight\s{0,9}[>%]\}\}"
)
HUGO = re.compile(
    r"\{\{[<%]\s{0,9}(/?)\s{0,9}(\w[\w/-]{0,60})([^{}]{0,2000}?)/?[>%]\}\}"
)
CLOSED = re.compile(r"\{\{[<%]\s{0,9}/\s{0,9}(\w[\w/-]{0,60})")
SHOWN = re.compile(r"\{\{([<%])/\*([^{}]{0,2000}?)\*/([>%])\}\}")
NAMED = re.compile(r"([\w-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>}]+))")
PLAIN = re.compile(r"\"([^\"]*)\"|'([^']*)'|`([^`]*)`|([^\s=\"'`]+)(?![^\s]*=)")
QUOTED = re.compile(r"[\"']([^\"']*)[\"']")
# What kramdown reads and CommonMark does not: a list of contents, abbreviations,
# names of headings, Markdown in HTML.
CONTENTS = re.compile(r"^[*+-] .{0,200}\n\{:\s{0,9}toc\b[^}\n]{0,200}\}[ \t]*$", re.M)
ABBREVIATION = re.compile(r"^\*\[[^\]\n]{1,100}\]:.*$", re.MULTILINE)
HEADING_NAME = re.compile(
    r"^(#{1,6} [^\n]{1,500}?)[ \t]{0,20}\{[#.][^{}\n]{0,200}\}[ \t]{0,20}$", re.M
)
MARKED = re.compile(r"(<\w+\b[^<>]{0,500}?)\smarkdown=[\"']?\w+[\"']?([^<>]{0,500}>)")
CONTROL = {
    *("assign", "capture", "endcapture", "if", "elsif", "else", "endif", "unless"),
    *("endunless", "for", "endfor", "case", "when", "endcase", "increment", "break"),
}
IN_INCLUDE = ("src", "url", "image_path", "image", "file")
# An address of the site before one that has it already.
TWICE = re.compile(
    r"(?:\{\{\s{0,9}site\.(?:base)?url\s{0,9}\}\}){1,3}(?=\{%-?\s{0,9}(?:link|post_url)\b)"
)
FILMS = {"x": "tweet", "twitter": "tweet", "twitter_simple": "tweet"}
# Braces that are text; no text has these signs.
OPEN, CLOSE = "\ue010", "\ue011"


def untagged(text: str, site, front: dict, find: Callable, note: Callable) -> str:
    """Return a file's Markdown without its templates' tags.

    `find(name)` returns the address of another file of the tree, "" for none; `note`
    hears of what was left out. Braces that stay come as signs; see `with_braces`.
    """
    return _Tags(site, front, find, note).plain(text)


def with_braces(markup: str) -> str:
    """Return markup with the braces that are text."""
    return markup.replace(OPEN, "{").replace(CLOSE, "}")


class _Tags:
    def __init__(self, site, front, find, note):
        self.site, self.front, self.find, self.note = site, front, find, note
        self.speakers, self.closed = [], set()

    def plain(self, text):
        text = text.replace(OPEN, "").replace(CLOSE, "")
        text = replaced(text, RAW, RAW_END, _inner_of(RAW, RAW_END, _literal))
        text = replaced(text, CODE, CODE_END, _inner_of(CODE, CODE_END, _fenced))
        text = SHOWN.sub(lambda f: _literal(f"{{{{{f[1]}{f[2]}{f[3]}}}}}"), text)
        text = replaced(text, REMARK, REMARK_END, lambda remark: "")
        self.closed = set(CLOSED.findall(text))
        text = HUGO.sub(self.hugo, text)
        if not self.site.is_hugo:
            text = TWICE.sub("", CONTENTS.sub("", text))
            text = LIQUID.sub(self.liquid, text)
        if self.site.is_jekyll:
            text = VARIABLE.sub(self.variable, text)
        text = re.sub(r"<!--\s{0,9}more\s{0,9}-->", "", text)
        text = HEADING_NAME.sub(r"\1", text)
        text = ABBREVIATION.sub("", text)
        return MARKED.sub(r"\1\2\n\n", text)

    # Liquid.

    def variable(self, found):
        """Return what {{ … }} shows, where that is known without the program."""
        first, *filters = (part.strip() for part in found[1].split("|"))
        quoted = QUOTED.fullmatch(first)
        known = self._value(first) if quoted is None else quoted[1]
        if known is None:
            self.note(
                "liquid", "A tag of the old site's templates was left out.", found[0]
            )
            return ""
        for each in filters:
            name, _, rest = each.partition(":")
            if name.strip() in ("relative_url", "absolute_url"):
                known = f"{self.site.base}/{known.lstrip('/')}"
            elif name.strip() in ("prepend", "append"):
                other = QUOTED.fullmatch(rest.strip())
                other = other[1] if other else self._value(rest.strip()) or ""
                is_before = name.strip() == "prepend"
                known = f"{other}{known}" if is_before else f"{known}{other}"
        return known

    def _value(self, name):
        where, _, key = name.partition(".")
        if name == "site.baseurl":
            return self.site.base
        if name == "site.url":
            return self.site.address
        told = {"site": self.site.settings, "page": self.front}.get(where, {}).get(key)
        return str(told) if isinstance(told, str | int) else None

    def liquid(self, found):
        name, told = found[1], found[2].strip()
        words = _words(told)
        if name in ("post_url", "link"):
            return self.find(told) or told
        if name in ("include", "include_cached"):
            return self.include(found[0], told)
        if name == "gist" and words:
            return embed(f"https://gist.github.com/{words[0]}")
        if player := self.player(name, words[0] if words else ""):
            return player
        if name in ("img", "picture", "image"):
            address = next((w for w in words if PICTURE_NAME.search(path_of(w))), "")
            return f"\n\n{figure((address, '', ''))}\n\n" if address else ""
        if name == "blockquote":
            self.speakers.append(told.partition(" http")[0].strip())
            return "\n\n<blockquote>\n\n"
        if name == "endblockquote" and self.speakers:
            who = html.escape(self.speakers.pop(), quote=False)
            cite = f"<footer><cite>{who}</cite></footer>" if who else ""
            return f"\n\n{cite}</blockquote>\n\n"
        if name in CONTROL or not name.startswith("end"):
            self.note(
                "liquid", "A tag of the old site's templates was left out.", found[0]
            )
        return ""

    def include(self, written, told):
        """Return the picture, gallery or film that an included template showed."""
        named = _named(told)
        template = told.split()[0] if told.split() else ""
        addresses = [named.get(name, "") for name in IN_INCLUDE]
        image = next((a for a in addresses if PICTURE_NAME.search(path_of(a))), "")
        if image:
            caption = named.get("caption") or named.get("title") or ""
            return f"\n\n{figure((image, named.get('alt', ''), caption))}\n\n"
        if "gallery" in template:
            return self.gallery(named)
        kind = re.split(r"[._-]", template.rpartition("/")[2])[0]
        kind = named.get("provider") or kind
        identifier = named.get("id") or named.get("youtubeId") or ""
        if player := self.player(kind.lower(), identifier):
            return player
        if made := embed(next((a for a in addresses if "://" in a), "")):
            return made
        self.note("liquid", "A tag of the old site's templates was left out.", written)
        return ""

    def gallery(self, named):
        """Return the pictures that the front matter lists for a gallery."""
        some = self.front.get(named.get("id") or "gallery")
        figures = [
            figure((str(one["image_path"]), str(one.get("alt") or ""), ""))
            for one in (some if isinstance(some, list) else ())
            if isinstance(one, dict) and one.get("image_path")
        ]
        words = named.get("caption", "")
        caption = f"<figcaption>{html.escape(words, quote=False)}</figcaption>"
        inner = "".join(figures) + (caption if words else "")
        return f'\n\n<figure class="gallery">{inner}</figure>\n\n' if figures else ""

    def player(self, name, given):
        name = FILMS.get(name, name)
        if not given or name not in PLAYERS:
            return embed(given) if name == "tweet" and "://" in given else ""
        return embed(given if "://" in given else PLAYERS[name].format(given))

    # Hugo.

    def hugo(self, found):
        closing, name, told = found.groups()
        if closing:
            return ""
        named, words = _named(told), _words(told)
        first = words[0] if words else ""
        if name == "figure" and named.get("src"):
            return _figure(named)
        if name in ("ref", "relref"):
            place, mark, fragment = (first or named.get("path", "")).partition("#")
            return f"{self.find(place) or place}{mark}{fragment}"
        if name == "param":
            value = self.front.get(first.lower())
            return str(value) if isinstance(value, str | int) else ""
        if name == "gist" and words:
            return embed(f"https://gist.github.com/{'/'.join(words[:2])}")
        if name.startswith("instagram") and first:
            return embed(f"https://www.instagram.com/p/{first}/")
        if player := self.player(name, named.get("id") or first):
            return player
        title = named.get("title") or named.get("summary") or ""
        title = title or (first if name in ("details", "expand") else "")
        if name in self.closed:
            reason = f"The frame of the shortcode {name} was left out; its words stay."
        else:
            reason, title = f"The shortcode {name} was left out.", ""
        self.note("shortcode", reason, found[0][:200])
        return f"\n\n**{title}**\n\n" if title else ""


def _figure(named):
    """Return Hugo's figure with its title, its caption and whom it thanks."""
    words = [named.get("title", ""), named.get("caption", "")]
    caption = html.escape(" ".join(filter(None, words)), quote=False)
    if credit := named.get("attr", ""):
        caption += f" <small>{html.escape(credit, quote=False)}</small>"
    caption = f"<figcaption>{caption.strip()}</figcaption>" if caption else ""
    src, alt = (html.escape(named.get(name, "")) for name in ("src", "alt"))
    return f'\n\n<figure><img src="{src}" alt="{alt}">{caption}</figure>\n\n'


def _named(told):
    return {
        name: double or single or bare
        for name, double, single, bare in NAMED.findall(told)
    }


def _words(told):
    """Return the values without names, in their order."""
    bare = NAMED.sub(" ", told)
    return ["".join(found) for found in PLAIN.findall(bare)]


def _literal(text):
    return text.replace("{", OPEN).replace("}", CLOSE)


def _fenced(code):
    fence = "~~~~~~" if "```" in code else "```"
    return f"\n\n{fence}\n{_literal(code.strip(chr(10)))}\n{fence}\n\n"


def _inner_of(opening, closing, made):
    """Return a function from a pair of tags to what is made of what stands in it."""

    def change(pair):
        begin = opening.match(pair).end()
        end = next(reversed(list(closing.finditer(pair)))).start()
        return made(pair[begin:end])

    return change
