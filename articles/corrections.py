"""The public log of corrections: the latest, and those of each month."""

from datetime import date

from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from articles.models import Article, Correction, Page
from authors.pagination import get_page
from authors.shown import note

LATEST = 20


def listed():
    """Corrections of stories that readers can see, the newest first."""
    note("corrections", "latest")
    rows = Correction.objects.filter(article__in=Article.objects.live())
    return rows.order_by("-corrected_at", "-pk")


def for_log(rows):
    """Load what the log shows of each, however many there are."""
    return rows.select_related("article").only(
        *("key", "kind", "text", "corrected_at", "place"),
        *("article__path", "article__headline", "article__front_headline"),
        *("article__language", "article__retracted_at"),
    )


@require_safe
def log(request):
    """Show the latest corrections, and the way to those of every month."""
    counted = (
        listed()
        .order_by()
        .annotate(month=TruncMonth("corrected_at"))
        .values("month")
        .annotate(count=Count("pk"))
        .order_by("-month")
    )
    note("pages")
    policy = Page.objects.live().filter(purpose=Page.Purpose.CORRECTIONS)
    context = {
        "latest": for_log(listed())[:LATEST],
        "months": list(counted),
        "policy": policy.only("path", "title", "standfirst", "language").first(),
    }
    return render(request, "articles/corrections.html", context)


@require_safe
def month(request, year, month):
    """Show what was corrected in a month, in the newsroom's time."""
    first = date(int(year), int(month), 1)
    if first.year >= date.max.year:
        # Its end is after Python's last moment in zones behind Greenwich.
        raise Http404(f"There are no corrections of {year}.")
    rows = listed().filter(
        corrected_at__year=first.year, corrected_at__month=first.month
    )
    page = get_page(request, for_log(rows), per_page=50)
    if not page.paginator.count:
        raise Http404(f"There are no corrections of {first:%Y-%m}.")
    context = {"page": page, "month": first}
    return render(request, "articles/corrections_month.html", context)
