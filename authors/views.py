from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from authors.models import Author
from authors.pagination import Listing, get_page
from authors.shown import note


@require_safe
def author_list(request):
    page = get_page(request, Author.objects.published(), per_page=200)
    return render(request, "authors/author_list.html", {"page": page})


@require_safe
def author_detail(request, slug):
    author = get_object_or_404(Author, slug=slug)
    note(f"by-author-{author.pk}")
    # Whoever wrote and photographed a story stands in its byline twice.
    keys = author.bylines.live().keys_newest_first().distinct()
    cards = author.articles.model.objects.for_cards()
    page = get_page(request, Listing(keys, cards.in_bulk))
    if not page.paginator.count:
        # Somebody's first story may be a secret until it is out.
        raise Http404("There are no stories by this author yet.")
    context = {"author": author, "page": page}
    return render(request, "authors/author_detail.html", context)
