from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from articles import notices
from articles.models import Article
from newsroom.most_read import address_of
from newsroom.reports.forms import TOO_MANY, ReportForm, are_too_many, moment_for
from newsroom.reports.models import Report

SHOWN = (
    *("path", "headline", "front_headline", "language"),
    *("status", "published_at", "expires_at"),
)


# Without Django's token, which is a cookie: readers get none. What a stranger's page
# could send in somebody's name is a report like any, and the signed moment in the form
# is none that it can read.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def report(request, key):
    """Show the form for an article's errors, and take what was written."""
    article = Article.objects.live().filter(pk=key).only(*SHOWN).first()
    if article is None:
        raise Http404("There is no such article.")
    # An empty form that was sent is answered like one that was filled in wrongly.
    sent = request.POST if request.method == "POST" else None
    form, status = ReportForm(sent, article=article), 200
    if sent is not None and form.is_valid():
        if not are_too_many(article, address_of(request)):
            keep(form.made())
            return redirect(f"{request.path}?sent")
        form.add_error(None, TOO_MANY)
        status = 429
    context = {
        "reported": article,
        "form": form,
        "moment": moment_for(article),
        "is_sent": "sent" in request.GET,
    }
    response = render(request, "newsroom/report.html", context, status=status)
    patch_cache_control(response, private=True, no_store=True)
    response["X-Robots-Tag"] = "noindex"
    return response


@transaction.atomic
def keep(made):
    """Save a report; the desk is told of it, but not of spam."""
    made.save()
    if made.state == Report.State.NEW:
        notices.reported(made.article, made.text)
