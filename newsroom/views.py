import mimetypes
from errno import ENAMETOOLONG

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import DatabaseError, connection
from django.http import FileResponse, Http404, HttpResponse, HttpResponseNotFound
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.static import serve

from articles.models import Article
from articles.showing import show_old_address
from newsroom.feeds.old import asked_of_site
from newsroom.front import front_page


@require_safe
def home(request):
    """Show what is new, or what an old site had at its root: /?p=123, /?feed=rss2."""
    if old := show_old_address(request):
        return old
    if "feed" in request.GET:
        return asked_of_site(request.GET["feed"])
    return render(request, "newsroom/home.html", front_page())


def page_not_found(request, exception):
    """Help whoever followed a broken link: by its words, and by what is new."""
    live = Article.objects.live()
    context = {
        "similar": live.like_address(request.path).for_cards()[:5],
        "latest": live.latest().for_cards()[:5],
    }
    return render(request, "404.html", context, status=404)


@require_safe
def media(request, path):
    """Serve an uploaded file. Its name is made of its content, so it never changes."""
    try:
        if isinstance(default_storage, FileSystemStorage):
            response = serve(request, path, document_root=settings.MEDIA_ROOT)
        else:
            response = from_bucket(path)
    except (Http404, OSError, SuspiciousFileOperation) as error:
        if isinstance(error, OSError) and error.errno != ENAMETOOLONG:
            raise
        # Asked for by pages, not by people, so it needs no page that helps.
        return HttpResponseNotFound("Not found\n", content_type="text/plain")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def from_bucket(path):
    """Answer with a file that lies in a bucket. Raises Http404, OSError."""
    try:
        file = default_storage.open(path)
    except (FileNotFoundError, SuspiciousFileOperation) as error:
        raise Http404("There is no such file.") from error
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return FileResponse(file, content_type=kind)


@require_safe
def favicon(request):
    """Lead browsers that look in the old place to the new one."""
    return redirect(static("site/favicon.svg"))


@require_safe
@never_cache
def health(request):
    """Answer "ok" as long as the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("no database\n", status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")
