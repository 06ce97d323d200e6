from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from authors.models import Author
from authors.pagination import get_page


@require_safe
def author_list(request):
    page = get_page(request, Author.objects.published(), per_page=200)
    return render(request, "authors/author_list.html", {"page": page})


@require_safe
def author_detail(request, slug):
    # Here, because articles import authors.
    from articles.fetching import author_at
    from articles.lists import by

    author = author_at(slug)
    page = by(author).page(request)
    if not page.object_list:
        # Somebody's first story may be a secret until it is out.
        raise Http404("There are no stories by this author yet.")
    context = {"author": author, "page": page}
    return render(request, "authors/author_detail.html", context)
