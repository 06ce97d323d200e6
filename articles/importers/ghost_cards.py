"""Ghost's two formats of texts as trees, Lexical and Mobiledoc, into HTML.

The formats are those of Lexical's documentation ("Serialization"), of Ghost's own
nodes (kg-default-nodes) and of the Mobiledoc specification 0.3.
"""

import html
import re

from .markdown_text import to_html

# Lexical's bits of a text's format.
FORMATS = (
    (1, "strong"), (2, "em"), (4, "s"), (16, "code"), (32, "sub"), (64, "sup"),
)  # fmt: skip
BLOCKS = {"paragraph": "p", "quote": "blockquote", "aside": "blockquote"}
EMPTY = {"horizontalrule", "divider", "hr"}
# Machinery of a membership site, or what only readers of a mail saw.
LEFT_OUT = {"signup", "email", "email-cta", "paywall", "before-after", "tk", "zwnj"}


def from_lexical(tree, report) -> str:
    """Return the HTML of a Lexical tree; `report(kind, sentence)` hears of losses."""
    return "\n".join(_lexical(node, report) for node in tree["root"]["children"])


def _inner(node, report):
    return "".join(_lexical(child, report) for child in node.get("children", ()))


def _lexical(node, report):
    kind = node.get("type", "")
    if kind in ("text", "extended-text"):
        return _marked(html.escape(node.get("text", ""), quote=False), node)
    if kind in ("linebreak", "tab"):
        return "<br>" if kind == "linebreak" else " "
    if kind in ("link", "autolink"):
        return f'<a href="{_quoted(node.get("url"))}">{_inner(node, report)}</a>'
    if kind in ("heading", "extended-heading"):
        tag = node.get("tag", "h2")
        tag = tag if tag in ("h1", "h2", "h3", "h4", "h5", "h6") else "h2"
        return f"<{tag}>{_inner(node, report)}</{tag}>"
    if kind == "list":
        return _list(node, report)
    if kind == "listitem":
        return f"<li>{_inner(node, report)}</li>"
    kind = kind.removeprefix("extended-")
    if kind in BLOCKS:
        return f"<{BLOCKS[kind]}>{_inner(node, report)}</{BLOCKS[kind]}>"
    if node.get("children"):
        return _inner(node, report)
    return card(kind, node, report)


def _list(node, report):
    tag, start = "ul", ""
    if node.get("listType") == "number":
        first = node.get("start")
        start = f' start="{first}"' if isinstance(first, int) and first != 1 else ""
        tag = "ol"
    entries = []
    for child in node.get("children", ()):
        inner = child.get("children") or ()
        made = _lexical(child, report)
        # A list of the next level stands in an entry of its own.
        if len(inner) == 1 and inner[0].get("type") == "list" and entries:
            inside = made.removeprefix("<li>")
            entries[-1] = entries[-1].removesuffix("</li>") + inside
        else:
            entries.append(made)
    return f"<{tag}{start}>{''.join(entries)}</{tag}>"


def _marked(text, node):
    bits = node.get("format") or 0
    for bit, tag in FORMATS:
        if isinstance(bits, int) and bits & bit:
            text = f"<{tag}>{text}</{tag}>"
    return text


def _quoted(address):
    return html.escape(address or "")


def card(kind, told, report) -> str:
    """Return the HTML of a card, by its name in either format and what it holds."""
    if kind in EMPTY:
        return "<hr>"
    make = CARDS.get(kind)
    if make:
        return make(told)
    if kind not in LEFT_OUT:
        report("card", f"A card “{kind}” was left out.")
    return ""


def _picture(told):
    caption = told.get("caption") or ""
    words = f"<figcaption>{caption}</figcaption>" if caption else ""
    return (
        f'<figure><img src="{_quoted(told.get("src"))}"'
        f' alt="{_quoted(told.get("alt"))}">{words}</figure>'
    )


def _gallery(told):
    pictures = "".join(_picture(image) for image in told.get("images") or ())
    caption = told.get("caption") or ""
    words = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f'<figure class="gallery">{pictures}{words}</figure>'


def _embed(told):
    address = told.get("url") or told.get("src") or ""
    caption = told.get("caption") or ""
    words = f"<figcaption>{caption}</figcaption>" if caption else ""
    shown = _quoted(address)
    title = told.get("title") or ""
    label = html.escape(title, quote=False) or shown
    return (
        f'<figure class="embed" data-embed="{shown}"><a href="{shown}">{label}</a>'
        f"{words}</figure>"
        if address
        else told.get("html") or ""
    )


def _bookmark(told):
    address = told.get("url") or ""
    title = (told.get("metadata") or {}).get("title") or told.get("title") or address
    words = html.escape(title, quote=False)
    caption = told.get("caption") or ""
    return f'<p><a href="{_quoted(address)}">{words}</a></p>{_line(caption)}'


def _line(markup):
    """Return a paragraph of markup that may hold some, "" for none."""
    if not markup or "<p" in markup:
        return markup or ""
    return f"<p>{markup}</p>"


def _file(told):
    name = told.get("title") or told.get("fileTitle") or told.get("fileName") or ""
    words = html.escape(name or told.get("src") or "", quote=False)
    about = told.get("fileCaption") or told.get("caption") or ""
    about = _line(html.escape(about, quote=False))
    return f'<p><a href="{_quoted(told.get("src"))}">{words}</a></p>{about}'


def _code(told):
    words = html.escape(told.get("code") or "", quote=False)
    caption = told.get("caption") or ""
    return f"<pre>{words}</pre>" + (f"<p>{caption}</p>" if caption else "")


def _callout(told):
    words = told.get("calloutText") or told.get("text") or ""
    sign = html.escape(told.get("calloutEmoji") or "", quote=False)
    words = re.sub(r"^\s*<p\b[^<>]*>", "", words)
    return f"<blockquote><p>{sign} {words.removesuffix('</p>')}</p></blockquote>"


def _toggle(told):
    return f"<h4>{told.get('heading') or ''}</h4>{told.get('content') or ''}"


def _header(told):
    head = told.get("heading") or told.get("header") or ""
    below = told.get("subheading") or told.get("subheader") or ""
    image = told.get("backgroundImageSrc")
    picture = _picture({"src": image}) if image else ""
    button = _button(told) if told.get("buttonEnabled") else ""
    return f"{picture}<h2>{head}</h2>{_line(below)}{button}"


def _call(told):
    label = told.get("sponsorLabel") if told.get("hasSponsorLabel") else ""
    image = told.get("imageUrl")
    picture = _picture({"src": image}) if image else ""
    button = _button(told) if told.get("showButton") else ""
    return f"{_line(label)}{picture}{_line(told.get('textValue'))}{button}"


def _button(told):
    words = told.get("buttonText") or told.get("buttonUrl") or ""
    if not told.get("buttonUrl"):
        return ""
    address = _quoted(told.get("buttonUrl"))
    return f'<p><a href="{address}">{html.escape(words, quote=False)}</a></p>'


def _product(told):
    title = told.get("productTitle") or ""
    about = told.get("productDescription") or ""
    link = _button(
        {"buttonText": told.get("productButton"), "buttonUrl": told.get("productUrl")}
    )
    image = told.get("productImageSrc")
    picture = _picture({"src": image, "alt": ""}) if image else ""
    return f"{picture}<h4>{title}</h4>{about}{link if told.get('productUrl') else ''}"


def _markdown(told):
    return to_html(told.get("markdown") or "")


CARDS = {
    "image": _picture,
    "gallery": _gallery,
    "embed": _embed,
    "video": _embed,
    "audio": _embed,
    "bookmark": _bookmark,
    "file": _file,
    "code": _code,
    "codeblock": _code,
    "html": lambda told: told.get("html") or "",
    "markdown": _markdown,
    "callout": _callout,
    "toggle": _toggle,
    "header": _header,
    "button": _button,
    "product": _product,
    "call-to-action": _call,
}


# Mobiledoc: markups and atoms by number, sections by kind (1 text, 2 picture, 3 list,
# 10 card).


def from_mobiledoc(document, report) -> str:
    """Return the HTML of a Mobiledoc."""
    return "\n".join(_section(part, document, report) for part in document["sections"])


def _section(part, document, report):
    kind = part[0]
    if kind == 1:
        tag = part[1] if part[1] in ("p", "h1", "h2", "h3", "h4", "h5", "h6") else "p"
        tag = part[1] if part[1] in ("blockquote", "aside") else tag
        tag = "blockquote" if tag == "aside" else tag
        return f"<{tag}>{_markers(part[2], document)}</{tag}>"
    if kind == 2:
        return _picture({"src": part[1]})
    if kind == 3:
        tag = part[1] if part[1] in ("ul", "ol") else "ul"
        lines = "".join(f"<li>{_markers(line, document)}</li>" for line in part[2])
        return f"<{tag}>{lines}</{tag}>"
    name, told = document["cards"][part[1]]
    if name in ("card-markdown",):
        name = "markdown"
    return card(name, told or {}, report)


def _markers(markers, document):
    pieces, opened = [], []
    for kind, opens, closes, value in markers:
        for number in opens:
            tag, *attributes = document["markups"][number]
            tag = {"b": "strong", "i": "em"}.get(tag, tag)
            names = attributes[0] if attributes else []
            given = dict(zip(names[::2], names[1::2], strict=False))
            href = f' href="{_quoted(given.get("href"))}"' if tag == "a" else ""
            pieces.append(f"<{tag}{href}>")
            opened.append(tag)
        if kind == 1:
            name, text, _payload = document["atoms"][value]
            pieces.append("<br>" if name == "soft-return" else html.escape(text))
        else:
            pieces.append(html.escape(value, quote=False))
        for _ in range(closes):
            pieces.append(f"</{opened.pop()}>")
    pieces += [f"</{tag}>" for tag in reversed(opened)]
    return "".join(pieces)
