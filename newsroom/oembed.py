"""Our own stories for other sites to show, by the oEmbed format (oembed.com, 1.0)."""

from functools import partial
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponseNotFound, JsonResponse
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from articles.models import Article
from articles.renditions import SOCIAL
from authors import addresses
from newsroom import social
from newsroom.furniture import Furniture

WIDTH, HEIGHT = 600, 220  # pixels, of a quotation with headline and standfirst
BOUNDLESS = 100_000
AGE = 3600  # seconds for which another site may keep it
TEXT = "text/plain; charset=utf-8"


@require_safe
def oembed(request):
    """Describe the story at the address that `url` gives, as JSON.

    What is no story of ours that readers see is not found. Answers are in no cache of
    ours: each `url` asks for another.
    """
    if request.GET.get("format", "json") != "json":
        return refused("This site answers with JSON only.", 501)
    address = own_address(request.GET.get("url", ""), request.get_host())
    article = address and story_at(address)
    if not article:
        return refused("There is no such story here.", 404)
    response = JsonResponse(described(article, request))
    response["Cache-Control"] = "no-cache"
    # For scripts of other sites: it says what anybody may read.
    response["Access-Control-Allow-Origin"] = "*"
    response["X-Robots-Tag"] = "noindex"
    return response


def refused(sentence, status):
    response = HttpResponseNotFound(f"{sentence}\n", content_type=TEXT)
    response.status_code = status
    response["Cache-Control"] = "no-cache"
    return response


def own_address(url, host):
    """Return path and query of an address of this site; "" for any other."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    ours = {host.lower(), urlsplit(settings.SITE_URL).netloc.lower()}
    ours.update(settings.ALLOWED_HOSTS)
    is_ours = parts.scheme in ("http", "https") and parts.netloc.lower() in ours
    if not is_ours or "\0" in url or "%00" in url or not parts.path:
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")


def story_at(address):
    """Return the live story at an address, without what its query only counts.

    As its page does, it answers without the last slash, too.
    """
    live = Article.objects.live().for_cards()
    path = address.partition("?")[0]
    for spelled in dict.fromkeys((address, path, f"{path}/")):
        if article := live.at_address(spelled).first():
            return article
    return None


def described(article, request):
    """Return the answer for a story: a quotation that leads to it, and its picture."""
    publication = Furniture().publication
    whole = partial(addresses.whole, request=request)
    most = bound(request, "maxwidth"), bound(request, "maxheight")
    said = {
        "version": "1.0",
        "type": "rich",
        "title": article.marked_headline,
        "provider_name": publication.name,
        "provider_url": whole("/"),
        "cache_age": AGE,
        "width": min(WIDTH, most[0]),
        "height": min(HEIGHT, most[1]),
        "html": quotation(article, publication, whole(article.get_absolute_url())),
    }
    writers = [line for line in article.bylines.all() if not line.role]
    if writers:
        said["author_name"] = article.byline_text()
        said["author_url"] = whole(writers[0].author.get_absolute_url())
    if shown := thumbnail(article, publication, *most):
        names = ("thumbnail_url", "thumbnail_width", "thumbnail_height")
        said |= zip(names, (whole(shown[0]), *shown[1:]), strict=True)
    return said


def bound(request, name):
    """Return what another site has room for, in pixels."""
    asked = request.GET.get(name, "")
    is_number = asked.isascii() and asked.isdecimal() and len(asked) < 6
    return int(asked) if is_number and int(asked) else BOUNDLESS


def thumbnail(article, publication, wide, high):
    """Return (address, width, height) of a picture within these bounds, or None."""
    if picture := article.lead_picture:
        files = [picture.largest(SOCIAL), *picture.jpegs()]
    else:
        files = social.drawn(article, publication).values()
    fitting = (file for file in files if file[1] <= wide and file[2] <= high)
    return next(fitting, None)


def quotation(article, publication, address):
    names = article.byline_text()
    return format_html(
        '<blockquote cite="{0}" lang="{1}" dir="{2}"><p><a href="{0}">{3}</a></p>'
        "{4}<footer>{5}</footer></blockquote>",
        address,
        article.language,
        article.direction,
        article.marked_headline,
        format_html("<p>{}</p>", article.standfirst) if article.standfirst else "",
        ", ".join(filter(None, [names, publication.name])),
    )
