from urllib.parse import quote

from django import template
from django.utils.encoding import escape_uri_path

from newsroom.blocks.placing import is_advertisement

register = template.Library()


@register.simple_tag(takes_context=True)
def blocks(context, placement, article=None, section=None, tag=None):
    """Show the blocks of a placement that suit this article, section or tag.

    What readers pass on is the page they are on; for an article its own address.
    """
    request, site = context["request"], context["site"]
    placed = site.blocks.at(
        placement, article=article or None, section=section or None, tag=tag or None
    )
    address = (article and article.get_absolute_url()) or page_address(request)
    shown = {
        "placement": placement,
        # A block is the site's even where it stands in a story in another language.
        "language": site.publication.language,
        "blocks": [(block, is_advertisement(block)) for block in placed],
        "address": request.build_absolute_uri(address),
        "title": article.headline if article else site.publication.name,
    }
    if not placed:
        return ""
    # An inclusion tag could not be kept with "as", which the sidebar needs.
    partial = context.template.engine.get_template("blocks/_blocks.html")
    return partial.render(context.new(shown))


@register.simple_tag(takes_context=True)
def has_blocks(context, placement, article=None, section=None, tag=None):
    """Say whether `blocks` would show any, before the page comes to their place."""
    return bool(
        context["site"].blocks.at(
            placement, article=article or None, section=section or None, tag=tag or None
        )
    )


def page_address(request):
    # "//elsewhere/", asked of us, is a missing page and no other site's address.
    return "/" + escape_uri_path(request.path).lstrip("/")


@register.simple_tag
def network_link(url_pattern, address, title):
    """Return a network's address with ours in it, "" for what is no web address."""
    if not url_pattern.startswith(("https://", "http://")):
        return ""
    return url_pattern.replace("{url}", quote(address, safe="")).replace(
        "{title}", quote(title, safe="")
    )


@register.simple_tag
def mail_link(address, title):
    return f"mailto:?subject={quote(title, safe='')}&body={quote(address, safe='')}"


@register.simple_tag
def link_words(block):
    """Return what the link's `rel` says: paid for, leading elsewhere, or nothing.

    A house advertisement for a page of our own is no sponsored link.
    """
    if block.advertiser or not block.link_url.startswith("/"):
        return "sponsored noopener"
    return ""
