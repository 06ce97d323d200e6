from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from authors.models import Author
from authors.pagination import get_page
from authors.shown import note


@require_safe
def author_list(request):
    page = get_page(request, Author.objects.published(), per_page=200)
    return render(request, "authors/author_list.html", {"page": page})


@require_safe
def author_detail(request, slug):
    author = get_object_or_404(Author, slug=slug)
    # Whoever wrote and photographed a story stands in its byline twice: asking
    # author.articles would list it twice.
    articles = author.articles.model.objects.filter(
        pk__in=author.bylines.values("article")
    )
    note(f"by-author-{author.pk}")
    page = get_page(request, articles.live().newest_first().for_cards())
    if not page.paginator.count:
        # Somebody's first story may be a secret until it is out.
        raise Http404("There are no stories by this author yet.")
    context = {"author": author, "page": page}
    return render(request, "authors/author_detail.html", context)
