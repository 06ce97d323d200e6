"""What readers get at the address of an article that was taken from them."""

from django.http import Http404
from django.shortcuts import render

# All that the notice needs, and no word of the article itself.
SHOWN = (
    *("path", "language", "status", "published_at", "expires_at"),
    *("withdrawn_at", "withdrawal_notice", "withdrawal_answer", "announced_at"),
)


class Withdrawn(Http404):
    """A page is not there, and readers are told that it was withdrawn.

    It is a page not found for whoever looks for one, as old addresses do: where one
    leads on from here, readers go there.
    """

    def __init__(self, article):
        super().__init__(f"What stood at {article.path} was withdrawn.")
        self.article = article

    def answer(self, request):
        """Return the notice, as the editors chose: gone, or a page like others."""
        context = {"withdrawn": self.article}
        status = self.article.withdrawal_answer
        return render(request, "articles/withdrawn.html", context, status=status)


def raise_withdrawn(article):
    """Raise Withdrawn for an article that readers had and have no longer.

    What was never out, has ended or waits for its moment says nothing.
    """
    if article.withdrawn_at and not article.is_live():
        raise Withdrawn(article)
