"""Ghost's two formats of texts as trees, Lexical and Mobiledoc, into HTML.

The formats are those of Lexical's documentation ("Serialization"), of Ghost's own
nodes (kg-default-nodes) and of the Mobiledoc specification 0.3.
"""

import html

from .markdown_text import to_html

# Lexical's bits of a text's format.
FORMATS = (
    (1, "strong"), (2, "em"), (4, "s"), (16, "code"), (32, "sub"), (64, "sup"),
)  # fmt: skip
BLOCKS = {"paragraph": "p", "quote": "blockquote", "aside": "blockquote"}
EMPTY = {"horizontalrule", "divider", "hr"}
# Machinery of a membership site, or what only readers of a mail saw.
LEFT_OUT = {"signup", "email", "email-cta", "paywall", "call-to-action", "before-after"}


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
        tag = "ol" if node.get("listType") == "number" else "ul"
        return f"<{tag}>{_inner(node, report)}</{tag}>"
    if kind == "listitem":
        return f"<li>{_inner(node, report)}</li>"
    kind = kind.removeprefix("extended-")
    if kind in BLOCKS:
        return f"<{BLOCKS[kind]}>{_inner(node, report)}</{BLOCKS[kind]}>"
    if node.get("children"):
        return _inner(node, report)
    return card(kind, node, report)


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
    return (
        f'<figure class="embed" data-embed="{shown}"><a href="{shown}">{shown}</a>'
        f"{words}</figure>"
        if address
        else told.get("html") or ""
    )


def _bookmark(told):
    address = told.get("url") or ""
    title = (told.get("metadata") or {}).get("title") or told.get("title") or address
    words = html.escape(title, quote=False)
    caption = told.get("caption") or ""
    return f'<p><a href="{_quoted(address)}">{words}</a> {caption}</p>'


def _file(told):
    name = told.get("title") or told.get("fileTitle") or told.get("fileName") or ""
    words = html.escape(name or told.get("src") or "", quote=False)
    about = told.get("fileCaption") or told.get("caption") or ""
    return f'<p><a href="{_quoted(told.get("src"))}">{words}</a> {about}</p>'


def _code(told):
    words = html.escape(told.get("code") or "", quote=False)
    caption = told.get("caption") or ""
    return f"<pre>{words}</pre>" + (f"<p>{caption}</p>" if caption else "")


def _callout(told):
    words = told.get("calloutText") or told.get("text") or ""
    sign = html.escape(told.get("calloutEmoji") or "", quote=False)
    return f"<blockquote><p>{sign} {words}</p></blockquote>"


def _toggle(told):
    return f"<h4>{told.get('heading') or ''}</h4>{told.get('content') or ''}"


def _header(told):
    head = told.get("heading") or told.get("header") or ""
    below = told.get("subheading") or told.get("subheader") or ""
    return f"<h2>{head}</h2>" + (f"<p>{below}</p>" if below else "")


def _button(told):
    words = told.get("buttonText") or told.get("buttonUrl") or ""
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
