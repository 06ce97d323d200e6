"""The reader's page of an article: as it is stored, or as a snapshot tells it."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.http import Http404
from django.shortcuts import render

from articles.fetching import article_at
from articles.models import (
    Article,
    Byline,
    Correction,
    Picture,
    RelatedStory,
    Tag,
)
from articles.neighbours import neighbours_of
from articles.paths import key_of, own_query
from articles.rendering import expand, picture_ids
from articles.revisions import PLAIN, REFERENCES
from articles.withdrawn import SHOWN, raise_withdrawn
from authors.addresses import whole
from authors.models import Author
from authors.shown import note_parameter
from authors.slugs import make_slug


@dataclass(frozen=True)
class Preview:
    """What a page says of itself that is not, or not yet, for readers."""

    text: str  # which text it shows: "link", or one of articles.admin.preview.TEXTS
    words: str = ""  # the same in words
    until: datetime | None = None  # when its address stops leading here
    gone: list[str] = ()  # names of what the text still names
    is_alone: bool = False  # no page of the desk stands around it


def show_old_address(request):
    """Show the article at a request's path and query, as of /?p=123, or return None.

    Raises Http404 for one that readers may not see: what stands at the path alone is
    another page.
    """
    query = own_query(request.META.get("QUERY_STRING", ""))
    return show_by_key(request, query) if query else None


def show_by_key(request, query=""):
    """Show the article whose address is spelled in another way than `spellings`.

    Returns None where there is none; raises Http404 as `show_old_address` does.
    """
    key = key_of(path_bytes(request), query)
    found = Article.objects.filter(address_key=key).order_by("pk")
    gone = found.only(*SHOWN).first()
    if gone is None:
        return None
    path = gone.path
    if article := article_at([path]):
        return show_article(request, article)
    raise_withdrawn(gone)
    raise Http404(f"Nothing stands at {path} any more.")


def path_bytes(request):
    """Return a request's path, decoded: which need not be UTF-8.

    Django replaces PATH_INFO by a text in which broken bytes are escaped again; what
    the server said is noted before (newsroom/wsgi.py).
    """
    said = request.META.get("newsroom.path")
    return request.path_info.encode() if said is None else said.encode("latin-1")


def show_article(request, article):
    """Show an article, or its text alone where readers ask for `?plain`."""
    note_parameter("plain")
    show = render_plain if "plain" in request.GET else render_article
    return show(request, article)


def own_host(request):
    """Return the host that links of a text lead to where they do not lead elsewhere."""
    return urlsplit(whole("/", request)).netloc


def render_article(
    request, article, template="articles/article_detail.html", **context
):
    """Show an article in whatever state it is: to readers, and to the desk."""
    pictures = Picture.objects.in_bulk(picture_ids(article.body))
    context |= {
        "article": article,
        "body": expand(article.body, pictures, host=own_host(request)),
        **neighbours_of(article),
    }
    return render(request, template, context)


def render_plain(request, article):
    """Show an article as text alone, for slow lines: no picture, script or block."""
    pictures = Picture.objects.in_bulk(picture_ids(article.body))
    host = own_host(request)
    body = expand(article.body, pictures, host=host, is_plain=True)
    context = {"article": article, "body": body}
    return render(request, "articles/article_plain.html", context)


def render_page(request, page, template=None, **context):
    """Show a simple page; as text alone where readers ask for `?plain`."""
    pictures = Picture.objects.in_bulk(picture_ids(page.body))
    note_parameter("plain")
    is_plain = template is None and "plain" in request.GET
    body = expand(page.body, pictures, host=own_host(request), is_plain=is_plain)
    template = template or f"articles/page_{'plain' if is_plain else 'detail'}.html"
    context |= {"simple_page": page, "body": body}
    return render(request, template, context)


def as_told(article, snapshot):
    """Return (the article as the snapshot has it, names of what is gone by now).

    An Article that is not to be saved, with everything its page asks for. It stands
    at the address of the live row, or where it would if it were published now: what
    is shared of a preview must not be the preview's own address.
    """
    told = Article(pk=article.pk, path=article.path, status=article.status)
    gone = []
    for name in PLAIN:
        if name in snapshot:
            field = Article._meta.get_field(name)
            setattr(told, name, field.to_python(snapshot[name]))
    for name, model in REFERENCES.items():
        said = snapshot.get(name)
        row = model.objects.filter(pk=said["id"]).first() if said else None
        if said and row is None:
            gone.append(said["name"])
        setattr(told, name, row)
    bylines, missing = _bylines(told, snapshot.get("bylines", []))
    told._prefetched_objects_cache = {
        "bylines": bylines,
        "tags": _tags(snapshot.get("tags", [])),
        "corrections": _corrections(told, snapshot.get("corrections", [])),
        "related_stories": [
            RelatedStory(article=told, story_id=row["id"], position=position)
            for position, row in enumerate(snapshot.get("related", []))
        ],
    }
    told.assign_path()
    return told, gone + missing


def _bylines(article, lines):
    wanted = [line["author"]["id"] for line in lines]
    authors = Author.objects.prefetch_related("links").in_bulk(wanted)
    bylines = [
        Byline(
            article=article,
            author=authors[line["author"]["id"]],
            role=line["role"],
            credit=line["credit"],
            position=position,
        )
        for position, line in enumerate(lines)
        if line["author"]["id"] in authors
    ]
    missing = [
        line["author"]["name"] for line in lines if line["author"]["id"] not in authors
    ]
    return bylines, missing


def _tags(names):
    """Return the tags of these names; one that has no row yet leads nowhere."""
    rows = {tag.name: tag for tag in Tag.objects.filter(name__in=names)}
    return [
        rows.get(name) or Tag(pk=0, name=name, slug=make_slug(name) or "tag")
        for name in names
    ]


def _corrections(article, corrections):
    return [
        Correction(
            article=article,
            kind=correction["kind"],
            text=correction["text"],
            corrected_at=datetime.fromisoformat(correction["corrected_at"]),
            place=correction["place"],
        )
        for correction in corrections
    ]
