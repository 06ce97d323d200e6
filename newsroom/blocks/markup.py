"""What readers' templates need to show blocks, and menus, which stand on every page.

newsroom/environment.py hands these to the templates. What says the same on page after
page is rendered once, and kept with what it was made of (`BlocksOfSite.rendered`).
"""

import re
from urllib.parse import quote

from django.utils.encoding import escape_uri_path, iri_to_uri
from django.utils.html import escape
from django.utils.safestring import mark_safe
from jinja2 import pass_context

from authors.addresses import whole
from newsroom.blocks.placing import is_advertisement


@pass_context
def blocks(context, placement, article=None, section=None, tag=None):
    """Show the blocks of a placement that suit this article, section or tag.

    What readers pass on is the page they are on; for an article its own address.
    """
    request, site = context["request"], context["site"]
    placed = site.blocks.at(placement, article=article, section=section, tag=tag)
    if not placed:
        return ""
    # The same blocks stand on page after page: they are rendered once, with marks
    # where the page's own address and title go.
    rendered = _once(
        context,
        "blocks/_blocks.html",
        *(placement, *(id(block) for block in placed)),
        placement=placement,
        # A block is the site's even where it stands in another language's story.
        language=site.publication.language,
        blocks=[(block, is_advertisement(block)) for block in placed],
        address=ADDRESS,
        title=TITLE,
    )
    if not MARKS.search(rendered):
        return rendered
    own = (article and article.get_absolute_url()) or page_address(request)
    address = whole(own, request)
    title = article.headline if article else site.publication.name
    values = {
        ADDRESS: escape(address),
        TITLE: escape(title),
        quoted_mark(ADDRESS): quote(address, safe=""),
        quoted_mark(TITLE): quote(title, safe=""),
    }
    return mark_safe(MARKS.sub(lambda match: values[match[0]], rendered))


@pass_context
def menu(context, name):
    """Show the header's or the footer's menu, as one of its lines is the page's own.

    Rendered once for each such line: page after page gets the same.
    """
    site, path = context["site"], iri_to_uri(context["request"].path)
    article, section = context["article"], context["section"]
    links = getattr(site, name)
    here = path if any(link.address == path for link in links) else ""
    above = {article and article.section_id, section and section.parent_id}
    lit = frozenset(link.section for link in links if link.section in above) - {None}
    return _once(
        context, "_menu.html", name, here, lit, links=links, here=here, lit=lit
    )


@pass_context
def part(context, template):
    """Include a template that says the same on every page, rendered once.

    It is given nothing of the page's.
    """
    return _once(context, template)


def _once(context, template, *key, **shown):
    rendered = context["site"].blocks.rendered
    key = (template, *key)
    if key not in rendered:
        partial = context.environment.get_template(template)
        rendered[key] = mark_safe(partial.render(shown))
    return rendered[key]


# No text of an editor's holds them: they are Unicode's noncharacters, which is why
# they pass for text and are not quoted in addresses (see `quoted`).
ADDRESS, TITLE = "\ufdd0", "\ufdd1"
MARKS = re.compile("[\ufdd0\ufdd1]q?")


def quoted_mark(mark):
    return f"{mark}q"


def quoted(text):
    """Return a text quoted for an address; of a mark, the mark of what is quoted."""
    return quoted_mark(text) if text in (ADDRESS, TITLE) else quote(text, safe="")


@pass_context
def has_blocks(context, placement, section=None, tag=None):
    """Say whether `blocks` would show any, before the page comes to their place."""
    return bool(context["site"].blocks.at(placement, section=section, tag=tag))


def page_address(request):
    # "//elsewhere/", asked of us, is a missing page and no other site's address.
    return "/" + escape_uri_path(request.path).lstrip("/")


def network_link(url_pattern, address, title):
    """Return a network's address with ours in it, "" for what is no web address."""
    if not url_pattern.startswith(("https://", "http://")):
        return ""
    return url_pattern.replace("{url}", quoted(address)).replace(
        "{title}", quoted(title)
    )


def mail_link(address, title):
    return f"mailto:?subject={quoted(title)}&body={quoted(address)}"


def link_words(block):
    """Return what the link's `rel` says: paid for, leading elsewhere, or nothing.

    A house advertisement for a page of our own is no sponsored link.
    """
    if block.advertiser or not block.link_url.startswith("/"):
        return "sponsored noopener"
    return ""
