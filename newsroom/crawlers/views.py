from django.http import (
    HttpResponse,
    HttpResponseNotFound,
    HttpResponsePermanentRedirect,
)
from django.urls import reverse
from django.views.decorators.http import require_safe

from authors.addresses import whole
from authors.shown import note, note_lasting
from newsroom.crawlers import sitemaps
from newsroom.crawlers.models import Agent, CrawlRule, SiteFiles
from newsroom.crawlers.robots import robots_txt, security_txt
from newsroom.furniture import Furniture

TEXT = "text/plain; charset=utf-8"


def site_files():
    """Return the one row, or what it would say; notes that the page shows it."""
    note("crawling")
    return SiteFiles.objects.first() or SiteFiles()


def answer(text, content_type=TEXT):
    """Answer with a file; "" means that there is none.

    Asked for by programs, every day: it needs no page that helps, and is kept.
    """
    if not text:
        note_lasting()
        return HttpResponseNotFound("Not found\n", content_type=TEXT)
    return HttpResponse(text, content_type=content_type)


@require_safe
def robots(request):
    named = [whole(reverse("crawlers:sitemap_index")), sitemaps.file_address("news")]
    rules = CrawlRule.objects.all()
    agents = list(Agent.objects.all())
    return answer(robots_txt(site_files().machines, rules, agents, named))


@require_safe
def security(request):
    return answer(security_txt(site_files(), whole(reverse("crawlers:security"))))


@require_safe
def humans(request):
    return answer(with_end(site_files().humans))


@require_safe
def ads(request):
    return answer(with_end(site_files().ads))


def with_end(text):
    lines = "\n".join(text.splitlines()).strip()
    return lines and f"{lines}\n"


@require_safe
def security_moved(request):
    """Lead to the place of today (RFC 9116, 3): it may stand at the root, too."""
    note_lasting()
    return HttpResponsePermanentRedirect(reverse("crawlers:security"))


@require_safe
def sitemap_index(request):
    return answer(sitemaps.index(), "application/xml")


@require_safe
def sitemap_moved(request):
    note_lasting()
    return HttpResponsePermanentRedirect(reverse("crawlers:sitemap_index"))


@require_safe
def sitemap(request, name):
    """Show one file of the index; an empty one is none, as the schema has it."""
    first, *rest = name.split("-")
    numbers = list(map(int, rest))
    match first, numbers:
        case "pages", []:
            text = sitemaps.pages()
        case "news", []:
            text = sitemaps.news(Furniture().publication)
        case (("tags" | "authors"), [part]):
            text = sitemaps.subjects(first, part)
        case "articles", [year, month, *part]:
            text = sitemaps.month(year, month, *part)
        case _:
            text = ""
    if text:
        return answer(text, "application/xml")
    # Of such addresses there are many: they are not kept.
    return HttpResponseNotFound("Not found\n", content_type=TEXT)
