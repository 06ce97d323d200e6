"""What the editor's embed dialog asks: what an address, or pasted code, stands for."""

from django.http import JsonResponse
from django.urls import path
from django.views.decorators.http import require_GET

from articles.embeds import address_in, recognise


def urls(desk):
    view = desk.admin_site.admin_view(require_GET(look))
    return [path("embed/", view, name="articles_embed")]


def context(desk, request, article):
    return {}


def look(request):
    """Answer {address, provider, kind, host} of the `text` that somebody pasted.

    `address` is "" where there is none in it; the others are "" for a site whose
    pages stay links.
    """
    address = address_in(request.GET.get("text", ""))
    embed = recognise(address)
    return JsonResponse(
        {
            "address": address,
            "provider": embed.provider if embed else "",
            "kind": embed.kind if embed else "",
            "host": embed.host if embed else "",
        }
    )
